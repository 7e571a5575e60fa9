/*
 * Q.931 as H.225.0 (clause 7) speaks it: a header, information elements, and in the
 * User-user element the H323-UserInformation, which is H.225.0's own.
 *
 * Elements are found by their length; what is wrong with one never loses the others.
 * All slices are borrowed from the message.
 */
#ifndef RINGFENCE_DECODE_Q931_H
#define RINGFENCE_DECODE_Q931_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/slice.h"
#include "engine/decode/anomaly.h"
#include "engine/limits.h"

enum { Q931_DISCRIMINATOR = 0x08 };

/* Q.931 table 4-2 and H.225.0 table 4. X(ENUM, value, "NAME") */
#define Q931_TYPES(X)                                                                    \
	X(ESCAPE, 0x00, "ESCAPE")                                                        \
	X(ALERTING, 0x01, "ALERTING")                                                    \
	X(CALL_PROCEEDING, 0x02, "CALL PROCEEDING")                                      \
	X(PROGRESS, 0x03, "PROGRESS")                                                    \
	X(SETUP, 0x05, "SETUP")                                                          \
	X(CONNECT, 0x07, "CONNECT")                                                      \
	X(SETUP_ACK, 0x0d, "SETUP ACKNOWLEDGE")                                          \
	X(CONNECT_ACK, 0x0f, "CONNECT ACKNOWLEDGE")                                      \
	X(USER_INFORMATION, 0x20, "USER INFORMATION")                                    \
	X(SUSPEND_REJECT, 0x21, "SUSPEND REJECT")                                        \
	X(RESUME_REJECT, 0x22, "RESUME REJECT")                                          \
	X(SUSPEND, 0x25, "SUSPEND")                                                      \
	X(RESUME, 0x26, "RESUME")                                                        \
	X(SUSPEND_ACK, 0x2d, "SUSPEND ACKNOWLEDGE")                                      \
	X(RESUME_ACK, 0x2e, "RESUME ACKNOWLEDGE")                                        \
	X(DISCONNECT, 0x45, "DISCONNECT")                                                \
	X(RESTART, 0x46, "RESTART")                                                      \
	X(RELEASE, 0x4d, "RELEASE")                                                      \
	X(RESTART_ACK, 0x4e, "RESTART ACKNOWLEDGE")                                      \
	X(RELEASE_COMPLETE, 0x5a, "RELEASE COMPLETE")                                    \
	X(SEGMENT, 0x60, "SEGMENT")                                                      \
	X(FACILITY, 0x62, "FACILITY")                                                    \
	X(NOTIFY, 0x6e, "NOTIFY")                                                        \
	X(STATUS_ENQUIRY, 0x75, "STATUS ENQUIRY")                                        \
	X(CONGESTION_CONTROL, 0x79, "CONGESTION CONTROL")                                \
	X(INFORMATION, 0x7b, "INFORMATION")                                              \
	X(STATUS, 0x7d, "STATUS")

enum q931_type {
#define X(id, value, name) Q931_##id = (value),
	Q931_TYPES(X)
#undef X
};

/* Information elements of codeset 0 (Q.931 4.5). */
enum q931_element_id {
	Q931_IE_BEARER = 0x04,
	Q931_IE_CAUSE = 0x08,
	Q931_IE_CALL_STATE = 0x14,
	Q931_IE_CHANNEL = 0x18,
	Q931_IE_FACILITY = 0x1c,
	Q931_IE_PROGRESS = 0x1e,
	Q931_IE_NOTIFICATION = 0x27,
	Q931_IE_DISPLAY = 0x28,
	Q931_IE_DATE = 0x29,
	Q931_IE_KEYPAD = 0x2c,
	Q931_IE_SIGNAL = 0x34,
	Q931_IE_CONNECTED = 0x4c,
	Q931_IE_CALLING = 0x6c,
	Q931_IE_CALLING_SUBADDRESS = 0x6d,
	Q931_IE_CALLED = 0x70,
	Q931_IE_CALLED_SUBADDRESS = 0x71,
	Q931_IE_REDIRECTING = 0x74,
	Q931_IE_REDIRECTION = 0x76,
	Q931_IE_USER_USER = 0x7e,
	Q931_IE_CONNECTED_OLD = 0x8c, /* connected number as some equipment writes it */
};

/* One element as it lies in the message; of one of a single octet the content is empty.
 */
struct q931_element {
	uint8_t codeset;
	uint8_t id;
	struct slice content;
};

/* Q.931 4.5.8 and 4.5.10, Q.951: a number with octets 3 and, where there, 3a and 3b. */
struct q931_number {
	bool present;
	bool screened;   /* octet 3a is there: presentation and screening count */
	bool has_reason; /* octet 3b is there */
	uint8_t type; /* 0 unknown, 1 international, 2 national, 3 network, 4 subscriber
	               */
	uint8_t plan; /* 0 unknown, 1 E.164, 8 national, 9 private */
	uint8_t presentation; /* 0 allowed, 1 restricted, 2 not available */
	uint8_t screening;    /* 0 user, not screened; 1 passed; 2 failed; 3 network */
	uint8_t reason;       /* of a redirection (Q.952 table 5-1) */
	struct slice digits;
};

struct q931_message {
	uint8_t type;          /* enum q931_type, or what the wire says */
	bool from_destination; /* the call reference's flag: the called side sends */
	uint8_t reference_len; /* octets of the call reference; H.225.0: 2 */
	uint16_t reference;    /* without the flag; 0 = global */
	struct q931_number calling;
	struct q931_number called;
	struct q931_number redirecting; /* the first one */
	struct q931_number connected;
	struct slice display; /* text; absent = no element */
	struct slice keypad;
	struct slice
	        facility; /* content; empty in H.225.0, of another protocol where not */
	struct slice bearer;
	struct slice
	        user_user; /* encoding of H323-UserInformation; absent = no element */
	bool has_cause;
	uint8_t cause; /* Q.850 value */
	uint8_t cause_location;
	bool has_progress;
	uint8_t progress; /* description, Q.931 4.5.23 */
	bool has_notification;
	uint8_t notification;        /* Q.931 4.5.22: 0x79 hold, 0x7a retrieval */
	uint8_t transfer_capability; /* of the bearer, Q.931 4.5.5: 0 speech … */
	uint32_t element_count;      /* at most LIMIT_Q931_ELEMENTS are kept */
	struct q931_element elements[LIMIT_Q931_ELEMENTS];
};

/*
 * Reads a message (without TPKT header). False when there is not even a header of it;
 * anomalies of the elements are added to those given.
 */
bool q931_parse(
        struct slice bytes, struct q931_message *message, struct anomalies *anomalies);

/* As Q.931 writes it; NULL when there is no such type. */
const char *q931_type_name(uint8_t type);

#endif
