/*
 * Shared by the files of the pinholes: pinhole.c opens and closes them, pinhole_keep.c
 * knows what the kernel keeps of each for a successor.
 */
#ifndef RINGFENCE_FILTER_PINHOLE_INSIDE_H
#define RINGFENCE_FILTER_PINHOLE_INSIDE_H

#include "nfq-filter/pinhole.h"

/* What the kernel keeps with a pinhole, version first. */
struct keepsake {
	uint8_t version;
	uint8_t class;
	uint8_t flags;
	uint8_t side;
	uint8_t line;
	uint8_t spare[3];
	uint32_t rate;
	uint16_t to_port;
	uint16_t from_port;
	uint8_t to[16];
	uint8_t from[16];
	uint64_t call;
	uint64_t tag;
};

struct keepsake pinhole_keepsake(const struct pinhole *pinhole);

/* Of a wish; the pinhole that has it, or 0; and a new one, 0 when there is no room. */
uint64_t pinhole_hash(const struct pinholes *pinholes, const struct pinhole_wish *wish);
uint32_t pinhole_find(
        const struct pinholes *pinholes, const struct pinhole_wish *wish, uint64_t hash);
uint32_t pinhole_add(
        struct pinholes *pinholes, const struct pinhole_wish *wish, uint64_t hash);

#endif
