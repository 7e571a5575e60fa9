/*
 * A small ledger: documents in one SQLite file: what the API itself must remember
 * (users, tokens, jobs). A document is a text under a key in a space; keys are listed in
 * their order. A journal is a space whose keys are numbers that only grow. One ledger
 * belongs to one thread; several may be open on one file.
 */
#ifndef RINGFENCE_PLATFORM_LEDGER_H
#define RINGFENCE_PLATFORM_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/slice.h"
#include "platform/buffer.h"

struct ledger;

struct ledger_error {
	char text[256];
};

struct ledger *ledger_open(const char *path, struct ledger_error *error);
void ledger_close(struct ledger **ledger);

bool ledger_put(
        struct ledger *ledger, const char *space, struct slice key, struct slice body);
/* Only when there is none of this key yet: false when there is, or on failure. */
bool ledger_put_new(
        struct ledger *ledger, const char *space, struct slice key, struct slice body);
/* Appends the body to *body; false when there is none of this key. */
bool ledger_get(
        struct ledger *ledger, const char *space, struct slice key, struct buffer *body);
/* False when there was none. */
bool ledger_delete(struct ledger *ledger, const char *space, struct slice key);
uint64_t ledger_count(struct ledger *ledger, const char *space);

/* Each document is borrowed until row returns; false ends the list. */
struct ledger_reader {
	void *context;
	bool (*row)(void *context, struct slice key, struct slice body);
};

/* Those behind a key (absent: from the first, or the last when newest_first). */
bool ledger_list(struct ledger *ledger, const char *space, struct slice behind,
        bool newest_first, const struct ledger_reader *reader);

/*
 * Appends to a journal: write is given the entry before (absent at first) and the number
 * of the new one, and fills *body. Nobody else appends meanwhile.
 */
struct ledger_entry {
	void *context;
	void (*write)(
	        void *context, struct slice before, uint64_t number, struct buffer *body);
};

bool ledger_append(
        struct ledger *ledger, const char *space, const struct ledger_entry *entry);

#endif
