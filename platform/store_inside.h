/*
 * What the parts of the store share among themselves.
 */
#ifndef RINGFENCE_PLATFORM_STORE_INSIDE_H
#define RINGFENCE_PLATFORM_STORE_INSIDE_H

#include "engine/base/writer.h"
#include "platform/store.h"

enum {
	STORE_NAME_MAX = 200,   /* bytes of a name inside a key */
	STORE_EVENTS_MAX = 256, /* events of one call */
};

struct store_digits {
	char text[24];
};

struct store_key store_key_of(const char *before, struct slice name, const char *behind);
struct slice store_digits(struct store_digits *digits, uint64_t value);

/* Tells in *problem what the answer, or the lack of one, says; false. */
bool store_fail(const struct redis *redis, const struct redis_reply *reply,
        struct store_problem *problem);

#endif
