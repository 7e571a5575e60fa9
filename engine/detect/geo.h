/*
 * The seam to a database of places: the engine links no library for it, its face hands
 * one in with the rules. Looking up neither allocates nor waits.
 */
#ifndef RINGFENCE_DETECT_GEO_H
#define RINGFENCE_DETECT_GEO_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/address.h"

enum { GEO_COUNTRY_LEN = 2 };

struct geo_place {
	char country[GEO_COUNTRY_LEN]; /* ISO 3166-1, NUL bytes = unknown */
	uint32_t asn;                  /* autonomous system, 0 = unknown */
};

struct geo_ops {
	const void *context; /* of the face */
	/* Where the address is; what is not known is left zero. */
	struct geo_place (*find)(const void *context, const struct address *ip);
};

#endif
