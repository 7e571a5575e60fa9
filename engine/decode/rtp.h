/*
 * RTP (RFC 3550 5.1), its header extension (RFC 8285) and RFC 4733 events; the first byte
 * tells RTP from STUN, DTLS, ZRTP and TURN channels (RFC 7983).
 */
#ifndef RINGFENCE_DECODE_RTP_H
#define RINGFENCE_DECODE_RTP_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/slice.h"
#include "engine/decode/anomaly.h"

struct rtp_packet {
	uint32_t ssrc;
	uint32_t timestamp;
	uint16_t sequence;
	uint8_t payload_type; /* 0 to 127 */
	bool marker;
	uint8_t csrc_count;
	uint8_t padding;              /* bytes */
	uint16_t extension_profile;   /* 0 = none */
	struct slice csrc;            /* csrc_count × 4 bytes */
	struct slice extension;       /* content of the header extension */
	struct slice payload;         /* without padding; may be encrypted */
};

struct rtp_event { /* RFC 4733 2.3 */
	uint8_t event;
	bool end;
	uint8_t volume;
	uint16_t duration; /* in timestamp units */
};

/* False when the bytes cannot be an RTP packet. */
bool rtp_parse(struct slice bytes, struct rtp_packet *packet, struct anomalies *anomalies);

/* Of the payload of a telephone-event packet; the first event of the packet. */
bool rtp_event_parse(struct slice payload, struct rtp_event *event, struct anomalies *anomalies);

/* 0 to 9, *, #, A to D; 0 for events that are no DTMF digit. */
char rtp_event_digit(uint8_t event);

#endif
