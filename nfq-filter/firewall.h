/*
 * Our table in the kernel's packet filter: its sets, chains and rules, and the pinholes'
 * and bans' elements in its sets.
 *
 *	ingress      banned? latched? network banned?      drop on arrival, or mark
 *	             too many?
 *	raw          open and now latched                  mark, no tracking
 *	guard        marked: accept; signalling: queue;    (forward, input, output)
 *	             a port of media: drop
 *
 * A pinhole has a number. `open` maps destination and source address to it; the first
 * packet moves it to `latched`, which maps destination and source with their ports; and
 * both let pass only what `police` has the number of, within its rate. So a pinhole ends
 * by one element, whatever it was latched to, and what it leaves behind is dead.
 */
#ifndef RINGFENCE_FILTER_FIREWALL_H
#define RINGFENCE_FILTER_FIREWALL_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/address.h"
#include "nfq-filter/settings.h"
#include "platform/nft.h"

/* What a pinhole is for: plain RTP is checked to be RTP, what is raw is not. */
enum pinhole_class { PINHOLE_RTP, PINHOLE_RAW, PINHOLE_CLASSES };

struct pinhole_key {
	uint32_t number; /* never 0 */
	struct endpoint to;
	struct address from;
	enum pinhole_class class;
	bool nat; /* the first packet opens the way back, too */
};

struct firewall {
	struct netfilter *netfilter;
	const struct settings *settings;
	bool lasting; /* the kernel protects the table from others */
	bool ingress; /* bans are dropped on arrival */
	bool native_queue;
};

struct firewall_error {
	char text[200];
};

/* Makes the table, or takes over the one that is there with all its elements. */
bool firewall_install(struct firewall *firewall, struct firewall_error *error);
/* Whether the table is still there, complete. */
bool firewall_intact(struct firewall *firewall);
/* Takes it away, with the bans. */
void firewall_remove(struct firewall *firewall);

/* Within a transaction of firewall->netfilter; false: it is full. */
bool firewall_open(struct firewall *firewall, const struct pinhole_key *key,
        const struct netfilter_element *police);
bool firewall_close(struct firewall *firewall, uint32_t number);
/* In the same transaction: what nobody latched is taken away, if it is there. */
bool firewall_forget(struct firewall *firewall, const struct pinhole_key *key);

/* A TCP connection carried what was dropped: both ends hear that it is over. */
void firewall_end(
        struct firewall *firewall, const struct endpoint *a, const struct endpoint *b);

/* The protected networks are other ones: they pass before any ban. */
void firewall_protect(struct firewall *firewall);

/* Connections to there are signalling from here on: they go through the queue. */
bool firewall_learn(struct firewall *firewall, const struct endpoint *at);

/* Names of the sets. */
const char *firewall_police_set(void);
const char *firewall_ban_set(bool v6);
const char *firewall_range_set(bool v6);
const char *firewall_allow_set(bool v6);

/* An address as the kernel's sets have it: 4 or 16 bytes; returns how many. */
size_t firewall_address(const struct address *address, uint8_t bytes[16]);

#endif
