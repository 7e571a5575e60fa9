/*
 * What building a gate and building its guards share.
 */
#ifndef RINGFENCE_DETECT_GUARD_BUILD_H
#define RINGFENCE_DETECT_GUARD_BUILD_H

#include "engine/detect/field_source.h"
#include "engine/detect/gate.h"

/* A comparison of a unit on the guard's field. */
struct asked {
	const struct rule_test *test;
	bool truth;
	unsigned unit; /* counted from the guard's first word */
};

/* A guard at work: its units and where its rows come from. */
struct builder {
	struct memory *memory;
	struct memory *work;
	struct gate_unit *units; /* from the guard's first word on */
	struct guard *guard;
	struct field_names names; /* LOOK_NAME: all that its field can be */
	const struct asked *asked;
	uint32_t asked_count;
	uint64_t *rows; /* the guard's */
	struct guard_keys *keys;
	uint64_t *by_key;
};

/*
 * Makes the rows of builder->guard, whose field and words are set. What the guard cannot
 * decide is noted in the units. False = too little memory.
 */
bool guard_build(struct builder *builder);
/* Its part for texts that must occur. */
bool guard_build_keys(struct builder *builder);
/*
 * Makes the rows of a guard that looks for the span ones behind it at once; its look is
 * set. False = too little memory.
 */
bool guard_build_several(struct memory *memory, struct guard *head);

enum { BYTES = 256 };

static inline bool is_text(const struct rule_test *test)
{
	return test->type == VALUE_TEXT && !test->length;
}

static inline char folded(char byte)
{
	return byte >= 'A' && byte <= 'Z' ? (char)(byte + 32) : byte;
}

static inline uint64_t *row_of(const struct builder *builder, size_t row)
{
	return builder->rows + row * builder->guard->words;
}

static inline void row_clear(uint64_t *row, unsigned unit)
{
	row[unit / 64] &= ~((uint64_t)1 << unit % 64);
}

static inline uint64_t *rows_take(
        struct memory *memory, const struct guard *guard, size_t count)
{
	const size_t bytes = count * guard->words * sizeof(uint64_t);
	uint64_t *rows = memory_take(memory, bytes);

	if (rows)
		memset(rows, 0xff, bytes);
	return rows;
}

#endif
