/*
 * Telephone numbers: what was dialled becomes E.164 by the dial plan of where it was
 * dialled, and the numbering plans tell its country and what kind of number it is. Pure:
 * the tables come from packaged metadata when the program is built.
 */
#ifndef RINGFENCE_TRACK_NUMBER_H
#define RINGFENCE_TRACK_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/slice.h"
#include "engine/limits.h"

enum number_type {
	NUMBER_FIXED,
	NUMBER_MOBILE,
	NUMBER_TOLLFREE,
	NUMBER_PREMIUM,
	NUMBER_PERSONAL,
	NUMBER_VOICEMAIL,
	NUMBER_UAN,
	NUMBER_PAGER,
	NUMBER_VOIP,
	NUMBER_SHARED,
	NUMBER_FIXED_OR_MOBILE,
	NUMBER_UNKNOWN, /* E.164, but no pattern of the country knows it */
	NUMBER_TYPES
};

/* How a number was written: what it takes for it to be E.164. */
enum number_form {
	NUMBER_NONE,          /* no number: a name, or nothing */
	NUMBER_INTERNAL,      /* digits of a private plan: extensions, services */
	NUMBER_NATIONAL,      /* behind the national prefix */
	NUMBER_INTERNATIONAL, /* behind + or the prefix for calls abroad */
};

/* What the sender says of the digits: typeOfNumber of Q.931. */
enum number_said { NUMBER_SAID_NOTHING, NUMBER_SAID_INTERNATIONAL, NUMBER_SAID_NATIONAL };

enum { NUMBER_DIGITS = 20, NUMBER_STRIPPED = 15 };

struct number {
	uint8_t form; /* enum number_form */
	uint8_t type; /* enum number_type, of E.164 */
	uint8_t len;  /* digits of E.164, 0 = it is none */
	uint8_t stripped_len;
	uint16_t region;                /* index + 1 in NUMBER_REGIONS, 0 = unknown */
	bool possible;                  /* its length occurs in the country */
	bool satellite;                 /* +870, +881, +882, +883 */
	char digits[NUMBER_DIGITS];     /* E.164 without its + */
	char stripped[NUMBER_STRIPPED]; /* what was taken off its front */
};

/* How numbers are dialled at one place. All zero: + and the usual 00 and 011 alone. */
struct dial_plan {
	uint16_t region;   /* index + 1, 0 = unknown */
	uint8_t idd_count; /* 0 = those of the region */
	uint8_t dial_out_count;
	bool national_given; /* national holds also when it is empty */
	bool bare;           /* E.164 comes without its + */
	struct slice idd[LIMIT_DIAL_PREFIXES];
	struct slice dial_out[LIMIT_DIAL_PREFIXES];
	struct slice national;
};

/*
 * Reads what was dialled: the user of a URI or an alias, with or without tel:, parameters
 * and visual separators (RFC 3966), percent-encoded once or not. Never fails: what is no
 * number has the form NUMBER_NONE.
 */
void number_read(const struct dial_plan *plan, struct slice text, enum number_said said,
        struct number *number);

/* Index + 1 of a region by its two letters, 0 = none. */
uint16_t number_region_find(struct slice name);
/* Its name: "DE", or "+882" for a code of no country. Absent for 0. */
struct slice number_region_name(uint16_t region);
/* Its calling code as text of up to 3 digits; 0 digits for region 0. */
unsigned number_region_code(uint16_t region);
struct slice number_type_name(enum number_type type);

static inline struct slice number_e164(const struct number *number)
{
	return slice_of(number->len ? number->digits : NULL, number->len);
}

/*
 * The prefix under which calls to it are counted: the calling code, and the area code
 * behind +1.
 */
struct slice number_prefix(const struct number *number);
/* E.164 without its last 4 digits: a block of numbers. */
struct slice number_block(const struct number *number);

static inline bool number_premium(const struct number *number)
{
	return number->len && (number->type == NUMBER_PREMIUM || number->satellite);
}

#endif
