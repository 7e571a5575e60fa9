/*
 * The rules of our table, but for those of media and translation. Keys begin at register
 * 0.
 */
#include <netinet/in.h>

#include "nfq-filter/firewall_inside.h"

enum { PORT_BYTES = 2, SOURCE_PORT = 0, TARGET_PORT = 2, METER_MS = 10000 };

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
		/* What is latched has passed all the rest before. */
		if (i == 1 && !firewall_media_arrival(firewall, v6))
			return false;
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
	firewall_load_tuple(&rule, &FAMILY[v6]);
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
		        FIREWALL_WORDS(family->address_bytes));
		rule_in_set(&rule, family->learned, 0);
		if (!enqueue(&rule, firewall))
			return false;
	}
	return true;
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
	return firewall_marked_rule(firewall, CHAIN_GUARD) &&
	       banned_target_rule(firewall, false) &&
	       banned_target_rule(firewall, true) && ended_rule(firewall, false) &&
	       ended_rule(firewall, true) &&
	       jump_rule(firewall, CHAIN_GUARD, CHAIN_QUEUE) && service_rule(firewall) &&
	       no_pinhole_rules(firewall) &&
	       firewall_marked_rule(firewall, CHAIN_FORWARD) &&
	       jump_rule(firewall, CHAIN_FORWARD, CHAIN_GUARD) &&
	       jump_rule(firewall, CHAIN_INPUT, CHAIN_GUARD) &&
	       jump_rule(firewall, CHAIN_OUTPUT, CHAIN_QUEUE);
}

bool firewall_rules(struct firewall *firewall)
{
	return ingress_rules(firewall, false) && ingress_rules(firewall, true) &&
	       firewall_media_rules(firewall, false) &&
	       firewall_media_rules(firewall, true) &&
	       queue_rule(firewall, IPPROTO_UDP, TARGET_PORT) &&
	       queue_rule(firewall, IPPROTO_UDP, SOURCE_PORT) &&
	       queue_rule(firewall, IPPROTO_TCP, TARGET_PORT) &&
	       queue_rule(firewall, IPPROTO_TCP, SOURCE_PORT) &&
	       learned_rules(firewall, false) && learned_rules(firewall, true) &&
	       guard_rules(firewall) && firewall_nat_rules(firewall);
}
