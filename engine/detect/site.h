/*
 * What a site tells of itself, once: its dial plan and hours, its trunks, accounts and
 * networks, the files of number lists. Compiled with the rules, read-only afterwards.
 */
#ifndef RINGFENCE_DETECT_SITE_H
#define RINGFENCE_DETECT_SITE_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/address.h"
#include "engine/base/slice.h"
#include "engine/detect/number_list.h"
#include "engine/track/number.h"

/* X(ENUM, "name") */
#define SITE_CLASSES(X)                                                                  \
	X(NONE, "")                                                                      \
	X(CARRIER, "carrier")             /* a trunk to the public network */            \
	X(INTERNATIONAL, "international") /* a trunk that calls from abroad come by */   \
	X(PBX, "pbx")                     /* a customer's PBX with many extensions */    \
	X(INTERNAL, "internal")           /* between machines of the site */             \
	X(REGISTRAR, "registrar")                                                        \
	X(MEDIA, "media")                                                                \
	X(PHONES, "phones")                                                              \
	X(CALLCENTRE, "callcentre")                                                      \
	X(CALLSHOP, "callshop")                                                          \
	X(RESIDENTIAL, "residential")                                                    \
	X(ENTERPRISE, "enterprise")                                                      \
	X(WHOLESALE, "wholesale")

enum site_class {
#define X(id, name) SITE_##id,
	SITE_CLASSES(X)
#undef X
	        SITE_CLASS_COUNT
};

struct site_texts {
	uint32_t count;
	const struct slice *items;
};

/* A trunk, an account or a network: what they share, and what each may have. */
struct site_peer {
	struct slice name;
	uint32_t network_count;
	const struct network *networks;
	uint8_t class;      /* enum site_class */
	bool trusted;       /* its word on who calls is believed (RFC 3325) */
	bool always_open;   /* calls at every hour are usual */
	uint32_t max_calls; /* at once, 0 = any */
	uint32_t max_cps;
	double budget; /* of a day in the tariffs' currency, 0 = none */
	struct dial_plan plan;
	struct site_texts own;       /* prefixes of its own numbers, digits of E.164 */
	struct site_texts countries; /* where calls to are usual */
};

struct site_peers {
	uint32_t count;
	struct site_peer *items; /* accounts in the order of their names */
};

struct site {
	bool given;
	struct slice profile; /* a word, or absent */
	uint8_t class;        /* of all accounts that do not tell theirs */
	struct dial_plan plan;
	struct site_texts own;
	struct site_texts countries;
	int32_t offset_s; /* of local time from UTC */
	uint8_t night_from;
	uint8_t night_to; /* hours; the same = no night */
	uint8_t weekend;  /* bit 0 = Monday */
	uint32_t holiday_count;
	const uint32_t *holidays; /* days since 1970 */
	uint64_t learning_us;
	struct site_peers trunks;
	struct site_peers accounts;
	struct site_peers networks;
	struct site_texts files[LIST_KINDS];  /* as written, by enum number_list_kind */
	struct slice certificates;            /* directory of them, or absent */
	const char *path;                     /* of the document that names the files */
	struct number_list lists[LIST_KINDS]; /* filled behind the compiler */
};

/* What holds where no site is described. */
extern const struct site SITE_UNKNOWN;

/* The trunk or network that the address belongs to, or NULL. */
const struct site_peer *site_trunk(const struct site *site, const struct address *ip);
const struct site_peer *site_network(const struct site *site, const struct address *ip);
const struct site_peer *site_account(const struct site *site, struct slice name);

/* Whether E.164 is one of these numbers of one's own, by prefix. */
bool site_has(const struct site_texts *prefixes, struct slice e164);

struct slice site_class_name(unsigned class);

/* 2026-12-25 as days since 1970; false when it is no date. */
bool site_date(struct slice text, uint32_t *days);

enum site_period { PERIOD_DAY, PERIOD_NIGHT, PERIOD_WEEKEND };

/* Local time at the site. */
struct site_time {
	uint32_t day; /* since 1970 */
	uint8_t hour;
	uint8_t weekday; /* 0 = Monday */
	bool holiday;
	enum site_period period; /* holidays count as weekend */
};
struct site_time site_time(const struct site *site, uint64_t time_us);

#endif
