#include "engine/detect/field.h"

#include "engine/detect/field_source.h"
#include "engine/detect/stir.h"
#include "engine/track/call.h"
#include "engine/track/h323.h"
#include "engine/track/registration.h"
#include "engine/track/stream.h"
#include "engine/track/transaction.h"

static const struct field_row rows[FIELD_COUNT] = {
#define X(id, name, type, streams, help)                                                 \
	[FIELD_##id] = {name, VALUE_##type, streams, help},
        FIELDS(X)
#undef X
};

static const char *const header_names[SIP_HEADER_COUNT] = {[SIP_HEADER_OTHER] = "",
#define X(id, name, compact) [SIP_HEADER_##id] = name,
        SIP_HEADERS(X)
#undef X
};

static const char *const anomaly_names[ANOMALY_COUNT] = {
#define X(id, name, help) [ANOMALY_##id] = name,
        ANOMALIES(X)
#undef X
};

const struct field_row *field_row(enum field field)
{
	return &rows[field];
}

static bool find_argument(struct slice name, struct field_ref *ref)
{
	const struct slice header = SLICE("header:");
	const struct slice anomaly = SLICE("anomaly:");

	if (slice_starts(name, header) && name.len > header.len) {
		*ref = (struct field_ref){.field = FIELD_HEADER};
		ref->name = slice_from(name, header.len);
		for (uint16_t i = 1; i < SIP_HEADER_COUNT; i++)
			if (slice_equal_nocase(ref->name, slice_text(header_names[i])))
				ref->argument = i;
		return true;
	}
	if (!slice_starts(name, anomaly))
		return false;
	for (uint16_t i = 0; i < ANOMALY_COUNT; i++) {
		if (slice_equal(slice_from(name, anomaly.len),
		            slice_text(anomaly_names[i]))) {
			*ref = (struct field_ref){.field = FIELD_ANOMALY, .argument = i};
			return true;
		}
	}
	return false;
}

bool field_find(struct slice name, struct field_ref *ref)
{
	for (uint16_t i = 0; i < FIELD_COUNT; i++) {
		if (i == FIELD_HEADER || i == FIELD_ANOMALY)
			continue;
		if (slice_equal(name, slice_text(rows[i].name))) {
			*ref = (struct field_ref){.field = i};
			return true;
		}
	}
	return find_argument(name, ref);
}

/*
 * Who acts and on whom: a transaction, registration, call or stream event is about the
 * one that asked or sends, whatever packet completed it.
 */
static void ends_open(struct field_cache *cache, const struct event *event)
{
	const void **src = &cache->bases[BASE_SRC];
	const void **dst = &cache->bases[BASE_DST];
	const enum event_kind kind =
	        event->kind == EVENT_ENTITY_SCORE ? event->scored : event->kind;

	if (kind == EVENT_SIP_TRANSACTION && event->transaction) {
		*src = &event->transaction->client;
		*dst = &event->transaction->server;
	} else if (kind == EVENT_RAS_TRANSACTION && event->ras) {
		*src = &event->ras->client;
		*dst = &event->ras->server;
	} else if (kind == EVENT_REGISTRATION && event->registration) {
		*src = &event->registration->source;
		*dst = &event->registration->registrar;
	} else if (kind >= EVENT_CALL_START && kind <= EVENT_CALL_END &&
	           event->call) {
		*src = &event->call->caller;
		*dst = &event->call->callee;
	} else if (event->message && event->message->datagram) {
		*src = &event->message->datagram->src;
		*dst = &event->message->datagram->dst;
	} else if (event->stream) {
		*src = &event->stream->src;
		*dst = &event->stream->dst;
	} else {
		*src = NULL;
		*dst = NULL;
	}
}

void field_cache_open(struct field_cache *cache, const struct event *event)
{
	const struct message *message = event->message;
	const struct rtcp_report *rtcp = message ? message->rtcp : NULL;
	const struct sdp *sdp = message ? message->sdp : NULL;
	const void **bases = cache->bases;

	cache->event = event;
	cache->special = field_sources_of(event->kind);
	memset(cache->made, 0, sizeof(cache->made));
	memset(cache->seen, 0, sizeof(cache->seen));
	cache->tag_made = false;
	cache->order_made = false;
	cache->parties_made = false;
	if (cache->stir)
		cache->stir->made = false;
	ends_open(cache, event);
	bases[BASE_EVENT] = event;
	bases[BASE_MESSAGE] = message;
	bases[BASE_DATAGRAM] = message ? message->datagram : NULL;
	bases[BASE_SIP] = message ? message->sip : NULL;
	bases[BASE_SDP] = sdp;
	bases[BASE_SDP_MEDIA] = sdp && sdp->media_count ? sdp->media : NULL;
	bases[BASE_TRANSACTION] = event->transaction;
	bases[BASE_TRANSACTION_TEXTS] =
	        event->transaction ? event->transaction->texts : NULL;
	bases[BASE_REGISTRATION] = event->registration;
	bases[BASE_BINDING] = event->binding;
	bases[BASE_CALL] = event->call;
	bases[BASE_CALL_TEXTS] = event->call ? event->call->texts : NULL;
	bases[BASE_CALLER_QUALITY] =
	        event->call ? call_quality(event->call, CALL_CALLER) : NULL;
	bases[BASE_CALLEE_QUALITY] =
	        event->call ? call_quality(event->call, CALL_CALLEE) : NULL;
	bases[BASE_STREAM] = event->stream;
	bases[BASE_INTERVAL] = event->interval;
	bases[BASE_RAS] = event->ras;
	bases[BASE_H323] = event->h323;
	bases[BASE_STEP] = event->step;
	bases[BASE_RTCP] = rtcp;
	bases[BASE_RTCP_BLOCK] = rtcp && rtcp->block_count ? rtcp->blocks : NULL;
}

static void read_text(struct slice text, struct value *value)
{
	if (!slice_present(text))
		return;
	value->type = VALUE_TEXT;
	value->text = text;
}

static void read_ip(const void *at, struct value *value)
{
	const struct address *ip = at;

	if (address_none(ip))
		return;
	value->type = VALUE_ADDRESS;
	value->ip = *ip;
}

/* How numbers lie in memory; what is some is absent at 0, what is signed below 0. */
static const struct form {
	uint8_t bytes;
	bool is_signed;
	bool some;
	double per; /* so many make 1 */
} forms[AS_NUMBERS] = {
        [AS_U8] = {.bytes = 1, .per = 1},
        [AS_U16] = {.bytes = 2, .per = 1},
        [AS_U32] = {.bytes = 4, .per = 1},
        [AS_U64] = {.bytes = 8, .per = 1},
        [AS_I32] = {.bytes = 4, .is_signed = true, .per = 1},
        [AS_I64] = {.bytes = 8, .is_signed = true, .per = 1},
        [AS_SOME_U8] = {.bytes = 1, .some = true, .per = 1},
        [AS_SOME_U16] = {.bytes = 2, .some = true, .per = 1},
        [AS_X10] = {.bytes = 2, .some = true, .per = 10},
        [AS_X100] = {.bytes = 2, .some = true, .per = 100},
        [AS_MS] = {.bytes = 4, .per = 1000},
        [AS_SOME_MS] = {.bytes = 4, .some = true, .per = 1000},
        [AS_OF_256] = {.bytes = 1, .per = 2.56},
};

static uint64_t word_read(const void *at, unsigned bytes)
{
	uint32_t four;
	uint16_t two;
	uint64_t eight;

	if (bytes == 1)
		return *(const uint8_t *)at;
	if (bytes == 2) {
		memcpy(&two, at, sizeof(two));
		return two;
	}
	if (bytes == 4) {
		memcpy(&four, at, sizeof(four));
		return four;
	}
	memcpy(&eight, at, sizeof(eight));
	return eight;
}

bool field_number(enum field_as as, const void *at, double *number)
{
	if (as == AS_BOOL) {
		*number = *(const bool *)at ? 1 : 0;
		return true;
	}
	const struct form *form = &forms[as];
	const uint64_t word = word_read(at, form->bytes);
	const bool below = form->is_signed && word >> (form->bytes * 8 - 1);
	*number = form->per > 1 ? (double)word / form->per : (double)word;
	return !below && !(form->some && !word);
}

unsigned field_name(enum field_as as, const void *at)
{
	if (as == AS_SCOPE)
		return address_scope(at);
	return (unsigned)word_read(at, as == AS_NAME_8 ? 1 : 4);
}

static void read_bool(bool truth, struct value *value)
{
	value->type = VALUE_BOOL;
	value->number = truth ? 1 : 0;
}

static void read_method(unsigned method, struct value *value)
{
	value->type = VALUE_METHOD;
	value->number = method;
}

static void field_read(
        const struct field_source *source, const void *base, struct value *value)
{
	const void *at = (const uint8_t *)base + source->at;

	if (source->as < AS_NUMBERS) {
		if (field_number((enum field_as)source->as, at, &value->number))
			value->type = VALUE_NUMBER;
		return;
	}
	switch (source->as) {
	case AS_TEXT:
		read_text(*(const struct slice *)at, value);
		break;
	case AS_KEPT:
		read_text(texts_get(base, source->at), value);
		break;
	case AS_PRESENT:
		read_bool(slice_present(*(const struct slice *)at), value);
		break;
	case AS_IP:
		read_ip(at, value);
		break;
	case AS_BOOL:
		read_bool(*(const bool *)at, value);
		break;
	case AS_SET:
		read_bool(word_read(at, 8) != 0, value);
		break;
	case AS_NONZERO:
		read_bool(word_read(at, 4) != 0, value);
		break;
	case AS_METHOD:
		read_method((unsigned)word_read(at, 4), value);
		break;
	case AS_METHOD_8:
		read_method((unsigned)word_read(at, 1), value);
		break;
	case AS_SCOPE:
	case AS_NAME_8:
	case AS_NAME:
		read_text(
		        field_names_of(source).names[field_name(source->as, at)], value);
		break;
	case AS_PER:
		field_h323_name((uint16_t)word_read(at, 2), value);
		break;
	}
}

void field_value(
        struct field_cache *cache, const struct field_ref *ref, struct value *value)
{
	const struct field_source *source =
	        field_source_of(cache->special, (enum field)ref->field);

	value->type = VALUE_ABSENT;
	if (!source->base)
		field_made(cache, ref, (enum field_maker)source->as, value);
	else if (cache->bases[source->base])
		field_read(source, cache->bases[source->base], value);
}

struct text_bytes text_bytes_of(struct slice text)
{
	struct text_bytes bytes = {{0, 0}};

	for (size_t i = 0; i < text.len; i++) {
		const uint8_t byte = (uint8_t)text.data[i];
		const uint64_t bit = (uint64_t)1 << byte % 64;
		const uint64_t upper = 0 - (uint64_t)(byte >> 6 & 1);
		bytes.words[0] |= bit & ~upper;
		bytes.words[1] |= bit & upper;
	}
	return bytes;
}

const struct text_bytes *field_bytes(struct field_cache *cache, unsigned place)
{
	const uint64_t bit = (uint64_t)1 << place % 64;

	if (!(cache->seen[place / 64] & bit)) {
		cache->seen[place / 64] |= bit;
		cache->bytes[place] = text_bytes_of(cache->values[place].text);
	}
	return &cache->bytes[place];
}
