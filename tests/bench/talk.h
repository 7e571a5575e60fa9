/*
 * Made SIP dialogs and RTP streams, a message or packet at a time, so that a scenario
 * decides what is concurrent.
 */
#ifndef RINGFENCE_BENCH_TALK_H
#define RINGFENCE_BENCH_TALK_H

#include "tests/bench/wire.h"

struct call {
	uint64_t id; /* Call-ID, tags and branches follow from it */
	struct party caller;
	struct party callee;
	struct party caller_media;
	struct party callee_media;
	char from[32];
	char to[32];
	const char *agent;
	unsigned cseq;
	bool video;
	const char *direction; /* a= line of the next SDP */
	bool tcp;
	uint32_t seq[2]; /* TCP: next byte of caller and callee */
};

struct stream {
	struct party from;
	struct party to;
	uint32_t ssrc;
	uint32_t timestamp;
	uint16_t seq;
	uint8_t pt;
	uint16_t step;    /* timestamp units between packets */
	uint16_t payload; /* bytes */
};

/* Fills in a call number, with addresses of its own when few enough are concurrent. */
void call_make(struct call *call, uint64_t number);

/* From caller to callee, with or without SDP. */
void call_request(struct wire *wire, struct call *call, const char *method, bool sdp);

/* From callee to caller, answering the last request of that method. */
void call_respond(struct wire *wire, struct call *call, const char *method,
        const char *status, bool sdp);

/* The handshake of a TCP call's connection. */
void call_connect(struct wire *wire, struct call *call);

/* REGISTER by the caller; nonce NULL = without credentials. */
void call_register(struct wire *wire, struct call *call, const char *nonce);

void call_challenge(struct wire *wire, struct call *call, const char *nonce);
void call_registered(struct wire *wire, struct call *call);

/* The stream of one direction of a call: 0 caller's audio, 1 callee's, 2 and 3 video. */
struct stream call_stream(const struct call *call, unsigned direction);

void stream_packet(struct wire *wire, struct stream *stream, bool marker);

/* A sender report of the stream with one report block about the other direction. */
void stream_report(
        struct wire *wire, const struct stream *stream, const struct stream *other);

#endif
