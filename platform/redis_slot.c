/*
 * Which slot of a cluster a key belongs to (redis.io, cluster specification, appendix A).
 */
#include "platform/redis.h"

enum { SLOTS = 16384, POLYNOMIAL = 0x1021 };

static uint16_t crc16(struct slice bytes)
{
	uint32_t crc = 0;
	for (size_t i = 0; i < bytes.len; i++) {
		crc ^= (uint32_t)(uint8_t)bytes.data[i] << 8;
		for (int bit = 0; bit < 8; bit++)
			crc = crc & 0x8000 ? crc << 1 ^ POLYNOMIAL : crc << 1;
	}
	return (uint16_t)crc;
}

uint16_t redis_slot(struct slice key)
{
	const size_t open = slice_index(key, '{');
	const struct slice behind = slice_from(key, open + 1);
	const size_t close = slice_index(behind, '}');
	/* Empty braces are no tag: the whole key counts. */
	if (open < key.len && close > 0 && close < behind.len)
		key = slice_first(behind, close);
	return crc16(key) % SLOTS;
}
