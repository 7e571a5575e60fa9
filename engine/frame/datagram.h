/*
 * What the frame room makes of packets: a whole datagram (UDP, after defragmentation) or
 * the contiguous bytes of a stream that wait to be read (TCP, SCTP).
 */
#ifndef RINGFENCE_FRAME_DATAGRAM_H
#define RINGFENCE_FRAME_DATAGRAM_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/address.h"
#include "engine/base/slice.h"
#include "engine/frame/packet.h"
#include "engine/limits.h"

enum transport {
	TRANSPORT_UDP,
	TRANSPORT_TCP,
	TRANSPORT_SCTP,
	TRANSPORT_WS,  /* a WebSocket message inside TCP (RFC 7118) */
	TRANSPORT_TLS, /* named in Via or by a decrypting source, never seen in clear */
	TRANSPORT_COUNT
};

enum tunnel_kind {
	TUNNEL_IPIP,
	TUNNEL_6IN4,
	TUNNEL_GRE,
	TUNNEL_ERSPAN,
	TUNNEL_VXLAN,
	TUNNEL_GENEVE,
	TUNNEL_GTPU,
	TUNNEL_L2TP,
	TUNNEL_TZSP,
	TUNNEL_TEREDO,
	TUNNEL_ESP_NULL,
	TUNNEL_HEP,
};

struct tunnel {
	enum tunnel_kind kind;
	struct address src;
	struct address dst;
	uint32_t id; /* VNI, GRE key, TEID … 0 = none */
};

struct tcp_stream;

struct datagram {
	const struct packet *packet; /* the (last) packet that completed it */
	uint64_t time_us;
	struct endpoint src;
	struct endpoint dst;
	enum transport transport;
	struct slice payload;       /* borrowed until the next packet */
	struct tcp_stream *stream;  /* TCP: one direction of a flow; else NULL */
	bool stream_gap;            /* TCP: bytes before payload were lost (or never seen) */
	bool stream_start;          /* TCP: payload begins at the stream's first byte */
	bool fragmented;            /* came in several IP fragments */
	bool truncated;             /* cut off by the capture's snap length */
	uint8_t dscp;
	uint8_t ttl;
	uint16_t ip_id;
	uint16_t vlan[2];           /* outer, inner tag; 0 = none */
	uint8_t tunnel_count;
	struct tunnel tunnels[LIMIT_TUNNEL_DEPTH]; /* outermost first */
};

#endif
