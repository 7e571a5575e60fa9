#include "engine/decode/scan.h"
#include "engine/decode/sip.h"
#include "engine/decode/sip_inside.h"

enum { MIME_PENDING = 8 }; /* multipart bodies within multipart bodies */

/* Behind the CR, LF, NUL and blanks at p. */
static const char *blank_end(const char *p, const char *end)
{
	while (p < end && (scan_space(*p) || *p == 0))
		p++;
	return p;
}

static bool message_at(const char *p, const char *end)
{
	unsigned ignored = 0;
	const char *eol = scan_eol(p, end, &ignored);
	return eol > p && sip_start_plausible(slice_of(p, (size_t)(eol - p)));
}

static void length_read(struct sip_message *message)
{
	message->content_length = -1;
	const struct sip_header *header = sip_header(message, SIP_HEADER_CONTENT_LENGTH);
	if (!header)
		return;
	struct slice text = sip_header_value(message, header);
	const char *p = text.data;
	uint64_t length = scan_number(&p, scan_end(text));
	if (!text.len || p != scan_end(text))
		anomaly_set(&message->anomalies, ANOMALY_SIP_LENGTH_BAD);
	else
		message->content_length = (int64_t)length;
	if (header->next)
		anomaly_set(&message->anomalies, ANOMALY_SIP_LENGTH_SEVERAL);
}

/* What stands behind the body in a datagram: nothing, the next message, or junk. */
static size_t datagram_tail(struct sip_message *message, struct slice rest, size_t body)
{
	const char *end = scan_end(rest), *p = blank_end(rest.data + body, end);
	if (p == end)
		return rest.len;
	if (message_at(p, end)) {
		anomaly_set(&message->anomalies, ANOMALY_SIP_SEVERAL_MESSAGES);
		return (size_t)(p - rest.data);
	}
	bool typed = slice_present(message->content_type);
	anomaly_set(&message->anomalies,
	        typed ? ANOMALY_SIP_LENGTH_SHORT : ANOMALY_SIP_TRAILING_JUNK);
	return rest.len;
}

static size_t datagram_frame(struct sip_message *message, struct sip_frame *frame)
{
	struct slice rest = frame->rest;
	size_t length = (size_t)message->content_length;
	if (message->content_length < 0) {
		length = rest.len;
		/* Without a body's type, what follows may be the next message. */
		if (!slice_present(message->content_type)) {
			const char *p = blank_end(rest.data, scan_end(rest));
			if (p == scan_end(rest) || message_at(p, scan_end(rest)))
				length = 0;
		}
	} else if (length > rest.len) {
		anomaly_set(&message->anomalies, frame->truncated
		                                         ? ANOMALY_SIP_TRUNCATED
		                                         : ANOMALY_SIP_LENGTH_LONG);
		length = rest.len;
	}
	message->body = slice_of(rest.data, length);
	return datagram_tail(message, rest, length);
}

static size_t stream_frame(struct sip_message *message, struct sip_frame *frame)
{
	struct slice rest = frame->rest;
	size_t head = (size_t)(rest.data - message->raw.data);
	size_t length = 0;
	if (message->content_length >= 0) {
		uint64_t total = (uint64_t)message->content_length + head;
		length = (size_t)message->content_length;
		if (length > rest.len && total <= LIMIT_SIP_MESSAGE &&
		        !frame->truncated) {
			frame->complete = false;
			return 0;
		}
		if (length > rest.len) {
			anomaly_set(&message->anomalies,
			        frame->truncated ? ANOMALY_SIP_TRUNCATED
			                         : ANOMALY_SIP_LENGTH_LONG);
			length = rest.len;
		}
	} else {
		anomaly_set(&message->anomalies, ANOMALY_SIP_LENGTH_MISSING);
		/* With a body of unknown length, the next start line ends it. */
		if (slice_present(message->content_type))
			length = sip_start_find(rest);
	}
	message->body = slice_of(rest.data, length);
	return length;
}

size_t sip_body_frame(struct sip_message *message, struct sip_frame *frame)
{
	frame->complete = true;
	length_read(message);
	size_t done = frame->stream ? stream_frame(message, frame)
	                            : datagram_frame(message, frame);
	if (message->body.len && !slice_present(message->content_type))
		anomaly_set(&message->anomalies, ANOMALY_SIP_CONTENT_TYPE_MISSING);
	return done;
}

static bool type_is(struct slice value, struct slice wanted)
{
	if (!slice_present(value))
		return false;
	const char *semicolon = scan_byte(value.data, scan_end(value), ';');
	return slice_equal_nocase(scan_trimmed(value.data, semicolon), wanted);
}

static struct slice boundary_of(struct slice value)
{
	if (!SCAN_STARTS(value, "multipart/"))
		return (struct slice){0};
	const char *semicolon = scan_byte(value.data, scan_end(value), ';');
	struct slice parameters = slice_from(value, (size_t)(semicolon - value.data) + 1);
	return sip_parameter(parameters, SLICE("boundary"));
}

/* Takes the next line off *rest, without its end. */
static struct slice line_take(struct slice *rest)
{
	const char *end = scan_end(*rest);
	const char *lf = scan_byte(rest->data, end, '\n');
	struct slice line = slice_of(rest->data, (size_t)(lf - rest->data));
	*rest = slice_from(*rest, line.len + (lf < end));
	if (line.len && line.data[line.len - 1] == '\r')
		line.len--;
	return line;
}

enum delimiter { DELIMITER_NONE, DELIMITER_PART, DELIMITER_LAST };

static enum delimiter delimiter_of(struct slice line, struct slice boundary)
{
	if (line.len < boundary.len + 2 || line.data[0] != '-' || line.data[1] != '-' ||
	        memcmp(line.data + 2, boundary.data, boundary.len) != 0)
		return DELIMITER_NONE;
	struct slice tail = slice_from(line, boundary.len + 2);
	if (tail.len >= 2 && tail.data[0] == '-' && tail.data[1] == '-')
		return DELIMITER_LAST;
	return scan_trimmed(tail.data, scan_end(tail)).len ? DELIMITER_NONE
	                                                   : DELIMITER_PART;
}

struct multipart {
	struct slice rest;
	struct slice boundary;
	bool opened; /* the first delimiter is behind us */
	bool closed; /* the last one, too */
};

/* The next part, its headers included; absent when there is none. */
static struct slice part_next(struct multipart *multipart)
{
	const char *start = multipart->opened ? multipart->rest.data : NULL;
	while (multipart->rest.len && !multipart->closed) {
		const char *line_start = multipart->rest.data;
		struct slice line = line_take(&multipart->rest);
		enum delimiter delimiter = delimiter_of(line, multipart->boundary);
		if (delimiter == DELIMITER_NONE)
			continue;
		multipart->opened = true;
		multipart->closed = delimiter == DELIMITER_LAST;
		if (!start) {
			start = multipart->rest.data;
			continue;
		}
		/* The line end in front of a delimiter is the delimiter's. */
		const char *end = line_start;
		end -= end > start && end[-1] == '\n';
		end -= end > start && end[-1] == '\r';
		return slice_of(start, (size_t)(end - start));
	}
	return (struct slice){0};
}

/* The Content-Type of a part; *part is moved to its body. */
static struct slice part_type(struct slice *part)
{
	struct slice type = SLICE("text/plain"), rest = *part;
	while (rest.len) {
		struct slice line = line_take(&rest);
		if (!line.len)
			break;
		const char *colon = scan_byte(line.data, scan_end(line), ':');
		if (colon == scan_end(line))
			continue;
		struct slice name = scan_trimmed(line.data, colon);
		while (rest.len && scan_blank(rest.data[0])) {
			struct slice more = line_take(&rest);
			line.len = (size_t)(scan_end(more) - line.data);
		}
		if (SCAN_IS(name, "content-type") || SCAN_IS(name, "c"))
			type = scan_trimmed(colon + 1, scan_end(line));
	}
	*part = rest;
	return type;
}

struct mime_search {
	struct slice wanted;
	struct multipart pending[MIME_PENDING];
	unsigned pending_count;
	unsigned part_count;
	bool bad;
};

static void search_push(
        struct mime_search *search, struct slice body, struct slice boundary)
{
	if (!boundary.len || search->pending_count == MIME_PENDING) {
		search->bad = true;
		return;
	}
	search->pending[search->pending_count++] =
	        (struct multipart){.rest = body, .boundary = boundary};
}

static struct slice search_run(struct mime_search *search)
{
	for (unsigned i = 0; i < search->pending_count; i++) {
		struct multipart *multipart = &search->pending[i];
		struct slice part;
		while (slice_present(part = part_next(multipart))) {
			if (++search->part_count > LIMIT_MIME_PARTS) {
				search->bad = true;
				return (struct slice){0};
			}
			struct slice type = part_type(&part);
			if (type_is(type, search->wanted))
				return part;
			if (SCAN_STARTS(type, "multipart/"))
				search_push(search, part, boundary_of(type));
		}
		search->bad |= !multipart->closed;
	}
	return (struct slice){0};
}

struct slice sip_body_part(const struct sip_message *message, struct slice content_type,
        struct anomalies *anomalies)
{
	if (!message->body.len)
		return (struct slice){0};
	if (type_is(message->content_type, content_type))
		return message->body;
	if (!slice_present(message->content_type) ||
	        !SCAN_STARTS(message->content_type, "multipart/"))
		return (struct slice){0};
	struct mime_search search = {.wanted = content_type};
	search_push(&search, message->body, boundary_of(message->content_type));
	struct slice found = search_run(&search);
	if (search.bad)
		anomaly_set(anomalies, ANOMALY_MIME_BAD);
	return found;
}
