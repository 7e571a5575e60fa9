/*
 * Small files and directories: read as a whole, listed in order, written so that nobody
 * ever sees half of one.
 */
#ifndef RINGFENCE_PLATFORM_FILE_H
#define RINGFENCE_PLATFORM_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/base/slice.h"

struct file_error {
	char text[160]; /* goes behind "PATH: ", without a full stop */
};

struct file_text {
	char *data; /* owned; a zero byte stands behind the last one */
	size_t len;
};

struct file_list {
	char **names; /* owned, sorted by bytes; without the directory */
	size_t count;
};

/* Reads a file of at most bytes_max bytes; "-" is standard input. */
bool file_read(const char *path, size_t bytes_max, struct file_text *text,
        struct file_error *error);
void file_text_free(struct file_text *text);

/*
 * The names in a directory that end in suffix ("" = all) and do not begin with a dot.
 */
bool file_list(const char *path, const char *suffix, struct file_list *list,
        struct file_error *error);
void file_list_free(struct file_list *list);

bool file_is_directory(const char *path);

/* Makes the directory and those above it that are missing; there already is fine. */
bool file_make_directories(const char *path, struct file_error *error);

/*
 * Writes the whole text beside path and renames it: path has the old or the new content,
 * also after a crash.
 */
bool file_write(const char *path, struct slice text, struct file_error *error);

#endif
