/*
 * main() of a fuzz target in builds without libFuzzer: runs every file of the given
 * directories or files through LLVMFuzzerTestOneInput. Each input lies directly against
 * an unreadable page, once behind and once in front of it, so that a read over either end
 * stops the program even without a sanitizer. Short inputs are also run cut off.
 */
#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { INPUT_MAX = 1 << 20, PREFIX_MAX = 2048, PREFIXES = 256, PATH_BYTES = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct arena_pages {
	uint8_t *front; /* first byte behind the unreadable page in front */
	size_t size;    /* bytes up to the unreadable page behind */
};

static bool pages_open(struct arena_pages *pages)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	pages->size = INPUT_MAX;
	uint8_t *whole = mmap(NULL, INPUT_MAX + 2 * page, PROT_READ | PROT_WRITE,
	        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (whole == MAP_FAILED)
		return false;
	pages->front = whole + page;
	return mprotect(whole, page, PROT_NONE) == 0 &&
	       mprotect(pages->front + pages->size, page, PROT_NONE) == 0;
}

static void run_one(const struct arena_pages *pages, const uint8_t *input, size_t len)
{
	uint8_t *back = pages->front + pages->size - len;
	memcpy(back, input, len);
	(void)LLVMFuzzerTestOneInput(back, len);
	memcpy(pages->front, input, len);
	(void)LLVMFuzzerTestOneInput(pages->front, len);
}

/* The count of inputs that were run; 0 when the file cannot be read. */
static size_t run_file(const struct arena_pages *pages, const char *path)
{
	static uint8_t input[INPUT_MAX];
	FILE *file = fopen(path, "rb");
	if (!file) {
		perror(path);
		return 0;
	}
	const size_t len = fread(input, 1, sizeof(input), file);
	(void)fclose(file);
	run_one(pages, input, len);
	if (len > PREFIX_MAX)
		return 1;
	size_t count = 1;
	const size_t step = len / PREFIXES + 1;
	for (size_t prefix = 0; prefix < len; prefix += step, count++)
		run_one(pages, input, prefix);
	return count;
}

static size_t run_directory(const struct arena_pages *pages, const char *path)
{
	size_t count = 0;
	DIR *directory = opendir(path);
	if (!directory) {
		perror(path);
		return 0;
	}
	for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
		char name[PATH_BYTES];
		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
		const size_t ran = run_file(pages, name);
		if (ran == 0) {
			(void)closedir(directory);
			return 0;
		}
		count += ran;
	}
	(void)closedir(directory);
	if (count == 0)
		(void)fprintf(stderr, "%s: no input in it\n", path);
	return count;
}

int main(int argc, char **argv)
{
	struct arena_pages pages;
	size_t total = 0;
	if (argc < 2 || !pages_open(&pages)) {
		(void)fprintf(stderr, "usage: %s FILE|DIRECTORY…\n", argv[0]);
		return 2;
	}
	for (int i = 1; i < argc; i++) {
		struct stat status;
		if (stat(argv[i], &status) != 0) {
			perror(argv[i]);
			return 1;
		}
		const size_t ran = S_ISDIR(status.st_mode)
		                           ? run_directory(&pages, argv[i])
		                           : run_file(&pages, argv[i]);
		if (ran == 0)
			return 1;
		total += ran;
	}
	(void)printf("%zu inputs\n", total);
	return 0;
}
