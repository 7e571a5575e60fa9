/*
 * SIP transactions (RFC 3261 17), as a bystander sees them: keyed by the topmost Via's
 * branch (with sent-by and method; Call-ID, CSeq, From-tag and method for RFC 2543 peers)
 * and the two addresses, so that a request and its copy on the next hop are two.
 */
#ifndef RINGFENCE_TRACK_TRANSACTION_H
#define RINGFENCE_TRACK_TRANSACTION_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/address.h"
#include "engine/base/list.h"
#include "engine/base/pool.h"
#include "engine/base/wheel.h"
#include "engine/decode/sip.h"

enum transaction_state {
	TRANSACTION_TRYING,    /* request seen */
	TRANSACTION_PROCEEDING,/* provisional response seen */
	TRANSACTION_COMPLETED, /* final response seen */
	TRANSACTION_TIMED_OUT, /* no final response within 32 s */
};

struct transaction {
	struct wheel_timer timer;
	struct list_link idle;
	uint64_t hash;
	uint64_t response_hash;        /* of the last response: tells a copy from a fork's */
	uint64_t start_us;
	uint64_t first_response_us;    /* 0 = none */
	uint64_t final_us;             /* 0 = none */
	struct endpoint client;        /* who sent the request */
	struct endpoint server;
	uint32_t call;                 /* index, 0 = none */
	uint32_t cseq;
	uint16_t status;               /* last response, 0 = none */
	uint16_t request_copies;       /* retransmissions of the request */
	uint16_t response_copies;
	uint16_t request_bytes;        /* size of the request */
	uint8_t state;                 /* enum transaction_state */
	uint8_t method;                /* enum sip_method */
	uint8_t transport;
	bool auth_sent;                /* the request carried credentials */
	bool auth_stale;               /* the challenge said stale=true */
	bool nonce_known;              /* the credentials' nonce was seen on its way to the client */
	bool acked;                    /* INVITE: an ACK was seen */
	bool to_tag_echoed;            /* proof: the client repeated a tag or nonce it was sent */
	bool proven;                   /* the client's address is known to be real */
	bool contact_star;             /* REGISTER: Contact: * */
	int32_t expires;               /* REGISTER: seconds asked for, -1 = not said */
	uint64_t first_packet;         /* packet number and source of the request */
	uint16_t first_source;
	struct arena arena;
	struct slice branch;           /* kept, with all below, in the arena */
	struct slice call_id;
	struct slice method_text;
	struct slice from_user;
	struct slice from_tag;
	struct slice to_user;
	struct slice to_host;
	struct slice request_user;
	struct slice user_agent;       /* of the request */
	struct slice auth_user;
	struct slice auth_realm;
	struct slice auth_nonce;
	struct slice to_tag;           /* of the final response */
	struct slice contact;          /* REGISTER: the first Contact header's value */
	uint64_t auth_digest_hash;     /* of the response parameter: tells tries apart, keeps no secret */
};

#endif
