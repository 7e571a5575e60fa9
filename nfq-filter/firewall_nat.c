/*
 * What our table has for a router that translates addresses: two maps of endpoints, and a
 * chain of the kind "nat" for each, ahead of the router's own ones.
 */
#include <netinet/in.h>

#include "nfq-filter/firewall_inside.h"

enum {
	DATA = 12, /* register */
	PAIR_BYTES = 8,
	NETWORK_SOURCE = 12,
	NETWORK_TARGET = 16,
	SOURCE_PORT = 0,
	TARGET_PORT = 2,
	TYPE_PAIR = 7 << 6 | 13, /* ipv4_addr . inet_service, as nft numbers it */
	TYPE_ADDRESS4 = 7,
	TRANSLATIONS_MAX = 131072,
};

/* Just before those of an administrator ("dstnat" and "srcnat"). */
enum { PRIORITY_ENTER = -101, PRIORITY_LEAVE = 99 };

static bool works(const struct firewall *firewall)
{
	return !address_none(&firewall->settings->nat_address);
}

bool firewall_nat_sets(struct firewall *firewall)
{
	struct netfilter_set map = {.name = MAP_LEAVING,
	        .kind = NETFILTER_MAP,
	        .key_len = PAIR_BYTES,
	        .key_type = TYPE_PAIR,
	        .data_len = PAIR_BYTES,
	        .data_type = TYPE_PAIR,
	        .size = TRANSLATIONS_MAX,
	        .timed = true};
	const struct netfilter_set inside = {.name = SET_INSIDE,
	        .kind = NETFILTER_SET_RANGES,
	        .key_len = 4,
	        .key_type = TYPE_ADDRESS4};
	if (!works(firewall))
		return true;
	if (!netfilter_set_add(firewall->netfilter, &map))
		return false;
	map.name = MAP_ENTERING;
	return netfilter_set_add(firewall->netfilter, &map) &&
	       netfilter_set_add(firewall->netfilter, &inside);
}

bool firewall_nat_chains(struct firewall *firewall)
{
	const struct netfilter_chain enter = {.name = CHAIN_ENTER,
	        .hook = NETFILTER_PREROUTING,
	        .priority = PRIORITY_ENTER,
	        .nat = true};
	const struct netfilter_chain leave = {.name = CHAIN_LEAVE,
	        .hook = NETFILTER_POSTROUTING,
	        .priority = PRIORITY_LEAVE,
	        .nat = true};
	return !works(firewall) ||
	       (netfilter_chain_add(firewall->netfilter, &enter) &&
	               netfilter_chain_add(firewall->netfilter, &leave));
}

/* What stays inside is not translated, unless it came by an outer address. */
static bool inside_rule(struct firewall *firewall)
{
	struct netfilter_rule rule;
	rule_begin(&rule, firewall->netfilter, CHAIN_LEAVE);
	rule_family_is(&rule, false);
	rule_target_kept(&rule);
	rule_load(&rule, RULE_NETWORK, NETWORK_TARGET, 4, 0);
	rule_in_set(&rule, SET_INSIDE, 0);
	rule_return(&rule);
	return rule_end(&rule);
}

static bool translate_rule(struct firewall *firewall, enum rule_translation translation)
{
	const bool leaving = translation == RULE_NEW_SOURCE;
	struct netfilter_rule rule;
	rule_begin(&rule, firewall->netfilter, leaving ? CHAIN_LEAVE : CHAIN_ENTER);
	rule_family_is(&rule, false);
	rule_protocol_is(&rule, IPPROTO_UDP);
	rule_load(&rule, RULE_NETWORK, leaving ? NETWORK_SOURCE : NETWORK_TARGET, 4, 0);
	rule_load(&rule, RULE_TRANSPORT, leaving ? SOURCE_PORT : TARGET_PORT, 2, 1);
	rule_in_map(&rule, leaving ? MAP_LEAVING : MAP_ENTERING, 0, DATA);
	rule_translate(&rule, translation, DATA);
	return rule_end(&rule);
}

bool firewall_nat_rules(struct firewall *firewall)
{
	return !works(firewall) ||
	       (firewall_networks(
	                firewall, &firewall->settings->inside, SET_INSIDE, NULL) &&
	               inside_rule(firewall) &&
	               translate_rule(firewall, RULE_NEW_TARGET) &&
	               translate_rule(firewall, RULE_NEW_SOURCE));
}
