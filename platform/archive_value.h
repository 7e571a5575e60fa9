/*
 * The value of a field in an event, as the archive takes it out and as searches compare
 * it in memory.
 */
#ifndef RINGFENCE_PLATFORM_ARCHIVE_VALUE_H
#define RINGFENCE_PLATFORM_ARCHIVE_VALUE_H

#include <cjson/cJSON.h>

#include "engine/base/address.h"
#include "platform/archive.h"

/* Of two numbers the lesser, of two texts the first that is there; NULL = none. */
const cJSON *archive_value(const struct archive_field *field, const cJSON *event);
/* A number as the field keeps it: of hundredths a hundred times as much. */
int64_t archive_kept(const struct archive_field *field, double value);
/* "4.35" likewise; false when the text is no number. */
bool archive_number(
        const struct archive_field *field, struct slice text, int64_t *number);
/* The first and the last address of a network. */
void network_range(
        const struct network *network, struct address *first, struct address *last);

#endif
