/*
 * Streaming gzip and zstd: several members or frames in a row are one stream, and zero
 * padding behind the last one is ignored.
 */
#ifndef RINGFENCE_PLATFORM_DECOMPRESS_H
#define RINGFENCE_PLATFORM_DECOMPRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum decompress_kind {
	DECOMPRESS_NONE,
	DECOMPRESS_GZIP,
	DECOMPRESS_ZSTD,
};

struct decompressor;

/* One step: what there is to read, where to write; both are moved on. */
struct decompress_step {
	const uint8_t *in;
	size_t in_bytes;
	uint8_t *out;
	size_t out_bytes;
};

enum { DECOMPRESS_MAGIC_BYTES = 4 };

/* What the first bytes of a file (at most DECOMPRESS_MAGIC_BYTES are looked at) announce.
 */
enum decompress_kind decompress_detect(const uint8_t *bytes, size_t count);

/* NULL when there is no memory. */
struct decompressor *decompressor_open(enum decompress_kind kind);
void decompressor_close(struct decompressor **decompressor);

/* False when the data are damaged. in_bytes may be 0 to fetch what is left inside. */
bool decompressor_step(struct decompressor *decompressor, struct decompress_step *step);

/* Whether the data so far end where a stream may end. */
bool decompressor_complete(const struct decompressor *decompressor);

#endif
