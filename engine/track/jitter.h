/*
 * Simulated jitter buffers: which packets would a player have missed? One works on the
 * transit time of each packet (arrival less media time, relative to any origin) and tells
 * late packets, which count as lost.
 */
#ifndef RINGFENCE_TRACK_JITTER_H
#define RINGFENCE_TRACK_JITTER_H

#include <stdbool.h>
#include <stdint.h>

enum jitter_kind { JITTER_FIXED_60, JITTER_FIXED_200, JITTER_ADAPTIVE, JITTER_COUNT };

struct jitter_buffer {
	int32_t base_us;  /* transit of the quickest packet since the last
	                     resynchronisation */
	int32_t delay_us; /* what the player waits beyond it */
	uint32_t late;    /* packets */
};

struct jitter {
	struct jitter_buffer buffers[JITTER_COUNT];
	uint8_t runs[JITTER_COUNT]; /* late packets in a row */
};

void jitter_init(struct jitter *jitter);

/* The source began anew (talkspurt, jump): this packet sets the pace. */
void jitter_resync(struct jitter *jitter, int32_t transit_us);

/* A packet with that transit time. O(1), no division. */
void jitter_packet(struct jitter *jitter, int32_t transit_us);

#endif
