/*
 * Points in time as people and other programs write them.
 */
#ifndef RINGFENCE_PLATFORM_INSTANT_H
#define RINGFENCE_PLATFORM_INSTANT_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/slice.h"

/* Microseconds since 1970 in UTC: the wall clock. */
uint64_t instant_now_us(void);
/* A clock that never jumps. */
uint64_t instant_steady_us(void);
uint64_t instant_steady_ms(void);

/*
 * RFC 3339 ("2026-01-31T23:59:59.5Z", any offset, years 1970 to 9999), or time before
 * now_us as "-90s", "-15m", "-1h", "-7d". False leaves *time_us alone.
 */
bool instant_parse(struct slice text, uint64_t now_us, uint64_t *time_us);

#endif
