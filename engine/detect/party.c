#include "engine/detect/party.h"

enum { Q931_INTERNATIONAL = 1, Q931_NATIONAL = 2 };

#define WORD(text)                                                                       \
	{                                                                                \
		text, sizeof(text) - 1                                                   \
	}

struct slice account_by_name(enum account_by by)
{
	static const struct slice names[] = {
	        [ACCOUNT_BY_LOGIN] = WORD("login"),
	        [ACCOUNT_BY_BINDING] = WORD("binding"),
	        [ACCOUNT_BY_TRUNK] = WORD("trunk"),
	        [ACCOUNT_BY_EXTENSION] = WORD("extension"),
	};
	return names[by];
}

struct slice direction_name(enum call_direction direction)
{
	static const struct slice names[] = {
	        [DIRECTION_UNKNOWN] = {NULL, 0},
	        [DIRECTION_IN] = WORD("in"),
	        [DIRECTION_OUT] = WORD("out"),
	        [DIRECTION_THROUGH] = WORD("through"),
	};
	return names[direction];
}

static bool outside(const struct site_peer *trunk)
{
	return trunk &&
	       (trunk->class == SITE_CARRIER || trunk->class == SITE_INTERNATIONAL ||
	               trunk->class == SITE_NONE);
}

static enum call_direction direction_of(const struct parties *parties)
{
	const bool in = outside(parties->from);
	const bool out = outside(parties->to);
	if (in && out)
		return DIRECTION_THROUGH;
	return in ? DIRECTION_IN : out ? DIRECTION_OUT : DIRECTION_UNKNOWN;
}

static void find_account(
        const struct site *site, const struct call *call, struct parties *parties)
{
	const struct slice login = call_text(call, CALL_TEXT_AUTH_USER);
	const struct slice user = call_text(call, CALL_TEXT_FROM_USER);

	if (login.len) {
		parties->account = login;
		parties->account_by = ACCOUNT_BY_LOGIN;
	} else if (call->registered && user.len) {
		parties->account = user;
		parties->account_by = ACCOUNT_BY_BINDING;
	} else if (parties->from) {
		parties->account = parties->from->name;
		parties->account_by = ACCOUNT_BY_TRUNK;
	} else {
		parties->account = user.len ? user : SLICE("anonymous");
		parties->account_by = ACCOUNT_BY_EXTENSION;
	}
	parties->account_entry = site_account(site, parties->account);
	if (!parties->account_entry && parties->account_by == ACCOUNT_BY_TRUNK)
		parties->account_entry = parties->from;
}

static enum number_said said_of(const struct h323_number *number)
{
	return number->type == Q931_INTERNATIONAL ? NUMBER_SAID_INTERNATIONAL
	       : number->type == Q931_NATIONAL    ? NUMBER_SAID_NATIONAL
	                                          : NUMBER_SAID_NOTHING;
}

/* Who calls: on a trusted trunk what it asserts goes before what the phone says. */
static struct slice caller_text(const struct call *call, const struct parties *parties)
{
	const struct slice asserted = call_text(call, CALL_TEXT_ASSERTED);

	if (parties->from && parties->from->trusted && asserted.len)
		return asserted;
	return call_text(call, CALL_TEXT_FROM_USER);
}

static const struct dial_plan *plan_of(
        const struct site *site, const struct parties *parties)
{
	return parties->account_entry ? &parties->account_entry->plan
	       : parties->from        ? &parties->from->plan
	       : parties->to          ? &parties->to->plan
	                              : &site->plan;
}

static void read_numbers(const struct dial_plan *plan, const struct call *call,
        const struct h323_call *h323, struct parties *parties)
{
	struct slice caller = caller_text(call, parties);
	struct slice called = call_text(call, CALL_TEXT_REQUEST_USER);
	enum number_said caller_said = NUMBER_SAID_NOTHING;
	enum number_said called_said = NUMBER_SAID_NOTHING;

	if (h323 && h323->calling.present && h323->calling.digits.len) {
		caller = h323->calling.digits;
		caller_said = said_of(&h323->calling);
	}
	if (h323 && h323->called.present && h323->called.digits.len) {
		called = h323->called.digits;
		called_said = said_of(&h323->called);
	}
	number_read(plan, caller, caller_said, &parties->caller.number);
	number_read(plan, called, called_said, &parties->called.number);
}

/* Where the plan has no country, the other end's country is the only one known. */
static enum party_abroad abroad(
        const struct dial_plan *plan, const struct number *number, uint16_t other)
{
	const uint16_t home = plan->region ? plan->region : other;

	if (!number->len)
		return ABROAD_UNKNOWN;
	if (home)
		return number->region == home ? ABROAD_NO : ABROAD_YES;
	/* Who dials a prefix for calls abroad means to call abroad. */
	return number->stripped_len ? ABROAD_YES : ABROAD_UNKNOWN;
}

static void find_lists(
        const struct site *site, struct party *party, struct slice e164, uint64_t now_us)
{
	party->risk = number_list_find(&site->lists[LIST_RANGE], e164, now_us);
	if (!party->risk)
		party->risk = number_list_find(&site->lists[LIST_RISK], e164, now_us);
}

/* Own numbers are those of the site, of the account and of trunks to customers. */
static bool own(const struct site *site, const struct parties *parties,
        const struct number *number)
{
	const struct slice e164 = number_e164(number);

	return site_has(&site->own, e164) ||
	       (parties->account_entry && site_has(&parties->account_entry->own, e164));
}

static bool usual(const struct site *site, const struct parties *parties,
        const struct number *number)
{
	const struct slice name = number_region_name(number->region);
	const struct site_texts *countries =
	        parties->account_entry && parties->account_entry->countries.count
	                ? &parties->account_entry->countries
	                : &site->countries;

	for (uint32_t i = 0; name.len && i < countries->count; i++)
		if (slice_equal_nocase(countries->items[i], name))
			return true;
	return false;
}

void parties_read(const struct site *site, const struct call *call,
        const struct h323_call *h323, uint64_t now_us, struct parties *parties)
{
	*parties = (struct parties){.from = site_trunk(site, &call->caller.ip),
	        .to = site_trunk(site, &call->callee.ip)};
	find_account(site, call, parties);
	parties->direction = direction_of(parties);
	const struct dial_plan *plan = plan_of(site, parties);
	read_numbers(plan, call, h323, parties);
	struct party *caller = &parties->caller;
	struct party *called = &parties->called;
	caller->abroad = (uint8_t)abroad(plan, &caller->number, called->number.region);
	called->abroad = (uint8_t)abroad(plan, &called->number, caller->number.region);
	caller->own = own(site, parties, &caller->number);
	called->own = own(site, parties, &called->number);
	const struct slice e164 = number_e164(&called->number);
	find_lists(site, caller, number_e164(&caller->number), now_us);
	find_lists(site, called, e164, now_us);
	parties->usual = usual(site, parties, &called->number);
	parties->test = number_list_find(&site->lists[LIST_TEST], e164, now_us);
	parties->tariff = number_list_find(&site->lists[LIST_TARIFF], e164, now_us);
}

unsigned parties_class(const struct site *site, const struct parties *parties)
{
	return parties->account_entry && parties->account_entry->class
	               ? parties->account_entry->class
	               : site->class;
}
