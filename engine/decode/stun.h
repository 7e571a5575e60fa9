/*
 * STUN and TURN messages (RFC 8489, RFC 8656), as far as NAT and ICE diagnosis need them.
 */
#ifndef RINGFENCE_DECODE_STUN_H
#define RINGFENCE_DECODE_STUN_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/address.h"
#include "engine/base/slice.h"
#include "engine/decode/anomaly.h"

struct stun_message {
	uint16_t method;       /* 1 = Binding … */
	uint8_t message_class; /* 0 request, 1 indication, 2 success, 3 error */
	bool classic;          /* RFC 3489: no magic cookie */
	struct slice transaction;
	struct slice username;
	struct slice software;
	struct endpoint mapped; /* (XOR-)MAPPED-ADDRESS, none when absent */
	uint16_t error;         /* ERROR-CODE, 0 = none */
	bool use_candidate;
	bool integrity;
};

bool stun_parse(struct slice bytes, struct stun_message *message, struct anomalies *anomalies);

#endif
