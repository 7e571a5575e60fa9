/*
 * How media finds its pinhole: on arrival when it is latched, before connection tracking
 * when it is the first packet. Keys begin at register 0, a pinhole's number is in NUMBER.
 */
#include <netinet/in.h>

#include "nfq-filter/firewall_inside.h"

enum {
	NUMBER = 12,
	PORT_BYTES = 2,
	SOURCE_PORT = 0,
	TARGET_PORT = 2,
	RTP_AT = 8,
	REFRESH_ONE_IN = 16,
	/* Streams that send little have to refresh theirs, too. */
	LATCHED_IDLES = 4,
	RTP_VERSION_MASK = 0xc0,
	RTP_VERSION_2 = 0x80,
};

/* Where it goes and where it comes from, with both ports. */
void firewall_load_tuple(struct netfilter_rule *rule, const struct family_names *family)
{
	const uint32_t bytes = family->address_bytes;
	const unsigned port = FIREWALL_WORDS(bytes);
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
	const unsigned port = FIREWALL_WORDS(bytes);
	rule_load(rule, RULE_NETWORK, family->source_at, bytes, 0);
	rule_load(rule, RULE_TRANSPORT, SOURCE_PORT, PORT_BYTES, port);
	rule_load(rule, RULE_NETWORK, family->target_at, bytes, port + 1);
	rule_load(rule, RULE_TRANSPORT, TARGET_PORT, PORT_BYTES, 2 * port + 1);
}

static uint64_t latched_ms(const struct firewall *firewall)
{
	return firewall->settings->idle_ms * LATCHED_IDLES;
}

static void media_begin(struct netfilter_rule *rule, const struct family_names *family,
        enum pinhole_class class)
{
	if (class == PINHOLE_RTP) {
		rule_load(rule, RULE_TRANSPORT, RTP_AT, 1, 0);
		rule_bits_are(rule, 0, RTP_VERSION_MASK, RTP_VERSION_2);
	}
	firewall_load_tuple(rule, family);
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
	firewall_load_tuple(&rule, family);
	load_number(&rule, family->latched[class], false);
	change(&rule, RULE_SET_REFRESH, family->latched[class], latched_ms(firewall));
	return rule_end(&rule);
}

static bool rule_latched(struct firewall *firewall, const struct family_names *family,
        enum pinhole_class class)
{
	struct netfilter_rule rule;
	rule_begin(&rule, firewall->netfilter, family->media);
	media_begin(&rule, family, class);
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
	const uint64_t idle_ms = latched_ms(firewall);
	rule_begin(&rule, firewall->netfilter, family->first);
	media_begin(&rule, family, class);
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

/* The number of a pinhole that is closed must not look like our mark. */
static bool unmark_rule(struct firewall *firewall, const char *chain)
{
	struct netfilter_rule rule;
	rule_begin(&rule, firewall->netfilter, chain);
	rule_set_mark(&rule, 0);
	return rule_end(&rule);
}

static bool jump(struct firewall *firewall, bool v6, const char *from, const char *to)
{
	struct netfilter_rule rule;
	rule_begin(&rule, firewall->netfilter, from);
	rule_family_is(&rule, v6);
	rule_protocol_is(&rule, IPPROTO_UDP);
	rule_jump(&rule, to);
	return rule_end(&rule);
}

bool firewall_marked_rule(struct firewall *firewall, const char *chain)
{
	struct netfilter_rule rule;
	rule_begin(&rule, firewall->netfilter, chain);
	rule_mark_has(&rule, (uint32_t)firewall->settings->mark);
	rule_accept(&rule);
	return rule_end(&rule);
}

bool firewall_media_arrival(struct firewall *firewall, bool v6)
{
	struct netfilter_rule rule;
	if (!firewall->ingress || firewall_translated(firewall, v6))
		return true;
	rule_begin(&rule, firewall->netfilter, FAMILY[v6].arrive);
	rule_protocol_is(&rule, IPPROTO_UDP);
	rule_jump(&rule, FAMILY[v6].media);
	return rule_end(&rule);
}

bool firewall_media_rules(struct firewall *firewall, bool v6)
{
	const struct family_names *family = &FAMILY[v6];
	const char *from = firewall_translated(firewall, v6) ? CHAIN_GUARD : CHAIN_RAW;
	/* Seen on arrival, all but fragments. */
	if (!v6 && !firewall_marked_rule(firewall, CHAIN_RAW))
		return false;
	return jump(firewall, v6, from, family->media) &&
	       jump(firewall, v6, from, family->first) &&
	       rule_refresh(firewall, family, PINHOLE_RTP) &&
	       rule_latched(firewall, family, PINHOLE_RTP) &&
	       rule_refresh(firewall, family, PINHOLE_RAW) &&
	       rule_latched(firewall, family, PINHOLE_RAW) &&
	       unmark_rule(firewall, family->media) &&
	       rule_open(firewall, family, PINHOLE_RTP, false) &&
	       rule_open(firewall, family, PINHOLE_RAW, false) &&
	       rule_open(firewall, family, PINHOLE_RTP, true) &&
	       rule_open(firewall, family, PINHOLE_RAW, true) &&
	       unmark_rule(firewall, family->first);
}
