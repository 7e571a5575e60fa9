#include "engine/detect/field.h"

#include "engine/detect/field_sip.h"
#include "engine/track/call.h"
#include "engine/track/registration.h"
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

static struct slice text_of(const char *text)
{
	return slice_of(text, strlen(text));
}

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
			if (slice_equal_nocase(ref->name, text_of(header_names[i])))
				ref->argument = i;
		return true;
	}
	if (!slice_starts(name, anomaly))
		return false;
	for (uint16_t i = 0; i < ANOMALY_COUNT; i++) {
		if (slice_equal(
		            slice_from(name, anomaly.len), text_of(anomaly_names[i]))) {
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
		if (slice_equal(name, text_of(rows[i].name))) {
			*ref = (struct field_ref){.field = i};
			return true;
		}
	}
	return find_argument(name, ref);
}

const char *field_scope_name(const struct address *ip)
{
	switch (address_scope(ip)) {
	case ADDRESS_NONE:
		return "none";
	case ADDRESS_PUBLIC:
		return "public";
	case ADDRESS_PRIVATE:
		return "private";
	case ADDRESS_SHARED:
		return "shared";
	case ADDRESS_LOOPBACK:
		return "loopback";
	case ADDRESS_LINK_LOCAL:
		return "link-local";
	case ADDRESS_MULTICAST:
		return "multicast";
	case ADDRESS_BROADCAST:
		return "broadcast";
	case ADDRESS_RESERVED:
		return "reserved";
	}
	return "none";
}

static const char *transport_name(enum transport transport)
{
	switch (transport) {
	case TRANSPORT_UDP:
		return "udp";
	case TRANSPORT_TCP:
		return "tcp";
	case TRANSPORT_SCTP:
		return "sctp";
	case TRANSPORT_WS:
		return "ws";
	case TRANSPORT_TLS:
	case TRANSPORT_COUNT:
		break;
	}
	return "tls";
}

static const char *message_name(enum message_kind kind)
{
	static const char *const names[] = {
	        "sip", "rtp", "rtcp", "stun", "dtls", "keepalive", "error", "other"};
	return (size_t)kind < sizeof(names) / sizeof(names[0]) ? names[kind] : "other";
}

/*
 * Who acts and on whom: a transaction, registration or call event is about the one that
 * asked, whatever packet completed it.
 */
static bool ends_of(const struct event *event, const struct endpoint **src,
        const struct endpoint **dst)
{
	if (event->kind == EVENT_SIP_TRANSACTION && event->transaction) {
		*src = &event->transaction->client;
		*dst = &event->transaction->server;
	} else if (event->kind == EVENT_REGISTRATION && event->registration) {
		*src = &event->registration->source;
		*dst = &event->registration->registrar;
	} else if (event->kind >= EVENT_CALL_START && event->kind <= EVENT_CALL_END &&
	           event->call) {
		*src = &event->call->caller;
		*dst = &event->call->callee;
	} else if (event->message && event->message->datagram) {
		*src = &event->message->datagram->src;
		*dst = &event->message->datagram->dst;
	} else {
		return false;
	}
	return true;
}

void field_set_text(struct value *value, struct slice text)
{
	if (!slice_present(text))
		return;
	value->type = VALUE_TEXT;
	value->text = text;
}

void field_set_name(struct value *value, const char *text)
{
	if (text)
		field_set_text(value, text_of(text));
}

void field_set_number(struct value *value, double number)
{
	value->type = VALUE_NUMBER;
	value->number = number;
}

void field_set_bool(struct value *value, bool truth)
{
	value->type = VALUE_BOOL;
	value->number = truth ? 1 : 0;
}

void field_set_ip(struct value *value, const struct address *ip)
{
	if (address_none(ip))
		return;
	value->type = VALUE_ADDRESS;
	value->ip = *ip;
}

static void address_value(
        const struct event *event, enum field field, struct value *value)
{
	const struct endpoint *src;
	const struct endpoint *dst;

	if (!ends_of(event, &src, &dst))
		return;
	if (field == FIELD_SRC_IP)
		field_set_ip(value, &src->ip);
	else if (field == FIELD_DST_IP)
		field_set_ip(value, &dst->ip);
	else if (field == FIELD_SRC_PORT)
		field_set_number(value, src->port);
	else if (field == FIELD_DST_PORT)
		field_set_number(value, dst->port);
	else
		field_set_name(value, field_scope_name(&src->ip));
}

static unsigned anomalies_count(const struct anomalies *anomalies)
{
	unsigned count = 0;
	for (size_t i = 0; i < sizeof(anomalies->bits) / sizeof(anomalies->bits[0]); i++)
		count += (unsigned)__builtin_popcountll(anomalies->bits[i]);
	return count;
}

static void anomaly_value(const struct anomalies *anomalies, const struct field_ref *ref,
        struct value *value)
{
	if (ref->field == FIELD_ANOMALY)
		field_set_bool(
		        value, anomaly_has(anomalies, (enum anomaly)ref->argument));
	else if (ref->field == FIELD_ANOMALY_COUNT)
		field_set_number(value, anomalies_count(anomalies));
	for (unsigned i = 0; ref->field == FIELD_ANOMALY_FIRST && i < ANOMALY_COUNT;
	        i++) {
		if (!anomaly_has(anomalies, (enum anomaly)i))
			continue;
		field_set_name(value, anomaly_names[i]);
		return;
	}
}

static void packet_value(
        const struct event *event, const struct field_ref *ref, struct value *value)
{
	const struct message *message = event->message;

	if (!message)
		return;
	if (ref->field == FIELD_TRANSPORT && message->datagram)
		field_set_name(value, transport_name(message->datagram->transport));
	else if (ref->field == FIELD_RAW)
		field_set_text(value, message->sip ? message->sip->raw : message->bytes);
	else if (ref->field == FIELD_RAW_LEN)
		field_set_number(value, (double)message->bytes.len);
	else if (ref->field == FIELD_MESSAGE)
		field_set_name(value, message_name(message->kind));
	else if (message->anomalies)
		anomaly_value(message->anomalies, ref, value);
}

static void registration_value(
        const struct event *event, enum field field, struct value *value)
{
	static const char *const changes[] = {"added", "refreshed", "removed", "expired"};
	const struct registration *registration = event->registration;

	if (!registration)
		return;
	if (field == FIELD_REG_CHANGE)
		field_set_name(value, changes[event->change]);
	else if (field == FIELD_REG_USER)
		field_set_text(value, registration->user);
	else if (field == FIELD_REG_HOST)
		field_set_text(value, registration->host);
	else if (field == FIELD_REG_BINDINGS)
		field_set_number(value, registration->binding_count);
	else if (field == FIELD_REG_WIPED)
		field_set_bool(value, registration->wiped);
	else if (field == FIELD_REG_SOURCE_CHANGED)
		field_set_bool(value, registration->source_changed);
	else if (field == FIELD_REG_AGENT_CHANGED)
		field_set_bool(value, registration->agent_changed);
	else if (field == FIELD_REG_FOREIGN && event->binding)
		field_set_bool(value, event->binding->contact_foreign);
	else if (field == FIELD_REG_INTERVAL && event->binding)
		field_set_number(value, event->binding->interval_s);
}

static void call_value(const struct event *event, enum field field, struct value *value)
{
	const struct call *call = event->call;

	if (!call)
		return;
	if (field == FIELD_CALL_ANSWERED)
		field_set_bool(value, call->answer_us != 0);
	else if (field == FIELD_CALL_STATUS)
		field_set_number(value, call->status);
	else if (field == FIELD_CALL_AUTHENTICATED)
		field_set_bool(value, call->authenticated);
	else if (field == FIELD_CALL_DURATION && call->answer_us) {
		const uint64_t end = call->end_us ? call->end_us : event->time_us;
		field_set_number(value, (double)(end - call->answer_us) / 1e6);
	}
}

void field_value(
        struct field_cache *cache, const struct field_ref *ref, struct value *value)
{
	const struct event *event = cache->event;

	value->type = VALUE_ABSENT;
	if (ref->field <= FIELD_SRC_SCOPE)
		address_value(event, ref->field, value);
	else if (ref->field == FIELD_PROVEN)
		field_set_bool(value, event->proven);
	else if (ref->field == FIELD_RETRANSMISSION)
		field_set_bool(value, event->retransmission);
	else if (ref->field <= FIELD_MESSAGE || ref->field == FIELD_ANOMALY ||
	         ref->field == FIELD_ANOMALY_COUNT || ref->field == FIELD_ANOMALY_FIRST)
		packet_value(event, ref, value);
	else if (ref->field <= FIELD_HEADER)
		field_sip_value(cache, ref, value);
	else if (ref->field <= FIELD_REG_INTERVAL)
		registration_value(event, ref->field, value);
	else if (ref->field <= FIELD_CALL_AUTHENTICATED)
		call_value(event, ref->field, value);
	else if (ref->field == FIELD_SENSOR_WHAT)
		field_set_name(value, event->sensor_what);
	else if (ref->field == FIELD_SENSOR_WHERE)
		field_set_name(value, event->sensor_where);
	else
		field_set_number(value, (double)event->sensor_value);
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
