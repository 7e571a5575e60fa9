/*
 * The rules of our table. Registers: keys begin at 0, a pinhole's number is in NUMBER.
 */
#include <netinet/in.h>

#include "nfq-filter/firewall_inside.h"

enum {
	NUMBER = 12,
	PORT_BYTES = 2,
	SOURCE_PORT = 0,
	TARGET_PORT = 2,
	RTP_AT = 8,
	REFRESH_ONE_IN = 4
};

enum { METER_MS = 10000, RTP_VERSION_MASK = 0xc0, RTP_VERSION_2 = 0x80 };

static unsigned words(uint32_t bytes)
{
	return (bytes + 3) / 4;
}

/* Where it goes and where it comes from, with both ports. */
static void load_tuple(struct netfilter_rule *rule, const struct family_names *family)
{
	const uint32_t bytes = family->address_bytes;
	const unsigned port = words(bytes);
	rule_load(rule, RULE_NETWORK, family->target_at, bytes, 0);
	rule_load(rule, RULE_TRANSPORT, TARGET_PORT, PORT_BYTES, port);
	rule_load(rule, RULE_NETWORK, family->source_at, bytes, port + 1);
	rule_load(rule, RULE_TRANSPORT, SOURCE_PORT, PORT_BYTES, 2 * port + 1);
}

/* The same of a packet that goes the other way. */
static void load_tuple_back(
        struct netfilter_rule *rule, const struct family_names *family)
{
	const uint32_t bytes = family->address_bytes;
	const unsigned port = words(bytes);
	rule_load(rule, RULE_NETWORK, family->source_at, bytes, 0);
	rule_load(rule, RULE_TRANSPORT, SOURCE_PORT, PORT_BYTES, port);
	rule_load(rule, RULE_NETWORK, family->target_at, bytes, port + 1);
	rule_load(rule, RULE_TRANSPORT, TARGET_PORT, PORT_BYTES, 2 * port + 1);
}

static void media_begin(struct netfilter_rule *rule, struct firewall *firewall,
        const struct family_names *family, enum pinhole_class class)
{
	rule_begin(rule, firewall->netfilter, family->media);
	if (class == PINHOLE_RTP) {
		rule_load(rule, RULE_TRANSPORT, RTP_AT, 1, 0);
		rule_bits_are(rule, 0, RTP_VERSION_MASK, RTP_VERSION_2);
	}
	load_tuple(rule, family);
}

static bool media_end(struct netfilter_rule *rule, const struct firewall *firewall,
        const struct family_names *family)
{
	/* Media needs no connection tracking: the sets know it. */
	if (!firewall_tracked(firewall, family == &FAMILY[true]))
		rule_untrack(rule);
	rule_set_mark(rule, (uint32_t)firewall->settings->mark);
	rule_accept(rule);
	return rule_end(rule);
}

/*
 * The pinhole's number, if it has one. It takes the way over the packet's mark: listings
 * (nft 1.0) cannot show a key that comes straight out of a map.
 */
static void load_number(struct netfilter_rule *rule, const char *map, bool police)
{
	rule_in_map(rule, map, 0, NUMBER);
	rule_mark_store(rule, NUMBER);
	rule_mark_load(rule, NUMBER);
	if (police)
		rule_in_set(rule, SET_POLICE, NUMBER);
}

static void change(struct netfilter_rule *rule, enum rule_set_act act, const char *set,
        uint64_t timeout_ms)
{
	const struct rule_set_change changed = {.act = act,
	        .set = set,
	        .key = 0,
	        .data = NUMBER,
	        .timeout_ms = timeout_ms};
	rule_change_set(rule, &changed);
}

/* A packet in so many refreshes its element: the others save the price. */
static bool rule_refresh(struct firewall *firewall, const struct family_names *family,
        enum pinhole_class class)
{
	struct netfilter_rule rule;
	rule_begin(&rule, firewall->netfilter, family->media);
	rule_one_in(&rule, REFRESH_ONE_IN);
	load_tuple(&rule, family);
	load_number(&rule, family->latched[class], false);
	change(&rule, RULE_SET_REFRESH, family->latched[class],
	        firewall->settings->idle_ms);
	return rule_end(&rule);
}

static bool rule_latched(struct firewall *firewall, const struct family_names *family,
        enum pinhole_class class)
{
	struct netfilter_rule rule;
	media_begin(&rule, firewall, family, class);
	load_number(&rule, family->latched[class], true);
	return media_end(&rule, firewall, family);
}

/* The first packet: its key leads from `open` to `latched`, in place of an older one. */
static bool rule_open(struct firewall *firewall, const struct family_names *family,
        enum pinhole_class class, bool nat)
{
	struct netfilter_rule rule;
	const char *open = nat ? family->open_nat[class] : family->open[class];
	const char *latched = family->latched[class];
	const uint64_t idle_ms = firewall->settings->idle_ms;
	media_begin(&rule, firewall, family, class);
	load_number(&rule, open, true);
	change(&rule, RULE_SET_REMOVE, open, 0);
	change(&rule, RULE_SET_REMOVE, latched, 0);
	change(&rule, RULE_SET_ADD, latched, idle_ms);
	if (nat) {
		load_tuple_back(&rule, family);
		change(&rule, RULE_SET_REMOVE, latched, 0);
		change(&rule, RULE_SET_ADD, latched, idle_ms);
	}
	return media_end(&rule, firewall, family);
}

static bool media_rules(struct firewall *firewall, bool v6)
{
	const struct family_names *family = &FAMILY[v6];
	struct netfilter_rule rule;
	rule_begin(&rule, firewall->netfilter,
	        firewall_translated(firewall, v6) ? CHAIN_GUARD : CHAIN_RAW);
	rule_family_is(&rule, v6);
	rule_protocol_is(&rule, IPPROTO_UDP);
	rule_jump(&rule, family->media);
	if (!rule_end(&rule) || !rule_refresh(firewall, family, PINHOLE_RTP) ||
	        !rule_latched(firewall, family, PINHOLE_RTP) ||
	        !rule_refresh(firewall, family, PINHOLE_RAW) ||
	        !rule_latched(firewall, family, PINHOLE_RAW) ||
	        !rule_open(firewall, family, PINHOLE_RTP, false) ||
	        !rule_open(firewall, family, PINHOLE_RAW, false) ||
	        !rule_open(firewall, family, PINHOLE_RTP, true) ||
	        !rule_open(firewall, family, PINHOLE_RAW, true))
		return false;
	/* The number of a pinhole that is closed must not look like our mark. */
	rule_begin(&rule, firewall->netfilter, family->media);
	rule_set_mark(&rule, 0);
	return rule_end(&rule);
}

/* Drops, or only counts when the filter shall not act. */
static bool end_with_drop(struct netfilter_rule *rule, const struct firewall *firewall)
{
	rule_count(rule);
	if (firewall->settings->mode != MODE_MONITOR)
		rule_drop(rule);
	return rule_end(rule);
}

/* The source of a packet that came by the family's own chain. */
static void arrived_load(struct netfilter_rule *rule, const struct family_names *family)
{
	rule_load(rule, RULE_NETWORK, family->source_at, family->address_bytes, 0);
}

static bool meter_rule(struct firewall *firewall, const struct family_names *family)
{
	struct netfilter_rule rule;
	const uint32_t rate = (uint32_t)firewall->settings->source_rate;
	const struct netfilter_rate over = {.per_second = rate, .burst = rate};
	const struct rule_set_change meter = {.act = RULE_SET_REFRESH,
	        .set = family->meter,
	        .data = -1,
	        .timeout_ms = METER_MS,
	        .over = &over};
	if (!rate)
		return true;
	rule_begin(&rule, firewall->netfilter, family->arrive);
	rule_protocol_is(&rule, IPPROTO_UDP);
	rule_load(&rule, RULE_TRANSPORT, TARGET_PORT, PORT_BYTES, 0);
	rule_in_set(&rule, SET_PORTS, 0);
	arrived_load(&rule, family);
	rule_change_set(&rule, &meter);
	rule_jump(&rule, family->stop);
	return rule_end(&rule);
}

/* Only who is to be stopped is looked for among those who may not be. */
static bool stop_rules(struct firewall *firewall, const struct family_names *family)
{
	struct netfilter_rule rule;
	rule_begin(&rule, firewall->netfilter, family->stop);
	arrived_load(&rule, family);
	rule_in_set(&rule, family->allow, 0);
	rule_accept(&rule);
	if (!rule_end(&rule))
		return false;
	rule_begin(&rule, firewall->netfilter, family->stop);
	return end_with_drop(&rule, firewall);
}

static bool ingress_rules(struct firewall *firewall, bool v6)
{
	const struct family_names *family = &FAMILY[v6];
	const char *const banned[] = {family->ban, family->range};
	struct netfilter_rule rule;
	rule_begin(&rule, firewall->netfilter, CHAIN_INGRESS);
	rule_family_is(&rule, v6);
	rule_jump(&rule, family->arrive);
	if (!rule_end(&rule))
		return false;
	for (size_t i = 0; i < sizeof(banned) / sizeof(banned[0]); i++) {
		rule_begin(&rule, firewall->netfilter, family->arrive);
		arrived_load(&rule, family);
		rule_in_set(&rule, banned[i], 0);
		rule_jump(&rule, family->stop);
		if (!rule_end(&rule))
			return false;
	}
	return meter_rule(firewall, family) && stop_rules(firewall, family);
}

/* What goes to a banned address is what its calls still say to it. */
static bool banned_target_rule(struct firewall *firewall, bool v6)
{
	const struct family_names *family = &FAMILY[v6];
	struct netfilter_rule rule;
	rule_begin(&rule, firewall->netfilter, CHAIN_GUARD);
	rule_family_is(&rule, v6);
	rule_load(&rule, RULE_NETWORK, family->target_at, family->address_bytes, 0);
	rule_in_set(&rule, family->ban, 0);
	return end_with_drop(&rule, firewall);
}

static bool ended_rule(struct firewall *firewall, bool v6)
{
	struct netfilter_rule rule;
	rule_begin(&rule, firewall->netfilter, CHAIN_GUARD);
	rule_family_is(&rule, v6);
	rule_protocol_is(&rule, IPPROTO_TCP);
	load_tuple(&rule, &FAMILY[v6]);
	rule_in_set(&rule, FAMILY[v6].ended, 0);
	rule_reset(&rule);
	return rule_end(&rule);
}

static bool enqueue(struct netfilter_rule *rule, const struct firewall *firewall)
{
	const struct rule_queue queue = {
	        .kind = firewall->native_queue ? RULE_QUEUE_NATIVE
	                                       : RULE_QUEUE_COMPATIBLE,
	        .number = (uint16_t)firewall->settings->queue_number,
	        .bypass = firewall->settings->signalling_open,
	};
	rule_enqueue(rule, &queue);
	return rule_end(rule);
}

static bool queue_rule(struct firewall *firewall, uint8_t protocol, uint32_t port_at)
{
	struct netfilter_rule rule;
	rule_begin(&rule, firewall->netfilter, CHAIN_QUEUE);
	rule_protocol_is(&rule, protocol);
	rule_load(&rule, RULE_TRANSPORT, port_at, PORT_BYTES, 0);
	rule_in_set(&rule, SET_PORTS, 0);
	return enqueue(&rule, firewall);
}

/* H.245 on a connection of its own, either direction. */
static bool learned_rules(struct firewall *firewall, bool v6)
{
	const struct family_names *family = &FAMILY[v6];
	const uint32_t addresses[] = {family->target_at, family->source_at};
	const uint32_t ports[] = {TARGET_PORT, SOURCE_PORT};
	struct netfilter_rule rule;
	for (size_t i = 0; i < 2; i++) {
		rule_begin(&rule, firewall->netfilter, CHAIN_QUEUE);
		rule_family_is(&rule, v6);
		rule_protocol_is(&rule, IPPROTO_TCP);
		rule_load(&rule, RULE_NETWORK, addresses[i], family->address_bytes, 0);
		rule_load(&rule, RULE_TRANSPORT, ports[i], PORT_BYTES,
		        words(family->address_bytes));
		rule_in_set(&rule, family->learned, 0);
		if (!enqueue(&rule, firewall))
			return false;
	}
	return true;
}

static bool marked_rule(struct firewall *firewall)
{
	struct netfilter_rule rule;
	rule_begin(&rule, firewall->netfilter, CHAIN_GUARD);
	rule_mark_has(&rule, (uint32_t)firewall->settings->mark);
	rule_accept(&rule);
	return rule_end(&rule);
}

/* Answers of well-known services (names, time) to whoever asked from a port of media. */
static bool service_rule(struct firewall *firewall)
{
	struct netfilter_rule rule;
	rule_begin(&rule, firewall->netfilter, CHAIN_GUARD);
	rule_protocol_is(&rule, IPPROTO_UDP);
	rule_load(&rule, RULE_TRANSPORT, SOURCE_PORT, PORT_BYTES, 0);
	rule_port_in(&rule, 0, 1, 1023);
	rule_state_in(&rule, NETFILTER_ESTABLISHED | NETFILTER_RELATED);
	rule_accept(&rule);
	return rule_end(&rule);
}

static void media_port_begin(struct netfilter_rule *rule, struct firewall *firewall)
{
	rule_begin(rule, firewall->netfilter, CHAIN_GUARD);
	rule_protocol_is(rule, IPPROTO_UDP);
	rule_load(rule, RULE_TRANSPORT, TARGET_PORT, PORT_BYTES, 0);
	rule_port_in(
	        rule, 0, firewall->settings->media_first, firewall->settings->media_last);
}

static bool no_pinhole_rules(struct firewall *firewall)
{
	struct netfilter_rule rule;
	if (firewall->settings->way != WAY_OWN)
		return true;
	if (firewall->settings->mode != MODE_CANARY) {
		media_port_begin(&rule, firewall);
		return end_with_drop(&rule, firewall);
	}
	for (unsigned v6 = 0; v6 < FAMILIES; v6++) {
		const struct family_names *family = &FAMILY[v6];
		const uint32_t places[] = {family->source_at, family->target_at};
		for (size_t i = 0; i < 2; i++) {
			media_port_begin(&rule, firewall);
			rule_family_is(&rule, v6);
			rule_load(
			        &rule, RULE_NETWORK, places[i], family->address_bytes, 0);
			rule_in_set(&rule, family->canary, 0);
			if (!end_with_drop(&rule, firewall))
				return false;
		}
	}
	return true;
}

static bool jump_rule(struct firewall *firewall, const char *from, const char *to)
{
	struct netfilter_rule rule;
	rule_begin(&rule, firewall->netfilter, from);
	rule_jump(&rule, to);
	return rule_end(&rule);
}

static bool guard_rules(struct firewall *firewall)
{
	return marked_rule(firewall) && banned_target_rule(firewall, false) &&
	       banned_target_rule(firewall, true) && ended_rule(firewall, false) &&
	       ended_rule(firewall, true) &&
	       jump_rule(firewall, CHAIN_GUARD, CHAIN_QUEUE) && service_rule(firewall) &&
	       no_pinhole_rules(firewall) &&
	       jump_rule(firewall, CHAIN_FORWARD, CHAIN_GUARD) &&
	       jump_rule(firewall, CHAIN_INPUT, CHAIN_GUARD) &&
	       jump_rule(firewall, CHAIN_OUTPUT, CHAIN_QUEUE);
}

bool firewall_rules(struct firewall *firewall)
{
	return ingress_rules(firewall, false) && ingress_rules(firewall, true) &&
	       media_rules(firewall, false) && media_rules(firewall, true) &&
	       queue_rule(firewall, IPPROTO_UDP, TARGET_PORT) &&
	       queue_rule(firewall, IPPROTO_UDP, SOURCE_PORT) &&
	       queue_rule(firewall, IPPROTO_TCP, TARGET_PORT) &&
	       queue_rule(firewall, IPPROTO_TCP, SOURCE_PORT) &&
	       learned_rules(firewall, false) && learned_rules(firewall, true) &&
	       guard_rules(firewall) && firewall_nat_rules(firewall);
}
