#include "platform/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/capture_format.h"

/* Files that people take for captures, by their first bytes. */
struct stranger {
	const char *magic;
	size_t len;
	const char *advice;
};

static const struct stranger strangers[] = {
        {"\xfd"
         "7zXZ",
                5, "is compressed by xz: decompress it first"},
        {"BZh", 3, "is compressed by bzip2: decompress it first"},
        {"\x04\x22\x4d\x18", 4, "is compressed by lz4: decompress it first"},
        {"PK\x03\x04", 4, "is a zip archive: unpack it first"},
        {"GMBU", 4, "is a capture of Network Monitor: convert it by editcap -F pcapng"},
        {"RTSS", 4, "is a capture of Network Monitor: convert it by editcap -F pcapng"},
        {"XCP\0", 4, "is a capture of NetXRay: convert it by editcap -F pcapng"},
        {"TRSNIFF data", 12, "is a capture of Sniffer: convert it by editcap -F pcapng"},
};

static const char not_a_capture[] =
        "is not a capture (pcap, pcapng, ERF and snoop are known, plain or compressed "
        "by gzip or zstd)";

void capture_say(struct capture *capture, uint64_t offset, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	capture->problem.offset = offset;
	(void)vsnprintf(
	        capture->problem.text, sizeof(capture->problem.text), format, arguments);
	va_end(arguments);
}

enum capture_result capture_give_up(struct capture *capture)
{
	capture->ended = true;
	return CAPTURE_CORRUPT;
}

enum capture_result capture_finish(struct capture *capture, const char *what)
{
	const struct input *input = &capture->input;
	const uint64_t offset = input_offset(input);
	const size_t left = input_in_sight(input);
	capture->ended = true;
	switch (input->ended) {
	case INPUT_MORE:
	case INPUT_DONE:
		if (!left)
			return CAPTURE_END;
		capture_say(capture, offset,
		        "was cut off: its last %zu bytes, from byte %" PRIu64
		        " on, are not a whole %s",
		        left, offset, what);
		return CAPTURE_CUT_OFF;
	case INPUT_CUT_OFF:
		capture_say(capture, offset,
		        "was cut off: its compressed data end too early, after byte "
		        "%" PRIu64 " of the capture",
		        offset + left);
		return CAPTURE_CUT_OFF;
	case INPUT_DAMAGED:
		capture_say(capture, offset,
		        "is damaged: its compressed data are wrong behind byte %" PRIu64
		        " of the capture",
		        offset + left);
		return CAPTURE_CORRUPT;
	case INPUT_UNREADABLE:
		capture_say(capture, offset,
		        "could not be read behind byte %" PRIu64 ": %s", offset + left,
		        strerror(input->error_number));
		return CAPTURE_CORRUPT;
	case INPUT_NO_MEMORY:
		capture_say(capture, offset,
		        "could not be read behind byte %" PRIu64 ": out of memory",
		        offset + left);
		return CAPTURE_CORRUPT;
	}
	return CAPTURE_CORRUPT;
}

/* Opens the path for reading; -1 with *error set. */
static int open_path(const char *path, struct capture_error *error)
{
	const bool standard_input = strcmp(path, "-") == 0;
	const int fd = standard_input ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
	                              : open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		const char *why = strerror(errno);
		if (errno == ENOENT)
			why = "does not exist";
		else if (errno == EACCES)
			why = "may not be read by this user";
		else if (errno == EBADF && standard_input)
			why = "is closed";
		(void)snprintf(error->text, sizeof(error->text), "%s", why);
		return -1;
	}
	struct stat status;
	if (fstat(fd, &status) == 0 && S_ISDIR(status.st_mode)) {
		(void)snprintf(error->text, sizeof(error->text), "is a directory");
		(void)close(fd);
		return -1;
	}
	return fd;
}

/* Why no format knows the file: in *error. */
static void explain(struct input *input, struct capture_error *error)
{
	const char *why = not_a_capture;
	const uint8_t *first = input_peek(input, 1);
	if (!first && input->ended == INPUT_DONE)
		why = input->decompressor ? "holds nothing but compression" : "is empty";
	else if (!first && input->ended == INPUT_CUT_OFF)
		why = "was cut off: its compressed data end before they begin";
	else if (!first && input->ended == INPUT_DAMAGED)
		why = "is damaged: its compressed data are wrong from the start";
	else if (input->ended == INPUT_UNREADABLE)
		why = strerror(input->error_number);
	else if (input->ended == INPUT_NO_MEMORY)
		why = "could not be opened: out of memory";
	for (size_t i = 0; first && i < sizeof(strangers) / sizeof(*strangers); i++) {
		const struct stranger *stranger = &strangers[i];
		const uint8_t *bytes = input_peek(input, stranger->len);
		if (bytes && memcmp(bytes, stranger->magic, stranger->len) == 0)
			why = stranger->advice;
	}
	(void)snprintf(error->text, sizeof(error->text), "%s", why);
}

struct capture *capture_open_following(const char *path, uint16_t source,
        const volatile sig_atomic_t *stop, struct capture_error *error)
{
	*error = (struct capture_error){0};
	const int fd = open_path(path, error);
	if (fd < 0)
		return NULL;
	struct capture *capture = calloc(1, sizeof(*capture));
	if (!capture)
		(void)close(fd);
	if (!capture || !input_open(&capture->input, fd, stop)) {
		(void)snprintf(error->text, sizeof(error->text),
		        "could not be opened: out of memory");
		free(capture);
		return NULL;
	}
	capture->source = source;
	/* ERF has no magic number: it is asked last. */
	if (pcap_recognise(capture) || pcapng_recognise(capture) ||
	        snoop_recognise(capture) || erf_recognise(capture))
		return capture;
	*error = capture->problem;
	if (!error->text[0])
		explain(&capture->input, error);
	capture_close(&capture);
	return NULL;
}

struct capture *capture_open(
        const char *path, uint16_t source, struct capture_error *error)
{
	return capture_open_following(path, source, NULL, error);
}

enum capture_result capture_next(struct capture *capture, struct packet *packet)
{
	if (__builtin_expect(capture->ended, 0))
		return CAPTURE_END;
	return capture->next(capture, packet);
}

const struct capture_error *capture_problem(const struct capture *capture)
{
	return &capture->problem;
}

void capture_progress(const struct capture *capture, uint64_t *done, uint64_t *total)
{
	const struct input *input = &capture->input;
	*total = input->file_bytes;
	*done = input->read_bytes;
	/* Where nothing is decompressed, what is in sight is not done yet. */
	if (!input->decompressor)
		*done = input_offset(input);
}

const char *capture_format_name(const struct capture *capture)
{
	return capture->format_name;
}

void capture_close(struct capture **capture)
{
	if (!*capture)
		return;
	pcapng_release(*capture);
	input_close(&(*capture)->input);
	free(*capture);
	*capture = NULL;
}
