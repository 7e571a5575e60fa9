#include "sensor/witness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "platform/file.h"
#include "platform/pcapng_writer.h"
#include "sensor/witness_match.h"

enum {
	IDLE_MS = 200,
	PATH_BYTES = 4400,
	PACKET_LEAST = 128,        /* the store's bytes per packet that has an index */
	FILE_BYTES_MAX = 64 << 20, /* of one capture */
};

bool witness_wanted(const struct witness *witness)
{
	return witness->directory || witness->record;
}

static struct pcapng_writer *file_open(struct witness *witness, const char *path)
{
	const struct pcapng_writer_options options = {
	        "ringfence-sensor", witness->sources, witness->source_count};
	struct pcapng_writer_error error;
	struct pcapng_writer *writer = pcapng_writer_open(path, &options, &error);
	if (!writer)
		log_write(witness->log, LOG_LEVEL_WARNING, "%s: %s", path, error.text);
	return writer;
}

bool witness_open(struct witness *witness, size_t ring_bytes, size_t memory_bytes)
{
	struct file_error error;
	witness->store_bytes = memory_bytes;
	witness->packets_max = memory_bytes / PACKET_LEAST;
	witness->store = malloc(witness->store_bytes);
	witness->packets = calloc(witness->packets_max, sizeof(*witness->packets));
	if (witness->directory && !file_make_directories(witness->directory, &error)) {
		fprintf(stderr, "ringfence-sensor: %s: %s\n", witness->directory,
		        error.text);
		return false;
	}
	if (witness->record && !(witness->all = file_open(witness, witness->record)))
		return false;
	return witness->store && witness->packets && bell_open(&witness->bell) &&
	       ring_open(&witness->ring, ring_bytes, &witness->bell);
}

void witness_packet(struct witness *witness, const struct packet *packet)
{
	const size_t bytes = sizeof(struct witness_record) + packet->len;
	if (!witness->ring.bytes)
		return;
	struct witness_record *record = ring_reserve(&witness->ring, bytes);
	if (!record) {
		atomic_fetch_add_explicit(&witness->lost, 1, memory_order_relaxed);
		return;
	}
	*record = (struct witness_record){.packet = *packet};
	memcpy(record + 1, packet->data, packet->len);
	ring_commit(&witness->ring, bytes);
}

static uint64_t disk_left(const char *directory)
{
	struct statvfs about;
	if (statvfs(directory, &about) != 0)
		return 0;
	return (uint64_t)about.f_bavail * about.f_frsize;
}

/* Removes the oldest captures until the quota holds; their names sort by time. */
static void keep_quota(struct witness *witness)
{
	struct file_list list = {0};
	struct file_error error;
	uint64_t total = 0;
	char path[PATH_BYTES];
	struct stat about;

	if (!file_list(witness->directory, ".pcapng", &list, &error))
		return;
	for (size_t i = list.count; i-- > 0;) {
		(void)snprintf(
		        path, sizeof(path), "%s/%s", witness->directory, list.names[i]);
		if (stat(path, &about) != 0)
			continue;
		total += (uint64_t)about.st_size;
		if (total > witness->quota_bytes && unlink(path) == 0)
			atomic_fetch_add(&witness->removed, 1);
	}
	file_list_free(&list);
}

static void file_close(struct witness *witness, struct witness_file *file)
{
	struct pcapng_writer_error error;
	if (!file->writer)
		return;
	if (!pcapng_writer_close(&file->writer, &error))
		log_write(witness->log, LOG_LEVEL_WARNING, "%s: %s", file->about.name,
		        error.text);
	atomic_fetch_add(&witness->written, 1);
}

static void file_add(
        struct witness *witness, struct witness_file *file, const struct packet *packet)
{
	const struct slice why = slice_text(file->about.why);
	bool counted = false;
	for (uint32_t i = 0; i < file->about.packet_count && !counted; i++)
		counted = file->about.packets[i].number == packet->number &&
		          file->about.packets[i].source == packet->source;
	if (!pcapng_writer_add(file->writer, packet, &why, counted) ||
	        pcapng_writer_bytes(file->writer) > FILE_BYTES_MAX)
		file_close(witness, file);
}

static struct packet stored(const struct witness *witness, size_t index)
{
	const struct witness_packet *kept =
	        &witness->packets[(witness->first + index) % witness->packets_max];
	struct packet packet = kept->packet;
	packet.data = witness->store + kept->offset;
	return packet;
}

static void case_open(struct witness *witness, const struct witness_case *about)
{
	struct witness_file *file = NULL;
	char path[PATH_BYTES];

	for (size_t i = 0; i < WITNESS_OPEN_MAX && !file; i++)
		if (!witness->files[i].writer)
			file = &witness->files[i];
	keep_quota(witness);
	if (!file || disk_left(witness->directory) < witness->floor_bytes) {
		atomic_fetch_add(&witness->refused, 1);
		return;
	}
	(void)snprintf(path, sizeof(path), "%s/%s", witness->directory, about->name);
	file->writer = file_open(witness, path);
	file->about = *about;
	for (size_t i = 0; i < witness->count && file->writer; i++) {
		const struct packet packet = stored(witness, i);
		if (witness_match(about, &packet))
			file_add(witness, file, &packet);
	}
}

static void forget(struct witness *witness, size_t from, size_t to)
{
	while (witness->count) {
		const size_t at =
		        witness->packets[witness->first % witness->packets_max].offset;
		if (at < from || at >= to)
			return;
		witness->first++;
		witness->count--;
	}
}

/* Into the store, over the oldest packets: they lie ahead, from the round before. */
static void keep(struct witness *witness, const struct packet *packet)
{
	if (packet->len > witness->store_bytes / 2)
		return;
	if (witness->store_at + packet->len > witness->store_bytes) {
		forget(witness, witness->store_at, witness->store_bytes);
		witness->store_at = 0;
	}
	const size_t begin = witness->store_at;
	forget(witness, begin, begin + packet->len);
	if (witness->count == witness->packets_max) {
		witness->first++;
		witness->count--;
	}
	struct witness_packet *kept =
	        &witness->packets[(witness->first + witness->count++) %
	                          witness->packets_max];
	*kept = (struct witness_packet){.packet = *packet, .offset = begin};
	memcpy(witness->store + begin, packet->data, packet->len);
	witness->store_at = begin + packet->len;
}

static void take_packet(struct witness *witness, const struct packet *packet)
{
	if (witness->all && !pcapng_writer_add(witness->all, packet, NULL, 0)) {
		struct pcapng_writer_error error;
		(void)pcapng_writer_close(&witness->all, &error);
		log_write(witness->log, LOG_LEVEL_WARNING, "%s: %s", witness->record,
		        error.text);
	}
	if (!witness->directory)
		return;
	keep(witness, packet);
	for (size_t i = 0; i < WITNESS_OPEN_MAX; i++) {
		struct witness_file *file = &witness->files[i];
		if (!file->writer)
			continue;
		if (packet->time_us > file->about.until_us)
			file_close(witness, file);
		else if (witness_match(&file->about, packet))
			file_add(witness, file, packet);
	}
}

static void take(struct witness *witness, const struct witness_record *record)
{
	if (record->is_case) {
		struct witness_case about;
		memcpy(&about, record + 1, sizeof(about));
		case_open(witness, &about);
		return;
	}
	struct packet packet = record->packet;
	packet.data = (const uint8_t *)(record + 1);
	take_packet(witness, &packet);
}

static void *witness_run(void *context)
{
	struct witness *witness = context;
	for (;;) {
		size_t bytes;
		const bool last = atomic_load(witness->judge_done);
		const struct witness_record *record = ring_peek(&witness->ring, &bytes);
		if (record) {
			take(witness, record);
			ring_release(&witness->ring, bytes);
			continue;
		}
		if (last)
			break;
		bell_doze(&witness->bell);
		bell_sleep(&witness->bell, ring_empty(&witness->ring) ? IDLE_MS : 0);
	}
	return NULL;
}

bool witness_start(struct witness *witness)
{
	if (!witness_wanted(witness))
		return true;
	witness->started =
	        pthread_create(&witness->thread, NULL, witness_run, witness) == 0;
	return witness->started;
}

void witness_close(struct witness *witness)
{
	struct pcapng_writer_error error;
	if (witness->started)
		(void)pthread_join(witness->thread, NULL);
	witness->started = false;
	for (size_t i = 0; i < WITNESS_OPEN_MAX; i++)
		file_close(witness, &witness->files[i]);
	if (!pcapng_writer_close(&witness->all, &error))
		log_write(witness->log, LOG_LEVEL_WARNING, "%s: %s", witness->record,
		        error.text);
	if (witness->ring.bytes)
		bell_close(&witness->bell);
	ring_close(&witness->ring);
	free(witness->store);
	free(witness->packets);
	witness->store = NULL;
	witness->packets = NULL;
}
