#include "cli/progress.h"

#include <stdio.h>

enum {
	PROGRESS_EVERY = 8192,                 /* packets between two looks */
	PROGRESS_BYTES_MIN = 64 * 1024 * 1024, /* smaller inputs are done at once */
	PROGRESS_WIDTH = 40,
};

static void draw(struct progress *progress)
{
	char bar[PROGRESS_WIDTH + 1];
	for (unsigned i = 0; i < PROGRESS_WIDTH; i++)
		bar[i] = i * 100 < progress->percent * PROGRESS_WIDTH ? '#' : '.';
	bar[PROGRESS_WIDTH] = '\0';
	fprintf(stderr, "\r[%s] %3u %%", bar, progress->percent);
	progress->drawn = true;
}

void progress_step(
        struct progress *progress, struct capture *const *captures, size_t count)
{
	uint64_t done = 0;
	uint64_t total = 0;

	if (!progress->shown || ++progress->steps % PROGRESS_EVERY)
		return;
	for (size_t i = 0; i < count; i++) {
		uint64_t file_done;
		uint64_t file_total;
		capture_progress(captures[i], &file_done, &file_total);
		done += file_done;
		total += file_total;
	}
	if (total < PROGRESS_BYTES_MIN || done > total)
		return;
	unsigned percent = (unsigned)(done * 100 / total);
	if (percent != progress->percent || !progress->drawn) {
		progress->percent = percent;
		draw(progress);
	}
}

void progress_end(struct progress *progress)
{
	if (progress->drawn)
		fprintf(stderr, "\r%*s\r", PROGRESS_WIDTH + 10, "");
}
