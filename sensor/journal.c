#include "sensor/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = 4096 };

static bool file_open(struct journal *journal)
{
	struct stat about;
	journal->file =
	        open(journal->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
	if (journal->file < 0)
		return false;
	journal->bytes = fstat(journal->file, &about) == 0 ? (uint64_t)about.st_size : 0;
	return true;
}

bool journal_open(struct journal *journal)
{
	journal->file = -1;
	if (!journal->path || file_open(journal))
		return true;
	fprintf(stderr, "ringfence-sensor: %s: %s\n", journal->path, strerror(errno));
	return false;
}

static void rotate(struct journal *journal)
{
	char from[PATH_BYTES];
	char to[PATH_BYTES];

	(void)close(journal->file);
	journal->file = -1;
	for (uint64_t i = journal->keep; i > 0; i--) {
		(void)snprintf(
		        to, sizeof(to), "%s.%llu", journal->path, (unsigned long long)i);
		(void)snprintf(from, sizeof(from), i > 1 ? "%s.%llu" : "%s",
		        journal->path, (unsigned long long)i - 1);
		(void)rename(from, to);
	}
	if (journal->keep == 0)
		(void)unlink(journal->path);
}

/* Some of it may be written when the disk fills up: what is not is lost. */
void journal_flush(struct journal *journal)
{
	size_t done = 0;
	if (!journal->used)
		return;
	if (journal->file < 0)
		(void)file_open(journal);
	while (journal->file >= 0 && done < journal->used) {
		const ssize_t written = write(
		        journal->file, journal->buffer + done, journal->used - done);
		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			break;
		done += (size_t)written;
	}
	if (done < journal->used)
		journal->lost += journal->used_lines;
	journal->bytes += done;
	journal->used = 0;
	journal->used_lines = 0;
	if (journal->file >= 0 && journal->bytes > journal->bytes_max)
		rotate(journal);
}

void journal_add(struct journal *journal, struct slice line)
{
	if (!journal->path)
		return;
	while (line.len) {
		const struct slice part =
		        slice_first(line, JOURNAL_BUFFER - journal->used);
		memcpy(journal->buffer + journal->used, part.data, part.len);
		journal->used += part.len;
		line = slice_from(line, part.len);
		if (line.len)
			journal_flush(journal);
	}
	journal->used_lines++;
}

void journal_reopen(struct journal *journal)
{
	if (!journal->path)
		return;
	journal_flush(journal);
	if (journal->file >= 0)
		(void)close(journal->file);
	(void)file_open(journal);
}

void journal_close(struct journal *journal)
{
	if (!journal->path)
		return;
	journal_flush(journal);
	if (journal->file >= 0)
		(void)close(journal->file);
	journal->file = -1;
}
