/*
 * Messages to people: one line each on a file descriptor (standard error), written in one
 * piece. Logging is never error handling, and its own failure is ignored.
 */
#ifndef RINGFENCE_PLATFORM_LOG_H
#define RINGFENCE_PLATFORM_LOG_H

#include <stdbool.h>

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARNING,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG,
};

struct log {
	const char *program;  /* begins each line; borrowed, NULL = none */
	enum log_level level; /* what is less urgent is left out */
	int fd;
	bool journal; /* lines begin with <3> and the like, for systemd's journal */
};

/* To standard error; journal when systemd says that it reads it. */
void log_init(struct log *log, const char *program, enum log_level level);

/*
 * One line; a missing full stop or new line is the caller's wording, control characters
 * become question marks, and what is longer than 1,000 bytes is cut.
 */
__attribute__((format(printf, 3, 4))) void log_write(
        const struct log *log, enum log_level level, const char *format, ...);

/* "error", "warning", "info" or "debug"; false leaves *level alone. */
bool log_level_parse(const char *name, enum log_level *level);

#endif
