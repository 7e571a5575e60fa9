/*
 * Shared by the files of the firewall: the names of what is in the table.
 */
#ifndef RINGFENCE_FILTER_FIREWALL_INSIDE_H
#define RINGFENCE_FILTER_FIREWALL_INSIDE_H

#include "nfq-filter/firewall.h"
#include "platform/nft_rule.h"

/* The sets of one family of addresses. */
struct family_names {
	const char *latched[PINHOLE_CLASSES];
	const char *open[PINHOLE_CLASSES];
	const char *open_nat[PINHOLE_CLASSES];
	const char *ended;   /* TCP connections that carried what was dropped */
	const char *learned; /* where H.245 is spoken */
	const char *ban, *range, *allow, *meter, *canary;
	const char *media;  /* the chain that latched media is looked up in */
	const char *first;  /* the chain of its first packets */
	const char *arrive; /* the chain that sources are looked up in */
	const char *stop;   /* the chain of those that were found */
	uint32_t address_bytes;
	uint32_t source_at, target_at; /* in the IP header */
};

enum { FAMILIES = 2 };
extern const struct family_names FAMILY[FAMILIES]; /* by "is IPv6" */

#define SET_POLICE "police"
#define SET_PORTS  "signalling"
#define SET_INSIDE "inside4"

#define MAP_LEAVING  "leaving4"  /* an inner endpoint, to how it looks from outside */
#define MAP_ENTERING "entering4" /* the other way */

#define CHAIN_INGRESS "ingress"
#define CHAIN_RAW     "raw"
#define CHAIN_GUARD   "guard"
#define CHAIN_QUEUE   "inspect"
#define CHAIN_INPUT   "input"
#define CHAIN_FORWARD "forward"
#define CHAIN_OUTPUT  "output"
#define CHAIN_LEAVE   "leave"
#define CHAIN_ENTER   "enter"

enum { KEY_PORT_BYTES = 4 }; /* padded */

/* firewall_elements.c: within a transaction, the settings' ports and networks;
 * set6: NULL = of IPv4 only. */
bool firewall_ports(struct firewall *firewall);
bool firewall_networks(struct firewall *firewall, const struct networks *networks,
        const char *set4, const char *set6);

/* Registers that a field takes. */
#define FIREWALL_WORDS(bytes) (((unsigned)(bytes) + 3) / 4)

/*
 * firewall_media.c: where it goes and where it comes from, with both ports, as a key; a
 * packet with our mark passes; latched media on arrival; all rules of media.
 */
void firewall_load_tuple(struct netfilter_rule *rule, const struct family_names *family);
bool firewall_marked_rule(struct firewall *firewall, const char *chain);
bool firewall_media_arrival(struct firewall *firewall, bool v6);
bool firewall_media_rules(struct firewall *firewall, bool v6);

/*
 * firewall_nat.c: the maps, chains and rules by which this router translates; nothing
 * when the settings have no outer address.
 */
bool firewall_nat_sets(struct firewall *firewall);
bool firewall_nat_chains(struct firewall *firewall);
bool firewall_nat_rules(struct firewall *firewall);
/* Whether media is looked at where inner addresses show; and whether it is tracked. */
static inline bool firewall_translated(const struct firewall *firewall, bool v6)
{
	return !v6 && firewall->settings->inside.count;
}
static inline bool firewall_tracked(const struct firewall *firewall, bool v6)
{
	return firewall->settings->way == WAY_RELATED ||
	       firewall_translated(firewall, v6);
}

/* All rules, into chains that are empty. False when one could not be built. */
bool firewall_rules(struct firewall *firewall);

#endif
