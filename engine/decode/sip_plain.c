/*
 * The plain form of what every message has: addresses and Vias without escapes, comments
 * or white space that the grammar would allow, in which every mark stands where it is
 * expected. One walk from mark to mark reads them; whatever is not plain is left to the
 * whole grammar, which finds the same in what is (test_sip_plain.c).
 */
#include "engine/decode/marks.h"
#include "engine/decode/scan.h"
#include "engine/decode/sip_inside.h"

/* The byte of a mark, NUL at the end. */
static inline char byte_at(const struct marks *marks, const char *mark)
{
	return mark < marks->end ? *mark : 0;
}

static inline struct slice between(const char *start, const char *stop)
{
	return slice_of(start, (size_t)(stop - start));
}

/* The port behind a colon; NULL when there is none, else the mark behind it. */
static inline const char *port_plain(
        struct marks *marks, const char *colon, uint16_t *port)
{
	const char *p = colon + 1;
	uint64_t number = scan_number(&p, marks->end);
	*port = (uint16_t)number;
	const char *mark = marks_take(marks);
	return mark == p && p > colon + 1 && number <= UINT16_MAX ? mark : NULL;
}

/* sip:user@host:port;parameters from p on; the mark behind it, NULL = it is not plain. */
static inline const char *uri_plain(
        struct marks *marks, const char *p, struct sip_uri *uri)
{
	const struct slice absent = {0};
	const char *mark = marks_take(marks);
	if (mark - p != 3 || byte_at(marks, mark) != ':' || (p[0] | 0x20) != 's' ||
	        (p[1] | 0x20) != 'i' || (p[2] | 0x20) != 'p')
		return NULL;
	const char *start = mark + 1;
	uri->scheme = URI_SIP;
	uri->user = uri->password = uri->parameters = uri->headers = absent;
	uri->port = 0;
	uri->bracketed = false;
	mark = marks_take(marks);
	if (byte_at(marks, mark) == '+' && mark == start)
		mark = marks_take(marks);
	if (byte_at(marks, mark) == '@') {
		uri->user = between(start, mark);
		if (mark == start)
			return NULL;
		start = mark + 1;
		mark = marks_take(marks);
	}
	uri->host = between(start, mark);
	if (mark == start || *start == '+')
		return NULL;
	if (byte_at(marks, mark) == ':' && !(mark = port_plain(marks, mark, &uri->port)))
		return NULL;
	if (byte_at(marks, mark) != ';')
		return mark;
	start = mark + 1;
	do
		mark = marks_take(marks);
	while (byte_at(marks, mark) == ';' || byte_at(marks, mark) == '=');
	uri->parameters = between(start, mark);
	return mark;
}

struct plain_parameter {
	struct slice name;
	struct slice value; /* empty when there is none */
};

/* The parameter behind a semicolon; the mark behind it, NULL = it is not plain. */
static inline const char *parameter_plain(
        struct marks *marks, const char *semicolon, struct plain_parameter *parameter)
{
	const char *mark = marks_take(marks);
	parameter->name = between(semicolon + 1, mark);
	parameter->value = SLICE("");
	if (byte_at(marks, mark) == '=') {
		const char *start = mark + 1;
		mark = marks_take(marks);
		parameter->value = between(start, mark);
	}
	bool ends = mark == marks->end || *mark == ';';
	return ends && parameter->name.len ? mark : NULL;
}

/* Behind the '>'. */
static inline bool tag_plain(
        struct marks *marks, const char *p, struct sip_address *address)
{
	struct plain_parameter parameter;
	const char *end = marks->end;
	address->parameters = address->tag = (struct slice){0};
	if (p == end)
		return true;
	const char *mark = marks_take(marks);
	if (mark != p || *p != ';')
		return false;
	address->parameters = between(p + 1, end);
	while (mark < end) {
		mark = parameter_plain(marks, mark, &parameter);
		bool tag = mark && SCAN_IS(parameter.name, "tag");
		if (!mark || (tag && slice_present(address->tag)))
			return false;
		if (tag)
			address->tag = parameter.value;
	}
	return true;
}

/* A quoted display name and a blank; what is behind them, NULL = it is not plain. */
static inline const char *display_plain(
        struct marks *marks, const char *quote, struct slice *display)
{
	const char *mark;
	do
		mark = marks_take(marks);
	while (mark < marks->end && *mark != '"' && *mark != '\\');
	if (byte_at(marks, mark) != '"')
		return NULL;
	*display = between(quote + 1, mark);
	const char *next = mark + 1;
	mark = marks_take(marks);
	if (mark == next && byte_at(marks, mark) == ' ') {
		next++;
		mark = marks_take(marks);
	}
	return mark == next ? mark : NULL;
}

bool sip_address_plain(
        struct slice text, struct marks_map *map, struct sip_address *address)
{
	struct marks marks = marks_in(map, text);
	const char *quote = marks_take(&marks), *mark = quote;
	address->raw = text;
	address->display = (struct slice){0};
	address->star = false;
	if (mark != text.data)
		return false;
	if (byte_at(&marks, mark) == '"') {
		mark = display_plain(&marks, quote, &address->display);
		if (!mark)
			return false;
	}
	if (byte_at(&marks, mark) != '<')
		return false;
	const char *start = mark + 1;
	mark = uri_plain(&marks, start, &address->uri);
	if (!mark || byte_at(&marks, mark) != '>')
		return false;
	address->uri.raw = between(start, mark);
	return tag_plain(&marks, mark + 1, address);
}

bool sip_uri_plain(struct slice text, struct marks_map *map, struct sip_uri *uri)
{
	struct marks marks = marks_in(map, text);
	uri->raw = text;
	return uri_plain(&marks, text.data, uri) == marks.end;
}

bool sip_via_plain(struct slice text, struct marks_map *map, struct sip_via *via)
{
	enum { PROTOCOL = 8 };
	const char *start = text.data + PROTOCOL, *end = scan_end(text);
	struct plain_parameter parameter;
	uint32_t ipv4;
	if (text.len <= PROTOCOL || memcmp(text.data, "SIP/2.0/", PROTOCOL) != 0)
		return false;
	struct marks marks = marks_in(map, between(start, end));
	const char *mark = marks_take(&marks);
	sip_via_clear(via);
	via->transport = between(start, mark);
	if (mark == start || byte_at(&marks, mark) != ' ')
		return false;
	start = mark + 1;
	mark = marks_take(&marks);
	via->host = between(start, mark);
	if (mark == start)
		return false;
	if (scan_digit(*start) && scan_ipv4(via->host, &ipv4))
		via->ip = address_v4(ipv4);
	if (byte_at(&marks, mark) == ':' &&
	        (!(mark = port_plain(&marks, mark, &via->port)) || !via->port))
		return false;
	while (mark < end) {
		if (*mark != ';' || !(mark = parameter_plain(&marks, mark, &parameter)))
			return false;
		sip_via_parameter(via, parameter.name, parameter.value);
	}
	return true;
}
