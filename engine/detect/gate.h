/*
 * Gates: a decision table per kind of event (and method) that tells which conditions of
 * which rules an event can satisfy, at a cost that grows with the fields that rules ask
 * for and not with the rules. Every way through a condition is a unit, a bit. A guard
 * looks at one field once and strikes out all units that its value rules out: by the
 * number (or a text's length) between the points that rules compare with, by a text's
 * first byte, and by the bytes that texts must contain. What is left is judged by the
 * conditions themselves, unless the guards decided it.
 */
#ifndef RINGFENCE_DETECT_GATE_H
#define RINGFENCE_DETECT_GATE_H

#include "engine/detect/path.h"
#include "engine/detect/rule.h"

enum { GATE_UNITS_MAX = 16384, GATE_WORDS_MAX = GATE_UNITS_MAX / 64 };

enum gate_purpose {
	GATE_WHEN,
	GATE_PRINT,
	GATE_RESET, /* reset_on; of absence: what had to follow */
	GATE_QUIET,
};

struct gate_unit {
	uint16_t judge;
	uint8_t purpose; /* enum gate_purpose */
	bool decided;    /* by the guards alone: no comparison is left */
	uint16_t print;
};

/* How a guard gets at its value. */
enum guard_look {
	LOOK_TEXT,    /* a struct slice at a place */
	LOOK_TRUTH,   /* a bool at a place */
	LOOK_NUMBER,  /* a number at a place */
	LOOK_NAME,    /* an enum at a place, by its name */
	LOOK_ADDRESS, /* whether a struct address at a place is one */
	LOOK_HEADER,  /* the first header of a known name */
	LOOK_VALUE,   /* whatever the field cache gives */
	/* Looks for all that follow at once: */
	LOOK_BASE,      /* whether what their values lie in is there */
	LOOK_ANOMALIES, /* whether the message has one of the anomalies */
};

enum {
	KEY_BITS = 12,
	KEY_HASHES = 1 << KEY_BITS,
	GUARD_LENS = 64, /* lengths of texts, and truths, whose row is looked up */
};

/* Rows that every guard has, before those by number. */
enum guard_row {
	ROW_ASKS,    /* units that ask for the field at all */
	ROW_ABSENT,  /* units that remain without a value */
	ROW_KEYLESS, /* units that need no key */
	ROW_IDLE,    /* of several: units that remain when nothing of theirs is there */
	ROW_NUMBERS, /* 2 × points + 1 rows: below, at, above each point; or of each name
	              */
};

/* What must occur in texts, at least one of a unit's. */
struct guard_keys {
	uint8_t byte[256];        /* of each byte its key, 0 = none */
	uint8_t pair[KEY_HASHES]; /* of the hash of each two bytes, likewise */
	uint8_t four[KEY_HASHES]; /* of each four bytes at a multiple of four */
	uint8_t begins[256];      /* enum key_kind bits: keys that begin so */
	uint8_t pair_step;        /* pairs are looked at everywhere or at even places */
	uint8_t count;
	const uint64_t *rows; /* from key 1 on */
};

enum key_kind { KEY_BYTE = 1, KEY_PAIR = 2, KEY_FOUR = 4 };

struct guard {
	uint8_t look; /* enum guard_look */
	uint8_t base; /* where the place is: enum field_base */
	uint8_t as;   /* LOOK_NUMBER, LOOK_NAME: enum field_as */
	uint8_t type; /* enum value_type */
	uint16_t at;
	uint16_t place;      /* LOOK_VALUE: in the field cache, FIELD_PLACES = none */
	uint16_t first_word; /* of the units that it can strike out */
	uint16_t words;
	uint16_t point_count;
	uint16_t span;         /* of several: how many follow */
	const uint64_t *rows;  /* enum guard_row */
	const double *points;  /* ascending */
	const uint16_t *lens;  /* texts and truths: of each length its row in rows */
	const uint16_t *first; /* of each first byte its row in by_first */
	const uint64_t *by_first;
	const struct guard_keys *keys; /* NULL = none */
	struct field_ref field;
	struct anomalies anomalies; /* LOOK_ANOMALIES: any of these */
};

/* Hashes of two and of four bytes, letters without their case. */
static inline unsigned key_pair_hash(const uint8_t *bytes)
{
	return ((bytes[0] | 32u) << 5 ^ (bytes[1] | 32u)) % KEY_HASHES;
}

static inline unsigned key_four_hash(const uint8_t *bytes)
{
	uint32_t four;

	memcpy(&four, bytes, sizeof(four));
	return (four | 0x20202020u) * 0x85ebca6bu >> (32 - KEY_BITS);
}

struct gate {
	uint32_t unit_count;
	uint16_t words;
	uint16_t guard_count;
	struct gate_unit *units; /* in the order of the judges */
	struct guard *guards;
	const uint64_t *all;
};

/* A unit with its comparisons, before it is known which gates lead to it. */
struct gate_draft {
	struct gate_unit unit;
	const struct rule *rule;
	struct path path;
};

struct gate_drafts {
	uint32_t count;
	struct gate_draft *drafts; /* in the order of the judges */
};

/*
 * All ways through all conditions of the rules. work: a region that the caller zeroes
 * afterwards; it must last until the gates are made. False when it does not suffice.
 */
bool gate_draft(struct gate_drafts *drafts, struct memory *work,
        const struct rule *const *rules, uint32_t count);

/* The drafts that events of a kind and method can reach: indexes, as the gate's units. */
struct gate_choice {
	uint32_t count;
	enum event_kind kind;
	bool by_method; /* all of them fit the method */
	uint16_t *drafts;
};

/* method: SIP_METHOD_COUNT for kinds of event without one. */
bool gate_choose(struct gate_choice *choice, struct memory *work,
        const struct gate_drafts *drafts, enum event_kind kind, unsigned method);

/* work: as above, used up. False when the memory does not suffice. */
bool gate_init(struct gate *gate, struct memory *memory, struct memory *work,
        const struct gate_drafts *drafts, const struct gate_choice *choice);

/* The units that the event does not rule out, as bits. */
void gate_open(const struct gate *gate, struct field_cache *cache, uint64_t *units);

#endif
