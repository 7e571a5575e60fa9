/*
 * Shared by the files of the sessions: session.c knows whose message it is and what it
 * means, session_lines.c what was described, session_holes.c what follows from it,
 * session_life.c how long it lives.
 */
#ifndef RINGFENCE_FILTER_SESSION_INSIDE_H
#define RINGFENCE_FILTER_SESSION_INSIDE_H

#include "nfq-filter/session.h"

enum {
	SESSION_LINES_MAX = 96,     /* of all sides and forks, ICE candidates too */
	SESSION_USES_MAX = 256,     /* pinholes */
	SESSION_CANDIDATES_MAX = 6, /* of one line */
};

#define SESSION_FIRST_LOOK_US (20ull * 1000000) /* at the media of an answered one */
#define SESSION_ENDED_US      (32ull * 1000000) /* for the answer to BYE or CANCEL */

/* A message on its way: who sent it, and which fork it is about. */
struct seen {
	const struct message *message;
	const struct sip_message *sip;
	const struct sdp *sdp; /* may be NULL */
	struct session *session;
	uint32_t index;
	enum call_side sender;
	uint64_t fork; /* hash of the callee's tag, 0 = none yet */
};

/* session_lines.c: a description as lines, offered or agreed on. */
void lines_offer(struct sessions *sessions, const struct seen *seen);
/* The answer: the other side's offered lines count from here on, too. */
void lines_answer(struct sessions *sessions, const struct seen *seen);
bool lines_restore(struct sessions *sessions, struct session *session,
        const struct line *lines, uint32_t count);
void lines_withdraw(struct sessions *sessions, struct session *session);
/* One fork's, or all (0). */
void lines_remove(struct sessions *sessions, struct session *session, uint64_t fork);
bool lines_other_fork(
        const struct sessions *sessions, const struct session *session, uint64_t fork);

/*
 * session_nat.c: a line that was just filled becomes what its owner has, with its outer
 * ports; they are held from begin to end.
 */
void line_translate(
        const struct sessions *sessions, const struct seen *seen, struct line *line);
void line_translation_begin(const struct sessions *sessions, const struct line *line);
void line_translation_end(const struct sessions *sessions, const struct line *line);

bool line_put(
        struct sessions *sessions, struct session *session, const struct line *model);

/* session.c: a new one; its timer; its end, with all that it has. */
uint32_t session_new(struct sessions *sessions, uint64_t call, uint64_t tag);
void session_arm(struct sessions *sessions, uint32_t index, uint64_t after_us);
void session_free(struct sessions *sessions, uint32_t index);

/* session.c, for sessions that no message of SIP makes */
uint32_t session_of(const struct sessions *sessions, uint64_t call, uint64_t tag);
uint32_t session_begin(
        struct sessions *sessions, uint64_t call, uint64_t tag, const struct call *ends);
void session_confirm(struct sessions *sessions, uint32_t index);
void session_end(struct sessions *sessions, uint32_t index);

/* session_image.c: whose image it is. */
bool session_image_name(struct slice image, uint64_t *call, uint64_t *tag);

/* session_share.c: it has changed; it is about to go. */
void session_changed(struct sessions *sessions, uint32_t index);
void session_going(struct sessions *sessions, uint32_t index);

/* session_holes.c: makes the pinholes those that the lines ask for. */
void session_follow(struct sessions *sessions, uint32_t index);
void session_renew(struct sessions *sessions, const struct session *session);
void session_release(struct sessions *sessions, struct session *session);
bool session_use(struct sessions *sessions, struct session *session, uint32_t pinhole);
uint64_t session_lease_ms(const struct sessions *sessions, const struct session *session);

#endif
