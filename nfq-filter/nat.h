/*
 * Address translation on this router: which inner endpoint looks like which outer one.
 * Each pair is an element of two maps of the kernel, one a direction, so that an answer
 * can name an outer port before the first packet has gone through it, and both ways meet
 * the same port. Without an outer address in the settings there are none, and whatever
 * the router's own rules translate to is not our business.
 *
 * IPv4 and UDP. One thread; memory is taken at the start.
 */
#ifndef RINGFENCE_FILTER_NAT_H
#define RINGFENCE_FILTER_NAT_H

#include "engine/base/list.h"
#include "engine/base/memory.h"
#include "engine/base/slab.h"
#include "engine/base/table.h"
#include "nfq-filter/firewall.h"
#include "platform/conntrack.h"

struct translation {
	struct list_link age;
	struct list_link fresh;
	struct endpoint inner, outer;
	uint32_t users;    /* lines of sessions */
	uint64_t until_us; /* without any */
	bool installed;
	bool waits; /* for nat_commit */
};

struct nat_counters {
	uint64_t made, ended, full, refused;
};

struct nat {
	struct firewall *firewall;
	struct conntrack *conntrack; /* may be NULL */
	const struct settings *settings;
	struct hash_key hash_key;
	struct slab slab;
	struct table by_inner, by_outer;
	struct list age;   /* in the order of being looked at */
	struct list fresh; /* not in the kernel yet */
	uint64_t now_us;
	uint16_t next_port;
	struct nat_counters counters;
};

enum { NAT_MAX = 65536 };
bool nat_init(struct nat *nat, struct memory *memory, const struct hash_key *key);

/* Whether we translate at all, and whether an address is on the inner side. */
bool nat_works(const struct nat *nat);
bool nat_is_inner(const struct nat *nat, const struct address *address);

/*
 * How an inner endpoint looks from outside, from here on if it had no such look yet.
 * False when there is no port left. It is in force after nat_commit.
 */
bool nat_outer(struct nat *nat, const struct endpoint *inner, struct endpoint *outer);
/* The same of RTP and its RTCP: neighbouring ports, the first one even. */
bool nat_outer_pair(
        struct nat *nat, const struct endpoint inner[2], struct endpoint outer[2]);
/* The inner endpoint of an outer one; false when there is none. */
bool nat_inner(
        const struct nat *nat, const struct endpoint *outer, struct endpoint *inner);

/* Somebody else has decided on this pair. */
void nat_learn(
        struct nat *nat, const struct endpoint *inner, const struct endpoint *outer);
/* The signalling of an inner endpoint with another one: as the router has it already. */
void nat_learn_flow(
        struct nat *nat, const struct endpoint *inner, const struct endpoint *other);

/* A translation in use does not end; what is not in use ends some time later. */
void nat_hold(struct nat *nat, const struct endpoint *inner);
void nat_release(struct nat *nat, const struct endpoint *inner);
/* Without use, until then at least. */
void nat_keep(struct nat *nat, const struct endpoint *inner, uint64_t until_us);

/* What is new, into the kernel; it has it when this returns. 0 or an error number. */
int nat_commit(struct nat *nat);
void nat_advance(struct nat *nat, uint64_t now_us);
/* What the kernel has of a run before; and all once more when the table was lost. */
int nat_inherit(struct nat *nat);
void nat_reinstall(struct nat *nat);

#endif
