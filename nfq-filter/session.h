/*
 * Sessions: what the two sides of a call agreed on as offers and answers (RFC 3264), and
 * the pinholes that follow from it. A session is known by its Call-ID, the caller's tag
 * and the two addresses that signal, never by a flow of packets: any number of them may
 * share one. Its lines are told apart by side, fork and number of the m= line.
 *
 * Nothing is opened by what nobody asked for: an answer counts only for an offer that was
 * seen, in the same transaction. One thread; memory is taken at the start; when the table
 * is full the longest idle session that was never answered goes.
 */
#ifndef RINGFENCE_FILTER_SESSION_H
#define RINGFENCE_FILTER_SESSION_H

#include "engine/base/list.h"
#include "engine/base/slab.h"
#include "engine/base/table.h"
#include "engine/base/wheel.h"
#include "engine/track/call.h"
#include "engine/track/event.h"
#include "nfq-filter/nat.h"
#include "nfq-filter/pinhole.h"

/* Where one side of one m= line wants its media. */
struct line {
	uint32_t next; /* of the session, 0 = none */
	uint64_t fork; /* hash of the callee's tag; 0: the caller's line */
	struct endpoint at;
	struct endpoint control;
	struct address from;                  /* what it sends comes from here */
	struct endpoint outer, outer_control; /* translated: as the other side sees it */
	uint32_t rate;
	uint8_t side;   /* enum call_side */
	uint8_t number; /* of the m= line */
	bool offered;   /* not yet answered */
	bool raw;       /* other than plain RTP, too */
	bool mux;       /* RTCP on the same port, if the other side agrees */
	bool nat;       /* its address is not the one that packets come from */
	bool candidate; /* of ICE */
};

/* A pinhole that a session uses. */
struct use {
	uint32_t next;
	uint32_t pinhole;
	uint32_t wanted; /* round in which it was last wanted */
};

struct session {
	struct wheel_timer timer;
	struct list_link idle;
	struct list_link changed;
	uint64_t call;          /* hash of the Call-ID */
	uint64_t tag;           /* of the caller */
	uint64_t id;            /* counted from 1 in the run */
	struct address ends[2]; /* that signal, by side */
	uint32_t lines;         /* first */
	uint32_t line_count;
	uint32_t uses; /* first */
	uint32_t use_count;
	uint32_t offer_cseq;
	uint8_t offer_side; /* enum call_side */
	bool offering;      /* an offer waits for its answer */
	bool asked;         /* an INVITE without an offer waits for one */
	bool invited;       /* its INVITE waits for a final response */
	bool answered;
	bool ending; /* BYE, CANCEL or failure: nothing is wanted */
	bool on_hold;
	bool one_way_told;
	bool inherited; /* from the kernel: what was agreed on is not known */
	bool carried;   /* from another program: its transactions are not known */
	bool foreign;   /* another router sees its packets */
	bool waits;     /* to be told to other routers */
	bool told;
	uint64_t expires_s; /* of Session-Expires, 0 = none */
	uint64_t packets;   /* counted when it was last looked at */
	uint64_t media_us;  /* when media was last known to flow */
};

/* A session that other routers know, and that is over. */
struct session_gone {
	uint64_t call, tag;
};

enum { SESSIONS_GONE = 4096 };

struct session_counters {
	uint64_t offers, answers, ends, refused_offers, unasked, idle, evicted, limited;
};

struct sessions {
	struct pinholes *pinholes;
	struct nat *nat;
	const struct settings *settings;
	struct hash_key hash_key;
	struct slab slab, line_slab, use_slab;
	struct table table;
	struct wheel wheel;
	struct list early, answered; /* longest idle first */
	bool shared;                 /* other routers are to know them */
	struct list changed;         /* that they are to be told of */
	struct session_gone gone[SESSIONS_GONE];
	size_t gone_first, gone_count;
	uint64_t now_us;
	uint64_t next_id;
	uint32_t round;
	struct session_counters counters;
};

struct track;
struct session_watcher {
	void *context;
	/* Media flows to one side and none to this one, though both are to have it. */
	void (*one_way)(
	        void *context, const struct session *session, enum call_side side);
	void (*ended)(void *context, const struct session *session, const char *why);
};

bool sessions_init(struct sessions *sessions, struct memory *memory, uint32_t capacity,
        const struct hash_key *key);

/*
 * Takes in a request or a response, and wants and gives up pinholes. What is wanted opens
 * with the next pinholes_commit: hold the message until then.
 */
void session_event(struct sessions *sessions, const struct event *event);

/* The same of a call of H.323: something was said of its media, or it ended. */
void session_h323(
        struct sessions *sessions, const struct track *track, const struct event *event);

/* Whether a request inside a dialog, or a response, belongs to a session. */
bool session_known(struct sessions *sessions, const struct message *message);

/* Sessions without media, or whose timers ran out, end. */
void sessions_advance(struct sessions *sessions, uint64_t now_us,
        const struct session_watcher *watcher);

/* A pinhole of a run before gets its session. */
void session_inherit(
        struct sessions *sessions, uint32_t pinhole, const struct pinhole_wish *wish);

/* A session of another program, with its lines, in place of what is known of it; its
 * index, 0 when there is no room. */
uint32_t session_restore(struct sessions *sessions, const struct session *saved,
        const struct line *lines, uint32_t count);

/* A session as bytes, and back (session_restore); 0: it is of another build or key. */
enum { SESSION_IMAGE_BYTES = 32768 };
size_t session_image(const struct sessions *sessions, uint32_t index,
        uint8_t bytes[SESSION_IMAGE_BYTES]);
uint32_t session_from_image(struct sessions *sessions, struct slice image);

/* Of sources that are banned: their sessions end at once; returns how many. */
uint32_t sessions_end_of(struct sessions *sessions, const struct network *network);

/*
 * Of other routers (session_share.c). One of their sessions, as it is now; a first image
 * after a start does not replace what is known better. What they are to be told: lists of
 * sessions that changed, and of those that are gone.
 */
void session_adopt(struct sessions *sessions, struct slice image, bool first);
void session_ended_elsewhere(struct sessions *sessions, uint64_t call, uint64_t tag);
void session_told(struct sessions *sessions, uint32_t index);
bool session_gone_next(struct sessions *sessions, struct session_gone *gone);
void sessions_tell_all(struct sessions *sessions);

static inline struct session *session_at(const struct sessions *sessions, uint32_t index)
{
	return slab_at(&sessions->slab, index);
}

static inline struct line *line_at(const struct sessions *sessions, uint32_t index)
{
	return slab_at(&sessions->line_slab, index);
}

static inline struct use *use_at(const struct sessions *sessions, uint32_t index)
{
	return slab_at(&sessions->use_slab, index);
}

#endif
