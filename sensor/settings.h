/*
 * What ringfence-sensor can be told in its configuration.
 */
#ifndef RINGFENCE_SENSOR_SETTINGS_H
#define RINGFENCE_SENSOR_SETTINGS_H

#include "platform/redis_settings.h"

struct settings {
	const char *node;
	uint64_t memory_bytes;
	const char *rules;
	const char *site;
	unsigned log_level;

	struct setting_list interfaces;
	const char *filter;
	uint64_t buffer_bytes;
	uint64_t snap_bytes;
	bool promiscuous;

	const char *hep_udp;
	const char *hep_tcp;
	const char *hep_out;

	struct setting_list event_types;
	const char *json_path;
	uint64_t json_bytes;
	uint64_t json_keep;
	const char *syslog;

	struct redis_settings redis;
	uint64_t redis_keep_ms;
	uint64_t redis_entries;

	const char *metrics_listen;

	const char *state_directory;
	uint64_t spool_bytes;

	const char *evidence_directory;
	uint64_t evidence_bytes;
	uint64_t evidence_floor_bytes;
	uint64_t evidence_ring_bytes;
	uint64_t evidence_after_ms;
	const char *record;

	const char *user;
	bool seccomp;
};

extern const struct setting SETTINGS[];
extern const size_t SETTING_COUNT_ALL;

/* Reads the file (NULL: the fallbacks alone); NULL, told on standard error. */
struct config *settings_read(const char *path, struct settings *settings);

#endif
