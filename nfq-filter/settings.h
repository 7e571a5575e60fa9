/*
 * The settings of ringfence-filter, typed, and the table that reads them from YAML.
 */
#ifndef RINGFENCE_FILTER_SETTINGS_H
#define RINGFENCE_FILTER_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/address.h"
#include "platform/config.h"
#include "platform/redis_settings.h"

enum filter_mode { MODE_MONITOR, MODE_ENFORCE, MODE_CANARY };

/* How the table lives beside a firewall of the router's own. */
enum firewall_way {
	WAY_OWN,  /* media without a pinhole is dropped here */
	WAY_MARK, /* media with a pinhole is marked; somebody else's rules decide */
	/* media with a pinhole belongs to a connection that is made for it, likewise */
	WAY_RELATED,
};

enum undecodable { UNDECODABLE_PASS, UNDECODABLE_DROP };

enum {
	SETTINGS_NETWORKS = 256, /* of one list */
	SETTINGS_PORTS = 32,
	SETTINGS_METHODS = 32,
};

struct networks {
	struct network items[SETTINGS_NETWORKS];
	size_t count;
};

struct ports {
	uint16_t items[SETTINGS_PORTS];
	size_t count;
};

/* As the file has them, then what they mean. */
struct settings {
	unsigned mode; /* enum filter_mode */
	uint64_t memory;
	const char *rules;
	const char *site;
	const char *geo;
	const char *events;
	const char *state;
	const char *user;
	bool seccomp;
	struct redis_settings redis;
	const char *standby; /* the group of routers that know each other's calls */
	const char *level;
	uint64_t queue_number, queue_length, source_rate;
	const char *table;
	unsigned way; /* enum firewall_way */
	uint64_t mark;
	bool protect; /* the kernel lets nobody else change the table */
	struct setting_list devices;
	bool signalling_open; /* without a filter, or with a full queue */
	unsigned undecodable; /* enum undecodable */
	const char *media_range;
	uint64_t grace_ms, early_ms, lease_ms, idle_ms;
	uint64_t audio_rate, video_rate, pinholes;
	bool ice;
	bool before_answer; /* the answerer may send to the offerer at once */
	bool nat;
	uint64_t message_bytes;
	struct setting_list inside_texts;
	const char *nat_text, *nat_range;
	bool nat_rewrite;
	bool unknown_dialogs; /* what belongs to no call that is known passes */
	uint64_t limited_rate;
	uint64_t ban_ms;
	struct setting_list port_texts, canary_texts, protected_texts, method_texts;

	struct ports ports;
	uint16_t media_first, media_last;
	uint16_t nat_first, nat_last; /* outer ports */
	struct address nat_address;   /* none: we translate nothing */
	struct networks inside;       /* what this router translates */
	struct networks canary, spared;
	uint32_t methods; /* bits of enum sip_method; 0 = all */
};

extern const struct setting SETTINGS[];
extern const size_t SETTINGS_COUNT;

/* NULL with *error set: *settings is as before. */
struct config *settings_read(
        const char *path, struct settings *settings, struct config_error *error);

bool networks_contain(const struct networks *networks, const struct address *address);

#endif
