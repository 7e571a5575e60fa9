/*
 * The decoder's state, shared by its two halves: datagrams (decode.c) and streams
 * (stream.c).
 */
#ifndef RINGFENCE_DECODE_DECODE_INSIDE_H
#define RINGFENCE_DECODE_DECODE_INSIDE_H

#include "engine/base/reader.h"
#include "engine/decode/decode.h"
#include "engine/decode/h323_inside.h"
#include "engine/decode/h323_learned.h"
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
	struct h323_decoder h323;
	struct h323_learned learned;
};

void decode_message_begin(
        struct decode *decode, struct message *message, struct slice bytes);

/* The SIP message at the head of the input, with its session description. */
enum sip_result decode_sip(struct decode *decode, const struct sip_input *input,
        struct message *message, size_t *consumed);
/* Bytes that were meant as SIP, and bytes that mean nothing but "I am here". */
void decode_error(struct decode *decode, struct message *message, struct slice bytes);
void decode_keepalive(struct decode *decode, struct message *message, struct slice bytes);

/*
 * What a direction of a connection turned out to be: the low byte of the stream's tag;
 * above it, how many bytes went by without a message.
 */
enum stream_kind {
	STREAM_UNKNOWN,
	STREAM_SIP,
	STREAM_WEBSOCKET,
	STREAM_Q931, /* TPKTs of call signalling */
	STREAM_H245, /* TPKTs of H.245 */
	STREAM_FOREIGN, /* something else, on a port that gateways look into */
};

enum stream_step {
	STEP_WAIT,  /* for more bytes */
	STEP_AGAIN, /* something was skipped or found out */
	STEP_MESSAGE,
	STEP_OTHER, /* it is not of this protocol */
};

enum stream_kind stream_kind_of(const struct decode *decode);
void stream_kind_set(struct decode *decode, enum stream_kind kind);
/* The next bytes are done with. */
void stream_advance(struct decode *decode, size_t bytes);

/* The datagram as a RAS message; false when it is none. */
bool decode_ras(struct decode *decode, struct message *message);
/* A datagram of nothing known becomes an error where RAS was spoken before. */
void decode_ras_broken(struct decode *decode, struct message *message);
/* The first bytes of a stream, should they be TPKTs of H.323. */
enum stream_step tpkt_first(struct decode *decode, struct message *message);
/* The next TPKT of a stream that is known to have them. */
enum stream_step tpkt_step(struct decode *decode, struct message *message);
/* In a stream joined midway: to where a TPKT may begin, STEP_OTHER when nowhere. */
enum stream_step tpkt_search(struct decode *decode);
/* Behind lost bytes: to where a TPKT may begin. */
void tpkt_resume(struct decode *decode);

/* The next message of a stream; consumes its bytes when there is no more. */
bool stream_next(struct decode *decode, struct message *message);

#endif
