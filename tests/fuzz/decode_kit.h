/*
 * A decoder for fuzz targets, without frames around it.
 */
#ifndef RINGFENCE_TESTS_DECODE_KIT_H
#define RINGFENCE_TESTS_DECODE_KIT_H

#include <stdint.h>

#include "engine/base/ensure.h"
#include "engine/decode/decode.h"

enum { DECODE_KIT_MEMORY = 4 << 20 };

static inline struct decode *decode_kit(void)
{
	static _Alignas(64) uint8_t region[DECODE_KIT_MEMORY];
	static struct decode *decode;
	struct memory memory = {.base = region, .bytes = sizeof(region)};
	if (!decode)
		decode = decode_new(&memory, NULL, &(struct hash_key){1, 2});
	ENSURE(decode);
	return decode;
}

#endif
