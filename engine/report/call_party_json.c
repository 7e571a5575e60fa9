/*
 * Who calls whom, of a call's record: numbers as the site's dial plans read them,
 * account, trunks, money and places.
 */
#include "engine/detect/party.h"
#include "engine/detect/rule.h"
#include "engine/report/event_parts.h"
#include "engine/report/json.h"

static void e164_json(const char *key, const struct number *number, struct writer *out)
{
	char text[NUMBER_DIGITS + 1];
	struct writer plus = writer_of(text, sizeof(text));

	writer_byte(&plus, '+');
	writer_slice(&plus, number_e164(number));
	json_text(out, key, writer_text(&plus));
}

static void party_json(const char *key, const struct party *party, struct writer *out)
{
	const struct number *number = &party->number;

	if (!number->len)
		return;
	json_object(out, key);
	e164_json("e164", number, out);
	json_text(out, "country", number_region_name(number->region));
	json_text(out, "type", number_type_name((enum number_type)number->type));
	json_bool(out, "possible", number->possible);
	json_bool(out, "premium", number_premium(number));
	if (party->abroad)
		json_bool(out, "foreign", party->abroad == ABROAD_YES);
	if (party->risk)
		json_fixed(out, "risk", party->risk->weight, 3);
	if (number->stripped_len)
		json_text(out, "prefix_stripped",
		        slice_of(number->stripped, number->stripped_len));
	json_object_end(out);
}

static void cost_json(
        const struct call *call, const struct number_entry *tariff, struct writer *out)
{
	if (!tariff)
		return;
	json_object(out, "cost");
	json_fixed(out, "amount",
	        number_entry_cost(tariff, call_lasted_s(call, call->last_us)), 4);
	json_text(out, "currency", slice_of(tariff->currency, CURRENCY_LEN));
	json_fixed(out, "price_per_minute", tariff->weight, 6);
	json_text(out, "tariff", slice_of(tariff->prefix, tariff->len));
	json_object_end(out);
}

static void place_json(const char *key, const struct geo_ops *geo,
        const struct endpoint *end, struct writer *out)
{
	const struct geo_place place = geo->find(geo->context, &end->ip);

	if (!place.country[0] && !place.asn)
		return;
	json_object(out, key);
	if (place.country[0])
		json_text(out, "country", slice_of(place.country, GEO_COUNTRY_LEN));
	if (place.asn)
		json_u64(out, "asn", place.asn);
	json_object_end(out);
}

void call_party_json(
        const struct report_context *context, const struct call *call, struct writer *out)
{
	const struct rule_set *rules = context->rules;
	struct parties parties;

	parties_read(rules ? &rules->site : &SITE_UNKNOWN, call,
	        call->h323 ? track_h323(context->track, call->h323) : NULL, call->last_us,
	        &parties);
	const struct site_peer *trunk = parties_trunk(&parties);
	json_text(out, "account", parties.account);
	json_text(out, "account_by", account_by_name(parties.account_by));
	if (trunk)
		json_text(out, "trunk", trunk->name);
	if (parties.from)
		json_text(out, "trunk_in", parties.from->name);
	json_text(out, "direction", direction_name(parties.direction));
	json_object(out, "numbers");
	party_json("caller", &parties.caller, out);
	party_json("called", &parties.called, out);
	json_object_end(out);
	cost_json(call, parties.tariff, out);
	if (!rules || !rules->geo)
		return;
	json_object(out, "geo");
	place_json("caller", rules->geo, &call->caller, out);
	place_json("callee", rules->geo, &call->callee, out);
	json_object_end(out);
}
