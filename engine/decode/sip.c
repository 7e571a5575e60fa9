#include "engine/decode/marks.h"
#include "engine/decode/scan.h"
#include "engine/decode/sip.h"
#include "engine/decode/sip_inside.h"

/* A start line that has not ended after this many bytes of a stream is none. */
enum { START_LINE_MAX = 8192 };

static void message_reset(struct sip_message *message, struct slice raw)
{
	/* The header array is large; only what is counted in it is ever read. */
	memset(message, 0, offsetof(struct sip_message, headers));
	message->raw = raw;
	message->max_forwards = -1;
	message->expires = -1;
	message->content_length = -1;
}

/* A start line that still grows at the end of a stream's bytes. */
static bool start_growing(struct slice line)
{
	if (line.len > START_LINE_MAX)
		return false;
	const char *p = scan_token(line.data, scan_end(line));
	return p == scan_end(line) || *p == ' ' || *p == '/';
}

static struct slice first_line(struct slice bytes)
{
	unsigned ignored = 0;
	const char *eol = scan_eol(bytes.data, scan_end(bytes), &ignored);
	return slice_first(bytes, (size_t)(eol - bytes.data));
}

/*
 * The start line: the first line or, behind junk, a later one that leaves no doubt.
 * Absent when there is none.
 */
static struct slice start_line(struct slice bytes, struct slice line)
{
	if (sip_start_meant(line))
		return line;
	size_t junk = sip_start_find(bytes);
	return junk < bytes.len ? first_line(slice_from(bytes, junk)) : (struct slice){0};
}

/* HTTP, RTSP and SSDP have start lines of their own; a SIP message inside is not theirs.
 */
static bool foreign(struct slice line)
{
	while (line.len && scan_blank(line.data[line.len - 1]))
		line.len--;
	if (line.len < 8)
		return false;
	if ((line.data[0] | 0x20) == 'h' || (line.data[0] | 0x20) == 'r') {
		if (SCAN_STARTS(line, "http/") || SCAN_STARTS(line, "rtsp/"))
			return true;
	}
	/* HTTP/1.1, RTSP/1.0: the letter in front of the P tells them from SIP/2.0. */
	struct slice version = slice_from(line, line.len - 8);
	if (version.data[4] != '/')
		return false;
	return SCAN_STARTS(version, "http") || SCAN_STARTS(version, "rtsp");
}

static enum sip_result message_read(const struct sip_input *input, struct slice line,
        struct sip_message *message, size_t *consumed)
{
	const char *end = scan_end(input->bytes), *body;
	message_reset(message, slice_of(line.data, (size_t)(end - line.data)));
	struct marks_map map;
	marks_map_init(&map, message->raw);
	if (!sip_start_parse(line, &map, message))
		return SIP_NOT;
	bool whole = sip_headers_read(message, &map, scan_end(line), &body);
	if (!whole && input->stream && !input->truncated &&
	        message->raw.len <= LIMIT_SIP_MESSAGE)
		return SIP_INCOMPLETE;
	if (!whole)
		anomaly_set(&message->anomalies, input->truncated
		                                         ? ANOMALY_SIP_TRUNCATED
		                                         : ANOMALY_SIP_NO_HEADER_END);
	sip_fields_read(message, &map);
	struct sip_frame frame = {.rest = slice_of(body, (size_t)(end - body)),
	        .stream = input->stream,
	        .truncated = input->truncated};
	size_t done = sip_body_frame(message, &frame);
	if (!frame.complete)
		return SIP_INCOMPLETE;
	*consumed = (size_t)(body - input->bytes.data) + done;
	message->raw.len = (size_t)(scan_end(message->body) - message->raw.data);
	return SIP_COMPLETE;
}

enum sip_result sip_parse(
        const struct sip_input *input, struct sip_message *message, size_t *consumed)
{
	struct slice bytes = input->bytes;
	const char *end = scan_end(bytes), *p = bytes.data;
	*consumed = 0;
	while (p < end && (scan_space(*p) || *p == 0))
		p++;
	if (p == end) {
		*consumed = bytes.len;
		return bytes.len || !input->stream ? SIP_SKIPPED : SIP_INCOMPLETE;
	}
	/* The range of RTP and RTCP (RFC 7983): no start line begins so. */
	if (!input->stream && ((unsigned char)*p & 0xc0) == 0x80)
		return SIP_NOT;
	struct slice rest = slice_of(p, (size_t)(end - p));
	struct slice line = first_line(rest);
	if (foreign(line))
		return SIP_NOT;
	line = start_line(rest, line);
	bool junk = slice_present(line) && line.data > p;
	bool ended = slice_present(line) && scan_end(line) < end;
	if (input->stream && !input->truncated && !ended && start_growing(rest))
		return SIP_INCOMPLETE;
	if (!slice_present(line))
		return SIP_NOT;
	if (input->stream && junk) {
		*consumed = (size_t)(line.data - bytes.data);
		return SIP_SKIPPED;
	}
	enum sip_result result = message_read(input, line, message, consumed);
	bool nul = memchr(bytes.data, 0, (size_t)(p - bytes.data)) != NULL;
	if (result == SIP_COMPLETE && (junk || nul))
		anomaly_set(&message->anomalies, ANOMALY_SIP_LEADING_JUNK);
	return result;
}

const struct sip_header *sip_header(
        const struct sip_message *message, enum sip_header_id id)
{
	unsigned index = (unsigned)id < SIP_HEADER_COUNT ? message->first[id] : 0;
	return index ? &message->headers[index - 1] : NULL;
}

const struct sip_header *sip_header_next(
        const struct sip_message *message, const struct sip_header *header)
{
	return header->next ? &message->headers[header->next] : NULL;
}

struct slice sip_header_name(
        const struct sip_message *message, const struct sip_header *header)
{
	return slice_of(message->raw.data + header->name_at, header->name_len);
}

struct slice sip_header_value(
        const struct sip_message *message, const struct sip_header *header)
{
	return slice_of(message->raw.data + header->value_at, header->value_len);
}

struct slice sip_value(const struct sip_message *message, enum sip_header_id id)
{
	const struct sip_header *header = sip_header(message, id);
	return header ? sip_header_value(message, header) : (struct slice){0};
}

struct slice sip_value_named(const struct sip_message *message, struct slice name)
{
	enum sip_header_id id = sip_header_id_parse(name);
	if (id != SIP_HEADER_OTHER)
		return sip_value(message, id);
	const struct sip_header *header = sip_header(message, SIP_HEADER_OTHER);
	for (; header; header = sip_header_next(message, header)) {
		if (slice_equal_nocase(sip_header_name(message, header), name))
			return sip_header_value(message, header);
	}
	return (struct slice){0};
}
