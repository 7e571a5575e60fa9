#include "platform/decompress.h"

#include <stdlib.h>

#define ZLIB_CONST
#include <zlib.h>
#include <zstd.h>

struct decompressor {
	enum decompress_kind kind;
	bool between; /* members: a stream may end here */
	z_stream gzip;
	ZSTD_DCtx *zstd;
};

enum { GZIP_WINDOW = 15 + 16 /* zlib: the largest window, gzip only */ };

enum decompress_kind decompress_detect(const uint8_t *bytes, size_t count)
{
	if (count >= 3 && bytes[0] == 0x1f && bytes[1] == 0x8b && bytes[2] == 8)
		return DECOMPRESS_GZIP;
	if (count < DECOMPRESS_MAGIC_BYTES)
		return DECOMPRESS_NONE;
	const uint32_t magic = (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 |
	                       (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
	/* A zstd file may begin with a skippable frame, whose last digit is free. */
	if (magic == ZSTD_MAGICNUMBER ||
	        (magic & ZSTD_MAGIC_SKIPPABLE_MASK) == ZSTD_MAGIC_SKIPPABLE_START)
		return DECOMPRESS_ZSTD;
	return DECOMPRESS_NONE;
}

struct decompressor *decompressor_open(enum decompress_kind kind)
{
	struct decompressor *decompressor = calloc(1, sizeof(*decompressor));
	if (!decompressor)
		return NULL;
	decompressor->kind = kind;
	decompressor->between = true;
	bool opened = false;
	if (kind == DECOMPRESS_GZIP) {
		opened = inflateInit2(&decompressor->gzip, GZIP_WINDOW) == Z_OK;
	} else {
		decompressor->zstd = ZSTD_createDCtx();
		opened = decompressor->zstd != NULL;
	}
	if (!opened) {
		free(decompressor);
		return NULL;
	}
	return decompressor;
}

void decompressor_close(struct decompressor **decompressor)
{
	if (!*decompressor)
		return;
	if ((*decompressor)->kind == DECOMPRESS_GZIP)
		(void)inflateEnd(&(*decompressor)->gzip);
	(void)ZSTD_freeDCtx((*decompressor)->zstd);
	free(*decompressor);
	*decompressor = NULL;
}

static bool step_gzip(struct decompressor *decompressor, struct decompress_step *step)
{
	z_stream *gzip = &decompressor->gzip;
	if (decompressor->between) {
		while (step->in_bytes && *step->in == 0) {
			step->in++;
			step->in_bytes--;
		}
		if (!step->in_bytes)
			return true;
		(void)inflateReset(gzip);
		decompressor->between = false;
	}
	gzip->next_in = step->in;
	gzip->avail_in = step->in_bytes > UINT32_MAX ? UINT32_MAX : (uInt)step->in_bytes;
	gzip->next_out = step->out;
	gzip->avail_out =
	        step->out_bytes > UINT32_MAX ? UINT32_MAX : (uInt)step->out_bytes;
	const int result = inflate(gzip, Z_NO_FLUSH);
	step->in_bytes -= (size_t)(gzip->next_in - step->in);
	step->in = gzip->next_in;
	step->out_bytes -= (size_t)(gzip->next_out - step->out);
	step->out = gzip->next_out;
	decompressor->between = result == Z_STREAM_END;
	return result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR;
}

static bool step_zstd(struct decompressor *decompressor, struct decompress_step *step)
{
	ZSTD_inBuffer in = {.src = step->in, .size = step->in_bytes};
	ZSTD_outBuffer out = {.dst = step->out, .size = step->out_bytes};
	if (decompressor->between && !step->in_bytes)
		return true;
	const size_t result = ZSTD_decompressStream(decompressor->zstd, &out, &in);
	step->in += in.pos;
	step->in_bytes -= in.pos;
	step->out += out.pos;
	step->out_bytes -= out.pos;
	decompressor->between = result == 0;
	return ZSTD_isError(result) == 0;
}

bool decompressor_step(struct decompressor *decompressor, struct decompress_step *step)
{
	if (decompressor->kind == DECOMPRESS_GZIP)
		return step_gzip(decompressor, step);
	return step_zstd(decompressor, step);
}

bool decompressor_complete(const struct decompressor *decompressor)
{
	return decompressor->between;
}
