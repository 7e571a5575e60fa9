/*
 * The decoder's state, shared by its two halves: datagrams (decode.c) and streams
 * (stream.c).
 */
#ifndef RINGFENCE_DECODE_DECODE_INSIDE_H
#define RINGFENCE_DECODE_DECODE_INSIDE_H

#include "engine/base/reader.h"
#include "engine/decode/decode.h"
#include "engine/decode/sip_inside.h"
#include "engine/decode/websocket.h"

struct decode {
	struct frame *frame; /* borrowed */
	const struct datagram *datagram;
	struct slice rest; /* of the datagram or the stream's bytes: not yet read */
	size_t consumed;   /* bytes of the stream that are done with */
	bool first;        /* nothing of this datagram has been given yet */
	struct anomalies anomalies;
	struct datagram inner; /* a WebSocket message as a datagram of its own */
	struct websocket_buffer unmasked;
	struct sip_message sip;
	struct rtp_packet rtp;
	struct rtcp_report rtcp;
	struct stun_message stun;
	struct sdp sdp;
};

/* The SIP message at the head of the input, with its session description. */
enum sip_result decode_sip(struct decode *decode, const struct sip_input *input,
        struct message *message, size_t *consumed);
/* Bytes that were meant as SIP, and bytes that mean nothing but "I am here". */
void decode_error(struct decode *decode, struct message *message, struct slice bytes);
void decode_keepalive(struct decode *decode, struct message *message, struct slice bytes);

/* The next message of a stream; consumes its bytes when there is no more. */
bool stream_next(struct decode *decode, struct message *message);

#endif
