#include "engine/decode/scan.h"
#include "engine/decode/sip.h"
#include "engine/decode/sip_inside.h"

static struct slice first_value(const struct sip_message *message, enum sip_header_id id)
{
	unsigned index = message->first[id];
	if (!index)
		return (struct slice){0};
	const struct sip_header *header = &message->headers[index - 1];
	return slice_of(message->raw.data + header->value_at, header->value_len);
}

/* A whole value of digits; false when it is none. Values over max are held at max. */
static bool number_value(struct slice text, uint64_t max, int64_t *value, bool *over)
{
	const char *p = text.data, *end = scan_end(text);
	uint64_t number = scan_number(&p, end);
	if (!text.len || p == text.data || p != end)
		return false;
	*over = number > max;
	*value = (int64_t)(*over ? max : number);
	return true;
}

static int64_t number_field(
        struct sip_message *message, enum sip_header_id id, uint64_t max)
{
	struct slice text = first_value(message, id);
	int64_t value = -1;
	bool over = false;
	if (!slice_present(text))
		return -1;
	if (!number_value(text, max, &value, &over) || over)
		anomaly_set(&message->anomalies, ANOMALY_SIP_NUMBER_RANGE);
	return value;
}

static void via_read(struct sip_message *message, struct marks_map *map)
{
	struct slice rest = first_value(message, SIP_HEADER_VIA);
	if (!slice_present(rest)) {
		anomaly_set(&message->anomalies, ANOMALY_SIP_MISSING_VIA);
		return;
	}
	if (!sip_via_plain(rest, map, &message->via))
		(void)sip_via_read(
		        sip_list_next(&rest), map, &message->via, &message->anomalies);
	/* The cookie alone is no unique branch (RFC 4475 3.2.1). */
	struct slice branch = message->via.branch;
	if (branch.len <= 7 || memcmp(branch.data, "z9hG4bK", 7) != 0)
		anomaly_set(&message->anomalies, ANOMALY_SIP_BRANCH_COOKIE);
}

struct address_field {
	enum sip_header_id id;
	enum anomaly missing;
	enum anomaly bad;
};

static void address_read(struct sip_message *message, struct marks_map *map,
        const struct address_field *field, struct sip_address *address)
{
	struct slice text = first_value(message, field->id);
	if (!slice_present(text))
		anomaly_set(&message->anomalies, field->missing);
	else if (!sip_address_plain(text, map, address) &&
	         !sip_address_read(text, map, address, &message->anomalies))
		anomaly_set(&message->anomalies, field->bad);
}

static void contact_read(struct sip_message *message, struct marks_map *map)
{
	struct slice rest = first_value(message, SIP_HEADER_CONTACT);
	if (!slice_present(rest)) {
		bool invites = message->method == SIP_INVITE &&
		               (message->is_request || message->status / 100 == 2);
		if (invites)
			anomaly_set(&message->anomalies, ANOMALY_SIP_MISSING_CONTACT);
		return;
	}
	if (!sip_address_plain(rest, map, &message->contact) &&
	        !sip_address_read(sip_list_next(&rest), map, &message->contact,
	                &message->anomalies))
		anomaly_set(&message->anomalies, ANOMALY_SIP_CONTACT_BAD);
	if (!message->contact.parameters.len)
		return;
	struct slice expires =
	        sip_parameter(message->contact.parameters, SLICE("expires"));
	int64_t value;
	bool over = false;
	if (expires.len && (!number_value(expires, UINT32_MAX, &value, &over) || over))
		anomaly_set(&message->anomalies, ANOMALY_SIP_NUMBER_RANGE);
}

static void cseq_read(struct sip_message *message)
{
	struct slice text = first_value(message, SIP_HEADER_CSEQ);
	if (!slice_present(text)) {
		anomaly_set(&message->anomalies, ANOMALY_SIP_MISSING_CSEQ);
		return;
	}
	const char *p = text.data, *end = scan_end(text);
	uint64_t number = scan_number(&p, end);
	const char *method = scan_skip_space(p, end);
	/* RFC 3261 8.1.1.5: less than 2^31. */
	message->cseq = number <= UINT32_MAX ? (uint32_t)number : 0;
	message->cseq_method_text = slice_of(method, (size_t)(end - method));
	message->cseq_method = sip_method_parse(message->cseq_method_text);
	bool token = message->cseq_method != SIP_METHOD_OTHER ||
	             scan_token(method, end) == end;
	if (p == text.data || number > INT32_MAX || method == p || method == end ||
	        !token)
		anomaly_set(&message->anomalies, ANOMALY_SIP_CSEQ_BAD);
	if (!message->is_request)
		return;
	if (!slice_equal(message->method_text, message->cseq_method_text))
		anomaly_set(&message->anomalies, ANOMALY_SIP_CSEQ_METHOD);
}

static void auth_read(struct sip_message *message)
{
	static const uint8_t ids[] = {SIP_HEADER_AUTHORIZATION,
	        SIP_HEADER_PROXY_AUTHORIZATION, SIP_HEADER_WWW_AUTHENTICATE,
	        SIP_HEADER_PROXY_AUTHENTICATE};
	for (unsigned i = 0; i < sizeof(ids); i++) {
		struct slice value = first_value(message, ids[i]);
		if (!slice_present(value))
			continue;
		(void)sip_auth_parse(value, &message->auth, &message->anomalies);
		message->auth.challenge = i >= 2;
		message->auth.proxy = i & 1;
		return;
	}
}

static void names_read(struct sip_message *message)
{
	message->call_id = first_value(message, SIP_HEADER_CALL_ID);
	if (!slice_present(message->call_id))
		anomaly_set(&message->anomalies, ANOMALY_SIP_MISSING_CALL_ID);
	message->user_agent = first_value(message, SIP_HEADER_USER_AGENT);
	if (!slice_present(message->user_agent))
		message->user_agent = first_value(message, SIP_HEADER_SERVER);
	message->content_type = first_value(message, SIP_HEADER_CONTENT_TYPE);
}

void sip_fields_read(struct sip_message *message, struct marks_map *map)
{
	static const struct address_field from = {
	        SIP_HEADER_FROM, ANOMALY_SIP_MISSING_FROM, ANOMALY_SIP_FROM_BAD};
	static const struct address_field to = {
	        SIP_HEADER_TO, ANOMALY_SIP_MISSING_TO, ANOMALY_SIP_TO_BAD};
	cseq_read(message);
	if (!message->is_request) {
		message->method = message->cseq_method;
		message->method_text = message->cseq_method_text;
	}
	via_read(message, map);
	address_read(message, map, &from, &message->from);
	address_read(message, map, &to, &message->to);
	contact_read(message, map);
	if (slice_present(message->from.raw) && !slice_present(message->from.tag))
		anomaly_set(&message->anomalies, ANOMALY_SIP_FROM_NO_TAG);
	names_read(message);
	message->max_forwards =
	        (int32_t)number_field(message, SIP_HEADER_MAX_FORWARDS, 255);
	if (message->is_request && !message->first[SIP_HEADER_MAX_FORWARDS])
		anomaly_set(&message->anomalies, ANOMALY_SIP_MISSING_MAX_FORWARDS);
	message->expires = number_field(message, SIP_HEADER_EXPIRES, UINT32_MAX);
	auth_read(message);
	sip_fields_check(message);
}
