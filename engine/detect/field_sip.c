#include "engine/detect/field_sip.h"

#include "engine/base/writer.h"
#include "engine/track/transaction.h"

enum { TAIL_DIGITS = 8 };

static int hex_digit(char byte)
{
	if (byte >= '0' && byte <= '9')
		return byte - '0';
	if (byte >= 'a' && byte <= 'f')
		return byte - 'a' + 10;
	return -1;
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
		const int high = hex_digit(tag.data[2 * i]);
		const int low = hex_digit(tag.data[2 * i + 1]);
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

static const struct transaction *settled(const struct event *event)
{
	return event->kind == EVENT_SIP_TRANSACTION ? event->transaction : NULL;
}

static struct slice request_user(const struct event *event, const struct sip_message *sip)
{
	const struct transaction *transaction = settled(event);

	if (transaction)
		return transaction->request_user;
	return sip && sip->is_request ? sip->request_uri.user : slice_of(NULL, 0);
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

static void number_value(struct slice user, enum field field, struct value *value)
{
	size_t digits;

	if (!dialled(user, &digits))
		return;
	if (field == FIELD_REQUEST_DIGITS) {
		field_set_number(value, (double)digits);
		return;
	}
	if (user.len <= TAIL_DIGITS)
		return;
	if (field == FIELD_REQUEST_TAIL)
		field_set_text(value, slice_from(user, user.len - TAIL_DIGITS));
	else
		field_set_text(value, slice_first(user, user.len - TAIL_DIGITS));
}

/* What the tracker kept of a transaction; false when it keeps no such field. */
static bool transaction_value(
        const struct transaction *transaction, enum field field, struct value *value)
{
	if (field == FIELD_METHOD) {
		value->type = VALUE_METHOD;
		value->number = transaction->method;
	} else if (field == FIELD_METHOD_TEXT)
		field_set_text(value, transaction->method_text);
	else if (field == FIELD_STATUS) {
		if (transaction->status)
			field_set_number(value, transaction->status);
	} else if (field == FIELD_FROM_USER)
		field_set_text(value, transaction->from_user);
	else if (field == FIELD_FROM_TAG)
		field_set_text(value, transaction->from_tag);
	else if (field == FIELD_TO_USER)
		field_set_text(value, transaction->to_user);
	else if (field == FIELD_TO_HOST)
		field_set_text(value, transaction->to_host);
	else if (field == FIELD_CALL_ID)
		field_set_text(value, transaction->call_id);
	else if (field == FIELD_CSEQ)
		field_set_number(value, transaction->cseq);
	else if (field == FIELD_VIA_BRANCH)
		field_set_text(value, transaction->branch);
	else if (field == FIELD_USER_AGENT)
		field_set_text(value, transaction->user_agent);
	else if (field == FIELD_AUTH_SENT)
		field_set_bool(value, transaction->auth_sent);
	else if (field == FIELD_AUTH_STALE)
		field_set_bool(value, transaction->auth_stale);
	else if (field == FIELD_AUTH_USER)
		field_set_text(value, transaction->auth_user);
	else if (field == FIELD_AUTH_REALM)
		field_set_text(value, transaction->auth_realm);
	else if (field == FIELD_AUTH_NONCE)
		field_set_text(value, transaction->auth_nonce);
	else
		return false;
	return true;
}

static void state_value(const struct event *event, enum field field, struct value *value)
{
	const struct transaction *transaction = event->transaction;

	if (!transaction)
		return;
	if (field == FIELD_TIMED_OUT)
		field_set_bool(value, transaction->state == TRANSACTION_TIMED_OUT);
	else if (field == FIELD_ACKED)
		field_set_bool(value, transaction->acked);
	else if (field == FIELD_COPIES)
		field_set_number(value, transaction->request_copies);
	else if (field == FIELD_AMPLIFICATION) {
		if (event->message && transaction->request_bytes)
			field_set_number(value, (double)event->message->bytes.len /
			                                transaction->request_bytes);
	} else if (!transaction->auth_sent)
		return;
	else if (field == FIELD_AUTH_NONCE_KNOWN)
		field_set_bool(value, transaction->nonce_known);
	else
		field_set_number(value, (double)transaction->auth_digest_hash);
}

static void auth_value(
        const struct sip_message *sip, enum field field, struct value *value)
{
	static const char *const schemes[] = {NULL, "digest", "basic", "bearer", "other"};
	const struct sip_auth *auth = &sip->auth;

	if (field == FIELD_AUTH_SENT)
		field_set_bool(value, auth->scheme != AUTH_NONE && !auth->challenge);
	else if (field == FIELD_AUTH_STALE)
		field_set_bool(value, auth->stale);
	else if (field == FIELD_AUTH_USER)
		field_set_text(value, auth->username);
	else if (field == FIELD_AUTH_REALM)
		field_set_text(value, auth->realm);
	else if (field == FIELD_AUTH_NONCE)
		field_set_text(value, auth->nonce);
	else if (field == FIELD_AUTH_NC)
		field_set_text(value, auth->nc);
	else if (field == FIELD_AUTH_SCHEME)
		field_set_name(value, schemes[auth->scheme]);
	else if (field == FIELD_AUTH_ALGORITHM)
		field_set_text(value, auth->algorithm);
}

static void sdp_value(const struct sdp *sdp, enum field field, struct value *value)
{
	if (!sdp)
		return;
	if (field == FIELD_SDP_NAME)
		field_set_text(value, sdp->session_name);
	else if (field == FIELD_SDP_ORIGIN)
		field_set_text(value, sdp->origin);
	else if (field == FIELD_SDP_MEDIA)
		field_set_number(value, sdp->media_count);
	else if (field == FIELD_SDP_HOLD)
		field_set_bool(value, sdp->hold);
	else if (field == FIELD_SDP_LEN)
		field_set_number(value, (double)sdp->raw.len);
	else if (field == FIELD_SDP_IP && sdp->media_count)
		field_set_ip(value, &sdp->media[0].at.ip);
	else if (field == FIELD_SDP_SCOPE && sdp->media_count)
		field_set_name(value, field_scope_name(&sdp->media[0].at.ip));
	else if (field == FIELD_SDP_CRYPTO)
		field_set_bool(
		        value, sdp->media_count && slice_present(sdp->media[0].crypto));
}

/* Start line, Via and the numbers. */
static bool frame_value(
        const struct sip_message *sip, enum field field, struct value *value)
{
	if (field == FIELD_METHOD) {
		value->type = VALUE_METHOD;
		value->number = sip->method;
	} else if (field == FIELD_METHOD_TEXT)
		field_set_text(value, sip->method_text);
	else if (field == FIELD_STATUS) {
		if (sip->status)
			field_set_number(value, sip->status);
	} else if (field == FIELD_REQUEST_URI)
		field_set_text(value, sip->request_uri_text);
	else if (field == FIELD_REQUEST_HOST)
		field_set_text(value, sip->request_uri.host);
	else if (field == FIELD_CALL_ID)
		field_set_text(value, sip->call_id);
	else if (field == FIELD_CSEQ)
		field_set_number(value, sip->cseq);
	else if (field == FIELD_VIA_BRANCH)
		field_set_text(value, sip->via.branch);
	else if (field == FIELD_VIA_HOST)
		field_set_text(value, sip->via.host);
	else if (field == FIELD_VIA_IP)
		field_set_ip(value, &sip->via.ip);
	else if (field == FIELD_VIA_RPORT)
		field_set_bool(value, sip->via.rport_present);
	else if (field == FIELD_MAX_FORWARDS && sip->max_forwards >= 0)
		field_set_number(value, sip->max_forwards);
	else if (field == FIELD_EXPIRES && sip->expires >= 0)
		field_set_number(value, (double)sip->expires);
	else if (field == FIELD_BODY)
		field_set_text(value, sip->body);
	else if (field == FIELD_HEADER_COUNT)
		field_set_number(value, sip->header_count);
	else
		return false;
	return true;
}

static void party_value(
        const struct sip_message *sip, enum field field, struct value *value)
{
	if (field == FIELD_FROM_USER)
		field_set_text(value, sip->from.uri.user);
	else if (field == FIELD_FROM_HOST)
		field_set_text(value, sip->from.uri.host);
	else if (field == FIELD_FROM_DISPLAY)
		field_set_text(value, sip->from.display);
	else if (field == FIELD_FROM_TAG)
		field_set_text(value, sip->from.tag);
	else if (field == FIELD_TO_USER)
		field_set_text(value, sip->to.uri.user);
	else if (field == FIELD_TO_HOST)
		field_set_text(value, sip->to.uri.host);
	else if (field == FIELD_TO_TAG)
		field_set_text(value, sip->to.tag);
	else if (field == FIELD_USER_AGENT)
		field_set_text(value, sip->user_agent);
	else if (field == FIELD_CONTACT)
		field_set_text(value, sip->contact.raw);
	else if (field == FIELD_CONTACT_USER)
		field_set_text(value, sip->contact.uri.user);
	else if (field == FIELD_CONTACT_HOST)
		field_set_text(value, sip->contact.uri.host);
	else if (field == FIELD_CONTACT_STAR)
		field_set_bool(value, sip->contact.star);
}

void field_sip_value(
        struct field_cache *cache, const struct field_ref *ref, struct value *value)
{
	const struct event *event = cache->event;
	const struct sip_message *sip = event->message ? event->message->sip : NULL;
	const enum field field = ref->field;

	if (settled(event) && transaction_value(event->transaction, field, value))
		return;
	if ((field >= FIELD_TIMED_OUT && field <= FIELD_AMPLIFICATION) ||
	        field == FIELD_AUTH_DIGEST || field == FIELD_AUTH_NONCE_KNOWN)
		state_value(event, field, value);
	else if (field == FIELD_REQUEST_USER)
		field_set_text(value, request_user(event, sip));
	else if (field >= FIELD_REQUEST_TAIL && field <= FIELD_REQUEST_DIGITS)
		number_value(request_user(event, sip), field, value);
	else if (!sip)
		return;
	else if (field == FIELD_HEADER)
		field_set_text(value,
		        ref->argument ? sip_value(sip, (enum sip_header_id)ref->argument)
		                      : sip_value_named(sip, ref->name));
	else if (field == FIELD_FROM_TAG_HEX)
		field_set_text(value, tag_decoded(cache, sip->from.tag));
	else if (field == FIELD_HEADER_ORDER)
		field_set_text(value, header_order(cache, sip));
	else if (field >= FIELD_AUTH_SENT && field <= FIELD_AUTH_ALGORITHM)
		auth_value(sip, field, value);
	else if (field >= FIELD_SDP_NAME && field <= FIELD_SDP_LEN)
		sdp_value(event->message->sdp, field, value);
	else if (!frame_value(sip, field, value))
		party_value(sip, field, value);
}
