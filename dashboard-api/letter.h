/*
 * One notice to one notifier, until it is sent or given up.
 */
#ifndef RINGFENCE_API_LETTER_H
#define RINGFENCE_API_LETTER_H

#include "dashboard-api/notifier.h"

enum { LETTER_SUBJECT_BYTES = 256 };

struct letter {
	struct notifier *to; /* NULL = this place is free */
	char *json;          /* owned */
	char subject[LETTER_SUBJECT_BYTES];
	unsigned severity; /* of syslog */
	unsigned tries;
	uint64_t due_ms; /* of the steady clock */
};

/* With a subject for people; due at once. False without memory. */
bool letter_write(struct letter *letter, struct notifier *to, struct slice json);
void letter_drop(struct letter *letter);

#endif
