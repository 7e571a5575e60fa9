/*
 * What the files that fill the findings share.
 */
#ifndef RINGFENCE_CLI_FINDINGS_INSIDE_H
#define RINGFENCE_CLI_FINDINGS_INSIDE_H

#include "cli/findings.h"

/* A copy that lives as long as the findings; empty without memory. */
struct slice findings_keep(struct findings *findings, struct slice text);
/*
 * Room for one more item; arrays double, so that a count that is a power of two is full.
 * NULL without memory.
 */
void *findings_room(struct findings *findings, void *items, size_t count, size_t size);
/* Room for one more message at the end; NULL when there is none. */
struct finding_message *findings_message_new(struct findings *findings);
/* Hangs a message to its call, behind those that hang there. */
void findings_message_link(
        struct findings *findings, const struct finding_message *message);

/* findings_h323.c: a message of H.323, and at the end what RAS said of calls. */
void findings_h323(struct findings *findings, const struct event *event);
void findings_h323_seal(struct findings *findings);

#endif
