/*
 * What accounts do: how many calls each has running, what they cost today, what it calls
 * and when it usually does. Kept beside the rules and beyond them: a change of rules
 * forgets nothing, and what was learned can be written down and read again. One thread;
 * memory taken at init; a full table forgets the longest idle and counts it.
 */
#ifndef RINGFENCE_DETECT_ACCOUNTS_H
#define RINGFENCE_DETECT_ACCOUNTS_H

#include "engine/base/hash.h"
#include "engine/base/list.h"
#include "engine/base/memory.h"
#include "engine/base/slab.h"
#include "engine/base/table.h"
#include "engine/base/writer.h"
#include "engine/detect/party.h"
#include "engine/track/event.h"

enum {
	ACCOUNT_NAME = 48,
	ACCOUNT_COUNTRIES = 12, /* that are remembered of one account */
	ACCOUNT_SLOTS = 16,     /* of the rolling interval of a destination */
	ACCOUNT_SLOT_S = 1800,
	SPEND_STEPS = 64,
	FORWARD_PAIRS = 256,     /* newest that may be two legs of a forwarding */
	FORWARD_ARRIVALS = 4096, /* a power of two */
};

struct account_country {
	uint16_t region; /* index + 1, as of struct number */
	uint16_t calls;
	uint32_t first_s; /* since 1970 */
};

struct account {
	struct list_link idle;
	uint64_t hash;
	uint32_t first_s; /* since 1970 */
	uint32_t last_s;
	uint32_t calls;
	uint32_t running;
	uint32_t repeats;     /* calls in a row to the newest number */
	uint64_t number;      /* hash of that number */
	uint32_t day;         /* local, that the following are of */
	uint32_t hours_today; /* bit of each hour with calls abroad */
	double cost_today;
	double seconds_today; /* abroad or premium */
	uint8_t hours[2][24]; /* days with calls abroad at that hour: workdays, others */
	uint8_t country_count;
	uint8_t name_len;
	char name[ACCOUNT_NAME];
	struct account_country countries[ACCOUNT_COUNTRIES];
};

/* One destination of an account. */
struct account_pair {
	struct list_link idle;
	uint64_t hash;
	uint32_t account;
	uint32_t running;
	uint32_t slot; /* number of the newest */
	uint16_t calls[ACCOUNT_SLOTS];
	uint8_t prefix_len;
	char prefix[7];
};

/* A number that calls and is called: counts of today and of the day before. */
struct number_use {
	struct list_link idle;
	uint64_t hash;
	uint64_t marked_until_us; /* a rule marked it */
	uint32_t day;
	uint32_t out[2];
	uint32_t in[2];
	uint8_t len;
	char digits[NUMBER_DIGITS];
};

/* A call that came to a host, by that host and one of its two numbers. */
struct forward_arrival {
	uint64_t key;
	uint64_t id;
	uint64_t start_us;
	uint64_t to; /* hash of the called number as sent */
	uint8_t by_len;
	char by[NUMBER_DIGITS]; /* that number's beginning */
};

/* One that came in, and one that the same host began abroad at once. */
struct forward_pair {
	uint64_t in; /* ids of the calls */
	uint64_t out;
	uint64_t in_end_us; /* 0 = it goes on */
	uint64_t out_end_us;
	uint8_t by_len;
	char by[NUMBER_DIGITS]; /* who was called and forwards */
};

struct accounts {
	struct hash_key key;
	struct slab slab;
	struct table table;
	struct list idle;
	struct slab pair_slab;
	struct table pair_table;
	struct list pair_idle;
	struct slab number_slab;
	struct table number_table;
	struct list number_idle;
	uint64_t forgotten;
	uint64_t day_spends; /* account days in the steps */
	uint32_t spend_steps[SPEND_STEPS];
	uint32_t since_s;        /* of the first call of all, 0 = none yet */
	uint64_t forward_joined; /* id of the call that ended last of a forwarding */
	const struct forward_pair *forward_pair; /* of that */
	uint32_t forward_next;
	struct forward_pair pairs[FORWARD_PAIRS];
	struct forward_arrival arrivals[FORWARD_ARRIVALS];
};

/* share: bytes it may take. NULL when they do not suffice. */
struct accounts *accounts_new(
        struct memory *memory, size_t share, const struct hash_key *key);

/* Takes an event in; what it does not know of leaves everything alone. */
void accounts_event(
        struct accounts *accounts, const struct site *site, const struct event *event);

/* NULL = never seen. */
const struct account *account_find(const struct accounts *accounts, struct slice name);
const struct account_pair *account_pair_find(const struct accounts *accounts,
        const struct account *account, struct slice prefix);
const struct number_use *number_use_find(
        const struct accounts *accounts, struct slice digits);
/* Until then the number, or every number of the block, is suspected. */
void accounts_mark(struct accounts *accounts, struct slice digits, uint64_t until_us);

/* Calls to the destination within the last 8 hours. */
uint32_t account_pair_calls(const struct account_pair *pair, uint64_t now_us);

/* account_learn.c */
/* A call abroad, or not, begins at this time. */
void account_learn(struct account *account, const struct parties *parties,
        const struct site_time *time, uint64_t now_us);
/* What happened before that day becomes habit. */
void account_day(
        struct accounts *accounts, struct account *account, const struct site_time *time);
/* Enough is known of it to tell what is unusual. */
bool account_learned(
        const struct account *account, const struct site *site, uint64_t now_us);
/* Younger than a week, while others have been known for as long as learning takes. */
bool account_fresh(const struct accounts *accounts, const struct account *account,
        const struct site *site, uint64_t now_us);
/* The country's first call is less than a day old, and the account is known for long. */
bool account_country_new(const struct account *account, const struct site *site,
        uint16_t region, uint64_t now_us);
/* It called there on a day before. */
bool account_country_known(
        const struct account *account, uint16_t region, uint64_t now_us);
/* It never calls abroad at this hour, nor at those beside it. */
bool account_hour_unusual(const struct account *account, const struct site *site,
        const struct site_time *time, uint64_t now_us);
/* Percent of account days on which less was spent. */
double account_spend_rank(const struct accounts *accounts, const struct account *account);

/* forward.c: what accounts_event tells it, and whether the call is a leg of a forwarding.
 */
void forward_started(struct accounts *accounts, const struct call *call);
void forward_event(struct accounts *accounts, const struct parties *parties,
        const struct event *event);
bool forward_joined(const struct accounts *accounts, const struct call *call);
/* Who forwards it, absent when it is no such leg. */
struct slice forward_by(const struct accounts *accounts, const struct call *call);

/*
 * accounts_save.c: what was learned, as lines of text. Save writes the line of the next
 * account behind *at, which begins at 0; false = there is none. Load takes a whole text
 * in; the number of the first line that is wrong, 0 = fine.
 */
bool accounts_save(const struct accounts *accounts, uint32_t *at, struct writer *out);
unsigned accounts_load(struct accounts *accounts, struct slice text);

/* The account of this name, made when it is new; NULL = no room at all. */
struct account *account_get(struct accounts *accounts, struct slice name);

#endif
