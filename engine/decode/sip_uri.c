#include "engine/decode/scan.h"
#include "engine/decode/sip_uri.h"

static bool hex_digit(char c)
{
	return scan_digit(c) || (unsigned char)((c | 0x20) - 'a') < 6;
}

static unsigned hex_value(char c)
{
	return scan_digit(c) ? (unsigned)(c - '0') : (unsigned)((c | 0x20) - 'a') + 10;
}

static bool escapes_valid(struct slice text)
{
	const char *end = scan_end(text);
	for (const char *p = scan_byte(text.data, end, '%'); p < end;
	        p = scan_byte(p + 1, end, '%')) {
		if (end - p < 3 || !hex_digit(p[1]) || !hex_digit(p[2]))
			return false;
	}
	return true;
}

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
		bool digit = hex_digit(*q) || *q == '*' || *q == '#';
		bool visual = *q == '-' || *q == '.' || *q == '(' || *q == ')';
		if (!digit && !visual && !(*q == '+' && q == p))
			return false;
	}
	return stop > p;
}

/*
 * RFC 3261's grammar allows an address with three colons in a row, which no IPv6 address
 * has; it is read without the extra one (RFC 5118 4.10).
 */
static bool reference_repaired(struct slice host, struct address *ip)
{
	char text[48];
	size_t at = slice_find(host, SLICE(":::"));
	if (at == host.len || host.len > sizeof(text))
		return false;
	memcpy(text, host.data, at);
	memcpy(text + at, host.data + at + 1, host.len - at - 1);
	return address_parse(slice_of(text, host.len - 1), ip);
}

static bool reference_read(const char **p, const char *end, struct sip_uri *uri)
{
	const char *close = scan_byte(*p, end, ']');
	uri->bracketed = true;
	uri->host = slice_of(*p + 1, (size_t)(close - *p - 1));
	*p = close < end ? close + 1 : end;
	if (close == end)
		return false;
	if (address_parse(uri->host, &uri->ip))
		return true;
	(void)reference_repaired(uri->host, &uri->ip);
	return false;
}

static bool host_read(const char **p, const char *end, struct sip_uri *uri)
{
	if (*p < end && **p == '[')
		return reference_read(p, end, uri);
	const char *start = *p;
	*p = scan_host(start, end);
	uri->host = slice_of(start, (size_t)(*p - start));
	uint32_t ipv4;
	if (uri->host.len && scan_digit(*start) && scan_ipv4(uri->host, &ipv4))
		uri->ip = address_v4(ipv4);
	return uri->host.len > 0;
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

static bool user_read(const char *p, const char *at, struct sip_uri *uri)
{
	const char *colon = scan_byte(p, at, ':');
	uri->user = slice_of(p, (size_t)(colon - p));
	if (colon < at)
		uri->password = slice_of(colon + 1, (size_t)(at - colon - 1));
	if (scan_user(p, at) != at || scan_byte(p, at, '@') != at)
		return false;
	return uri->user.len > 0;
}

/* Where the user part ends: an '@' in front of any header's, else none. */
static const char *at_sign(const char *p, const char *end)
{
	const char *at = scan_byte(p, end, '@');
	if (at == end)
		return NULL;
	/* A user may hold ';' and '?', so the last '@' that is not in the headers ends
	 * it. */
	const char *question = scan_byte(at, end, '?');
	for (const char *next = scan_byte(at + 1, question, '@'); next < question;
	        next = scan_byte(next + 1, question, '@'))
		at = next;
	return at;
}

static bool tail_read(const char *p, const char *end, struct sip_uri *uri)
{
	const char *question = scan_byte(p, end, '?');
	if (question < end)
		uri->headers = slice_of(question + 1, (size_t)(end - question - 1));
	if (p == question)
		return true;
	if (*p != ';')
		return false;
	uri->parameters = slice_of(p + 1, (size_t)(question - p - 1));
	return scan_user(p, question) == question;
}

/* Field by field: compilers make a slow string instruction of a whole structure. */
static void uri_clear(struct sip_uri *uri, struct slice text)
{
	const struct slice absent = {0};
	uri->raw = text;
	uri->scheme = URI_NONE;
	uri->user = uri->password = uri->host = absent;
	uri->parameters = uri->headers = absent;
	uri->ip = (struct address){{0}};
	uri->port = 0;
	uri->bracketed = false;
}

bool sip_uri_parse(struct slice text, struct sip_uri *uri, struct anomalies *anomalies)
{
	uri_clear(uri, text);
	const char *end = scan_end(text);
	const char *p = text.len ? scheme_read(text, uri) : NULL;
	if (!p)
		return false;
	if (scan_byte(p, end, '%') < end && !escapes_valid(text))
		anomaly_set(anomalies, ANOMALY_SIP_URI_PERCENT);
	if (uri->scheme == URI_TEL)
		return tel_read(p, end, uri);
	if (uri->scheme == URI_URN || uri->scheme == URI_OTHER) {
		/* Opaque, but white space is in no URI. */
		return p < end && scan_either(p, end, ' ', '\t') == end;
	}
	const char *at = at_sign(p, end);
	bool good = true;
	if (at) {
		good = user_read(p, at, uri);
		p = at + 1;
	}
	good &= host_read(&p, end, uri);
	good &= port_read(&p, end, uri);
	if (p < end && *p != ';' && *p != '?') {
		good = false;
		p = scan_either(p, end, ';', '?');
	}
	return tail_read(p, end, uri) && good;
}

struct slice sip_unescape(struct slice text, char *into, size_t size)
{
	size_t len = 0;
	for (size_t i = 0; i < text.len && len < size; i++) {
		char c = text.data[i];
		if (c == '%' && text.len - i > 2 && hex_digit(text.data[i + 1]) &&
		        hex_digit(text.data[i + 2])) {
			c = (char)(hex_value(text.data[i + 1]) << 4 |
			           hex_value(text.data[i + 2]));
			i += 2;
		}
		into[len++] = c;
	}
	return slice_of(into, len);
}
