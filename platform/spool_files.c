/*
 * What a spool finds on disk when it is opened: files, the cursor, its name.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "platform/file.h"
#include "platform/random.h"
#include "platform/spool_inside.h"

void spool_segment_path(const struct spool *spool, uint64_t first, char *path)
{
	(void)snprintf(path, SPOOL_PATH_BYTES, "%s/%016llx.spool", spool->directory,
	        (unsigned long long)first);
}

bool spool_refuse(struct spool_error *error, const char *path, const char *why)
{
	(void)snprintf(error->text, sizeof(error->text), "%.200s: %.90s", path, why);
	return false;
}

bool spool_record_read(
        int file, uint64_t offset, char *buffer, size_t room, struct slice *record)
{
	struct record_head head;
	if (pread(file, &head, sizeof(head), (off_t)offset) != (ssize_t)sizeof(head) ||
	        head.len > room || head.len > SPOOL_RECORD_MAX)
		return false;
	if (pread(file, buffer, head.len, (off_t)(offset + sizeof(head))) !=
	                (ssize_t)head.len ||
	        crc32(0, (const Bytef *)buffer, head.len) != head.sum)
		return false;
	*record = slice_of(buffer, head.len);
	return true;
}

/* Walks a segment to its last whole record: its bytes and how many records. */
static bool segment_walk(
        struct spool *spool, const char *path, struct segment *segment, uint64_t *count)
{
	struct slice record;
	struct stat about;
	const int file = open(path, O_RDWR | O_CLOEXEC);
	if (file < 0)
		return false;
	segment->bytes = 0;
	*count = 0;
	while (spool_record_read(
	        file, segment->bytes, spool->buffer, SPOOL_BATCH_BYTES, &record)) {
		segment->bytes += sizeof(struct record_head) + record.len;
		++*count;
	}
	if (fstat(file, &about) == 0 && (uint64_t)about.st_size > segment->bytes) {
		spool->damaged++;
		if (ftruncate(file, (off_t)segment->bytes) != 0)
			segment->bytes = (uint64_t)about.st_size;
	}
	(void)close(file);
	return true;
}

static bool hex_to_u64(const char *text, uint64_t *value)
{
	char *end;
	*value = strtoull(text, &end, 16);
	return end == text + SPOOL_NAME_DIGITS;
}

/* What an earlier run left. Only the newest file can be torn. */
static bool segments_find(struct spool *spool, struct spool_error *error)
{
	struct file_list list = {0};
	struct file_error why;

	if (!file_list(spool->directory, ".spool", &list, &why))
		return spool_refuse(error, spool->directory, why.text);
	for (size_t i = 0; i < list.count && spool->segment_count < SPOOL_FILES_MAX;
	        i++) {
		struct segment *segment = &spool->segments[spool->segment_count];
		char path[SPOOL_PATH_BYTES];
		struct stat about;
		uint64_t count = 0;
		if (!hex_to_u64(list.names[i], &segment->first))
			continue;
		spool_segment_path(spool, segment->first, path);
		if (stat(path, &about) != 0)
			continue;
		segment->bytes = (uint64_t)about.st_size;
		if (i + 1 == list.count && segment_walk(spool, path, segment, &count))
			spool->next = segment->first + count;
		spool->segment_count++;
	}
	file_list_free(&list);
	return true;
}

/* The name is made once; a queue that was removed and made anew gets another one. */
static bool name_find(struct spool *spool, struct spool_error *error)
{
	char path[SPOOL_PATH_BYTES];
	struct file_text text;
	struct file_error why;
	struct hash_key key;

	(void)snprintf(path, sizeof(path), "%s/name", spool->directory);
	if (file_read(path, SPOOL_NAME_BYTES, &text, &why)) {
		const bool whole = text.len == SPOOL_NAME_DIGITS;
		if (whole)
			memcpy(spool->name, text.data, SPOOL_NAME_DIGITS);
		file_text_free(&text);
		if (whole)
			return true;
	}
	if (!random_key(&key))
		return spool_refuse(error, path, "the system has no random numbers");
	(void)snprintf(
	        spool->name, sizeof(spool->name), "%016llx", (unsigned long long)key.k0);
	return file_write(path, slice_of(spool->name, SPOOL_NAME_DIGITS), &why) ||
	       spool_refuse(error, path, why.text);
}

/* The number and its checksum: a torn cursor is no cursor, and all is sent again. */
static bool cursor_open(struct spool *spool, struct spool_error *error)
{
	char path[SPOOL_PATH_BYTES];
	uint64_t words[2] = {0};

	(void)snprintf(path, sizeof(path), "%s/cursor", spool->directory);
	spool->cursor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
	if (spool->cursor < 0)
		return spool_refuse(error, path, strerror(errno));
	if (pread(spool->cursor, words, sizeof(words), 0) == (ssize_t)sizeof(words) &&
	        crc32(0, (const Bytef *)words, sizeof(words[0])) == words[1])
		spool->taken = words[0];
	return true;
}

bool spool_begin(struct spool *spool, struct spool_error *error)
{
	struct file_error why;
	if (!file_make_directories(spool->directory, &why))
		return spool_refuse(error, spool->directory, why.text);
	if (!segments_find(spool, error) || !cursor_open(spool, error) ||
	        !name_find(spool, error))
		return false;
	if (spool->next < spool->taken)
		spool->next = spool->taken;
	if (spool->segment_count && spool->segments[0].first > spool->taken)
		spool->taken = spool->segments[0].first;
	if (!spool->segment_count)
		spool->taken = spool->next;
	return true;
}
