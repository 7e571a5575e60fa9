/*
 * A progress bar on standard error, for large files at a terminal.
 */
#ifndef RINGFENCE_CLI_PROGRESS_H
#define RINGFENCE_CLI_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/capture.h"

struct progress {
	bool shown;
	bool drawn;
	unsigned percent;
	uint32_t steps;
};

/* After each packet: cheap, draws when another percent is done. */
void progress_step(
        struct progress *progress, struct capture *const *captures, size_t count);
void progress_end(struct progress *progress);

#endif
