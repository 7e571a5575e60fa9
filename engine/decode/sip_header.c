#include "engine/decode/marks.h"
#include "engine/decode/scan.h"
#include "engine/decode/sip.h"
#include "engine/decode/sip_inside.h"

/* The first of a header's index plus one must fit the byte of sip_message.first. */
enum { HEADERS_MAX = LIMIT_SIP_HEADERS < 255 ? LIMIT_SIP_HEADERS : 255 };

/*
 * So many are kept whatever they are; the room behind them is for the first of each known
 * header, so that no flood of others hides a Content-Length or a From.
 */
enum { HEADERS_ANY = HEADERS_MAX - (SIP_HEADER_COUNT - 1) };

_Static_assert(HEADERS_ANY >= 128, "room for ordinary messages");

enum { HEADER_SINGLE = 1, HEADER_MAY_BE_EMPTY = 2 };

static const uint8_t header_traits[SIP_HEADER_COUNT] = {
        [SIP_HEADER_OTHER] = HEADER_MAY_BE_EMPTY,
        [SIP_HEADER_FROM] = HEADER_SINGLE,
        [SIP_HEADER_TO] = HEADER_SINGLE,
        [SIP_HEADER_CALL_ID] = HEADER_SINGLE,
        [SIP_HEADER_CSEQ] = HEADER_SINGLE,
        [SIP_HEADER_MAX_FORWARDS] = HEADER_SINGLE,
        [SIP_HEADER_CONTENT_TYPE] = HEADER_SINGLE,
        [SIP_HEADER_EXPIRES] = HEADER_SINGLE,
        [SIP_HEADER_MIN_EXPIRES] = HEADER_SINGLE,
        [SIP_HEADER_USER_AGENT] = HEADER_SINGLE | HEADER_MAY_BE_EMPTY,
        [SIP_HEADER_SERVER] = HEADER_SINGLE | HEADER_MAY_BE_EMPTY,
        [SIP_HEADER_SESSION_EXPIRES] = HEADER_SINGLE,
        [SIP_HEADER_MIN_SE] = HEADER_SINGLE,
        [SIP_HEADER_RSEQ] = HEADER_SINGLE,
        [SIP_HEADER_RACK] = HEADER_SINGLE,
        [SIP_HEADER_REFER_TO] = HEADER_SINGLE,
        [SIP_HEADER_REFERRED_BY] = HEADER_SINGLE,
        [SIP_HEADER_REPLACES] = HEADER_SINGLE,
        [SIP_HEADER_EVENT] = HEADER_SINGLE,
        [SIP_HEADER_SUBSCRIPTION_STATE] = HEADER_SINGLE,
        [SIP_HEADER_DATE] = HEADER_SINGLE,
        [SIP_HEADER_TIMESTAMP] = HEADER_SINGLE,
        [SIP_HEADER_ACCEPT] = HEADER_MAY_BE_EMPTY,
        [SIP_HEADER_ACCEPT_ENCODING] = HEADER_MAY_BE_EMPTY,
        [SIP_HEADER_ACCEPT_LANGUAGE] = HEADER_MAY_BE_EMPTY,
        [SIP_HEADER_ALLOW] = HEADER_MAY_BE_EMPTY,
        [SIP_HEADER_ALLOW_EVENTS] = HEADER_MAY_BE_EMPTY,
        [SIP_HEADER_SUPPORTED] = HEADER_MAY_BE_EMPTY,
        [SIP_HEADER_UNSUPPORTED] = HEADER_MAY_BE_EMPTY,
        [SIP_HEADER_ORGANIZATION] = HEADER_SINGLE | HEADER_MAY_BE_EMPTY,
        [SIP_HEADER_SUBJECT] = HEADER_SINGLE | HEADER_MAY_BE_EMPTY,
};

/* Well-formed UTF-8 without surrogates and overlong forms (RFC 3629). */
static bool utf8_valid(const char *text, const char *end)
{
	const unsigned char *p = (const unsigned char *)text;
	const unsigned char *last = (const unsigned char *)end;
	while (p < last) {
		unsigned char c = *p++;
		if (c < 0x80)
			continue;
		if (c < 0xc2 || c > 0xf4)
			return false;
		int more = c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
		if (last - p < more)
			return false;
		if ((c == 0xe0 && *p < 0xa0) || (c == 0xed && *p > 0x9f) ||
		        (c == 0xf0 && *p < 0x90) || (c == 0xf4 && *p > 0x8f))
			return false;
		for (; more; more--) {
			if ((*p++ & 0xc0) != 0x80)
				return false;
		}
	}
	return true;
}

static void header_chain(struct sip_message *message, uint8_t last[SIP_HEADER_COUNT],
        struct sip_header *header)
{
	unsigned id = header->id, index = message->header_count;
	if (!message->first[id]) {
		message->first[id] = (uint8_t)(index + 1);
		last[id] = (uint8_t)index;
		return;
	}
	struct sip_header *before = &message->headers[last[id]];
	before->next = (uint8_t)index;
	last[id] = (uint8_t)index;
	if (header_traits[id] & HEADER_SINGLE)
		anomaly_set(&message->anomalies, ANOMALY_SIP_DUPLICATE);
	if (id != SIP_HEADER_OTHER && (before->name_len == 1) != (header->name_len == 1))
		anomaly_set(&message->anomalies, ANOMALY_SIP_HEADER_MIXED_FORMS);
}

/* A name that is not simply a known one: odd ones are noted and kept. */
static enum sip_header_id name_read(struct sip_message *message, struct slice line,
        struct slice *name, const char **colon)
{
	const char *end = scan_end(line);
	const char *p = scan_token(line.data, end);
	if (p > line.data && p < end && *p == ':')
		return SIP_HEADER_OTHER;
	const char *q = p;
	while (q < end && scan_blank(*q))
		q++;
	if (p > line.data && q < end && *q == ':') {
		anomaly_set(&message->anomalies, ANOMALY_SIP_HEADER_SPACE);
		*name = slice_of(line.data, (size_t)(p - line.data));
		*colon = q;
		return sip_header_id_parse(*name);
	}
	anomaly_set(&message->anomalies, ANOMALY_SIP_HEADER_BAD);
	*name = scan_trimmed(line.data, *colon);
	return SIP_HEADER_OTHER;
}

/* Is there room for one more of these? What is left out is told. */
static bool header_kept(struct sip_message *message, enum sip_header_id id)
{
	bool first = id != SIP_HEADER_OTHER && !message->first[id];
	if (message->header_count < HEADERS_ANY || first)
		return true;
	anomaly_set(&message->anomalies, ANOMALY_SIP_HEADERS_MANY);
	if (header_traits[id] & HEADER_SINGLE)
		anomaly_set(&message->anomalies, ANOMALY_SIP_DUPLICATE);
	if (id == SIP_HEADER_CONTENT_LENGTH)
		anomaly_set(&message->anomalies, ANOMALY_SIP_LENGTH_SEVERAL);
	return false;
}

/*
 * The name in front of the colon. Known names have no marks in them, so that the first
 * one of the line is their colon.
 */
static enum sip_header_id header_name(struct sip_message *message, struct marks_map *map,
        struct slice line, struct slice *name, const char **colon)
{
	const char *end = scan_end(line);
	*colon = marks_first(map, line.data);
	if (*colon && *colon < end && **colon == ':') {
		*name = slice_of(line.data, (size_t)(*colon - line.data));
		enum sip_header_id id = sip_header_id_parse(*name);
		if (id != SIP_HEADER_OTHER)
			return id;
	}
	*colon = scan_byte(line.data, end, ':');
	*name = slice_of(line.data, (size_t)(*colon - line.data));
	enum sip_header_id id = name_read(message, line, name, colon);
	if (id == SIP_HEADER_OTHER && sip_header_near(*name))
		anomaly_set(&message->anomalies, ANOMALY_SIP_HEADER_NEAR);
	*name = slice_first(*name, UINT16_MAX);
	return id;
}

static void header_add(struct sip_message *message, struct marks_map *map,
        struct slice line, uint8_t last[SIP_HEADER_COUNT])
{
	const char *end = scan_end(line), *raw = message->raw.data, *colon;
	struct slice name;
	enum sip_header_id id = header_name(message, map, line, &name, &colon);
	if (!header_kept(message, id))
		return;
	struct slice value = scan_trimmed(colon < end ? colon + 1 : end, end);
	struct sip_header *header = &message->headers[message->header_count];
	header->name_at = (uint32_t)(name.data - raw);
	header->name_len = (uint16_t)name.len;
	header->value_at = (uint32_t)(value.data - raw);
	header->value_len = (uint32_t)value.len;
	header->id = (uint8_t)id;
	header->next = 0;
	if (!value.len && !(header_traits[id] & HEADER_MAY_BE_EMPTY))
		anomaly_set(&message->anomalies, ANOMALY_SIP_EMPTY_VALUE);
	header_chain(message, last, header);
	message->header_count++;
}

static void line_ends_check(struct sip_message *message, unsigned seen)
{
	if (seen == SIP_EOL_LF)
		anomaly_set(&message->anomalies, ANOMALY_SIP_BARE_LF);
	else if (seen & ~(unsigned)SIP_EOL_CRLF)
		anomaly_set(&message->anomalies, ANOMALY_SIP_MIXED_EOL);
}

bool sip_headers_read(struct sip_message *message, struct marks_map *map, const char *p,
        const char **body)
{
	const char *end = map->end;
	uint8_t last[SIP_HEADER_COUNT];
	unsigned seen = 0;
	bool complete = false, high = false;
	/* p is at the end of the start line: its line end counts as one of the header's.
	 */
	if (p < end)
		p = sip_line_next(p, end, &seen);
	while (p < end) {
		const char *line = p, *eol = marks_eol(map, p, &high);
		p = eol < end ? sip_line_next(eol, end, &seen) : end;
		if (eol == line) {
			complete = true;
			break;
		}
		while (p < end && scan_blank(*p)) {
			eol = marks_eol(map, p, &high);
			p = eol < end ? sip_line_next(eol, end, &seen) : end;
		}
		header_add(message, map, slice_of(line, (size_t)(eol - line)), last);
		if (high && !utf8_valid(line, eol))
			anomaly_set(&message->anomalies, ANOMALY_SIP_UTF8_BAD);
		high = false;
	}
	line_ends_check(message, seen);
	*body = p;
	return complete;
}
