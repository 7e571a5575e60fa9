#include "nfq-filter/settings.h"

#include <stdio.h>
#include <string.h>

#include "engine/decode/sip.h"

static const char *const MODES[] = {"monitor", "enforce", "canary", NULL};
static const char *const WAYS[] = {"own", "mark", "related", NULL};
static const char *const UNDECODABLE[] = {"pass", "drop", NULL};

#define AT(field) offsetof(struct settings, field)

const struct setting SETTINGS[] = {
        {"mode", SETTING_CHOICE, AT(mode), "enforce",
                "monitor says what it would do, canary enforces on some networks", 0, 0,
                MODES},
        {"canary", SETTING_LIST, AT(canary_texts), "",
                "mode canary: the networks on which it enforces", 0, 0, NULL},
        {"memory", SETTING_BYTES, AT(memory), "512M", "ceiling of the engine's memory",
                64 << 20, 0, NULL},
        {"rules", SETTING_TEXT, AT(rules), "",
                "directory of rules; none named: the shipped ones", 0, 0, NULL},
        {"site", SETTING_TEXT, AT(site), "",
                "file or directory with this site's lists and overrides of rules", 0, 0,
                NULL},
        {"geo", SETTING_TEXT, AT(geo), "",
                "database of places (MaxMind), for rules that ask for countries", 0, 0,
                NULL},
        {"events", SETTING_TEXT, AT(events), "-",
                "where events go, a JSON object a line: a file, or - for standard output",
                0, 0, NULL},
        {"state", SETTING_TEXT, AT(state), "/var/lib/ringfence/filter",
                "directory of what must survive a restart", 0, 0, NULL},
        {"user", SETTING_TEXT, AT(user), "",
                "whom to become once it runs, with CAP_NET_ADMIN alone; none: who "
                "started it",
                0, 0, NULL},
        {"seccomp", SETTING_FLAG, AT(seccomp), "true",
                "give up the system calls that are not needed once it runs", 0, 0, NULL},
        REDIS_SETTINGS(AT(redis)),
        {"standby", SETTING_TEXT, AT(standby), "",
                "name of the routers that take over each other's calls through Redis; "
                "none: calls are not shared",
                0, 0, NULL},
        {"log", SETTING_TEXT, AT(level), "info", "error, warning, info or debug", 0, 0,
                NULL},
        {"signalling.ports", SETTING_LIST, AT(port_texts), "5060, 1718, 1719, 1720",
                "ports of SIP and H.323, UDP and TCP, at either end", 0, 0, NULL},
        {"signalling.fail_open", SETTING_FLAG, AT(signalling_open), "true",
                "let signalling pass unseen while nobody listens or the queue is full", 0,
                0, NULL},
        {"signalling.undecodable", SETTING_CHOICE, AT(undecodable), "pass",
                "what happens to what is not SIP on a port of SIP", 0, 0, UNDECODABLE},
        {"signalling.methods", SETTING_LIST, AT(method_texts), "",
                "the methods that may pass; none named: all", 0, 0, NULL},
        {"signalling.message_bytes", SETTING_BYTES, AT(message_bytes), "65535",
                "the longest message that may pass", 512, 65535, NULL},
        {"signalling.unknown_dialogs", SETTING_FLAG, AT(unknown_dialogs), "true",
                "let pass what belongs to no call or transaction that was seen", 0, 0,
                NULL},
        {"signalling.limited_rate", SETTING_COUNT, AT(limited_rate), "2",
                "messages a second from a source that a rule limits", 1, 100000, NULL},
        {"queue.number", SETTING_COUNT, AT(queue_number), "5060", "number of the queue",
                0, 65535, NULL},
        {"queue.length", SETTING_COUNT, AT(queue_length), "8192",
                "packets that may wait for a verdict", 64, 1000000, NULL},
        {"queue.source_rate", SETTING_COUNT, AT(source_rate), "2000",
                "packets of signalling a second from one source; 0: any number", 0,
                1000000, NULL},
        {"firewall.table", SETTING_TEXT, AT(table), "ringfence", "name of our table", 0,
                0, NULL},
        {"firewall.way", SETTING_CHOICE, AT(way), "own",
                "own drops media without a pinhole; mark and related leave it to other "
                "rules, "
                "which know media by its mark, or as 'ct state established'",
                0, 0, WAYS},
        {"firewall.mark", SETTING_COUNT, AT(mark), "268435456",
                "bits that are set in the mark of media with a pinhole", 1, UINT32_MAX,
                NULL},
        {"firewall.protect", SETTING_FLAG, AT(protect), "true",
                "nobody else may change our table, where the kernel can do that", 0, 0,
                NULL},
        {"firewall.devices", SETTING_LIST, AT(devices), "",
                "where banned sources are dropped on arrival; none named: all", 0, 0,
                NULL},
        {"media.ports", SETTING_TEXT, AT(media_range), "10000-65535",
                "UDP ports that need a pinhole", 0, 0, NULL},
        {"media.pinholes", SETTING_COUNT, AT(pinholes), "262144", "open at once", 64,
                4000000, NULL},
        {"media.grace", SETTING_DURATION, AT(grace_ms), "1s",
                "from a call's end to the end of its pinholes", 0, 10000, NULL},
        {"media.early", SETTING_DURATION, AT(early_ms), "180s",
                "how long pinholes live before the call is answered", 1000, 3600000,
                NULL},
        {"media.lease", SETTING_DURATION, AT(lease_ms), "4h",
                "how long they live then, without word from a session timer", 1000,
                604800000, NULL},
        {"media.idle", SETTING_DURATION, AT(idle_ms), "5m",
                "how long a call may be without media, unless it is on hold", 1000,
                604800000, NULL},
        {"media.audio_rate", SETTING_COUNT, AT(audio_rate), "120",
                "packets a second of one audio stream, at least", 1, 1000000, NULL},
        {"media.video_rate", SETTING_COUNT, AT(video_rate), "3000",
                "packets a second of one video stream", 1, 1000000, NULL},
        {"media.ice", SETTING_FLAG, AT(ice), "true", "pinholes for ICE candidates too", 0,
                0, NULL},
        {"media.before_answer", SETTING_FLAG, AT(before_answer), "true",
                "who is called may send to the caller's own address before its answer "
                "has passed",
                0, 0, NULL},
        {"media.nat", SETTING_FLAG, AT(nat), "true",
                "a peer with a private address in its description sends from where its "
                "signalling comes from",
                0, 0, NULL},
        {"nat.inside", SETTING_LIST, AT(inside_texts), "",
                "networks whose addresses this router translates, by whatever rules", 0,
                0, NULL},
        {"nat.address", SETTING_TEXT, AT(nat_text), "",
                "the outer IPv4 address: media and signalling of the inside get ports of "
                "it ahead of other rules; none: only others translate",
                0, 0, NULL},
        {"nat.ports", SETTING_TEXT, AT(nat_range), "40000-59999",
                "outer ports that may be given out", 0, 0, NULL},
        {"nat.rewrite", SETTING_FLAG, AT(nat_rewrite), "false",
                "rewrite addresses in SIP over UDP and in its SDP, all or none", 0, 0,
                NULL},
        {"block.ttl", SETTING_DURATION, AT(ban_ms), "10m",
                "how long a source is banned, unless the rule says", 1000, 2592000000,
                NULL},
        {"block.protected", SETTING_LIST, AT(protected_texts), "",
                "own, trunk and administrators' networks: never banned", 0, 0, NULL},
};

#undef AT

const size_t SETTINGS_COUNT = sizeof(SETTINGS) / sizeof(SETTINGS[0]);

static bool refuse(struct config_error *error, const char *path, const char *key,
        const char *value, const char *right)
{
	(void)snprintf(error->text, sizeof(error->text), "%s: '%s' has '%s', %s",
	        path ? path : "settings", key, value, right);
	return false;
}

static bool networks_read(const struct setting_list *texts, struct networks *networks,
        const char *key, const char *path, struct config_error *error)
{
	networks->count = 0;
	for (size_t i = 0; i < texts->count; i++) {
		struct network *network = &networks->items[networks->count];
		if (networks->count == SETTINGS_NETWORKS)
			return refuse(error, path, key, texts->items[i],
			        "one network too many");
		if (!network_parse(slice_text(texts->items[i]), network))
			return refuse(error, path, key, texts->items[i],
			        "which is no network (192.0.2.0/24)");
		networks->count++;
	}
	return true;
}

static bool port_read(struct slice text, uint16_t *port)
{
	uint64_t value;
	if (!slice_to_u64(slice_trim(text), &value) || !value || value > UINT16_MAX)
		return false;
	*port = (uint16_t)value;
	return true;
}

static bool range_read(const char *text, uint16_t *first, uint16_t *last)
{
	struct slice end = slice_text(text);
	const struct slice begin = slice_split(&end, '-');
	return port_read(begin, first) &&
	       port_read(slice_present(end) ? end : begin, last) && *first <= *last;
}

static bool ports_read(
        struct settings *settings, const char *path, struct config_error *error)
{
	const struct setting_list *texts = &settings->port_texts;
	settings->ports.count = 0;
	for (size_t i = 0; i < texts->count; i++) {
		if (settings->ports.count == SETTINGS_PORTS ||
		        !port_read(slice_text(texts->items[i]),
		                &settings->ports.items[settings->ports.count]))
			return refuse(error, path, "signalling.ports", texts->items[i],
			        "which is no port (1 to 65535, at most 32 of them)");
		settings->ports.count++;
	}
	return range_read(settings->media_range, &settings->media_first,
	               &settings->media_last) ||
	       refuse(error, path, "media.ports", settings->media_range,
	               "which is no range of ports (10000-20000)");
}

/* An inner address is never the same as an outer one. */
static bool nat_read(
        struct settings *settings, const char *path, struct config_error *error)
{
	const char *const text = settings->nat_text;
	struct address *address = &settings->nat_address;
	if (!networks_read(&settings->inside_texts, &settings->inside, "nat.inside", path,
	            error))
		return false;
	if (!range_read(settings->nat_range, &settings->nat_first, &settings->nat_last))
		return refuse(error, path, "nat.ports", settings->nat_range,
		        "which is no range of ports (40000-59999)");
	if (text[0] &&
	        (!address_parse(slice_text(text), address) || !address_is_v4(address) ||
	                networks_contain(&settings->inside, address)))
		return refuse(error, path, "nat.address", text,
		        "which is no IPv4 address outside of nat.inside");
	if (!text[0] ? settings->nat_rewrite : !settings->inside.count)
		return refuse(error, path, text[0] ? "nat.inside" : "nat.address", "",
		        "without which nothing can be translated");
	return true;
}

static bool methods_read(
        struct settings *settings, const char *path, struct config_error *error)
{
	const struct setting_list *texts = &settings->method_texts;
	settings->methods = 0;
	for (size_t i = 0; i < texts->count; i++) {
		const enum sip_method method =
		        sip_method_parse(slice_text(texts->items[i]));
		if (method == SIP_METHOD_NONE || method == SIP_METHOD_OTHER)
			return refuse(error, path, "signalling.methods", texts->items[i],
			        "which is no method of SIP");
		settings->methods |= 1u << method;
	}
	return true;
}

struct config *settings_read(
        const char *path, struct settings *settings, struct config_error *error)
{
	struct settings read = {0};
	struct config *config = config_read(path, SETTINGS, SETTINGS_COUNT, &read, error);
	if (!config)
		return NULL;
	if (ports_read(&read, path, error) && methods_read(&read, path, error) &&
	        nat_read(&read, path, error) &&
	        networks_read(&read.canary_texts, &read.canary, "canary", path, error) &&
	        networks_read(&read.protected_texts, &read.spared, "block.protected",
	                path, error)) {
		*settings = read;
		return config;
	}
	config_free(&config);
	return NULL;
}

bool networks_contain(const struct networks *networks, const struct address *address)
{
	for (size_t i = 0; i < networks->count; i++)
		if (network_contains(&networks->items[i], address))
			return true;
	return false;
}
