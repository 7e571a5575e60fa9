/*
 * Bans: single addresses in hash sets of the kernel, networks as intervals, each with its
 * expiry there, so that they hold without this program. Why is kept with the element.
 * What was decided is written to a journal beside, and read back when the kernel has
 * forgotten (a reboot). One thread.
 */
#ifndef RINGFENCE_FILTER_BAN_H
#define RINGFENCE_FILTER_BAN_H

#include "engine/base/address.h"
#include "nfq-filter/firewall.h"

enum { BAN_WORDS_MAX = 96, BAN_NETWORKS_MAX = 16384 };

struct ban {
	struct network network;
	uint64_t until_us;         /* since 1970; 0 = for ever */
	char words[BAN_WORDS_MAX]; /* rule, a blank, who decided */
};

enum ban_result {
	BAN_DONE,
	BAN_PROTECTED, /* one's own, a trunk's, an administrator's */
	BAN_UNPROVEN,  /* nobody knows that the address is real */
	BAN_FULL,
	BAN_REFUSED, /* by the kernel */
	BAN_UNKNOWN, /* there was none to be taken back */
};
const char *ban_result_text(enum ban_result result);

struct bans {
	struct firewall *firewall;
	char *journal_path;   /* owned */
	int journal;          /* -1 = none */
	struct ban *networks; /* owned, in order of address */
	size_t network_count;
	uint64_t added, removed, spared, unproven;
};

/* Reads the journal; what is still valid goes into the kernel. False with errno set. */
bool bans_open(struct bans *bans, const char *state_directory, uint64_t now_us);
void bans_close(struct bans *bans);

/* forced: also what is protected. The kernel enforces it when this returns. */
enum ban_result ban_add(
        struct bans *bans, const struct ban *ban, uint64_t now_us, bool forced);
enum ban_result ban_remove(
        struct bans *bans, const struct network *network, uint64_t now_us);

/* What holds an address back, by the kernel's word; false: nothing. */
struct ban_found {
	struct ban ban;
	uint64_t packets;  /* dropped */
	const char *where; /* the set's name */
};
bool ban_check(struct bans *bans, const struct address *address, uint64_t now_us,
        struct ban_found *found);

/* Networks whose time is over leave; what they covered shows again. */
void bans_advance(struct bans *bans, uint64_t now_us);
/* Those that other routers decided: the list that they come from is read anew. */
void bans_forget_shared(struct bans *bans, uint64_t now_us);
/* All from the journal once more: the table was lost. */
void bans_reinstall(struct bans *bans, uint64_t now_us);

static inline bool ban_single(const struct network *network)
{
	return network->prefix == 128;
}

#endif
