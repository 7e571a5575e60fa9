#include "engine/decode/scan.h"
#include "engine/decode/sip.h"
#include "engine/decode/sip_inside.h"

/* A pattern of the date: 'D' a digit, 'A' a letter, others themselves. */
static bool date_shape(struct slice text)
{
	static const char shape[] = "AAA, DD AAA DDDD DD:DD:DD GMT";
	if (text.len != sizeof(shape) - 1)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];
		bool fits = shape[i] == 'D'   ? scan_digit(c)
		            : shape[i] == 'A' ? scan_alpha(c)
		                              : c == shape[i];
		if (!fits)
			return false;
	}
	return true;
}

static unsigned date_pair(struct slice text, size_t at)
{
	return (unsigned)(text.data[at] - '0') * 10 + (unsigned)(text.data[at + 1] - '0');
}

/* Is the word of three letters one of those in the list? */
static bool date_word(struct slice text, size_t at, struct slice list)
{
	struct slice word = slice_of(text.data + at, 3);
	for (size_t i = 0; i + 3 <= list.len; i += 3) {
		if (slice_equal_nocase(word, slice_of(list.data + i, 3)))
			return true;
	}
	return false;
}

/* RFC 3261 20.17: an RFC 1123 date, in GMT only. */
static bool date_valid(struct slice text)
{
	return date_shape(text) && date_word(text, 0, SLICE("MonTueWedThuFriSatSun")) &&
	       date_word(text, 8, SLICE("JanFebMarAprMayJunJulAugSepOctNovDec")) &&
	       date_pair(text, 5) >= 1 && date_pair(text, 5) <= 31 &&
	       date_pair(text, 17) < 24 && date_pair(text, 20) < 60 &&
	       date_pair(text, 23) < 61;
}

/* RFC 3261 20.43: three digits, an agent, a quoted text. */
static bool warning_valid(struct slice text)
{
	const char *p = text.data, *end = scan_end(text);
	if (!text.len)
		return false;
	(void)scan_number(&p, end);
	if (p - text.data != 3 || p == end || !scan_blank(*p))
		return false;
	const char *quote = scan_byte(p, end, '"');
	return quote < end && scan_trimmed(p, quote).len > 0 && end - quote >= 2 &&
	       end[-1] == '"';
}

static void warnings_check(struct sip_message *message)
{
	const struct sip_header *header = sip_header(message, SIP_HEADER_WARNING);
	for (; header; header = sip_header_next(message, header)) {
		struct slice rest = sip_header_value(message, header);
		struct slice one;
		do {
			one = sip_list_next(&rest);
			if (!warning_valid(one))
				anomaly_set(&message->anomalies, ANOMALY_SIP_WARNING_BAD);
		} while (slice_present(rest));
	}
}

/* A number at the head of the value, with parameters or a comment behind it. */
static void delta_check(struct sip_message *message, enum sip_header_id id)
{
	struct slice text = sip_value(message, id);
	if (!slice_present(text))
		return;
	const char *p = text.data;
	uint64_t seconds = text.len ? scan_number(&p, scan_end(text)) : 0;
	if (p == text.data || seconds > UINT32_MAX)
		anomaly_set(&message->anomalies, ANOMALY_SIP_NUMBER_RANGE);
}

/* Fields that no ordinary phone makes so long: servers have fallen over them. */
static bool oversize(const struct sip_message *message)
{
	return message->method_text.len > LIMIT_SIP_METHOD ||
	       message->request_uri_text.len > LIMIT_SIP_FIELD ||
	       message->call_id.len > LIMIT_SIP_FIELD ||
	       message->from.raw.len > LIMIT_SIP_FIELD ||
	       message->to.raw.len > LIMIT_SIP_FIELD ||
	       message->contact.uri.raw.len > LIMIT_SIP_FIELD ||
	       message->contact.raw.len > LIMIT_SIP_FIELD_LONG ||
	       sip_value(message, SIP_HEADER_VIA).len > LIMIT_SIP_FIELD_LONG;
}

void sip_fields_check(struct sip_message *message)
{
	if (oversize(message))
		anomaly_set(&message->anomalies, ANOMALY_SIP_OVERSIZE);
	struct slice date = sip_value(message, SIP_HEADER_DATE);
	if (slice_present(date) && !date_valid(date))
		anomaly_set(&message->anomalies, ANOMALY_SIP_DATE_BAD);
	if (message->first[SIP_HEADER_WARNING])
		warnings_check(message);
	delta_check(message, SIP_HEADER_RETRY_AFTER);
	delta_check(message, SIP_HEADER_MIN_EXPIRES);
	delta_check(message, SIP_HEADER_SESSION_EXPIRES);
}
