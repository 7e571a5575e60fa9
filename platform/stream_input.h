/*
 * Bytes of a file or pipe, decompressed if need be, seen through a window: peek shows the
 * next bytes in one piece, skip consumes. A plain file is a mapping, walked in steps so
 * that what is behind is given back; all else is a buffer that grows up to what is asked
 * for, so callers ask for bounded amounts only. Private to the capture reader.
 */
#ifndef RINGFENCE_PLATFORM_STREAM_INPUT_H
#define RINGFENCE_PLATFORM_STREAM_INPUT_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct decompressor;

/* Why no more bytes come. */
enum input_end {
	INPUT_MORE,       /* it has not ended yet */
	INPUT_DONE,       /* the end of the file */
	INPUT_CUT_OFF,    /* compressed data end before their end */
	INPUT_DAMAGED,    /* compressed data are not what they should be */
	INPUT_UNREADABLE, /* the system reports an error: error_number */
	INPUT_NO_MEMORY,
};

struct input {
	const uint8_t *next; /* the first byte not consumed */
	const uint8_t *end;  /* of the bytes in sight */
	const uint8_t *window;
	uint64_t window_offset; /* of window in the decompressed file */
	enum input_end ended;
	int error_number;

	int fd;
	bool mapped;
	uint8_t *memory; /* the mapping, or the buffer; owned */
	size_t memory_bytes;
	size_t behind;                     /* bytes of the mapping that were given back */
	uint64_t file_bytes;               /* 0 = not known */
	uint64_t read_bytes;               /* of the file, as it lies on the disk */
	const volatile sig_atomic_t *stop; /* borrowed; NULL = do not follow */

	struct decompressor *decompressor; /* owned; NULL = none */
	uint8_t *raw;                      /* compressed bytes; owned */
	size_t raw_next;
	size_t raw_end;
};

/*
 * Takes over fd, also when it fails (false: no memory). stop may be NULL. The input looks
 * at its first bytes to tell compressed from plain.
 */
bool input_open(struct input *input, int fd, const volatile sig_atomic_t *stop);
void input_close(struct input *input);

/* Brings at least need bytes into sight; NULL if there are not that many. */
const uint8_t *input_fill(struct input *input, size_t need);

static inline size_t input_in_sight(const struct input *input)
{
	return (size_t)(input->end - input->next);
}

static inline const uint8_t *input_peek(struct input *input, size_t need)
{
	if (__builtin_expect(input_in_sight(input) >= need, 1))
		return input->next;
	return input_fill(input, need);
}

/* Consumes bytes that are in sight. */
static inline void input_skip(struct input *input, size_t count)
{
	input->next += count;
}

/* Position of the next byte in the decompressed file. */
static inline uint64_t input_offset(const struct input *input)
{
	return input->window_offset + (uint64_t)(input->next - input->window);
}

#endif
