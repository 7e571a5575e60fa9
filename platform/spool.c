#include "platform/spool.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#include "platform/spool_inside.h"

struct spool *spool_open(
        const char *directory, uint64_t quota_bytes, struct spool_error *error)
{
	struct spool *spool = calloc(1, sizeof(*spool));
	if (!spool) {
		spool_refuse(error, directory, "no memory");
		return NULL;
	}
	spool->out = spool->in = spool->cursor = -1;
	spool->next = spool->taken = 1;
	spool->quota_bytes = quota_bytes < 2 * SPOOL_FILE_BYTES
	                             ? 2 * (uint64_t)SPOOL_FILE_BYTES
	                             : quota_bytes;
	(void)snprintf(spool->directory, sizeof(spool->directory), "%s", directory);
	spool->segments = calloc(SPOOL_FILES_MAX, sizeof(*spool->segments));
	spool->buffer = malloc(SPOOL_BATCH_BYTES);
	bool fine = pthread_mutex_init(&spool->lock, NULL) == 0;
	if (!spool->segments || !spool->buffer)
		fine = spool_refuse(error, directory, "no memory");
	if (!fine || !spool_begin(spool, error))
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
	char path[SPOOL_PATH_BYTES];
	spool_segment_path(spool, spool->segments[0].first, path);
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
			        spool->segment_count < SPOOL_FILES_MAX)
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
	char path[SPOOL_PATH_BYTES];
	const struct segment *newest =
	        spool->segment_count ? &spool->segments[spool->segment_count - 1] : NULL;
	const bool fresh = !newest || newest->bytes + more_bytes > SPOOL_FILE_BYTES;

	if (!fresh && spool->out >= 0)
		return true;
	if (spool->out >= 0)
		(void)close(spool->out);
	spool_segment_path(spool, fresh ? spool->next : newest->first, path);
	spool->out = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0640);
	if (spool->out < 0)
		return false;
	if (fresh) {
		spool->segments[spool->segment_count++] =
		        (struct segment){spool->next, 0};
		segments_trim(spool, SPOOL_FILE_BYTES);
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
	char path[SPOOL_PATH_BYTES];
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
		spool_segment_path(spool, first, path);
		spool->in = open(path, O_RDONLY | O_CLOEXEC);
		spool->in_first = spool->in < 0 ? 0 : first;
		spool->in_number = first;
		spool->in_offset = 0;
	}
	while (spool->in >= 0 && spool->in_number < spool->taken) {
		if (!spool_record_read(spool->in, spool->in_offset, spool->buffer,
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
		if (!spool_record_read(spool->in, offset, spool->buffer + used,
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
