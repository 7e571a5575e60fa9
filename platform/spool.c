#include "platform/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "platform/file.h"
#include "platform/random.h"

enum {
	FILE_BYTES = 8 << 20, /* then the next file begins */
	FILES_MAX = 65536,
	PATH_BYTES = 4096,
	NAME_DIGITS = 16,
};

struct record_head {
	uint32_t len;
	uint32_t sum; /* CRC-32 of the bytes */
};

/* A run of records: its first number is its name. */
struct segment {
	uint64_t first;
	uint64_t bytes;
};

struct spool {
	pthread_mutex_t lock;
	char directory[PATH_BYTES - 64];
	char name[SPOOL_NAME_BYTES];
	uint64_t quota_bytes;
	struct segment *segments; /* oldest first */
	size_t segment_count;
	uint64_t next;  /* number of the next record to append */
	uint64_t taken; /* number of the first record that was not acknowledged */
	uint64_t lost;
	uint64_t damaged;
	int out; /* the newest segment, -1 = none is open */
	/* the reader's */
	int in;
	uint64_t in_first;  /* the segment that is open for reading, 0 = none */
	uint64_t in_number; /* of the record at in_offset */
	uint64_t in_offset;
	int cursor;
	char *buffer;
};

static void segment_path(const struct spool *spool, uint64_t first, char *path)
{
	(void)snprintf(path, PATH_BYTES, "%s/%016llx.spool", spool->directory,
	        (unsigned long long)first);
}

static bool refuse(struct spool_error *error, const char *path, const char *why)
{
	(void)snprintf(error->text, sizeof(error->text), "%.200s: %.90s", path, why);
	return false;
}

/*
 * Reads the record at the offset into the buffer; false at the end of what is whole.
 * room: bytes of the buffer.
 */
static bool record_read(
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
	while (record_read(
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
	return end == text + NAME_DIGITS;
}

/* What an earlier run left. Only the newest file can be torn. */
static bool segments_find(struct spool *spool, struct spool_error *error)
{
	struct file_list list = {0};
	struct file_error why;

	if (!file_list(spool->directory, ".spool", &list, &why))
		return refuse(error, spool->directory, why.text);
	for (size_t i = 0; i < list.count && spool->segment_count < FILES_MAX; i++) {
		struct segment *segment = &spool->segments[spool->segment_count];
		char path[PATH_BYTES];
		struct stat about;
		uint64_t count = 0;
		if (!hex_to_u64(list.names[i], &segment->first))
			continue;
		segment_path(spool, segment->first, path);
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
	char path[PATH_BYTES];
	struct file_text text;
	struct file_error why;
	struct hash_key key;

	(void)snprintf(path, sizeof(path), "%s/name", spool->directory);
	if (file_read(path, SPOOL_NAME_BYTES, &text, &why)) {
		const bool whole = text.len == NAME_DIGITS;
		if (whole)
			memcpy(spool->name, text.data, NAME_DIGITS);
		file_text_free(&text);
		if (whole)
			return true;
	}
	if (!random_key(&key))
		return refuse(error, path, "the system has no random numbers");
	(void)snprintf(
	        spool->name, sizeof(spool->name), "%016llx", (unsigned long long)key.k0);
	return file_write(path, slice_of(spool->name, NAME_DIGITS), &why) ||
	       refuse(error, path, why.text);
}

/* The number and its checksum: a torn cursor is no cursor, and all is sent again. */
static bool cursor_open(struct spool *spool, struct spool_error *error)
{
	char path[PATH_BYTES];
	uint64_t words[2] = {0};

	(void)snprintf(path, sizeof(path), "%s/cursor", spool->directory);
	spool->cursor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
	if (spool->cursor < 0)
		return refuse(error, path, strerror(errno));
	if (pread(spool->cursor, words, sizeof(words), 0) == (ssize_t)sizeof(words) &&
	        crc32(0, (const Bytef *)words, sizeof(words[0])) == words[1])
		spool->taken = words[0];
	return true;
}

static bool begin(struct spool *spool, struct spool_error *error)
{
	struct file_error why;
	if (!file_make_directories(spool->directory, &why))
		return refuse(error, spool->directory, why.text);
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

struct spool *spool_open(
        const char *directory, uint64_t quota_bytes, struct spool_error *error)
{
	struct spool *spool = calloc(1, sizeof(*spool));
	if (!spool) {
		refuse(error, directory, "no memory");
		return NULL;
	}
	spool->out = spool->in = spool->cursor = -1;
	spool->next = spool->taken = 1;
	spool->quota_bytes =
	        quota_bytes < 2 * FILE_BYTES ? 2 * (uint64_t)FILE_BYTES : quota_bytes;
	(void)snprintf(spool->directory, sizeof(spool->directory), "%s", directory);
	spool->segments = calloc(FILES_MAX, sizeof(*spool->segments));
	spool->buffer = malloc(SPOOL_BATCH_BYTES);
	bool fine = pthread_mutex_init(&spool->lock, NULL) == 0;
	if (!spool->segments || !spool->buffer)
		fine = refuse(error, directory, "no memory");
	if (!fine || !begin(spool, error))
		spool_close(&spool);
	return spool;
}

void spool_close(struct spool **spool)
{
	if (!*spool)
		return;
	const int files[] = {(*spool)->out, (*spool)->in, (*spool)->cursor};
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		if (files[i] >= 0)
			(void)close(files[i]);
	(void)pthread_mutex_destroy(&(*spool)->lock);
	free((*spool)->segments);
	free((*spool)->buffer);
	free(*spool);
	*spool = NULL;
}

static uint64_t bytes_of(const struct spool *spool)
{
	uint64_t bytes = 0;
	for (size_t i = 0; i < spool->segment_count; i++)
		bytes += spool->segments[i].bytes;
	return bytes;
}

static void segment_drop(struct spool *spool)
{
	char path[PATH_BYTES];
	segment_path(spool, spool->segments[0].first, path);
	(void)unlink(path);
	spool->segment_count--;
	memmove(spool->segments, spool->segments + 1,
	        spool->segment_count * sizeof(*spool->segments));
}

/* Removes files from the oldest on: those that are read, then those that do not fit. */
static void segments_trim(struct spool *spool, uint64_t more_bytes)
{
	while (spool->segment_count > 1) {
		const uint64_t ends = spool->segments[1].first;
		if (ends > spool->taken) {
			if (bytes_of(spool) + more_bytes <= spool->quota_bytes &&
			        spool->segment_count < FILES_MAX)
				return;
			spool->lost += ends - spool->taken;
			spool->taken = ends;
		}
		segment_drop(spool);
	}
}

/* The file that takes the record: the newest one, or a new one when that is full. */
static bool segment_ready(struct spool *spool, uint64_t more_bytes)
{
	char path[PATH_BYTES];
	const struct segment *newest =
	        spool->segment_count ? &spool->segments[spool->segment_count - 1] : NULL;
	const bool fresh = !newest || newest->bytes + more_bytes > FILE_BYTES;

	if (!fresh && spool->out >= 0)
		return true;
	if (spool->out >= 0)
		(void)close(spool->out);
	segment_path(spool, fresh ? spool->next : newest->first, path);
	spool->out = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0640);
	if (spool->out < 0)
		return false;
	if (fresh) {
		spool->segments[spool->segment_count++] =
		        (struct segment){spool->next, 0};
		segments_trim(spool, FILE_BYTES);
	}
	return true;
}

static bool append(struct spool *spool, struct slice record)
{
	const struct record_head head = {(uint32_t)record.len,
	        (uint32_t)crc32(0, (const Bytef *)record.data, (uInt)record.len)};
	const uint64_t bytes = sizeof(head) + record.len;

	if (record.len > SPOOL_RECORD_MAX || !segment_ready(spool, bytes))
		return false;
	struct segment *segment = &spool->segments[spool->segment_count - 1];
	if (pwrite(spool->out, record.data, record.len,
	            (off_t)(segment->bytes + sizeof(head))) != (ssize_t)record.len ||
	        pwrite(spool->out, &head, sizeof(head), (off_t)segment->bytes) !=
	                (ssize_t)sizeof(head))
		return false;
	segment->bytes += bytes;
	spool->next++;
	return true;
}

bool spool_append(struct spool *spool, struct slice record)
{
	(void)pthread_mutex_lock(&spool->lock);
	const bool fine = append(spool, record);
	if (!fine)
		spool->lost++;
	(void)pthread_mutex_unlock(&spool->lock);
	return fine;
}

/* Opens the file that holds the first record not acknowledged, and moves to it. */
static bool seek(struct spool *spool)
{
	char path[PATH_BYTES];
	size_t index = spool->segment_count;
	struct slice record;

	while (index > 0 && spool->segments[index - 1].first > spool->taken)
		index--;
	if (index == 0)
		return false;
	const uint64_t first = spool->segments[index - 1].first;
	if (spool->in_first != first || spool->in_number > spool->taken) {
		if (spool->in >= 0)
			(void)close(spool->in);
		segment_path(spool, first, path);
		spool->in = open(path, O_RDONLY | O_CLOEXEC);
		spool->in_first = spool->in < 0 ? 0 : first;
		spool->in_number = first;
		spool->in_offset = 0;
	}
	while (spool->in >= 0 && spool->in_number < spool->taken) {
		if (!record_read(spool->in, spool->in_offset, spool->buffer,
		            SPOOL_BATCH_BYTES, &record))
			break;
		spool->in_offset += sizeof(struct record_head) + record.len;
		spool->in_number++;
	}
	return spool->in >= 0;
}

/* A file that ends before the next one begins is damaged: what it lacks is lost. */
static void skip_damage(struct spool *spool)
{
	for (size_t i = 0; i < spool->segment_count; i++) {
		const uint64_t first = spool->segments[i].first;
		if (first > spool->taken) {
			spool->damaged++;
			spool->lost += first - spool->taken;
			spool->taken = first;
			return;
		}
	}
}

static bool read_batch(struct spool *spool, struct spool_batch *batch)
{
	size_t used = 0;
	batch->count = 0;
	if (spool->taken >= spool->next || !seek(spool))
		return false;
	batch->first = spool->taken;
	uint64_t offset = spool->in_offset;
	while (batch->count < SPOOL_BATCH_MAX &&
	        batch->first + batch->count < spool->next) {
		struct slice *record = &batch->records[batch->count];
		if (!record_read(spool->in, offset, spool->buffer + used,
		            SPOOL_BATCH_BYTES - used, record))
			break;
		offset += sizeof(struct record_head) + record->len;
		used += record->len;
		batch->count++;
	}
	if (batch->count == 0)
		skip_damage(spool);
	return batch->count > 0;
}

bool spool_read(struct spool *spool, struct spool_batch *batch)
{
	(void)pthread_mutex_lock(&spool->lock);
	const bool some = read_batch(spool, batch);
	(void)pthread_mutex_unlock(&spool->lock);
	return some;
}

void spool_done(struct spool *spool, uint64_t next)
{
	(void)pthread_mutex_lock(&spool->lock);
	if (next > spool->taken)
		spool->taken = next < spool->next ? next : spool->next;
	uint64_t words[2] = {spool->taken, 0};
	words[1] = crc32(0, (const Bytef *)words, sizeof(words[0]));
	/* Where it fails, what was taken is sent once more after a restart. */
	const ssize_t written = pwrite(spool->cursor, words, sizeof(words), 0);
	(void)written;
	segments_trim(spool, 0);
	(void)pthread_mutex_unlock(&spool->lock);
}

void spool_counters(struct spool *spool, struct spool_counters *counters)
{
	(void)pthread_mutex_lock(&spool->lock);
	*counters = (struct spool_counters){
	        .waiting = spool->next - spool->taken,
	        .bytes = bytes_of(spool),
	        .lost = spool->lost,
	        .damaged = spool->damaged,
	};
	(void)pthread_mutex_unlock(&spool->lock);
}

const char *spool_name(const struct spool *spool)
{
	return spool->name;
}
