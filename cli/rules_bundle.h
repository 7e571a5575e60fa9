/*
 * The packs of a directory as one document, as they are published.
 */
#ifndef RINGFENCE_CLI_RULES_BUNDLE_H
#define RINGFENCE_CLI_RULES_BUNDLE_H

#include "platform/buffer.h"

/* place: a directory of packs, or a file that is a set already. False, told on standard
 * error, when something cannot be read. */
bool rules_bundle(const char *place, struct buffer *set);

#endif
