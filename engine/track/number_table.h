/*
 * The tables of numbering plans, made while building (engine/numbering): regions, and one
 * automaton over digits that knows the patterns of all their numbers.
 */
#ifndef RINGFENCE_TRACK_NUMBER_TABLE_H
#define RINGFENCE_TRACK_NUMBER_TABLE_H

#include <stdbool.h>
#include <stdint.h>

/* Bits of a state's mask; below them those of enum number_type, from fixed lines on. */
enum number_mask {
	NUMBER_GENERAL = 1 << 10, /* a number of the region, whatever its type */
	NUMBER_LEADING = 1 << 11, /* digits that only this region of its code has */
	NUMBER_IDD = 1 << 12,     /* its prefix for calls abroad ends here */
};

struct number_region {
	char name[5];     /* ISO 3166-1, or "+882": of no country */
	uint16_t code;    /* calling code */
	bool main;        /* of those that share the code */
	bool leading;     /* is told from them by NUMBER_LEADING */
	uint32_t lengths; /* bit n: n digits behind the code are possible */
	char national[4]; /* prefix of calls within it, "" = none */
	uint16_t root;    /* state before the digits behind the code */
	uint16_t idd;     /* state before its prefixes for calls abroad, 0 = none */
};

struct number_state {
	uint16_t mask;
	uint16_t next[10]; /* state behind each digit, 0 = none */
};

/* In order of their codes, the main one of each code first. */
extern const struct number_region NUMBER_REGIONS[];
extern const unsigned NUMBER_REGION_COUNT;
extern const struct number_state NUMBER_STATES[];

#endif
