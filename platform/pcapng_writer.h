/*
 * Writes evidence as pcapng: packets from several captures in one file, each with
 * comments that say why it is there. There is one interface per source and link type, in
 * the order of their first packets; stamps are in microseconds. The same packets and
 * comments give the same bytes.
 *
 * Source: draft-ietf-opsawg-pcapng.
 */
#ifndef RINGFENCE_PLATFORM_PCAPNG_WRITER_H
#define RINGFENCE_PLATFORM_PCAPNG_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/slice.h"
#include "engine/frame/packet.h"

struct pcapng_writer;

enum { PCAPNG_COMMENT_MAX = 65535 /* bytes; a longer comment is cut */ };

struct pcapng_writer_error {
	char text[160]; /* goes behind "PATH: ", without a full stop */
};

struct pcapng_writer_options {
	const char *application;         /* who writes it; borrowed */
	const char *const *source_names; /* by packet.source; borrowed, may be NULL */
	size_t source_count;
};

/* Makes or replaces the file, readable by its user and group; NULL with *error set. */
struct pcapng_writer *pcapng_writer_open(const char *path,
        const struct pcapng_writer_options *options, struct pcapng_writer_error *error);

/*
 * Adds a packet. False when something could not be written; that stays so, and
 * pcapng_writer_close says why.
 */
bool pcapng_writer_add(struct pcapng_writer *writer, const struct packet *packet,
        const struct slice *comments, size_t count);

/* Bytes of the file so far. */
uint64_t pcapng_writer_bytes(const struct pcapng_writer *writer);

/*
 * Writes what waits, closes and clears. False with *error set when the file is not
 * complete, for example because the disk is full; NULL inside is fine.
 */
bool pcapng_writer_close(
        struct pcapng_writer **writer, struct pcapng_writer_error *error);

#endif
