#define _GNU_SOURCE /* mkostemp */

#include "platform/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK_BYTES = 64 * 1024, DIRECTORY_MODE = 0755, FILE_MODE = 0644 };

/* Always false, so that it can be returned. */
static bool fail(struct file_error *error, int number)
{
	const char *why = strerror(number);
	if (number == ENOENT)
		why = "does not exist";
	else if (number == EACCES)
		why = "access is refused to this user";
	else if (number == EISDIR)
		why = "is a directory";
	else if (number == ENOMEM)
		why = "out of memory";
	else if (number == ENOSPC)
		why = "the disk is full";
	(void)snprintf(error->text, sizeof(error->text), "%s", why);
	return false;
}

/* Room for one more chunk and a zero byte. */
static bool text_grow(struct file_text *text, size_t *capacity)
{
	if (*capacity - text->len > CHUNK_BYTES)
		return true;
	const size_t bytes = *capacity ? 2 * *capacity : 2 * (size_t)CHUNK_BYTES;
	char *data = realloc(text->data, bytes);
	if (!data)
		return false;
	text->data = data;
	*capacity = bytes;
	return true;
}

static int read_all(int fd, size_t bytes_max, struct file_text *text)
{
	size_t capacity = 0;
	for (;;) {
		if (!text_grow(text, &capacity))
			return ENOMEM;
		const ssize_t count = read(fd, text->data + text->len, CHUNK_BYTES);
		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return errno;
		if (count == 0)
			break;
		text->len += (size_t)count;
		if (text->len > bytes_max)
			return EFBIG;
	}
	text->data[text->len] = '\0';
	return 0;
}

bool file_read(const char *path, size_t bytes_max, struct file_text *text,
        struct file_error *error)
{
	*text = (struct file_text){0};
	const int fd = strcmp(path, "-") == 0 ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
	                                      : open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return fail(error, errno);
	const int number = read_all(fd, bytes_max, text);
	(void)close(fd);
	if (!number)
		return true;
	file_text_free(text);
	if (number != EFBIG)
		return fail(error, number);
	(void)snprintf(error->text, sizeof(error->text),
	        "is larger than the %zu bytes that are read of such a file", bytes_max);
	return false;
}

void file_text_free(struct file_text *text)
{
	free(text->data);
	*text = (struct file_text){0};
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool name_wanted(const char *name, const char *suffix)
{
	const size_t len = strlen(name);
	const size_t suffix_len = strlen(suffix);
	return name[0] != '.' && len >= suffix_len &&
	       strcmp(name + len - suffix_len, suffix) == 0;
}

/* Takes a copy of the name; false when there is no memory. */
static bool list_add(struct file_list *list, size_t *capacity, const char *name)
{
	if (list->count == *capacity) {
		const size_t more = *capacity ? 2 * *capacity : 16;
		char **names = realloc(list->names, more * sizeof(*names));
		if (!names)
			return false;
		list->names = names;
		*capacity = more;
	}
	const size_t bytes = strlen(name) + 1;
	char *copy = malloc(bytes);
	if (!copy)
		return false;
	list->names[list->count++] = memcpy(copy, name, bytes);
	return true;
}

bool file_list(const char *path, const char *suffix, struct file_list *list,
        struct file_error *error)
{
	*list = (struct file_list){0};
	DIR *directory = opendir(path);
	if (!directory)
		return fail(error, errno);
	size_t capacity = 0;
	int number = 0;
	while (!number) {
		errno = 0;
		const struct dirent *entry = readdir(directory);
		if (!entry) {
			number = errno;
			break;
		}
		if (name_wanted(entry->d_name, suffix) &&
		        !list_add(list, &capacity, entry->d_name))
			number = ENOMEM;
	}
	(void)closedir(directory);
	if (number) {
		file_list_free(list);
		return fail(error, number);
	}
	if (list->count)
		qsort(list->names, list->count, sizeof(*list->names), compare_names);
	return true;
}

void file_list_free(struct file_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->names[i]);
	free(list->names);
	*list = (struct file_list){0};
}

bool file_is_directory(const char *path)
{
	struct stat status;
	return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

bool file_make_directories(const char *path, struct file_error *error)
{
	char *partial = strdup(path);
	if (!partial)
		return fail(error, ENOMEM);
	int number = 0;
	for (char *end = partial; *end && !number; end++) {
		if (end[1] != '/' && end[1] != '\0')
			continue;
		const char kept = end[1];
		end[1] = '\0';
		if (mkdir(partial, DIRECTORY_MODE) < 0 && !file_is_directory(partial))
			number = errno;
		end[1] = kept;
	}
	free(partial);
	return number ? fail(error, number) : true;
}

/* Writes and syncs; 0 or what errno said. */
static int write_all(int fd, struct slice text)
{
	while (text.len) {
		const ssize_t count = write(fd, text.data, text.len);
		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return errno;
		text = slice_from(text, (size_t)count);
	}
	return fsync(fd) < 0 ? errno : 0;
}

bool file_write(const char *path, struct slice text, struct file_error *error)
{
	static const char suffix[] = ".XXXXXX";
	const size_t len = strlen(path);
	char *temporary = malloc(len + sizeof(suffix));
	if (!temporary)
		return fail(error, ENOMEM);
	memcpy(temporary, path, len);
	memcpy(temporary + len, suffix, sizeof(suffix));
	const int fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0) {
		const int number = errno;
		free(temporary);
		return fail(error, number);
	}
	int number = write_all(fd, text);
	if (!number && fchmod(fd, FILE_MODE) < 0)
		number = errno;
	if (close(fd) < 0 && !number)
		number = errno;
	if (!number && rename(temporary, path) < 0)
		number = errno;
	if (number)
		(void)unlink(temporary);
	free(temporary);
	return number ? fail(error, number) : true;
}
