/*
 * What building a gate and building its guards share.
 */
#ifndef RINGFENCE_DETECT_GUARD_BUILD_H
#define RINGFENCE_DETECT_GUARD_BUILD_H

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
	const struct asked *asked;
	uint32_t asked_count;
	uint64_t *keyless;
	uint8_t *keys;
	uint8_t *pairs;
	uint8_t *fours;
};

/*
 * Makes the rows of builder->guard, whose field and words are set. What the guard cannot
 * decide is noted in the units. False = too little memory.
 */
bool guard_build(struct builder *builder);

#endif
