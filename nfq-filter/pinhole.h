/*
 * Pinholes: a destination that media may be sent to from one address. Several sessions
 * may want the same one. Opened and closed in the kernel by transactions; the kernel
 * keeps with each what is needed to take it over after a restart. One thread; memory is
 * taken at the start.
 */
#ifndef RINGFENCE_FILTER_PINHOLE_H
#define RINGFENCE_FILTER_PINHOLE_H

#include "engine/base/hash.h"
#include "engine/base/list.h"
#include "engine/base/memory.h"
#include "engine/base/slab.h"
#include "engine/base/table.h"
#include "nfq-filter/firewall.h"
#include "platform/conntrack.h"

/* What a session wants. */
struct pinhole_wish {
	struct endpoint to;
	struct address from;
	uint16_t from_port; /* expected, 0 = any */
	enum pinhole_class class;
	bool nat;
	bool control;  /* RTCP */
	uint32_t rate; /* packets a second */
	uint64_t call; /* hash of the Call-ID */
	uint64_t tag;  /* hash of the caller's tag */
	uint8_t side;  /* enum call_side of who gets the media */
	uint8_t line;
};

struct pinhole {
	struct list_link link; /* of fresh ones, or of closing ones */
	struct list_link all;
	uint64_t hash;
	struct pinhole_key key;
	struct pinhole_wish wish;
	uint64_t lease_ms;
	uint64_t due_us;  /* closing: when */
	uint64_t packets; /* counted before its element was last replaced */
	uint32_t users;   /* sessions */
	bool installed;
	bool fresh;
	bool closing;
};

struct pinhole_counters {
	uint64_t opened, closed, refused, renewed, full;
};

struct pinholes {
	struct firewall *firewall;
	struct conntrack *conntrack; /* to make connections of pinholes, or NULL */
	struct hash_key hash_key;
	struct slab slab;
	struct table table;
	struct list all;
	struct list fresh;   /* wanted, not yet in the kernel */
	struct list closing; /* in order of time */
	uint32_t next_number;
	uint64_t grace_us;
	struct pinhole_counters counters;
};

bool pinholes_init(struct pinholes *pinholes, struct memory *memory, uint32_t capacity,
        const struct hash_key *key);

/*
 * The pinhole of the wish, with one user more; its index, 0 when there is no room. It is
 * open after the next pinholes_commit.
 */
uint32_t pinhole_take(
        struct pinholes *pinholes, const struct pinhole_wish *wish, uint64_t lease_ms);
/* One user less; without any it is closed after the grace. */
void pinhole_give(struct pinholes *pinholes, uint32_t index, uint64_t now_us);
/* How long that is from here on; 0: at once, with the next pinholes_advance. */
void pinholes_set_grace(struct pinholes *pinholes, uint64_t grace_us);
/* From here on it lives that long. */
void pinhole_renew(struct pinholes *pinholes, uint32_t index, uint64_t lease_ms);
/* Packets that passed, as the kernel counts them. */
uint64_t pinhole_packets(struct pinholes *pinholes, uint32_t index);

/* Opens what is wanted; returns when the kernel has it. 0 or an error number. */
int pinholes_commit(struct pinholes *pinholes);

/* Opens none of it: the message that it came with does not pass. */
void pinholes_cancel(struct pinholes *pinholes);

/* Closes what is due; told, for each, before it is gone. */
struct pinhole_watcher {
	void *context;
	void (*closed)(void *context, const struct pinhole *pinhole, uint64_t packets);
};
void pinholes_advance(struct pinholes *pinholes, uint64_t now_us,
        const struct pinhole_watcher *watcher);
/* When the next is due; UINT64_MAX = none. */
uint64_t pinholes_due_us(const struct pinholes *pinholes);

/* All that is open, into the kernel once more: its table was lost. 0 or an error number.
 */
int pinholes_reinstall(struct pinholes *pinholes);

/*
 * Takes over what the kernel has from a run before: each becomes a pinhole with one user,
 * and is told, so that its session can be made. 0 or an error number.
 */
struct pinhole_heir {
	void *context;
	void (*inherit)(void *context, uint32_t index, const struct pinhole_wish *wish);
};
int pinholes_inherit(struct pinholes *pinholes, const struct pinhole_heir *heir);

static inline struct pinhole *pinhole_at(const struct pinholes *pinholes, uint32_t index)
{
	return slab_at(&pinholes->slab, index);
}

#endif
