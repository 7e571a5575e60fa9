/*
 * What a registrar's answer lists, and what the request it answers said about it. All is
 * borrowed from the message and its transaction.
 */
#ifndef RINGFENCE_TRACK_REGISTRATION_LISTED_H
#define RINGFENCE_TRACK_REGISTRATION_LISTED_H

#include "engine/track/state.h"

/* One binding as a registrar listed it. */
struct listed {
	struct sip_address contact;
	uint32_t expires_s;
};

/*
 * Fills LIMIT_BINDINGS_PER_AOR at most of the contacts that the answer lists, those at
 * their end left out; gives how many.
 */
size_t registration_listed(
        struct track *track, const struct seen *seen, struct listed *listed);

/* Two contacts are one when scheme, user, host and port agree (RFC 3261 19.1.4, mostly).
 */
bool registration_same(struct slice a, struct slice b);

/* Whether the request named this contact, so that it is its own and no other device's. */
bool registration_asked_for(const struct seen *seen, struct slice contact);

/* Whether the request said that this contact is to go (RFC 3261 10.2.2). */
bool registration_told_to_go(const struct seen *seen, struct slice contact);

#endif
