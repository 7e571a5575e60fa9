/*
 * Where addresses are, from MaxMind databases (country, city or ASN; several may be
 * opened together).
 */
#ifndef RINGFENCE_PLATFORM_GEO_H
#define RINGFENCE_PLATFORM_GEO_H

#include "engine/detect/geo.h"

struct geo;

struct geo_error {
	char text[200]; /* one sentence, without the path */
};

/*
 * Opens a database, or all *.mmdb of a directory. NULL with *error set; given back with
 * geo_close.
 */
struct geo *geo_open(const char *path, struct geo_error *error);
void geo_close(struct geo **geo);

/* For the engine, valid until geo_close. */
struct geo_ops geo_ops(const struct geo *geo);

#endif
