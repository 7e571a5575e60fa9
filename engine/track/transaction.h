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
#include "engine/base/texts.h"
#include "engine/base/wheel.h"
#include "engine/decode/sip.h"

enum transaction_state {
	TRANSACTION_TRYING,    /* request seen */
	TRANSACTION_PROCEEDING,/* provisional response seen */
	TRANSACTION_COMPLETED, /* final response seen */
	TRANSACTION_TIMED_OUT, /* no final response within 32 s */
};

/* The texts of the request, kept until the transaction has been told. */
enum transaction_text {
	TRANSACTION_BRANCH,
	TRANSACTION_CALL_ID,
	TRANSACTION_METHOD,
	TRANSACTION_FROM_TAG,
	TRANSACTION_FROM_USER,
	TRANSACTION_TO_USER,
	TRANSACTION_TO_HOST,
	TRANSACTION_REQUEST_USER,
	TRANSACTION_USER_AGENT,
	TRANSACTION_CONTACT,   /* REGISTER: the first Contact header's value */
	TRANSACTION_AUTH_USER,
	TRANSACTION_AUTH_REALM,
	TRANSACTION_AUTH_NONCE,
	TRANSACTION_TEXTS
};

struct transaction {
	struct wheel_timer timer;
	struct list_link idle;
	uint64_t hash;                 /* of branch, Call-ID, addresses, CSeq */
	struct endpoint client;        /* who sent the request */
	struct endpoint server;
	uint32_t cseq;
	uint32_t call;                 /* index, 0 = none */
	uint64_t response_hash;        /* of the last response: tells a copy from a fork's */
	struct texts *texts;           /* by enum transaction_text; NULL = told, or no room */
	uint16_t status;               /* last response, 0 = none */
	uint16_t request_copies;       /* retransmissions of the request */
	uint16_t request_bytes;        /* size of the request */
	uint8_t state;                 /* enum transaction_state */
	uint8_t method;                /* enum sip_method */
	bool auth_sent;                /* the request carried credentials */
	bool auth_stale;               /* the challenge said stale=true */
	bool nonce_known;              /* the credentials' nonce was seen on its way to the client */
	bool acked;                    /* INVITE: an ACK was seen */
	bool proven;                   /* the client's address is known to be real */
	bool contact_star;             /* REGISTER: Contact: * */
	uint16_t first_source;         /* packet number and source of the request */
	uint64_t first_packet;
	uint64_t auth_digest_hash;     /* of the response parameter: tells tries apart, keeps no secret */
	int32_t expires;               /* REGISTER: seconds asked for, -1 = not said */
};

/* Absent when it is not kept; good until the tracker is used again. */
static inline struct slice transaction_text(
        const struct transaction *transaction, enum transaction_text text)
{
	return texts_get(transaction->texts, text);
}

#endif
