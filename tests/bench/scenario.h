/*
 * The named scenarios: ordinary calls of many shapes, and a mix of attacks.
 */
#ifndef RINGFENCE_BENCH_SCENARIO_H
#define RINGFENCE_BENCH_SCENARIO_H

#include "tests/bench/wire.h"

/* False when there is no scenario of that name. */
bool scenario_make(struct wire *wire, const char *name);

/* Password guessing, enumeration, a flood of calls, a sweep and RTP probes. */
bool scenario_attacks(struct wire *wire);

void scenario_list(FILE *file);

#endif
