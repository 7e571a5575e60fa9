/*
 * Lists of number prefixes that a site brings along: what is known of the numbers below
 * each (risk, tests, price). Read-only once made; the longest prefix of a number counts.
 */
#ifndef RINGFENCE_DETECT_NUMBER_LIST_H
#define RINGFENCE_DETECT_NUMBER_LIST_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/slice.h"

enum { PREFIX_DIGITS = 15, CURRENCY_LEN = 3 };

enum number_list_kind {
	LIST_RISK,   /* prefix, weight, expiry */
	LIST_TEST,   /* numbers that probe a route before a fraud */
	LIST_RANGE,  /* ranges known for revenue share fraud */
	LIST_TARIFF, /* prefix, price per minute, currency, connection fee, increment */
	LIST_KINDS
};

struct number_entry {
	uint8_t len;
	char prefix[PREFIX_DIGITS];
	char currency[CURRENCY_LEN];
	uint32_t increment_s; /* tariff: seconds that are begun are paid, 1 or more */
	double weight;        /* risk; tariff: price per minute */
	double fee;           /* tariff: per connection */
	uint64_t expires_us;  /* from when on it does not hold, 0 = never */
};

struct number_list {
	uint32_t count;
	const struct number_entry *entries; /* in the order of number_entry_compare */
};

/* By prefix, byte by byte, the shorter first. */
int number_entry_compare(const struct number_entry *a, const struct number_entry *b);

/* The entry with the longest prefix of the digits that holds at this time, or NULL. */
const struct number_entry *number_list_find(
        const struct number_list *list, struct slice digits, uint64_t now_us);

/* What a call of this length costs by its tariff. */
double number_entry_cost(const struct number_entry *tariff, double seconds);

#endif
