/*
 * An allocator for tests that is preloaded before the C library's: the allocation with
 * the number in FAIL_AT fails, and with FAIL_AFTER=1 every later one too. At the end of
 * the process it writes the number of allocations to the file named in FAIL_COUNT.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t count, size_t bytes);
void *__libc_realloc(void *old, size_t bytes);

/* A preloaded object has no caller that could hold its state. */
static unsigned long allocations;
static unsigned long fail_at;
static bool fail_after;
static bool ready;

static unsigned long environment_number(const char *name)
{
	const char *text = getenv(name);
	unsigned long value = 0;

	for (; text && *text >= '0' && *text <= '9'; text++)
		value = value * 10 + (unsigned long)(*text - '0');
	return value;
}

static bool refuse(void)
{
	if (!ready)
		return false; /* the loader's own allocations */
	const unsigned long number =
	        __atomic_add_fetch(&allocations, 1, __ATOMIC_RELAXED);

	if (fail_at == 0 || !(number == fail_at || (fail_after && number > fail_at)))
		return false;
	errno = ENOMEM;
	return true;
}

static __attribute__((constructor)) void begin(void)
{
	fail_at = environment_number("FAIL_AT");
	fail_after = environment_number("FAIL_AFTER") != 0;
	ready = true;
}

static __attribute__((destructor)) void end(void)
{
	const char *path = getenv("FAIL_COUNT");
	char digits[24];
	size_t at = sizeof(digits);
	unsigned long value = allocations;

	if (!path)
		return;
	do {
		digits[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	const int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (file < 0)
		return;
	if (write(file, digits + at, sizeof(digits) - at) < 0)
		(void)unlink(path);
	(void)close(file);
}

void *malloc(size_t bytes)
{
	return refuse() ? NULL : __libc_malloc(bytes);
}

void *calloc(size_t count, size_t bytes)
{
	return refuse() ? NULL : __libc_calloc(count, bytes);
}

void *realloc(void *old, size_t bytes)
{
	return refuse() ? NULL : __libc_realloc(old, bytes);
}

/* mmap is how a face reserves the engine's region. */
void *mmap(
        void *address, size_t bytes, int protection, int flags, int file, off_t offset);

void *mmap(void *address, size_t bytes, int protection, int flags, int file, off_t offset)
{
	void *(*next)(void *, size_t, int, int, int, off_t) = NULL;
	void *symbol = dlsym(RTLD_NEXT, "mmap");

	memcpy(&next, &symbol, sizeof(next));
	if (ready && refuse())
		return (void *)-1;
	return next(address, bytes, protection, flags, file, offset);
}
