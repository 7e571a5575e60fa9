/*
 * Fields that tell where an address is.
 */
#include "engine/detect/field_source.h"

#include "engine/track/call.h"
#include "engine/track/registration.h"

static bool country_known(const struct geo_place *place)
{
	return place->country[0] != 0;
}

static void set_country(struct value *value, char *kept, const struct geo_place *place)
{
	if (!country_known(place))
		return;
	memcpy(kept, place->country, GEO_COUNTRY_LEN);
	value->type = VALUE_TEXT;
	value->text = slice_of(kept, GEO_COUNTRY_LEN);
}

static void set_number(struct value *value, double number, bool known)
{
	if (!known)
		return;
	value->type = VALUE_NUMBER;
	value->number = number;
}

static void set_bool(struct value *value, bool truth, bool known)
{
	if (!known)
		return;
	value->type = VALUE_BOOL;
	value->number = truth ? 1 : 0;
}

/* Whether a registration came from another place than the one before. */
static void set_changed(
        const struct field_cache *cache, enum field field, struct value *value)
{
	const struct registration *registration = cache->bases[BASE_REGISTRATION];
	const struct geo_ops *geo = cache->geo;

	if (!registration || registration->changes < 2)
		return;
	const struct geo_place now = geo->find(geo->context, &registration->source.ip);
	const struct geo_place before =
	        geo->find(geo->context, &registration->previous_source.ip);
	if (field == FIELD_REG_COUNTRY_CHANGED)
		set_bool(value, memcmp(now.country, before.country, GEO_COUNTRY_LEN) != 0,
		        country_known(&now) && country_known(&before));
	else
		set_bool(value, now.asn != before.asn, now.asn && before.asn);
}

static void set_signalled(const struct field_cache *cache, struct value *value)
{
	const struct media *said = cache->event->said;

	if (!said || address_none(&said->at.ip))
		return;
	const struct geo_place place =
	        cache->geo->find(cache->geo->context, &said->at.ip);
	set_number(value, place.asn, place.asn != 0);
}

void field_geo(struct field_cache *cache, enum field field, struct value *value)
{
	const struct geo_ops *geo = cache->geo;
	const bool to = field == FIELD_DST_COUNTRY || field == FIELD_DST_ASN;
	const struct endpoint *end = cache->bases[to ? BASE_DST : BASE_SRC];

	if (!geo)
		return;
	if (field == FIELD_RTP_SIGNALLED_ASN) {
		set_signalled(cache, value);
		return;
	}
	if (field == FIELD_REG_COUNTRY_CHANGED || field == FIELD_REG_ASN_CHANGED) {
		set_changed(cache, field, value);
		return;
	}
	if (!end)
		return;
	const struct geo_place place = geo->find(geo->context, &end->ip);
	if (field == FIELD_SRC_COUNTRY || field == FIELD_DST_COUNTRY)
		set_country(value, cache->countries[to], &place);
	else
		set_number(value, place.asn, place.asn != 0);
}
