#include "engine/decode/scan.h"
#include "engine/decode/sip.h"
#include "engine/decode/sip_inside.h"

/* "SIP/" and a digit, in any case (RFC 3261 7.1). */
static bool version_at(const char *p, const char *end)
{
	return end - p >= 5 && (p[0] | 0x20) == 's' && (p[1] | 0x20) == 'i' &&
	       (p[2] | 0x20) == 'p' && p[3] == '/' && scan_digit(p[4]);
}

static const char *word_end(const char *p, const char *end)
{
	return scan_either(p, end, ' ', '\t');
}

static const char *blanks_end(const char *p, const char *end)
{
	while (p < end && scan_blank(*p))
		p++;
	return p;
}

/* The last word of the line, when it is a SIP version; absent otherwise. */
static struct slice version_last(struct slice line)
{
	const char *end = scan_end(line);
	/* Nearly all requests. */
	if (line.len > 8 && memcmp(end - 8, " SIP/2.0", 8) == 0)
		return slice_of(end - 7, 7);
	while (end > line.data && scan_blank(end[-1]))
		end--;
	const char *p = end;
	while (p > line.data && !scan_blank(p[-1]))
		p--;
	if (p == line.data || !version_at(p, end))
		return (struct slice){0};
	return slice_of(p, (size_t)(end - p));
}

static void version_check(struct sip_message *message)
{
	if (!SCAN_IS(message->version, "sip/2.0"))
		anomaly_set(&message->anomalies, ANOMALY_SIP_VERSION);
}

static bool response_parse(struct slice line, struct sip_message *message)
{
	const char *end = scan_end(line);
	const char *p = word_end(line.data, end);
	message->version = slice_of(line.data, (size_t)(p - line.data));
	version_check(message);
	const char *code = blanks_end(p, end);
	const char *code_end = code;
	uint64_t status = scan_number(&code_end, end);
	if (code_end == code || (code_end < end && !scan_blank(*code_end)))
		return false;
	if (code - p != 1 || *p != ' ' || code_end - code != 3)
		anomaly_set(&message->anomalies, ANOMALY_SIP_START_LINE);
	if (status < 100 || status > 699)
		anomaly_set(&message->anomalies, ANOMALY_SIP_STATUS_RANGE);
	message->is_request = false;
	message->status = (uint16_t)(status > UINT16_MAX ? UINT16_MAX : status);
	/* The blank in front of the reason is part of the grammar even when it is empty.
	 */
	if (code_end == end)
		anomaly_set(&message->anomalies, ANOMALY_SIP_START_LINE);
	const char *reason = code_end < end ? code_end + 1 : end;
	message->reason = slice_of(reason, (size_t)(end - reason));
	return true;
}

static void request_uri_read(
        struct slice text, struct marks_map *map, struct sip_message *message)
{
	if (text.len >= 2 && text.data[0] == '<' && text.data[text.len - 1] == '>') {
		anomaly_set(&message->anomalies, ANOMALY_SIP_URI_BRACKETS);
		text = slice_of(text.data + 1, text.len - 2);
	}
	if (!sip_uri_plain(text, map, &message->request_uri) &&
	        !sip_uri_read(text, map, &message->request_uri, &message->anomalies))
		anomaly_set(&message->anomalies, ANOMALY_SIP_URI_BAD);
	if (slice_present(message->request_uri.headers))
		anomaly_set(&message->anomalies, ANOMALY_SIP_URI_HEADERS);
}

static bool request_parse(
        struct slice line, struct marks_map *map, struct sip_message *message)
{
	struct slice version = version_last(line);
	if (!slice_present(version))
		return false;
	const char *p = word_end(line.data, version.data);
	message->method_text = slice_of(line.data, (size_t)(p - line.data));
	const char *uri = blanks_end(p, version.data);
	const char *uri_end = version.data;
	while (uri_end > uri && scan_blank(uri_end[-1]))
		uri_end--;
	if (uri == uri_end || p == line.data)
		return false;
	message->version = version;
	version_check(message);
	message->is_request = true;
	message->request_uri_text = slice_of(uri, (size_t)(uri_end - uri));
	bool single = uri - p == 1 && version.data - uri_end == 1 && *p == ' ' &&
	              *uri_end == ' ';
	if (!single || scan_end(version) != scan_end(line) ||
	        word_end(uri, uri_end) != uri_end)
		anomaly_set(&message->anomalies, ANOMALY_SIP_START_LINE);
	message->method = sip_method_parse(message->method_text);
	if (message->method == SIP_METHOD_OTHER && scan_token(line.data, p) != p)
		anomaly_set(&message->anomalies, ANOMALY_SIP_METHOD_CHARS);
	request_uri_read(message->request_uri_text, map, message);
	return true;
}

bool sip_start_parse(
        struct slice line, struct marks_map *map, struct sip_message *message)
{
	if (version_at(line.data, scan_end(line)))
		return response_parse(line, message);
	return request_parse(line, map, message);
}

bool sip_start_plausible(struct slice line)
{
	const char *end = scan_end(line);
	if (version_at(line.data, end)) {
		const char *code = blanks_end(word_end(line.data, end), end);
		return end - code >= 3 && scan_digit(code[0]) && scan_digit(code[1]) &&
		       scan_digit(code[2]);
	}
	const char *p = scan_token(line.data, end);
	if (p == line.data || p == end || !scan_blank(*p))
		return false;
	struct slice version = version_last(line);
	if (!slice_present(version))
		return false;
	const char *uri = blanks_end(p, version.data);
	return uri < version.data && scan_byte(uri, version.data, ':') < version.data;
}

size_t sip_start_find(struct slice bytes)
{
	const char *end = scan_end(bytes);
	unsigned ignored = 0;
	for (const char *p = bytes.data; p < end;) {
		const char *eol = scan_eol(p, end, &ignored);
		if (eol > p && sip_start_plausible(slice_of(p, (size_t)(eol - p))))
			return (size_t)(p - bytes.data);
		p = eol < end ? eol + 1 : end;
	}
	return bytes.len;
}

bool sip_start_meant(struct slice bytes)
{
	const char *p = scan_skip_space(bytes.data, scan_end(bytes));
	unsigned ignored = 0;
	const char *eol = scan_eol(p, scan_end(bytes), &ignored);
	struct slice line = slice_of(p, (size_t)(eol - p));
	return version_at(p, eol) || slice_present(version_last(line));
}

bool sip_looks_like(struct slice bytes)
{
	const char *end = scan_end(bytes);
	const char *p = bytes.data;
	while (p < end && (scan_space(*p) || *p == 0))
		p++;
	/* RTP, RTCP and their secure forms (RFC 7983). */
	if (p == end || ((unsigned char)*p & 0xc0) == 0x80)
		return false;
	for (; (p = scan_byte(p, end, '/')) < end; p++) {
		if (p - bytes.data >= 3 && version_at(p - 3, end))
			return true;
	}
	return false;
}
