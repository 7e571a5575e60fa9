#include "engine/decode/marks.h"
#include "engine/decode/scan.h"
#include "engine/decode/sip_inside.h"
#include "engine/decode/sip_uri.h"

static enum uri_scheme scheme_of(struct slice name)
{
	if (SCAN_IS(name, "sip"))
		return URI_SIP;
	if (SCAN_IS(name, "sips"))
		return URI_SIPS;
	if (SCAN_IS(name, "tel"))
		return URI_TEL;
	if (SCAN_IS(name, "urn"))
		return URI_URN;
	return URI_OTHER;
}

/*
 * The scheme and its colon. A tel URI's number, an URN's name and whatever follows
 * another scheme have their own grammar.
 */
static const char *scheme_read(struct slice text, struct sip_uri *uri)
{
	const char *p = text.data, *end = scan_end(text);
	if (text.len > 4 && (p[0] | 0x20) == 's' && (p[1] | 0x20) == 'i' &&
	        (p[2] | 0x20) == 'p' && p[3] == ':') {
		uri->scheme = URI_SIP;
		return p + 4;
	}
	if (p == end || !scan_alpha(*p))
		return NULL;
	while (p < end &&
	        (scan_alpha(*p) || scan_digit(*p) || *p == '+' || *p == '-' || *p == '.'))
		p++;
	if (p == end || *p != ':')
		return NULL;
	uri->scheme = scheme_of(slice_of(text.data, (size_t)(p - text.data)));
	return p + 1;
}

static bool tel_read(const char *p, const char *end, struct sip_uri *uri)
{
	const char *stop = scan_byte(p, end, ';');
	uri->user = slice_of(p, (size_t)(stop - p));
	if (stop < end)
		uri->parameters = slice_of(stop + 1, (size_t)(end - stop - 1));
	for (const char *q = p; q < stop; q++) {
		bool digit = slice_hex_digit(*q) >= 0 || *q == '*' || *q == '#';
		bool visual = *q == '-' || *q == '.' || *q == '(' || *q == ')';
		if (!digit && !visual && !(*q == '+' && q == p))
			return false;
	}
	return stop > p;
}

/*
 * RFC 3261's grammar allows an address with three colons in a row, which no IPv6 address
 * has; such a one must be understood as the one without the extra colon (RFC 5118 4.10).
 */
static bool three_colons_parse(struct slice host, struct address *ip)
{
	char text[48];
	size_t at = slice_find(host, SLICE(":::"));
	if (at == host.len || host.len > sizeof(text))
		return false;
	memcpy(text, host.data, at);
	memcpy(text + at, host.data + at + 1, host.len - at - 1);
	return address_parse(slice_of(text, host.len - 1), ip);
}

bool sip_reference_parse(struct slice host, struct address *ip)
{
	return address_parse(host, ip) || three_colons_parse(host, ip);
}

static bool reference_read(const char **p, const char *end, struct sip_uri *uri)
{
	const char *close = scan_byte(*p, end, ']');
	uri->bracketed = true;
	uri->host = slice_of(*p + 1, (size_t)(close - *p - 1));
	*p = close < end ? close + 1 : end;
	struct address ip;
	return close < end && sip_reference_parse(uri->host, &ip);
}

/* From this mark on the first that begins parameters or headers. */
static const char *tail_find(const char *mark, struct marks *marks)
{
	while (mark < marks->end && *mark != ';' && *mark != '?')
		mark = marks_take(marks);
	return mark;
}

/* The host; the mark that ends it is returned. */
static const char *host_read(
        const char *start, struct marks *marks, struct sip_uri *uri, bool *good)
{
	const char *mark = marks_take(marks);
	if (mark == start && mark < marks->end && *mark == '[') {
		const char *behind = start;
		*good &= reference_read(&behind, marks->end, uri);
		marks_skip(marks, behind);
		mark = marks_take(marks);
		if (mark == behind)
			return mark;
		*good = false;
		return tail_find(mark, marks);
	}
	uri->host = slice_of(start, (size_t)(mark - start));
	*good &= uri->host.len > 0;
	return mark;
}

static bool port_read(const char **p, const char *end, struct sip_uri *uri)
{
	if (*p == end || **p != ':')
		return true;
	const char *start = ++*p;
	uint64_t port = scan_number(p, end);
	if (*p == start || port > UINT16_MAX)
		return false;
	uri->port = (uint16_t)port;
	return true;
}

/* What is learnt of a URI behind its scheme by one walk over its marks. */
struct user_part {
	const char *at;    /* the '@' that ends it; NULL = there is no user part */
	const char *colon; /* the first in front of at, NULL = none */
	bool good;         /* one '@', and nothing in front of it that is in no URI */
	bool escapes_good; /* of the whole URI */
};

/*
 * A user may hold ';' and '?', so the last '@' that is not in the headers ends it; they
 * begin with the first '?' behind the first '@'.
 */
static struct user_part user_find(struct marks *marks)
{
	struct user_part user = {.good = true, .escapes_good = true};
	const char *end = marks->end, *colon = NULL;
	bool barred = false, headers = false;
	for (const char *p = marks_take(marks); p < end; p = marks_take(marks)) {
		if (*p == '@' && !headers) {
			user.good = !user.at && !barred;
			user.at = p;
			user.colon = colon;
		} else if (*p == ':') {
			colon = colon ? colon : p;
		} else if (*p == '?') {
			headers |= user.at != NULL;
		} else if (*p == '%') {
			user.escapes_good &= end - p > 2 && slice_hex_digit(p[1]) >= 0 &&
			                     slice_hex_digit(p[2]) >= 0;
		} else {
			barred |= scan_barred(*p);
		}
	}
	return user;
}

/* What is behind the host and its port: parameters up to a '?', then headers. */
static bool tail_read(const char *p, struct marks *marks, struct sip_uri *uri)
{
	const char *end = marks->end, *question = p;
	bool barred = false;
	if (p == end)
		return true;
	if (*p == ';') {
		question = marks_take(marks);
		for (; question < end && *question != '?'; question = marks_take(marks))
			barred |= scan_barred(*question);
		uri->parameters = slice_of(p + 1, (size_t)(question - p - 1));
	}
	if (question < end)
		uri->headers = slice_of(question + 1, (size_t)(end - question - 1));
	return !barred;
}

/*
 * Field by field: compilers make a slow string instruction of a whole structure, and of
 * a chain of assignments they read back what they have just written.
 */
static void uri_clear(struct sip_uri *uri, struct slice text)
{
	const struct slice absent = {0};
	uri->raw = text;
	uri->scheme = URI_NONE;
	uri->user = absent;
	uri->password = absent;
	uri->host = absent;
	uri->parameters = absent;
	uri->headers = absent;
	uri->port = 0;
	uri->bracketed = false;
}

/* tel, urn and the rest: their own grammar, but white space is in no URI. */
static bool other_read(const char *p, const char *end, struct sip_uri *uri)
{
	if (uri->scheme == URI_TEL)
		return tel_read(p, end, uri);
	return p < end && scan_either(p, end, ' ', '\t') == end;
}

bool sip_uri_read(struct slice text, struct marks_map *map, struct sip_uri *uri,
        struct anomalies *anomalies)
{
	uri_clear(uri, text);
	const char *end = scan_end(text);
	const char *p = text.len ? scheme_read(text, uri) : NULL;
	if (!p)
		return false;
	struct marks marks = marks_in(map, slice_of(p, (size_t)(end - p)));
	struct user_part user = user_find(&marks);
	if (!user.escapes_good)
		anomaly_set(anomalies, ANOMALY_SIP_URI_PERCENT);
	if (uri->scheme != URI_SIP && uri->scheme != URI_SIPS)
		return other_read(p, end, uri);
	bool good = user.good;
	if (user.at) {
		const char *user_end = user.colon ? user.colon : user.at;
		uri->user = slice_of(p, (size_t)(user_end - p));
		if (user.colon)
			uri->password = slice_of(
			        user.colon + 1, (size_t)(user.at - user.colon - 1));
		good &= uri->user.len > 0;
		p = user.at + 1;
	}
	marks_go(&marks, p);
	const char *mark = host_read(p, &marks, uri, &good);
	p = mark;
	good &= port_read(&p, end, uri);
	if (p > mark)
		mark = marks_take(&marks);
	const char *tail = tail_find(mark, &marks);
	good &= p == tail;
	return tail_read(tail, &marks, uri) && good;
}

bool sip_uri_parse(struct slice text, struct sip_uri *uri, struct anomalies *anomalies)
{
	struct marks_map map;
	marks_map_init(&map, text);
	return sip_uri_plain(text, &map, uri) || sip_uri_read(text, &map, uri, anomalies);
}

bool sip_uri_ip(const struct sip_uri *uri, struct address *ip)
{
	uint32_t ipv4;
	*ip = (struct address){{0}};
	if (uri->bracketed)
		return sip_reference_parse(uri->host, ip);
	if (!uri->host.len || !scan_ipv4(uri->host, &ipv4))
		return false;
	*ip = address_v4(ipv4);
	return true;
}

struct slice sip_unescape(struct slice text, char *into, size_t size)
{
	size_t len = 0;
	for (size_t i = 0; i < text.len && len < size; i++) {
		char c = text.data[i];
		if (c == '%' && text.len - i > 2 &&
		        slice_hex_digit(text.data[i + 1]) >= 0 &&
		        slice_hex_digit(text.data[i + 2]) >= 0) {
			c = (char)(slice_hex_digit(text.data[i + 1]) << 4 |
			           slice_hex_digit(text.data[i + 2]));
			i += 2;
		}
		into[len++] = c;
	}
	return slice_of(into, len);
}
