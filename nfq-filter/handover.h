/*
 * Hot restart: the program that runs hands its sockets and sessions to its successor.
 * The queue's socket keeps what waits in it, the table's socket stays its owner, and
 * calls that are being set up go on. What the kernel has, pinholes and bans, is read from
 * it.
 *
 * The successor asks on the control socket ("handover"); the answer carries three
 * descriptors: queue, table, and a file of sessions. The predecessor then ends.
 */
#ifndef RINGFENCE_FILTER_HANDOVER_H
#define RINGFENCE_FILTER_HANDOVER_H

#include <stdbool.h>

#include "nfq-filter/session.h"

struct handover {
	int queue, table, sessions; /* owned; -1 = none */
};

#define HANDOVER_NONE ((struct handover){-1, -1, -1})

/* Asks who runs for what it has. False: nobody does; with errno when that failed. */
bool handover_ask(const char *state_directory, struct handover *handover);
/* Answers on a connection; the descriptors stay the caller's. */
bool handover_answer(int client, const struct handover *handover);
void handover_close(struct handover *handover);

/* All sessions into a new file in memory; -1 with errno set. */
int handover_save(const struct sessions *sessions);
/* Into empty tables; false when the file is none of this version. */
bool handover_load(struct sessions *sessions, int file);

#endif
