#include "platform/stream_input.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "platform/decompress.h"

enum {
	BUFFER_BYTES = 256 * 1024,    /* of a buffer before anything large is asked for */
	STEP_BYTES = 1024 * 1024,     /* of a mapping brought into sight at a time */
	FOLLOW_WAIT_MS = 50,          /* between looks at a file that is still written */
};

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#endif

/* True when a following reader shall look again. */
static bool wait_for_more(const struct input *input)
{
	if (!input->stop || *input->stop)
		return false;
	const struct timespec pause = {.tv_nsec = FOLLOW_WAIT_MS * 1000L * 1000L};
	(void)nanosleep(&pause, NULL);
	return *input->stop == 0;
}

/* Reads into memory; 0 when there is no more, with ended set. */
static size_t read_some(struct input *input, uint8_t *memory, size_t bytes)
{
	for (;;) {
		const ssize_t count = read(input->fd, memory, bytes);
		if (count > 0) {
			input->read_bytes += (uint64_t)count;
			return (size_t)count;
		}
		const bool again = count < 0 && (errno == EINTR || errno == EAGAIN);
		if (again && !(input->stop && *input->stop))
			continue;
		if (count < 0 && !again) {
			input->ended = INPUT_UNREADABLE;
			input->error_number = errno;
			return 0;
		}
		if (!wait_for_more(input)) {
			input->ended = INPUT_DONE;
			return 0;
		}
	}
}

/* Decompresses into memory; 0 when there is no more, with ended set. */
static size_t decompress_some(struct input *input, uint8_t *memory, size_t bytes)
{
	struct decompress_step step = {.out = memory, .out_bytes = bytes};
	while (step.out_bytes == bytes) {
		step.in = input->raw + input->raw_next;
		step.in_bytes = input->raw_end - input->raw_next;
		const size_t in_before = step.in_bytes;
		if (!decompressor_step(input->decompressor, &step)) {
			input->ended = INPUT_DAMAGED;
			break;
		}
		input->raw_next += in_before - step.in_bytes;
		if (step.out_bytes != bytes || step.in_bytes != in_before)
			continue;
		/* Nothing moved: it wants more to read. */
		if (input->raw_next != input->raw_end) {
			input->ended = INPUT_DAMAGED;
			break;
		}
		input->raw_next = 0;
		input->raw_end = read_some(input, input->raw, BUFFER_BYTES);
		if (input->raw_end)
			continue;
		if (input->ended == INPUT_DONE &&
		        !decompressor_complete(input->decompressor))
			input->ended = INPUT_CUT_OFF;
		break;
	}
	return bytes - step.out_bytes;
}

/*
 * Moves what is in sight to the front of a buffer of at least twice need bytes: each move
 * is paid for by as much reading.
 */
static bool make_room(struct input *input, size_t need)
{
	const size_t kept = input_in_sight(input);
	uint8_t *memory = input->memory;
	if (need > input->memory_bytes / 2) {
		size_t bytes = input->memory_bytes ? input->memory_bytes : BUFFER_BYTES;
		while (bytes / 2 < need)
			bytes *= 2;
		memory = malloc(bytes);
		if (!memory) {
			input->ended = INPUT_NO_MEMORY;
			return false;
		}
		input->memory_bytes = bytes;
	}
	if (kept)
		memmove(memory, input->next, kept);
	input->window_offset += (uint64_t)(input->next - input->window);
	input->window = memory;
	input->next = memory;
	input->end = memory + kept;
	if (memory != input->memory)
		free(input->memory);
	input->memory = memory;
	return true;
}

static const uint8_t *fill_buffer(struct input *input, size_t need)
{
	if (!make_room(input, need))
		return NULL;
	while (input_in_sight(input) < need) {
		if (input->ended != INPUT_MORE)
			return NULL;
		const size_t kept = input_in_sight(input);
		uint8_t *room = input->memory + kept;
		const size_t bytes = input->memory_bytes - kept;
		input->end += input->decompressor ? decompress_some(input, room, bytes)
		                                  : read_some(input, room, bytes);
	}
	return input->next;
}

/* Brings the next step of the mapping into sight and gives back what lies behind. */
static const uint8_t *fill_mapped(struct input *input, size_t need)
{
	const size_t position = (size_t)(input->next - input->memory);
	const size_t seen = (size_t)(input->end - input->memory);
	size_t more = input->memory_bytes - seen;
	if (more > STEP_BYTES + need)
		more = STEP_BYTES + need;
	/* Advice only: what cannot be had ahead comes by page faults. */
	const size_t page = seen & ~(size_t)4095;
	(void)madvise(input->memory + page, seen + more - page, MADV_POPULATE_READ);
	const size_t done = position & ~(size_t)(STEP_BYTES - 1);
	if (done > input->behind) {
		(void)madvise(input->memory + input->behind, done - input->behind,
		        MADV_DONTNEED);
		input->behind = done;
	}
	input->end += more;
	input->read_bytes = seen + more;
	if (input_in_sight(input) >= need)
		return input->next;
	input->ended = INPUT_DONE;
	return NULL;
}

const uint8_t *input_fill(struct input *input, size_t need)
{
	/* What has ended is in sight as a whole. */
	if (input->ended != INPUT_MORE)
		return NULL;
	if (input->mapped)
		return fill_mapped(input, need);
	return fill_buffer(input, need);
}

/* Maps a plain file from its start; leaves the input alone when that cannot be. */
static void try_mapping(struct input *input)
{
	if (!input->file_bytes || input->file_bytes > SIZE_MAX || input->stop)
		return;
	uint8_t magic[DECOMPRESS_MAGIC_BYTES];
	const ssize_t count = pread(input->fd, magic, sizeof(magic), 0);
	if (count <= 0 || lseek(input->fd, 0, SEEK_CUR) != 0 ||
	        decompress_detect(magic, (size_t)count) != DECOMPRESS_NONE)
		return;
	void *memory = mmap(
	        NULL, (size_t)input->file_bytes, PROT_READ, MAP_PRIVATE, input->fd, 0);
	if (memory == MAP_FAILED)
		return;
	(void)madvise(memory, (size_t)input->file_bytes, MADV_SEQUENTIAL);
	/* A run over thousands of files must not run out of descriptors. */
	(void)close(input->fd);
	input->fd = -1;
	input->mapped = true;
	input->memory = memory;
	input->memory_bytes = (size_t)input->file_bytes;
	input->next = input->end = input->window = input->memory;
}

/* Turns a buffered input whose first bytes are in sight into a decompressing one. */
static bool start_decompressing(struct input *input, enum decompress_kind kind)
{
	const size_t seen = input_in_sight(input);
	input->raw = malloc(BUFFER_BYTES);
	input->decompressor = input->raw ? decompressor_open(kind) : NULL;
	if (!input->decompressor)
		return false;
	memcpy(input->raw, input->next, seen);
	input->raw_end = seen;
	input->next = input->end = input->window = input->memory;
	if (input->ended == INPUT_DONE)
		input->ended = INPUT_MORE;
	return true;
}

bool input_open(struct input *input, int fd, const volatile sig_atomic_t *stop)
{
	*input = (struct input){.fd = fd, .stop = stop};
	struct stat status;
	if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0)
		input->file_bytes = (uint64_t)status.st_size;
	try_mapping(input);
	if (input->mapped)
		return true;
	const uint8_t *magic = input_peek(input, DECOMPRESS_MAGIC_BYTES);
	const enum decompress_kind kind =
	        magic ? decompress_detect(magic, DECOMPRESS_MAGIC_BYTES)
	              : DECOMPRESS_NONE;
	if (input->ended == INPUT_NO_MEMORY ||
	        (kind != DECOMPRESS_NONE && !start_decompressing(input, kind))) {
		input_close(input);
		return false;
	}
	return true;
}

void input_close(struct input *input)
{
	decompressor_close(&input->decompressor);
	free(input->raw);
	if (input->mapped)
		(void)munmap(input->memory, input->memory_bytes);
	else
		free(input->memory);
	if (input->fd >= 0)
		(void)close(input->fd);
	*input = (struct input){.fd = -1};
}
