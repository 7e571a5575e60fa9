/*
 * Values of who calls whom: read once per event, when the first of them is asked for.
 */
#include "engine/detect/field_source.h"

#include <math.h>

#include "engine/base/writer.h"
#include "engine/track/registration.h"

enum { TICK_S = 10, SOUND_FRAMES = 12, SOUND_TONES = 4 };

static void set_text(struct value *value, struct slice text)
{
	if (!slice_present(text))
		return;
	value->type = VALUE_TEXT;
	value->text = text;
}

static void set_bool(struct value *value, bool truth)
{
	value->type = VALUE_BOOL;
	value->number = truth ? 1 : 0;
}

static void set_number(struct value *value, double number)
{
	value->type = VALUE_NUMBER;
	value->number = number;
}

const struct parties *field_parties(struct field_cache *cache)
{
	if (!cache->parties_made && cache->event->call) {
		cache->parties_made = true;
		parties_read(cache->site ? cache->site : &SITE_UNKNOWN,
		        cache->event->call, cache->event->h323, cache->event->time_us,
		        &cache->parties);
	}
	return cache->event->call ? &cache->parties : NULL;
}

static void of_number(const struct party *party, enum field field, struct value *value)
{
	const struct number *number = &party->number;

	if (!number->len)
		return;
	switch ((int)field) {
	case FIELD_CALLER_E164:
		set_text(value, number_e164(number));
		break;
	case FIELD_CALLER_COUNTRY:
		set_text(value, number_region_name(number->region));
		break;
	case FIELD_CALLER_TYPE:
		set_text(value, number_type_name((enum number_type)number->type));
		break;
	case FIELD_CALLER_POSSIBLE:
		set_bool(value, number->possible);
		break;
	case FIELD_CALLER_ASSIGNED:
		set_bool(value, number->region != 0);
		break;
	case FIELD_CALLER_PREMIUM:
		set_bool(value, number_premium(number));
		break;
	case FIELD_CALLER_FOREIGN:
		if (party->abroad)
			set_bool(value, party->abroad == ABROAD_YES);
		break;
	case FIELD_CALLER_OWN:
		set_bool(value, party->own);
		break;
	case FIELD_CALLER_RISK:
		if (party->risk)
			set_number(value, party->risk->weight);
		break;
	case FIELD_CALLER_STRIPPED:
		if (number->stripped_len)
			set_text(value, slice_of(number->stripped, number->stripped_len));
		break;
	case FIELD_CALLER_PREFIX:
		set_text(value, number_prefix(number));
		break;
	case FIELD_CALLER_BLOCK:
		set_text(value, number_block(number));
		break;
	}
}

static void of_called(
        const struct parties *parties, enum field field, struct value *value)
{
	switch ((int)field) {
	case FIELD_CALLED_SATELLITE:
		if (parties->called.number.len)
			set_bool(value, parties->called.number.satellite);
		break;
	case FIELD_CALLED_USUAL:
		set_bool(value, parties->usual);
		break;
	case FIELD_CALLED_TEST:
		set_bool(value, parties->test != NULL);
		break;
	case FIELD_CALLED_PRICE:
		if (parties->tariff)
			set_number(value, parties->tariff->weight);
		break;
	}
}

static void of_trunk(const struct parties *parties, enum field field, struct value *value)
{
	const struct site_peer *trunk = parties_trunk(parties);

	if (field == FIELD_CALL_TRUNK && trunk)
		set_text(value, trunk->name);
	else if (field == FIELD_CALL_TRUNK_CLASS && trunk)
		set_text(value, site_class_name(trunk->class));
	else if (field == FIELD_CALL_TRUNK_IN && parties->from)
		set_text(value, parties->from->name);
	else if (field == FIELD_CALL_TRUNK_IN_CLASS && parties->from)
		set_text(value, site_class_name(parties->from->class));
	else if (field == FIELD_CALL_TRUNK_TRUSTED && parties->from)
		set_bool(value, parties->from->trusted);
}

static void of_route(
        struct field_cache *cache, const struct parties *parties, struct value *value)
{
	struct writer writer = writer_of(cache->route_bytes, sizeof(cache->route_bytes));

	if (parties->to) {
		set_text(value, parties->to->name);
		return;
	}
	writer_address(&writer, &cache->event->call->callee.ip);
	set_text(value, writer_text(&writer));
}

static void of_time(struct field_cache *cache, enum field field, struct value *value)
{
	static const char *const names[] = {[PERIOD_DAY] = "day",
	        [PERIOD_NIGHT] = "night",
	        [PERIOD_WEEKEND] = "weekend"};
	const struct site *site = cache->site ? cache->site : &SITE_UNKNOWN;
	const struct event *event = cache->event;

	if (field == FIELD_CALL_PERIOD) {
		const struct site_time time = site_time(site, event->time_us);
		set_text(value, slice_text(names[time.period]));
	}
}

/* Ticks come every 10 s from the answer on; the end brings the rest. */
static void of_part(struct field_cache *cache, enum field field, struct value *value)
{
	const struct event *event = cache->event;
	const struct number_entry *tariff = cache->parties.tariff;
	const double now = call_lasted_s(event->call, event->time_us);
	const double before =
	        event->kind == EVENT_CALL_TICK ? now - TICK_S : now - fmod(now, TICK_S);

	if (event->kind != EVENT_CALL_TICK && event->kind != EVENT_CALL_END)
		return;
	if (field == FIELD_CALL_PART)
		set_number(value, now - before);
	else if (tariff)
		set_number(value, number_entry_cost(tariff, now) -
		                          number_entry_cost(tariff, before));
}

/* Ringing sounds one second of five: silence between its tones is part of it. */
static void of_sound(const struct call *call, enum field field, struct value *value)
{
	const struct call_sound *sound = &call->sound;

	if (field == FIELD_CALL_QUIET) {
		if (sound->quiet_ms)
			set_number(value, sound->quiet_ms / 1e3);
	} else if (sound->frames >= SOUND_FRAMES) {
		const int voice = sound->frames - sound->silent - sound->tones;
		set_text(value, voice * 10 > sound->frames    ? SLICE("voice")
		                : sound->tones >= SOUND_TONES ? SLICE("ringing")
		                                              : SLICE("silence"));
	}
}

static void of_call(struct field_cache *cache, enum field field, struct value *value)
{
	const struct parties *parties = field_parties(cache);
	const struct site_peer *entry = parties->account_entry;

	switch ((int)field) {
	case FIELD_CALL_ACCOUNT:
		set_text(value, parties->account);
		break;
	case FIELD_CALL_ACCOUNT_BY:
		set_text(value, account_by_name(parties->account_by));
		break;
	case FIELD_CALL_ACCOUNT_CLASS:
		set_text(value,
		        site_class_name(parties_class(
		                cache->site ? cache->site : &SITE_UNKNOWN, parties)));
		break;
	case FIELD_CALL_OPEN:
		set_bool(value, entry && entry->always_open);
		break;
	case FIELD_CALL_DIRECTION:
		set_text(value, direction_name(parties->direction));
		break;
	case FIELD_CALL_ROUTE:
		of_route(cache, parties, value);
		break;
	case FIELD_CALL_PERIOD:
		of_time(cache, field, value);
		break;
	case FIELD_CALL_COST:
		if (parties->tariff)
			set_number(value, number_entry_cost(parties->tariff,
			                          call_lasted_s(cache->event->call,
			                                  cache->event->time_us)));
		break;
	case FIELD_CALL_PART:
	case FIELD_CALL_PART_COST:
		of_part(cache, field, value);
		break;
	case FIELD_CALL_ANSWER_AFTER:
		if (cache->event->call->answer_us)
			set_number(value, (double)(cache->event->call->answer_us -
			                           cache->event->call->start_us) /
			                          1e6);
		break;
	case FIELD_CALL_SOUND:
	case FIELD_CALL_QUIET:
		of_sound(cache->event->call, field, value);
		break;
	case FIELD_CALL_BY_TRANSFER:
		set_bool(value, cache->event->call->leg_reasons & LEG_REFER);
		break;
	default:
		of_trunk(parties, field, value);
	}
}

/* The account that a binding belongs to. */
static void of_binding(const struct registration *registration, struct value *value)
{
	set_text(value, registration->auth_user.len ? registration->auth_user
	                                            : registration->user);
}

void field_numbers(struct field_cache *cache, enum field field, struct value *value)
{
	const struct parties *parties = field_parties(cache);

	if (!parties) {
		if (field == FIELD_CALL_ACCOUNT && cache->event->registration)
			of_binding(cache->event->registration, value);
		return;
	}
	if (field <= FIELD_CALLER_BLOCK)
		of_number(&parties->caller, field, value);
	else if (field <= FIELD_CALLED_BLOCK)
		of_number(&parties->called, field - FIELD_CALLED_E164 + FIELD_CALLER_E164,
		        value);
	else if (field <= FIELD_CALLED_PRICE)
		of_called(parties, field, value);
	else
		of_call(cache, field, value);
}
