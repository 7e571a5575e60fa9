/*
 * PASSporTs (RFC 8225) as SIP carries them in Identity (RFC 8224): who signed for which
 * numbers, with the claims of SHAKEN (RFC 8588) and of diversion (RFC 8946). Only read
 * here: whether a signature holds is a question to others.
 */
#ifndef RINGFENCE_DECODE_PASSPORT_H
#define RINGFENCE_DECODE_PASSPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/slice.h"
#include "engine/limits.h"

enum { PASSPORT_SIGNATURE_BYTES = 64 };

/* What keeps it from being one, the first that is found. X(ENUM, "name") */
#define PASSPORT_FAULTS(X)                                                               \
	X(NONE, "")                                                                      \
	X(OLD, "rfc4474") /* no PASSporT, but the signature of before it */              \
	X(PARTS, "parts") /* not three of them */                                        \
	X(BASE64, "base64")                                                              \
	X(LENGTH, "length")   /* longer than any that is of use */                       \
	X(HEADER, "header")   /* no JSON */                                              \
	X(PAYLOAD, "payload") /* no JSON */                                              \
	X(ALG, "alg")         /* not ES256 */                                            \
	X(TYP, "typ")                                                                    \
	X(PPT, "ppt")   /* not the one beside it, or compact and extended */             \
	X(INFO, "info") /* no x5u, or not the one beside it */                           \
	X(IAT, "iat")                                                                    \
	X(ORIG, "orig")                                                                  \
	X(DEST, "dest")                                                                  \
	X(ATTEST, "attest")       /* SHAKEN: not A, B or C */                            \
	X(ORIGID, "origid")       /* SHAKEN: none */                                     \
	X(DIV, "div")             /* diversion: no number that diverted */               \
	X(SIGNATURE, "signature") /* not as long as one of ES256 */

enum passport_fault {
#define X(id, name) PASSPORT_##id,
	PASSPORT_FAULTS(X)
#undef X
	        PASSPORT_FAULT_COUNT
};

/* What texts that are decoded lie in. */
struct passport_memory {
	char header[LIMIT_PASSPORT_HEADER];
	char payload[LIMIT_PASSPORT_PAYLOAD];
};

struct passport {
	enum passport_fault fault;
	bool compact;             /* header and payload were left out */
	struct slice signed_text; /* of the signature: header.payload; absent = unknown */
	uint8_t signature[PASSPORT_SIGNATURE_BYTES];
	bool signature_read;
	struct slice info; /* the parameter beside the token */
	struct slice alg;
	struct slice typ;
	struct slice ppt;
	struct slice x5u;
	struct slice attest;
	struct slice origid;
	struct slice orig; /* tn, else uri */
	struct slice div;
	struct slice dest[LIMIT_PASSPORT_DESTS];
	uint8_t dest_count;
	int64_t iat_s; /* since 1970; -1 = none */
};

/* And what a compact one is completed to. */
struct passport_whole {
	char header[LIMIT_PASSPORT_HEADER];
	char payload[256];
	char text[LIMIT_PASSPORT_HEADER * 4 / 3 + 512];
};

/*
 * Reads one value of Identity. What it holds points into the value and the memory. False
 * when it has a fault; what could be read is kept all the same. Linear in its length.
 */
bool passport_parse(
        struct slice value, struct passport_memory *memory, struct passport *passport);

/*
 * Fills in what a compact one (RFC 8224 4.1, 9) leaves to the message: numbers as digits,
 * Date in seconds since 1970. To be called when it is compact and without fault.
 */
void passport_complete(struct passport *passport, struct passport_whole *whole,
        struct slice orig, struct slice dest, int64_t date_s);

const char *passport_fault_name(enum passport_fault fault);

/* A Date header (RFC 3261 20.17) in seconds since 1970; -1 when it is none. */
int64_t passport_date(struct slice text);

#endif
