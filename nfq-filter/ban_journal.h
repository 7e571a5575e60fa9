/*
 * The journal of bans: a line each for what was decided, in the order of decision. When
 * it is read, later lines win, and it is written anew without what is over.
 */
#ifndef RINGFENCE_FILTER_BAN_JOURNAL_H
#define RINGFENCE_FILTER_BAN_JOURNAL_H

#include <stddef.h>

#include "nfq-filter/ban.h"

struct ban_list {
	struct ban *items; /* owned, in order of address */
	size_t count;
	bool stale; /* the file says more than that */
};

/* What holds at that time. A missing file is an empty list; false with errno set. */
bool ban_journal_read(const char *path, uint64_t now_us, struct ban_list *list);
/* Writes the list in the place of the journal. */
bool ban_journal_write(const char *path, const struct ban_list *list);
void ban_list_free(struct ban_list *list);

/* One line at the end; taken back when added is false. fd: open for appending. */
bool ban_journal_note(int fd, const struct ban *ban, bool added);

#endif
