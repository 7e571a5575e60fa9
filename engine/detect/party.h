/*
 * Who calls whom: the numbers of both ends as the site's dial plans read them, the
 * account that pays and the trunks between. Made of a call when somebody asks; nothing is
 * kept.
 */
#ifndef RINGFENCE_DETECT_PARTY_H
#define RINGFENCE_DETECT_PARTY_H

#include "engine/detect/site.h"
#include "engine/track/call.h"
#include "engine/track/h323.h"
#include "engine/track/number.h"

/* How the account is known. */
enum account_by {
	ACCOUNT_BY_LOGIN,    /* credentials of the INVITE */
	ACCOUNT_BY_BINDING,  /* registered at this address */
	ACCOUNT_BY_TRUNK,    /* the trunk it came by */
	ACCOUNT_BY_EXTENSION /* nothing but what the caller says of himself */
};

enum call_direction { DIRECTION_UNKNOWN, DIRECTION_IN, DIRECTION_OUT, DIRECTION_THROUGH };

/* Where a number is, seen from where it is dialled: nothing is known of some places. */
enum party_abroad { ABROAD_UNKNOWN, ABROAD_NO, ABROAD_YES };

struct party {
	struct number number;
	uint8_t abroad;                  /* enum party_abroad */
	const struct number_entry *risk; /* of the lists of risk or ranges, or NULL */
	bool own;                        /* one of the site's own numbers */
};

struct parties {
	struct party caller;
	struct party called;
	struct slice account; /* never absent */
	enum account_by account_by;
	const struct site_peer *account_entry; /* as described, or NULL */
	const struct site_peer *from;          /* trunk that it came by, or NULL */
	const struct site_peer *to;            /* trunk that it leaves by, or NULL */
	enum call_direction direction;
	bool usual; /* the called country is one of those that are usual */
	const struct number_entry *test; /* the called number is a test number, or NULL */
	const struct number_entry *tariff; /* of the called number, or NULL */
};

/* h323: of the call, NULL for SIP. What is borrowed lives as long as site and call. */
void parties_read(const struct site *site, const struct call *call,
        const struct h323_call *h323, uint64_t now_us, struct parties *parties);

struct slice account_by_name(enum account_by by);
/* Absent when it is not known. */
struct slice direction_name(enum call_direction direction);

/* The trunk that tells most: out, else in; NULL = none. */
static inline const struct site_peer *parties_trunk(const struct parties *parties)
{
	return parties->to ? parties->to : parties->from;
}

/* What the account is: as it is described, else as the site is. */
unsigned parties_class(const struct site *site, const struct parties *parties);

#endif
