/*
 * What was learned of accounts, on disk: read when a program starts, written whole.
 */
#ifndef RINGFENCE_PLATFORM_BASELINE_H
#define RINGFENCE_PLATFORM_BASELINE_H

#include <stdbool.h>

#include "engine/detect/accounts.h"

/* A file that is not there yet is fine. False, told on standard error with its place. */
bool baseline_read(const char *path, struct accounts *accounts);
/* The old content or the new, also after a crash. False, told on standard error. */
bool baseline_write(const char *path, const struct accounts *accounts);

#endif
