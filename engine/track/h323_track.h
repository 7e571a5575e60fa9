/*
 * The door between the tracker and its H.323 part, for engine/track alone.
 */
#ifndef RINGFENCE_TRACK_H323_TRACK_H
#define RINGFENCE_TRACK_H323_TRACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/memory.h"

struct track;
struct seen;

/* Takes its memory, about the share of it; false when that does not suffice. */
bool h323_track_init(struct track *track, struct memory *memory, size_t share);
void h323_track_message(struct track *track, struct seen *seen);
void h323_track_advance(struct track *track, uint64_t now_us);
/* As track_next_us. */
uint64_t h323_track_next_us(const struct track *track, uint64_t limit_us);
/* Lets the next thing that is due happen; false when nothing is. */
bool h323_track_expire(struct track *track);
/* The same at the end of the capture: admissions without signalling, the inventory. */
bool h323_track_finish(struct track *track);
/* A registration ends: its device, if it has one, is free of it. */
void h323_registration_gone(struct track *track, uint32_t index);

#endif
