/*
 * What ringfence-api can be told.
 */
#ifndef RINGFENCE_API_SETTINGS_H
#define RINGFENCE_API_SETTINGS_H

#include "platform/config.h"
#include "platform/redis_settings.h"

struct settings {
	const char *listen; /* address:port */
	const char *certificate;
	const char *key;
	const char *directory; /* archive, captures, evidence */
	const char *program;   /* ringfence, which replays captures */
	const char *rules;     /* the rule packs; "" = those of the program */
	const char *archive;   /* a ClickHouse; "" = a file */
	const char *origin;    /* of the page, when a proxy stands before */
	uint64_t connections_max;
	uint64_t upload_max;
	uint64_t requests_per_second;
	uint64_t keep_ms;
	uint64_t session_ms;
	uint64_t jobs_max;
	bool notify_private;
	struct redis_settings redis;
};

extern const struct setting SETTINGS[];
extern const size_t SETTING_COUNT_ALL;

#endif
