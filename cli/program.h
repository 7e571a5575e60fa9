/*
 * The programs that stand beside this one.
 */
#ifndef RINGFENCE_CLI_PROGRAM_H
#define RINGFENCE_CLI_PROGRAM_H

#include <stdbool.h>

#include "platform/buffer.h"

enum { PROGRAM_PATH_BYTES = 4096 };

/* The path of "ringfence-…" beside this program; false when it is not there. */
bool program_beside(const char *name, char path[PROGRAM_PATH_BYTES]);

/*
 * Runs a program to its end; what it says on standard output goes into *output (NULL: to
 * ours). Its exit code; -1 when it cannot be started or was ended by a signal.
 */
int program_run(const char *const *arguments, struct buffer *output);

#endif
