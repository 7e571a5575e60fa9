/*
 * Keys for hash tables that the wire can fill.
 */
#ifndef RINGFENCE_PLATFORM_RANDOM_H
#define RINGFENCE_PLATFORM_RANDOM_H

#include <stdbool.h>

#include "engine/base/hash.h"

/* A key nobody can guess, for live programs; false when the system has none to give. */
bool random_key(struct hash_key *key);

/* The key of replays: constant, so that a run repeats exactly. */
struct hash_key random_replay_key(void);

#endif
