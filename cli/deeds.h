/*
 * What each address did in a run: how much it asked, whom it tried, what was granted.
 * Kept for the stories of incidents, on the heap; when there are too many addresses,
 * further ones are counted only.
 */
#ifndef RINGFENCE_CLI_DEEDS_H
#define RINGFENCE_CLI_DEEDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/address.h"
#include "engine/track/event.h"

enum {
	DEEDS_MAX = 200000,
	DEED_USERS_MAX = 4096, /* users told apart for one address */
	DEED_METHODS = 4
};

enum deed_method { DEED_REGISTER, DEED_INVITE, DEED_OPTIONS, DEED_OTHER };

struct deed {
	struct address ip;
	uint64_t first_us;
	uint64_t last_us;
	uint64_t requests[DEED_METHODS];
	uint64_t granted;    /* final answer 2xx */
	uint64_t refused;    /* 4xx to 6xx but challenges */
	uint64_t challenged; /* 401, 407 to requests without credentials */
	uint64_t denied;     /* 401, 403, 407 to requests with credentials */
	uint64_t silent;     /* no final answer */
	uint64_t served;     /* requests that it was asked */
	uint32_t user_count; /* different users asked for, up to DEED_USERS_MAX */
	uint32_t user_room;
	uint64_t *users; /* hashes, an open table of user_room slots */
};

struct deeds {
	struct deed *items;
	size_t count;
	uint32_t *slots; /* index + 1 by the address's hash */
	size_t slot_count;
	uint64_t left_out; /* events of addresses that found no room */
};

/* Takes note of what the event tells somebody did; other events are left alone. */
void deeds_event(struct deeds *deeds, const struct event *event);

/* What an address did, or NULL. */
const struct deed *deeds_of(const struct deeds *deeds, const struct address *ip);

void deeds_clear(struct deeds *deeds);

#endif
