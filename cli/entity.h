/*
 * What the verbs block and allow put on lists: an address or a network.
 */
#ifndef RINGFENCE_CLI_ENTITY_H
#define RINGFENCE_CLI_ENTITY_H

#include <stdbool.h>
#include <stdint.h>

struct entity {
	const char *text;
	uint64_t ttl_s; /* 0 = for ever */
	const char *reason;
	bool force;   /* also what is protected */
	bool dry_run; /* only say what would happen */
};

#endif
