#include "engine/track/registration_listed.h"

/* RFC 3261 10.2.1.1 leaves it open; all use an hour. */
enum { DEFAULT_EXPIRES_S = 3600 };

bool registration_same(struct slice a, struct slice b)
{
	struct sip_uri x;
	struct sip_uri y;
	struct anomalies ignored = {0};
	if (slice_equal(a, b))
		return true;
	return sip_uri_parse(a, &x, &ignored) && sip_uri_parse(b, &y, &ignored) &&
	       x.scheme == y.scheme && x.port == y.port && slice_equal(x.user, y.user) &&
	       slice_equal_nocase(x.host, y.host);
}

static uint32_t expires_of(const struct seen *seen, const struct sip_address *contact)
{
	uint32_t seconds;
	if (slice_to_u32(sip_parameter(contact->parameters, SLICE("expires")), &seconds))
		return seconds;
	if (seen->sip->expires >= 0)
		return seen->sip->expires > UINT32_MAX ? UINT32_MAX
		                                       : (uint32_t)seen->sip->expires;
	if (seen->transaction->expires >= 0)
		return (uint32_t)seen->transaction->expires;
	return DEFAULT_EXPIRES_S;
}

/* Takes the contacts of one comma list; those at their end (expires=0) are not listed. */
static size_t take_list(struct track *track, const struct seen *seen, struct slice rest,
        struct listed *listed, size_t count)
{
	for (;;) {
		struct slice value = sip_list_next(&rest);
		if (!slice_present(value))
			return count;
		struct listed one;
		struct anomalies ignored = {0};
		if (!sip_address_parse(value, &one.contact, &ignored) || one.contact.star)
			continue;
		one.expires_s = expires_of(seen, &one.contact);
		if (!one.expires_s)
			continue;
		if (count == LIMIT_BINDINGS_PER_AOR) {
			track->counters.limited_bindings++;
			return count;
		}
		listed[count++] = one;
	}
}

size_t registration_listed(
        struct track *track, const struct seen *seen, struct listed *listed)
{
	const struct sip_message *sip = seen->sip;
	const struct sip_header *header = sip_header(sip, SIP_HEADER_CONTACT);
	size_t count = 0;
	/* Registrars that list nothing grant what was asked for. */
	if (!header)
		return take_list(track, seen,
		        transaction_text(seen->transaction, TRANSACTION_CONTACT), listed,
		        0);
	for (; header; header = sip_header_next(sip, header))
		count = take_list(
		        track, seen, sip_header_value(sip, header), listed, count);
	return count;
}

/* The request's own word about this contact; false when it did not name it. */
static bool find_asked(
        const struct seen *seen, struct slice contact, struct sip_address *asked)
{
	struct slice rest = transaction_text(seen->transaction, TRANSACTION_CONTACT);
	for (;;) {
		struct anomalies ignored = {0};
		const struct slice value = sip_list_next(&rest);
		if (!slice_present(value))
			return false;
		if (sip_address_parse(value, asked, &ignored) &&
		        registration_same(asked->uri.raw, contact))
			return true;
	}
}

bool registration_asked_for(const struct seen *seen, struct slice contact)
{
	struct sip_address asked;
	return find_asked(seen, contact, &asked);
}

bool registration_told_to_go(const struct seen *seen, struct slice contact)
{
	struct sip_address asked;
	uint32_t seconds;
	if (seen->transaction->contact_star)
		return true;
	if (!find_asked(seen, contact, &asked))
		return false;
	const struct slice own = sip_parameter(asked.parameters, SLICE("expires"));
	if (slice_present(own))
		return slice_to_u32(own, &seconds) && !seconds;
	return seen->transaction->expires == 0;
}
