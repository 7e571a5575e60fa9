#include "engine/detect/field_source.h"

#include <math.h>

#include "engine/base/writer.h"
#include "engine/track/call.h"
#include "engine/track/registration.h"
#include "engine/track/stream.h"
#include "engine/track/transaction.h"

enum { TAIL_DIGITS = 8 };

/* A tool that writes capitals is another tool. */
static int tag_digit(char byte)
{
	return byte >= 'A' && byte <= 'F' ? -1 : slice_hex_digit(byte);
}

/* Absent when the tag is no lower-case hexadecimal of whole bytes. */
static struct slice tag_decoded(struct field_cache *cache, struct slice tag)
{
	if (cache->tag_made)
		return cache->tag_hex;
	cache->tag_made = true;
	cache->tag_hex = slice_of(NULL, 0);
	if (tag.len == 0 || tag.len % 2 || tag.len / 2 > sizeof(cache->tag_bytes))
		return cache->tag_hex;
	for (size_t i = 0; i < tag.len / 2; i++) {
		const int high = tag_digit(tag.data[2 * i]);
		const int low = tag_digit(tag.data[2 * i + 1]);
		if (high < 0 || low < 0)
			return cache->tag_hex;
		cache->tag_bytes[i] = (char)(high << 4 | low);
	}
	cache->tag_hex = slice_of(cache->tag_bytes, tag.len / 2);
	return cache->tag_hex;
}

static struct slice header_order(struct field_cache *cache, const struct sip_message *sip)
{
	if (cache->order_made)
		return cache->order;
	struct writer writer = writer_of(cache->order_bytes, sizeof(cache->order_bytes));
	bool first = true;
	for (unsigned i = 0; i < sip->header_count; i++) {
		const struct slice name = sip_header_name(sip, &sip->headers[i]);
		if (name.len == 0)
			continue;
		if (!first)
			writer_byte(&writer, ',');
		writer_slice(&writer, name);
		first = false;
	}
	cache->order_made = true;
	cache->order = writer_text(&writer);
	return cache->order;
}

static void made_text(struct value *value, struct slice text)
{
	if (!slice_present(text))
		return;
	value->type = VALUE_TEXT;
	value->text = text;
}

static void made_number(struct value *value, double number)
{
	value->type = VALUE_NUMBER;
	value->number = number;
}

static void made_bool(struct value *value, bool truth)
{
	value->type = VALUE_BOOL;
	value->number = truth ? 1 : 0;
}

static double seconds(uint64_t from_us, uint64_t to_us)
{
	return to_us > from_us ? (double)(to_us - from_us) / 1e6 : 0;
}

static void made_percent(struct value *value, double part, double whole)
{
	if (whole > 0)
		made_number(value, part * 100 / whole);
}

static struct slice request_user(struct field_cache *cache)
{
	const struct field_ref ref = {.field = FIELD_REQUEST_USER};
	struct value spare;
	const struct value *user = field_kept(cache, &ref, &spare);

	return user->type == VALUE_TEXT ? user->text : slice_of(NULL, 0);
}

static bool dialled(struct slice user, size_t *digits)
{
	*digits = 0;
	for (size_t i = 0; i < user.len; i++) {
		const char byte = user.data[i];
		if (byte >= '0' && byte <= '9')
			++*digits;
		else if (!(byte == '+' || byte == '*' || byte == '#'))
			return false;
	}
	return *digits > 0;
}

static void made_dialled(struct field_cache *cache, enum field field, struct value *value)
{
	const struct slice user = request_user(cache);
	size_t digits;

	if (!dialled(user, &digits))
		return;
	if (field == FIELD_REQUEST_DIGITS)
		made_number(value, (double)digits);
	else if (user.len <= TAIL_DIGITS)
		return;
	else if (field == FIELD_REQUEST_TAIL)
		made_text(value, slice_from(user, user.len - TAIL_DIGITS));
	else
		made_text(value, slice_first(user, user.len - TAIL_DIGITS));
}

static unsigned via_count(const struct sip_message *sip)
{
	unsigned count = 0;
	const struct sip_header *header = sip_header(sip, SIP_HEADER_VIA);

	for (; header; header = sip_header_next(sip, header)) {
		struct slice rest = sip_header_value(sip, header);
		while (slice_present(sip_list_next(&rest)))
			count++;
	}
	return count;
}

static void made_content_off(const struct sip_message *sip, struct value *value)
{
	if (sip->content_length < 0 || !slice_present(sip->body))
		return;
	const double behind = (double)(sip->raw.data + sip->raw.len - sip->body.data);
	made_number(value, fabs((double)sip->content_length - behind));
}

static void made_of_sip(
        struct field_cache *cache, const struct field_ref *ref, struct value *value)
{
	const struct sip_message *sip = cache->bases[BASE_SIP];

	if (!sip)
		return;
	if (ref->field == FIELD_HEADER)
		made_text(value,
		        ref->argument ? sip_value(sip, (enum sip_header_id)ref->argument)
		                      : sip_value_named(sip, ref->name));
	else if (ref->field == FIELD_REQUEST_USER && sip->is_request)
		made_text(value, sip->request_uri.user);
	else if (ref->field == FIELD_FROM_TAG_HEX)
		made_text(value, tag_decoded(cache, sip->from.tag));
	else if (ref->field == FIELD_HEADER_ORDER)
		made_text(value, header_order(cache, sip));
	else if (ref->field == FIELD_VIA_COUNT)
		made_number(value, via_count(sip));
	else if (ref->field == FIELD_CONTENT_OFF)
		made_content_off(sip, value);
	else if (ref->field == FIELD_AUTH_SENT)
		made_bool(value, sip->auth.scheme != AUTH_NONE && !sip->auth.challenge);
}

static void made_of_transaction(
        const struct event *event, enum field field, struct value *value)
{
	const struct transaction *transaction = event->transaction;

	if (!transaction)
		return;
	if (field == FIELD_TIMED_OUT)
		made_bool(value, transaction->state == TRANSACTION_TIMED_OUT);
	else if (field == FIELD_AMPLIFICATION && event->message &&
	         transaction->request_bytes)
		made_number(value,
		        (double)event->message->bytes.len / transaction->request_bytes);
	else if (field == FIELD_AUTH_NONCE_KNOWN && transaction->auth_sent)
		made_bool(value, transaction->nonce_known);
	else if (field == FIELD_AUTH_DIGEST && transaction->auth_sent)
		made_number(value, (double)transaction->auth_digest_hash);
}

/* How much less one side sent than the other. */
static void made_quieter(const uint32_t packets[2], struct value *value)
{
	const uint32_t caller = packets[CALL_CALLER];
	const uint32_t callee = packets[CALL_CALLEE];

	made_percent(value, caller < callee ? caller : callee,
	        caller < callee ? callee : caller);
}

/* Of the streams that ended, or by the last look at those that run. */
static uint32_t packets_sent(const struct call *call, enum call_side side)
{
	const uint32_t ended = call_quality(call, side)->packets;
	const uint32_t watched = call->watch.sent[side];

	return ended > watched ? ended : watched;
}

static void made_of_call(const struct event *event, enum field field, struct value *value)
{
	const struct call *call = event->call;

	if (!call)
		return;
	const uint64_t end_us = call->end_us ? call->end_us : event->time_us;
	const uint64_t rung_us = call->ring_us ? call->ring_us : call->answer_us;
	const struct call_quality *quality = call_quality(
	        call, field == FIELD_CALL_CALLEE_LOSS ? CALL_CALLEE : CALL_CALLER);
	if (field == FIELD_CALL_DURATION && call->answer_us)
		made_number(value, (double)(end_us - call->answer_us) / 1e6);
	else if (field == FIELD_CALL_AGE)
		made_number(value, seconds(call->start_us, end_us));
	else if (field == FIELD_CALL_PDD && rung_us)
		made_number(value, seconds(call->start_us, rung_us));
	else if (field == FIELD_CALL_RING && call->ring_us)
		made_number(value, seconds(call->ring_us,
		                           call->answer_us ? call->answer_us : end_us));
	else if (field == FIELD_CALL_QUIETER)
		made_quieter((const uint32_t[]){packets_sent(call, CALL_CALLER),
		                     packets_sent(call, CALL_CALLEE)},
		        value);
	else if (field == FIELD_CALL_RECENT_QUIETER)
		made_quieter(call->watch.recent, value);
	else if (field == FIELD_CALL_CALLER_PACKETS)
		made_number(value, packets_sent(call, CALL_CALLER));
	else if (field == FIELD_CALL_CALLEE_PACKETS)
		made_number(value, packets_sent(call, CALL_CALLEE));
	else if (field == FIELD_CALL_OFFERED_SECURE && call->described[CALL_CALLER])
		made_bool(value, call->secure[CALL_CALLER]);
	else if (field == FIELD_CALL_ANSWERED_SECURE && call->described[CALL_CALLEE])
		made_bool(value, call->secure[CALL_CALLEE]);
	else if (field == FIELD_CALL_LEG)
		made_bool(value, call->correlation != call->id);
	else if (field == FIELD_CALL_CALLER_LOSS || field == FIELD_CALL_CALLEE_LOSS)
		made_percent(
		        value, quality->lost, (double)quality->packets + quality->lost);
}

/* RFC 3611 4.7: 127 means that the value is not available. */
static void made_of_rtcp(
        const struct field_cache *cache, enum field field, struct value *value)
{
	const struct rtcp_report *report = cache->bases[BASE_RTCP];

	if (!report || !report->has_voip_metrics)
		return;
	if (field == FIELD_RTCP_R && report->voip.r_factor != 127)
		made_number(value, report->voip.r_factor);
	else if (field == FIELD_RTCP_MOS_LQ && report->voip.mos_lq != 127)
		made_number(value, report->voip.mos_lq / 10.0);
	else if (field == FIELD_RTCP_MOS_CQ && report->voip.mos_cq != 127)
		made_number(value, report->voip.mos_cq / 10.0);
}

static unsigned anomalies_count(const struct anomalies *anomalies)
{
	unsigned count = 0;

	for (size_t i = 0; i < sizeof(anomalies->bits) / sizeof(anomalies->bits[0]); i++)
		count += (unsigned)__builtin_popcountll(anomalies->bits[i]);
	return count;
}

static const char *anomalies_first(const struct anomalies *anomalies)
{
	for (unsigned i = 0; i < ANOMALY_COUNT; i++)
		if (anomaly_has(anomalies, (enum anomaly)i))
			return anomaly_name((enum anomaly)i);
	return NULL;
}

static void made_of_message(
        const struct message *message, const struct field_ref *ref, struct value *value)
{
	if (!message)
		return;
	if (ref->field == FIELD_RAW)
		made_text(value, message->sip ? message->sip->raw : message->bytes);
	else if (!message->anomalies)
		return;
	else if (ref->field == FIELD_ANOMALY)
		made_bool(value,
		        anomaly_has(message->anomalies, (enum anomaly)ref->argument));
	else if (ref->field == FIELD_ANOMALY_COUNT)
		made_number(value, anomalies_count(message->anomalies));
	else if (ref->field == FIELD_ANOMALY_FIRST || ref->field == FIELD_ANOMALY_EACH)
		made_text(value, slice_text(anomalies_first(message->anomalies)));
}

void field_made(struct field_cache *cache, const struct field_ref *ref,
        enum field_maker maker, struct value *value)
{
	const struct event *event = cache->event;
	const enum field field = (enum field)ref->field;

	switch (maker) {
	case MADE_OF_MESSAGE:
		made_of_message(event->message, ref, value);
		break;
	case MADE_OF_SIP:
		made_of_sip(cache, ref, value);
		break;
	case MADE_OF_DIALLED:
		made_dialled(cache, field, value);
		break;
	case MADE_OF_TRANSACTION:
		made_of_transaction(event, field, value);
		break;
	case MADE_OF_REGISTRATION:
		if (event->registration)
			made_number(value,
			        seconds(event->registration->since_us, event->time_us));
		break;
	case MADE_OF_CALL:
		made_of_call(event, field, value);
		break;
	case MADE_OF_STREAM:
		field_stream_made(event, field, value);
		break;
	case MADE_OF_RTCP:
		made_of_rtcp(cache, field, value);
		break;
	case MADE_OF_NAT:
		field_nat_made(event, field, value);
		break;
	case MADE_OF_CLI:
		field_cli_made(cache, field, value);
		break;
	case MADE_OF_KPI:
		field_kpi_made(event, field, value);
		break;
	case MADE_OF_STIR:
		field_stir_made(cache, field, value);
		break;
	case MADE_OF_SAID:
		field_said_made(event, field, value);
		break;
	case MADE_OF_H323:
		field_h323_made(cache, ref, value);
		break;
	case MADE_OF_NUMBERS:
		field_numbers(cache, field, value);
		break;
	case MADE_OF_ACCOUNTS:
		field_accounts(cache, field, value);
		break;
	case MADE_OF_GEO:
		field_geo(cache, field, value);
		break;
	case MADE_OF_SENSOR:
		made_text(value,
		        slice_text(field == FIELD_SENSOR_WHAT ? event->sensor_what
		                                              : event->sensor_where));
		break;
	}
}
