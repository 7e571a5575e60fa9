/*
 * Fields and their values. Names are resolved to numbers when rules are loaded. A value
 * is borrowed from the event; costly ones are made once per event in the cache.
 */
#ifndef RINGFENCE_DETECT_FIELD_H
#define RINGFENCE_DETECT_FIELD_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/address.h"
#include "engine/base/slice.h"
#include "engine/detect/geo.h"
#include "engine/detect/field_table.h"
#include "engine/detect/party.h"
#include "engine/track/event.h"

enum value_type {
	VALUE_ABSENT,
	VALUE_TEXT,
	VALUE_NUMBER,
	VALUE_BOOL,
	VALUE_ADDRESS,
	VALUE_METHOD, /* enum sip_method, by its name in rules */
};

struct stir;

struct value {
	enum value_type type;
	double number; /* of numbers, booleans and methods */
	struct slice text;
	struct address ip;
};

/* Which bytes occur in a text, those from 128 on counted as the ASCII ones below. */
struct text_bytes {
	uint64_t words[2];
};

enum field {
#define X(id, name, type, streams, help) FIELD_##id,
	FIELDS(X)
#undef X
	        FIELD_COUNT
};

struct field_row {
	const char *name;
	enum value_type type;
	uint32_t streams; /* bits of enum event_kind */
	const char *help;
};

/* A field as a rule names it: header:X and anomaly:X carry what stands behind the colon.
 */
struct field_ref {
	uint16_t field;    /* enum field */
	uint16_t argument; /* sip_header_id or anomaly */
	struct slice name; /* of an unknown header; owned by the rule set */
};

/* The row of a field; index < FIELD_COUNT: for listings. */
const struct field_row *field_row(enum field field);

/* False when there is no field of this name. */
bool field_find(struct slice name, struct field_ref *ref);

/* Where the cache keeps a field's value: one place each, and one per known header. */
enum { FIELD_PLACES = FIELD_COUNT + SIP_HEADER_COUNT };

/* What the sources of fields point into. */
enum field_base {
	BASE_NONE, /* the value is made: field_made.c */
	BASE_EVENT,
	BASE_SRC, /* struct endpoint of who acts */
	BASE_DST,
	BASE_MESSAGE,
	BASE_DATAGRAM,
	BASE_SIP,
	BASE_SDP,
	BASE_SDP_MEDIA, /* the first */
	BASE_TRANSACTION,
	BASE_TRANSACTION_TEXTS,
	BASE_REGISTRATION,
	BASE_BINDING,
	BASE_CALL,
	BASE_CALL_TEXTS,
	BASE_CALLER_QUALITY, /* of what the caller sent */
	BASE_CALLEE_QUALITY,
	BASE_STREAM,
	BASE_INTERVAL,
	BASE_RTCP,
	BASE_RTCP_BLOCK, /* the first */
	BASE_RAS,
	BASE_H323,
	BASE_STEP,
	BASE_COUNT
};

/* Where a value lies and how it is read. */
struct field_source {
	uint8_t base; /* enum field_base */
	uint8_t as;   /* enum field_as, field_source.c */
	uint16_t at;  /* offset */
	uint8_t name_count;
	const struct slice *names; /* of numbers that have names */
};

/* What is made at most once per event. */
struct field_cache {
	const struct event *event;
	const struct geo_ops *geo;          /* NULL = places are unknown */
	const struct site *site;            /* NULL = not described */
	struct stir *stir;                  /* NULL = not read */
	const struct accounts *accounts;    /* what they did so far, NULL = not kept */
	char countries[2][GEO_COUNTRY_LEN]; /* of source and destination */
	const void *bases[BASE_COUNT];      /* NULL = the event has none */
	const struct field_source *special; /* of this kind of event, before the usual */
	uint64_t made[(FIELD_PLACES + 63) / 64]; /* places that hold the event's value */
	bool tag_made;
	bool order_made;
	bool parties_made;
	struct slice tag_hex;
	struct slice order;
	char tag_bytes[128];
	char vendor_bytes[24];
	char order_bytes[1024];
	char route_bytes[48];
	struct parties parties;
	uint64_t seen[(FIELD_PLACES + 63) /
	              64]; /* texts whose bytes were looked through */
	struct text_bytes bytes[FIELD_PLACES];
	struct value values[FIELD_PLACES];
};

void field_cache_open(struct field_cache *cache, const struct event *event);

/* The event's value of the field; type VALUE_ABSENT when it has none. */
void field_value(
        struct field_cache *cache, const struct field_ref *ref, struct value *value);

/* Its place in the cache; FIELD_PLACES when it has none. */
static inline unsigned field_place(const struct field_ref *ref)
{
	if (ref->field == FIELD_HEADER)
		return ref->argument ? FIELD_COUNT + ref->argument : FIELD_PLACES;
	return ref->field == FIELD_ANOMALY ? FIELD_PLACES : ref->field;
}

/* The event's value of the field with this place: looked up once per event. */
static inline const struct value *field_kept_at(
        struct field_cache *cache, unsigned place, const struct field_ref *ref)
{
	const uint64_t bit = (uint64_t)1 << place % 64;

	if (!(cache->made[place / 64] & bit)) {
		cache->made[place / 64] |= bit;
		field_value(cache, ref, &cache->values[place]);
	}
	return &cache->values[place];
}

/* The same of any field: *spare holds the value when it has no place. */
static inline const struct value *field_kept(
        struct field_cache *cache, const struct field_ref *ref, struct value *spare)
{
	const unsigned place = field_place(ref);

	if (place < FIELD_PLACES)
		return field_kept_at(cache, place, ref);
	field_value(cache, ref, spare);
	return spare;
}

/* The bytes that occur in the text at this place, which is held: looked through once. */
const struct text_bytes *field_bytes(struct field_cache *cache, unsigned place);
struct text_bytes text_bytes_of(struct slice text);

#endif
