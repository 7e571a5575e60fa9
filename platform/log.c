#include "platform/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINE_BYTES = 1000 };

struct level_row {
	const char *name;
	const char *journal; /* the priority, as of sd-daemon(3) */
};

static const struct level_row levels[] = {
        [LOG_LEVEL_ERROR] = {"error", "<3>"},
        [LOG_LEVEL_WARNING] = {"warning", "<4>"},
        [LOG_LEVEL_INFO] = {"info", "<6>"},
        [LOG_LEVEL_DEBUG] = {"debug", "<7>"},
};

void log_init(struct log *log, const char *program, enum log_level level)
{
	*log = (struct log){
	        .program = program,
	        .level = level,
	        .fd = STDERR_FILENO,
	        .journal = getenv("JOURNAL_STREAM") != NULL && !isatty(STDERR_FILENO),
	};
}

void log_write(const struct log *log, enum log_level level, const char *format, ...)
{
	if (level > log->level)
		return;
	char line[LINE_BYTES + 2];
	int begun = 0;
	if (log->journal)
		begun = snprintf(line, LINE_BYTES, "%s", levels[level].journal);
	else if (log->program)
		begun = snprintf(
		        line, LINE_BYTES, "%s: %s: ", log->program, levels[level].name);
	size_t len = begun > 0 ? (size_t)begun : 0;
	if (len >= LINE_BYTES)
		len = LINE_BYTES - 1;
	va_list arguments;
	va_start(arguments, format);
	const int added = vsnprintf(line + len, LINE_BYTES - len, format, arguments);
	va_end(arguments);
	const size_t room = LINE_BYTES - 1 - len;
	const size_t wanted = added > 0 ? (size_t)added : 0;
	len += wanted < room ? wanted : room;
	/* A name from the wire must not steer a terminal or fake a second line. */
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
			line[i] = '?';
	line[len++] = '\n';
	const ssize_t written = write(log->fd, line, len);
	(void)written;
}

bool log_level_parse(const char *name, enum log_level *level)
{
	for (size_t i = 0; i < sizeof(levels) / sizeof(*levels); i++) {
		if (strcmp(name, levels[i].name) != 0)
			continue;
		*level = (enum log_level)i;
		return true;
	}
	return false;
}
