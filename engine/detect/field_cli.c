/*
 * Who a call says it is from: what its headers say of that beside each other, and whether
 * it can be. Numbers are read by the dial plan of where they came from.
 */
#include "engine/detect/field_source.h"

enum {
	ALIKE_DIGITS = 7, /* that tell a number, with or without its country */
	LOGIN_DIGITS = 7, /* a login with fewer is an extension or a name */
	TEXT_MIN = 2,
};

/* The identities that are compared with From, in this order. */
static const struct identity {
	const char *name;
	enum call_text text;
} identities[] = {
        {"asserted", CALL_TEXT_ASSERTED},
        {"remote-party", CALL_TEXT_REMOTE_PARTY},
        {"preferred", CALL_TEXT_PREFERRED},
        {"login", CALL_TEXT_AUTH_USER},
};

static void set_text(struct value *value, struct slice text)
{
	if (!text.len)
		return;
	value->type = VALUE_TEXT;
	value->text = text;
}

static void set_bool(struct value *value, bool truth)
{
	value->type = VALUE_BOOL;
	value->number = truth ? 1 : 0;
}

static const struct dial_plan *plan_of(
        const struct field_cache *cache, const struct parties *parties)
{
	static const struct dial_plan NONE = {0};

	if (parties->account_entry)
		return &parties->account_entry->plan;
	if (parties->from)
		return &parties->from->plan;
	return cache->site ? &cache->site->plan : &NONE;
}

static size_t count_digits(struct slice text)
{
	size_t count = 0;

	for (size_t i = 0; i < text.len; i++)
		count += text.data[i] >= '0' && text.data[i] <= '9';
	return count;
}

static bool hidden(struct slice user)
{
	static const char *const names[] = {"anonymous", "unavailable", "restricted",
	        "unknown", "private", "withheld"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (slice_equal_nocase(user, slice_text(names[i])))
			return true;
	return user.len == 0;
}

/* By E.164 where both are; else by their last digits, which need no country. */
static bool one_number(const struct dial_plan *plan, struct slice a, struct slice b)
{
	struct number x, y;

	number_read(plan, a, NUMBER_SAID_NOTHING, &x);
	number_read(plan, b, NUMBER_SAID_NOTHING, &y);
	if (x.len && y.len)
		return slice_equal(number_e164(&x), number_e164(&y));
	const size_t len = a.len < b.len ? a.len : b.len;
	return slice_equal(a, b) ||
	       (len >= ALIKE_DIGITS && slice_equal(slice_from(a, a.len - ALIKE_DIGITS),
	                                       slice_from(b, b.len - ALIKE_DIGITS)));
}

/* Whether the account may show this number: a PBX sends those of its extensions. */
static bool may_show(const struct field_cache *cache, const struct parties *parties,
        const struct dial_plan *plan, struct slice user)
{
	struct number number;

	number_read(plan, user, NUMBER_SAID_NOTHING, &number);
	const struct slice e164 = number_e164(&number);
	return e164.len && ((cache->site && site_has(&cache->site->own, e164)) ||
	                           (parties->account_entry &&
	                                   site_has(&parties->account_entry->own, e164)));
}

static bool contradicts_in_h323(struct field_cache *cache)
{
	const struct field_ref ref = {.field = FIELD_H225_CLI_MISMATCH};
	struct value spare;
	const struct value *value = field_kept(cache, &ref, &spare);

	return value->type == VALUE_BOOL && value->number > 0;
}

/* The first identity that names another number; diverted calls may. */
static const char *mismatch(
        struct field_cache *cache, const struct call *call, struct slice from)
{
	const struct parties *parties = field_parties(cache);
	const struct dial_plan *plan = plan_of(cache, parties);

	if (contradicts_in_h323(cache))
		return "h323";
	if (hidden(from) || call_text(call, CALL_TEXT_DIVERSION).len ||
	        count_digits(from) < ALIKE_DIGITS)
		return NULL;
	for (size_t i = 0; i < sizeof(identities) / sizeof(identities[0]); i++) {
		const struct slice other = call_text(call, identities[i].text);
		if (hidden(other) || count_digits(other) < LOGIN_DIGITS ||
		        count_digits(other) + 1 < other.len)
			continue;
		if (!one_number(plan, from, other) &&
		        !(may_show(cache, parties, plan, from) &&
		                may_show(cache, parties, plan, other)))
			return identities[i].name;
	}
	return NULL;
}

/* What a caller's number cannot be; extensions and hidden numbers are no numbers. */
static const char *fault(const struct parties *parties, struct slice from)
{
	const struct number *number = &parties->caller.number;
	const size_t digits = count_digits(from);

	if (hidden(from) || (digits && digits < ALIKE_DIGITS && digits == from.len))
		return NULL;
	if (!digits && from.len >= TEXT_MIN)
		return parties->from ? "text" : NULL;
	if (number->form != NUMBER_INTERNATIONAL && !number->len)
		return NULL;
	if (!number->region)
		return "country";
	/* NXX-NXX-XXXX: neither area nor exchange begins with 0 or 1. */
	if (number->digits[0] == '1' && number->len == 11 &&
	        (number->digits[1] < '2' || number->digits[4] < '2'))
		return "area";
	return number->possible ? NULL : "length";
}

static bool emergency(struct slice from)
{
	static const char *const numbers[] = {"112", "911", "110", "999", "000", "113",
	        "115", "117", "118", "119", "122", "190", "191", "192", "193", "+112",
	        "+911"};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (slice_equal(from, slice_text(numbers[i])))
			return true;
	return false;
}

/* How many digits at the front both numbers share, of E.164 where it is known. */
static size_t shared_digits(const struct parties *parties, const struct call *call)
{
	struct slice a = number_e164(&parties->caller.number);
	struct slice b = number_e164(&parties->called.number);
	size_t count = 0;

	if (!a.len || !b.len) {
		a = call_text(call, CALL_TEXT_FROM_USER);
		b = call_text(call, CALL_TEXT_REQUEST_USER);
	}
	while (count < a.len && count < b.len && a.data[count] == b.data[count])
		count++;
	return a.len >= ALIKE_DIGITS && b.len >= ALIKE_DIGITS && !slice_equal(a, b)
	               ? count
	               : 0;
}

/* Inside RFC 3325's trust domain, as the site describes it; absent when it does not. */
static void made_trust(const struct field_cache *cache, const struct parties *parties,
        struct value *value)
{
	const struct site *site = cache->site;

	if (!site || !site->given || !site->trunks.count)
		return;
	const struct site_peer *network =
	        site_network(site, &cache->event->call->caller.ip);
	const bool trusted =
	        (parties->from && (parties->from->trusted ||
	                                  parties->from->class == SITE_INTERNAL)) ||
	        (network && (network->trusted || network->class == SITE_INTERNAL ||
	                            network->class == SITE_REGISTRAR));
	set_text(value, trusted ? SLICE("inside") : SLICE("outside"));
}

void field_cli_made(struct field_cache *cache, enum field field, struct value *value)
{
	const struct call *call = cache->event->call;
	const struct parties *parties = field_parties(cache);

	if (!call || !parties)
		return;
	const struct slice from = call_text(call, CALL_TEXT_FROM_USER);
	if (field == FIELD_CLI_MISMATCH) {
		set_text(value, slice_text(mismatch(cache, call, from)));
	} else if (field == FIELD_CLI_FAULT) {
		set_text(value, slice_text(fault(parties, from)));
	} else if (field == FIELD_CLI_EMERGENCY) {
		set_bool(value, emergency(from));
	} else if (field == FIELD_CLI_TRUST) {
		made_trust(cache, parties, value);
	} else {
		value->type = VALUE_NUMBER;
		value->number = (double)shared_digits(parties, call);
	}
}
