/*
 * The summary of a run: counts as Wireshark's dissectors count, every captured copy and
 * retransmission as seen. The contract for comparing decoders.
 */
#ifndef RINGFENCE_REPORT_SUMMARY_H
#define RINGFENCE_REPORT_SUMMARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/hash.h"
#include "engine/base/memory.h"
#include "engine/detect/detect.h"
#include "engine/track/event.h"

struct summary;

/* NULL when the memory does not suffice. */
struct summary *summary_new(struct memory *memory, size_t share, const struct hash_key *key);
void summary_message(struct summary *summary, const struct message *message);
void summary_event(struct summary *summary, const struct event *event);
void summary_alert(struct summary *summary, const struct alert *alert);

#endif
