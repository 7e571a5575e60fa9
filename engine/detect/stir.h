/*
 * What an INVITE's Identity says (RFC 8224), beside what the INVITE says: made once an
 * event, when a rule asks. Two things are kept from message to message: which signatures
 * were seen in which calls, and how far their times lie from ours.
 */
#ifndef RINGFENCE_DETECT_STIR_H
#define RINGFENCE_DETECT_STIR_H

#include <stdbool.h>

#include "engine/base/hash.h"
#include "engine/decode/passport.h"
#include "engine/detect/certificates.h"
#include "engine/track/event.h"

enum { STIR_SEEN = 2048, STIR_AGES = 8, STIR_DIGITS = 32 };

/* A signature that was seen: in which call, and when. */
struct stir_seen {
	uint64_t hash; /* 0 = none */
	uint64_t call;
	uint64_t time_us;
};

struct stir {
	const struct certificate_ops *certificates; /* NULL = none are held */
	const struct hash_key *key;
	bool made; /* all below holds for this event */

	unsigned count; /* of Identity values, up to the limit */
	struct passport passports[LIMIT_PASSPORTS];
	struct passport *main; /* the first that is no diversion's; NULL = no Identity */
	bool whole_read;       /* signed text, numbers and time of main are known */
	double age_s;          /* of main at the capture: below 0 = from the future */
	bool replayed;
	bool clock_off; /* all lately seen are old or early by the same: it is our clock
	                 */
	const char *mismatch; /* orig or dest; NULL = none */
	const char *url_fault;
	struct signature_answer answer;
	char digits[4][STIR_DIGITS]; /* From, P-Asserted-Identity, To, Request-URI */

	struct passport_memory memories[LIMIT_PASSPORTS];
	struct passport_whole whole;
	struct stir_seen seen[STIR_SEEN];
	double ages_s[STIR_AGES];
	unsigned age_count;
};

/* Of an event with a SIP request; made anew unless it was. */
void stir_make(struct stir *stir, const struct event *event);

#endif
