#include "platform/archive_value.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const cJSON *value_at(const cJSON *event, const char *path)
{
	char key[64];
	while (event && path) {
		const char *dot = strchr(path, '.');
		const size_t len = dot ? (size_t)(dot - path) : strlen(path);
		if (len >= sizeof(key))
			return NULL;
		memcpy(key, path, len);
		key[len] = 0;
		event = cJSON_GetObjectItemCaseSensitive(event, key);
		path = dot ? dot + 1 : NULL;
	}
	return event;
}

const cJSON *archive_value(const struct archive_field *field, const cJSON *event)
{
	const cJSON *first = field->paths[0] ? value_at(event, field->paths[0]) : NULL;
	const cJSON *second = field->paths[1] ? value_at(event, field->paths[1]) : NULL;
	if (!first)
		return second;
	if (second && field->type == ARCHIVE_HUNDREDTHS &&
	        cJSON_GetNumberValue(second) < cJSON_GetNumberValue(first))
		return second;
	return first;
}

int64_t archive_kept(const struct archive_field *field, double value)
{
	return field->type == ARCHIVE_HUNDREDTHS ? llround(value * 100) : (int64_t)value;
}

bool archive_number(const struct archive_field *field, struct slice text, int64_t *number)
{
	char copy[32];
	char *end;
	if (!text.len || text.len >= sizeof(copy))
		return false;
	memcpy(copy, text.data, text.len);
	copy[text.len] = 0;
	const double value = strtod(copy, &end);
	if (*end || !isfinite(value) || fabs(value) > 1e15)
		return false;
	*number = llround(field->type == ARCHIVE_HUNDREDTHS ? value * 100 : value);
	return true;
}

void network_range(
        const struct network *network, struct address *first, struct address *last)
{
	*first = *last = network->ip;
	for (unsigned bit = network->prefix; bit < 128; bit++) {
		const uint8_t mask = (uint8_t)(0x80u >> (bit % 8));
		first->bytes[bit / 8] &= (uint8_t)~mask;
		last->bytes[bit / 8] |= mask;
	}
}
