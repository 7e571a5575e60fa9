/*
 * The filter's control socket: one request a connection, a line of words; the answer is
 * one JSON object. Only who may open the socket may ask: it lies in the state directory.
 *
 *	check ADDRESS            ban ADDRESS[/PREFIX] SECONDS REASON [force]
 *	unban ADDRESS[/PREFIX]   status
 *	handover                 (answered with descriptors, see handover.h)
 */
#ifndef RINGFENCE_FILTER_CONTROL_H
#define RINGFENCE_FILTER_CONTROL_H

#include "nfq-filter/filter.h"

enum { CONTROL_LINE_MAX = 512, CONTROL_ANSWER_MAX = 4096 };

struct control {
	int fd;
	char path[108];
};

/* False with errno set. */
bool control_open(struct control *control, const char *state_directory);
void control_close(struct control *control);

/* Answers who waits; a client that does not say what it wants at once is let go. */
void control_serve(struct control *control, struct filter *filter);

/* The answer to a request. */
void control_answer(struct filter *filter, struct slice request, struct writer *out);

#endif
