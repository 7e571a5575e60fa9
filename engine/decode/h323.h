/*
 * One message of H.323: a RAS datagram, a Q.931 message of H.225.0 call signalling, or a
 * TPKT of H.245, with all that is nested in it.
 *
 * There is one tape of values (per.h). Its first root is the message itself; encodings
 * that the schema leaves open (H.450 arguments, RAS in H.460.17, parameters of H.460.18
 * and .19, further H.245 PDUs in one TPKT) are decoded as further roots behind it. The
 * list of PDUs names every nested message by kind, id and node, in the order of the
 * wire, so that a reader walks one list with a switch and looks at fields by per_child,
 * h323_path and the functions below:
 *
 *	for (uint32_t i = 0; i < h323->pdu_count; i++) {
 *		const struct h323_pdu *pdu = &h323->pdus[i];
 *		switch (pdu->kind) {
 *		case H323_PDU_CALL:  if (pdu->id == PER_setup) …
 *
 * Everything is borrowed until the next message.
 */
#ifndef RINGFENCE_DECODE_H323_H
#define RINGFENCE_DECODE_H323_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/address.h"
#include "engine/base/slice.h"
#include "engine/base/writer.h"
#include "engine/decode/anomaly.h"
#include "engine/decode/per.h"
#include "engine/decode/q931.h"
#include "engine/limits.h"

enum h323_kind {
	H323_RAS,     /* one RAS datagram (H.225.0 7.7 to 7.19) */
	H323_CALL,    /* one TPKT of call signalling: Q.931 */
	H323_CONTROL, /* one TPKT of H.245 on a connection of its own */
};

/* X(ENUM, "name", what node is) */
#define H323_PDU_KINDS(X)                                                                \
	X(RAS, "ras") /* a message inside RasMessage: id PER_registrationRequest … */  \
	X(CALL, "h225") /* a body inside h323-message-body: id PER_setup … */          \
	X(H245, "h245") /* a message of H.245: id PER_terminalCapabilitySet … */       \
	X(FAST_START, "fastStart") /* an OpenLogicalChannel */                           \
	X(H450, "h450")       /* a ROS component: id PER_invoke, PER_returnResult … */ \
	X(FEATURE, "feature") /* a GenericData, in genericData or a feature set */       \
	X(TOKEN, "token")     /* a ClearToken or CryptoH323Token: id PER_tokens,         \
	                         PER_cryptoTokens */

enum h323_pdu_kind {
#define X(id, name) H323_PDU_##id,
	H323_PDU_KINDS(X)
#undef X
};

/* Where a PDU came from. */
enum h323_way {
	H323_DIRECT,   /* the message itself */
	H323_TUNNEL,   /* h245Control, tunnelledSignallingMessage, H.460.17 */
	H323_PARALLEL, /* parallelH245Control */
	H323_REPORT,   /* told in an IRR: no message of this connection */
};

struct h323_pdu {
	uint8_t kind;  /* enum h323_pdu_kind */
	uint8_t way;   /* enum h323_way */
	uint16_t id;   /* enum per_name of the message; PER_NO_NAME = unknown */
	uint32_t node; /* on the tape: the value of that name (its fields are its
	                  children) */
	int32_t value; /* H450: the local opcode, FEATURE: the standard number; else -1 */
	uint32_t content; /* H450: root of the argument or result, FEATURE: of the first
	                     parameter that is an encoding; 0 = none or not decoded */
};

struct h323_message {
	enum h323_kind kind;
	uint16_t id;     /* of the outermost PDU: PER_registrationRequest, PER_setup …;
	                    PER_NO_NAME where there is none or it is broken */
	bool whole;      /* the outermost encoding was right from first to last bit */
	uint8_t version; /* of H.225.0 as protocolIdentifier tells, 1 to 7; 0 = not told
	                  */
	const struct q931_message *q931; /* H323_CALL, else NULL */
	const struct per_tape *tape;     /* count may be 0: nothing could be decoded */
	uint32_t pdus_left_out;          /* beyond LIMIT_H323_PDUS */
	uint32_t pdu_count;
	struct h323_pdu pdus[LIMIT_H323_PDUS];
	struct anomalies anomalies;
};

/* The kind's name as in H323_PDU_KINDS. */
const char *h323_pdu_kind_name(enum h323_pdu_kind kind);

/*
 * The node at the end of a path of names below a node, 0 when a step is not there; a
 * choice is a step of its own, as is what was chosen. The path ends with PER_NO_NAME.
 */
uint32_t h323_path(const struct per_tape *tape, uint32_t node, const uint16_t *path);
#define H323_PATH(...) ((const uint16_t[]){__VA_ARGS__, PER_NO_NAME})

/* Content of an octet string, OID, IA5String or digits; absent for node 0 and others. */
struct slice h323_bytes(const struct per_tape *tape, uint32_t node);
/* A number, BOOLEAN or index of an enumeration; otherwise for node 0 and others. */
int64_t h323_number(const struct per_tape *tape, uint32_t node, int64_t otherwise);
/* What a CHOICE chose: its node; 0 = nothing. *name may be NULL. */
uint32_t h323_choice(const struct per_tape *tape, uint32_t node, uint16_t *name);

/* H.225.0 TransportAddress and H.245 TransportAddress; false = no IPv4 or IPv6 in it. */
bool h323_endpoint(const struct per_tape *tape, uint32_t node, struct endpoint *endpoint);

/* callIdentifier and conferenceID of a PDU, 16 octets; absent when not there. */
struct slice h323_call_identifier(const struct per_tape *tape, uint32_t node);
struct slice h323_conference_id(const struct per_tape *tape, uint32_t node);

/* The version in a protocolIdentifier of H.225.0 or H.245; 0 = another or none. */
uint8_t h323_version(struct slice oid);

/*
 * An AliasAddress: its kind is the name of what was chosen (PER_dialledDigits,
 * PER_h323_ID …). text is as the wire has it: UTF-16 where wide; of a party number its
 * digits, of a transport address absent.
 */
struct h323_alias {
	uint16_t kind;
	bool wide;
	uint16_t number_kind; /* partyNumber: PER_e164Number, PER_privateNumber … */
	uint16_t number_type; /* and its type: PER_internationalNumber …; else PER_NO_NAME
	                       */
	struct slice text;
	uint32_t node; /* of what was chosen */
};
bool h323_alias(const struct per_tape *tape, uint32_t node, struct h323_alias *alias);
/* Text as UTF-8; lone surrogates become U+FFFD. */
void h323_text(struct slice text, bool wide, struct writer *out);

#endif
