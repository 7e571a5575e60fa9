/*
 * The cursor over one packet's layers: what is left to open and what comes next. Every
 * opener reads its header, moves the cursor behind it and names the next layer; frame.c
 * calls them in a loop that is bounded by LIMIT_FRAME_LAYERS.
 */
#ifndef RINGFENCE_FRAME_LAYERS_H
#define RINGFENCE_FRAME_LAYERS_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/reader.h"
#include "engine/frame/datagram.h"

enum layer {
	LAYER_NONE, /* nothing that is understood, or the header is broken */
	LAYER_ETHERNET,
	LAYER_ETHERTYPE, /* what type names, the number of IEEE 802 */
	LAYER_PPP,
	LAYER_IP,       /* version 4 or 6, by its first bits */
	LAYER_FRAGMENT, /* l->fragment describes it */
	LAYER_PROTOCOL, /* what type names, IANA's protocol number */
	LAYER_GRE,
	LAYER_ESP,
	LAYER_L2TPV3,
	LAYER_UDP,
	LAYER_PAYLOAD, /* done: the rest is the payload of a UDP datagram */
	LAYER_TCP,
	LAYER_SCTP,
	LAYER_ICMP,
};

/* What an IP header says of the fragment behind it. */
struct fragment_info {
	uint32_t id;
	uint32_t offset; /* bytes */
	uint32_t len;    /* bytes on the wire; the capture may hold less */
	bool more;
	bool v6;
};

struct layers {
	struct reader at;
	enum layer next;
	uint16_t type;
	struct datagram *out; /* addresses and tags are written here on the way */
	struct fragment_info fragment;
};

static inline uint16_t load_u16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t load_u32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* The rest ends after len bytes; a capture that ends before is noted as truncated. */
static inline void layers_trim(struct layers *l, size_t len)
{
	if (len > reader_left(&l->at))
		l->out->truncated = true;
	else
		l->at.end = l->at.data + len;
}

/* The addresses read so far become those of a tunnel around what follows. */
static inline void layers_tunnel(struct layers *l, enum tunnel_kind kind, uint32_t id)
{
	struct datagram *out = l->out;
	if (out->tunnel_count == LIMIT_TUNNEL_DEPTH)
		return;
	out->tunnels[out->tunnel_count++] = (struct tunnel){
	        .kind = kind, .src = out->src.ip, .dst = out->dst.ip, .id = id};
}

#endif
