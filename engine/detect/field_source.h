/*
 * Where the values of fields lie: offsets into what an event points to.
 */
#ifndef RINGFENCE_DETECT_FIELD_SOURCE_H
#define RINGFENCE_DETECT_FIELD_SOURCE_H

#include "engine/detect/field.h"

/* A slice over a string literal, where a table wants it constant. */
#define FIELD_WORD(text)                                                                 \
	{                                                                                \
		text, sizeof(text) - 1                                                   \
	}

/* Numbers that are SOME_ are absent at 0; signed ones below 0. */
enum field_as {
	AS_U8,
	AS_U16,
	AS_U32,
	AS_U64,
	AS_I32,
	AS_I64,
	AS_SOME_U8,
	AS_SOME_U16,
	AS_X10,  /* uint16_t of tenths, absent at 0 */
	AS_X100, /* uint16_t of hundredths, absent at 0 */
	AS_MS,   /* uint32_t of microseconds, in milliseconds */
	AS_SOME_MS,
	AS_OF_256,  /* uint8_t of 256, in percent */
	AS_NUMBERS, /* those before are */
	AS_TEXT,    /* struct slice */
	AS_KEPT,    /* a number of a struct texts */
	AS_PRESENT, /* whether the struct slice is */
	AS_IP,      /* struct address */
	AS_SCOPE,   /* of a struct address, by its name */
	AS_BOOL,
	AS_SET,      /* whether the uint64_t is not 0 */
	AS_NONZERO,  /* whether the uint32_t is not 0 */
	AS_METHOD,   /* enum sip_method */
	AS_METHOD_8, /* the same in a byte */
	AS_NAME_8,   /* uint8_t, by its name */
	AS_NAME,     /* an enum, by its name */
	AS_PER,      /* enum per_name in a uint16_t, absent at 0 */
};

/* Sources that hold for this kind of event before the usual ones; NULL = none. */
const struct field_source *field_sources_of(enum event_kind kind);

/* The field's source, special ones before; its base is BASE_NONE when it is made. */
const struct field_source *field_source_of(
        const struct field_source *special, enum field field);

/* The name of an address's scope. */
struct slice field_scope_name(const struct address *ip);

/* A number or truth at its place; false when it is absent. */
bool field_number(enum field_as as, const void *at, double *number);

/* The texts that a source can give, by number; .names is NULL where it can give any. */
struct field_names {
	const struct slice *names; /* those that are not present stand for no value */
	unsigned count;
};
struct field_names field_names_of(const struct field_source *source);

/* The number of the name at its place: of AS_SCOPE, AS_NAME_8, AS_NAME. */
unsigned field_name(enum field_as as, const void *at);

/* What the values without a place are made of: .as of such a source. */
enum field_maker {
	MADE_OF_MESSAGE,
	MADE_OF_SIP,
	MADE_OF_DIALLED, /* the digits of the Request-URI's user */
	MADE_OF_TRANSACTION,
	MADE_OF_REGISTRATION,
	MADE_OF_CALL,
	MADE_OF_STREAM,
	MADE_OF_RTCP,
	MADE_OF_GEO,
	MADE_OF_SENSOR,
	MADE_OF_H323,
	MADE_OF_NAT,
	MADE_OF_STIR,
	MADE_OF_KPI,
	MADE_OF_CLI,
	MADE_OF_SAID, /* of a stream and what was described of it */
	MADE_OF_NUMBERS,  /* who calls whom */
	MADE_OF_ACCOUNTS, /* what they have done so far */
};

/* field_numbers.c: of the event's call, read once; NULL when it has none. */
const struct parties *field_parties(struct field_cache *cache);
void field_numbers(struct field_cache *cache, enum field field, struct value *value);
/* field_accounts.c */
void field_accounts(struct field_cache *cache, enum field field, struct value *value);

/* field_geo.c */
void field_geo(struct field_cache *cache, enum field field, struct value *value);

void field_made(struct field_cache *cache, const struct field_ref *ref,
        enum field_maker maker, struct value *value);

/* field_stream.c */
void field_stream_made(const struct event *event, enum field field, struct value *value);

/* field_nat.c */
void field_nat_made(const struct event *event, enum field field, struct value *value);

/* field_cli.c */
void field_cli_made(struct field_cache *cache, enum field field, struct value *value);

/* field_kpi.c */
void field_kpi_made(const struct event *event, enum field field, struct value *value);

/* field_stir.c */
void field_stir_made(struct field_cache *cache, enum field field, struct value *value);

/* field_said.c */
void field_said_made(const struct event *event, enum field field, struct value *value);

/* field_h323.c: a name of H.323's schema, and the values of MADE_OF_H323. */
void field_h323_name(uint16_t name, struct value *value);
void field_h323_made(
        struct field_cache *cache, const struct field_ref *ref, struct value *value);

#endif
