/*
 * The thread that keeps the last packets in memory and writes captures of alerts: what
 * counted towards the alert, what its source sent before, the signalling and media of the
 * call involved, and what follows for a while. Captures keep to a quota of the disk, and
 * none is begun when the disk runs low. On request it records every packet.
 */
#ifndef RINGFENCE_SENSOR_WITNESS_H
#define RINGFENCE_SENSOR_WITNESS_H

#include <pthread.h>

#include "engine/engine.h"
#include "platform/log.h"
#include "sensor/ring.h"

enum {
	WITNESS_NAME_BYTES = 192,
	WITNESS_ADDRESSES_MAX = 16,
	WITNESS_CALL_ID_BYTES = 256,
	WITNESS_OPEN_MAX = 16, /* captures that are written at the same time */
};

struct pcapng_writer;

/* An alert that wants a capture: what to look for. */
struct witness_case {
	char name[WITNESS_NAME_BYTES]; /* of the file */
	char why[256];
	uint64_t until_us;
	struct address source; /* whose packets count; none = nobody's */
	char call_id[WITNESS_CALL_ID_BYTES];
	size_t call_id_len;
	uint32_t media_count;
	struct endpoint media[WITNESS_ADDRESSES_MAX];
	uint32_t packet_count;
	struct packet_ref packets[ALERT_EVIDENCE_MAX];
};

/* What the ring holds: a packet with its bytes behind, or a case behind. */
struct witness_record {
	bool is_case;
	struct packet packet;
};

struct witness_file {
	struct pcapng_writer *writer; /* NULL = free */
	struct witness_case about;
};

/* A packet in memory; its bytes lie in the store at offset. */
struct witness_packet {
	struct packet packet;
	size_t offset;
};

struct witness {
	const char *directory; /* NULL = no captures */
	const char *record;    /* file for every packet, NULL = none */
	const char *node;
	const char *const *sources;
	size_t source_count;
	uint64_t quota_bytes;
	uint64_t floor_bytes;
	uint64_t after_us;
	const struct log *log;
	struct ring ring; /* filled by the judge */
	struct bell bell;
	const atomic_bool *judge_done;
	uint8_t *store; /* the last packets' bytes, around and around */
	size_t store_bytes;
	size_t store_at;
	struct witness_packet *packets; /* around and around as well */
	size_t packets_max;
	size_t first; /* the oldest packet that is still whole */
	size_t count;
	struct witness_file files[WITNESS_OPEN_MAX];
	struct pcapng_writer *all;
	atomic_uint_fast64_t lost; /* packets the ring had no room for */
	atomic_uint_fast64_t written;
	atomic_uint_fast64_t removed; /* old captures, for the quota */
	atomic_uint_fast64_t refused; /* captures: too many at once, or the disk is low */
	pthread_t thread;
	bool started;
};

bool witness_wanted(const struct witness *witness);
bool witness_open(struct witness *witness, size_t ring_bytes, size_t memory_bytes);
bool witness_start(struct witness *witness);
void witness_close(struct witness *witness);

/* The judge's calls: a packet it judged; an alert it raised. */
void witness_packet(struct witness *witness, const struct packet *packet);
/* False when the alert gets no capture; else *name is the file's. */
bool witness_alert(struct witness *witness, const struct engine *engine,
        const struct alert *alert, char name[WITNESS_NAME_BYTES]);

#endif
