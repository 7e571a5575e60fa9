#include "engine/decode/marks.h"
#include "engine/decode/scan.h"
#include "engine/decode/sip.h"
#include "engine/decode/sip_inside.h"

/* Moves *p behind a word and the white space around it; empty when there is none. */
static struct slice via_word(const char **p, struct marks *marks)
{
	const char *start = scan_skip_space(*p, marks->end);
	marks_skip(marks, start);
	const char *stop = marks_token(marks);
	*p = scan_skip_space(stop, marks->end);
	return slice_of(start, (size_t)(stop - start));
}

static bool via_slash(const char **p, const char *end)
{
	if (*p >= end || **p != '/')
		return false;
	(*p)++;
	return true;
}

static bool via_protocol(const char **p, struct marks *marks, struct sip_via *via)
{
	const char *end = marks->end;
	if (end - *p > 8 && memcmp(*p, "SIP/2.0/", 8) == 0) {
		*p += 8;
		via->transport = via_word(p, marks);
		return via->transport.len > 0;
	}
	struct slice name = via_word(p, marks);
	if (!via_slash(p, end))
		return false;
	struct slice version = via_word(p, marks);
	if (!via_slash(p, end))
		return false;
	via->transport = via_word(p, marks);
	return SCAN_IS(name, "sip") && version.len && via->transport.len;
}

static bool via_port(const char **p, const char *end, struct sip_via *via)
{
	const char *start = scan_skip_space(*p + 1, end);
	*p = start;
	uint64_t port = scan_number(p, end);
	bool good = *p > start && port > 0 && port <= UINT16_MAX;
	if (good)
		via->port = (uint16_t)port;
	*p = scan_skip_space(*p, end);
	return good && (*p == end || **p == ';');
}

static bool via_host(const char **p, struct marks *marks, struct sip_via *via)
{
	const char *start = *p, *end = marks->end;
	if (start < end && *start == '[') {
		const char *close = scan_byte(start, end, ']');
		via->bracketed = true;
		via->host = slice_of(start + 1, (size_t)(close - start - 1));
		*p = close < end ? scan_skip_space(close + 1, end) : end;
		return close < end && sip_reference_parse(via->host, &via->ip);
	}
	marks_skip(marks, start);
	const char *stop = marks_peek(marks);
	via->host = slice_of(start, (size_t)(stop - start));
	uint32_t ipv4;
	if (via->host.len && scan_digit(*start) && scan_ipv4(via->host, &ipv4))
		via->ip = address_v4(ipv4);
	*p = scan_skip_space(stop, end);
	return via->host.len > 0 && (*p == end || **p == ':' || **p == ';');
}

void sip_via_parameter(struct sip_via *via, struct slice name, struct slice value)
{
	switch (name.len) {
	case 5:
		if (SCAN_IS(name, "maddr"))
			via->maddr = value;
		if (SCAN_IS(name, "rport")) {
			via->rport_present = true;
			const char *p = value.data;
			uint64_t port = value.len ? scan_number(&p, scan_end(value)) : 0;
			via->rport = (uint16_t)(port > UINT16_MAX ? 0 : port);
		}
		break;
	case 6:
		if (SCAN_IS(name, "branch"))
			via->branch = value;
		break;
	case 8:
		if (SCAN_IS(name, "received"))
			via->received = value;
		break;
	default:
		break;
	}
}

/* The value at *p up to the next ';' outside quotes (an extension may be quoted). */
static struct slice via_value(const char **p, struct marks *marks)
{
	const char *end = marks->end, *start = scan_skip_space(*p, end), *stop = start;
	if (stop < end && *stop == '"') {
		for (stop++; stop < end && *stop != '"'; stop++)
			stop += *stop == '\\' && stop + 1 < end;
		stop += stop < end;
	}
	marks_skip(marks, stop);
	*p = marks_find(marks, ';');
	struct slice value = scan_trimmed(start, *p);
	if (value.len >= 2 && value.data[0] == '"')
		value = slice_of(value.data + 1, value.len - 2);
	return value;
}

static bool via_parameters(const char *p, struct marks *marks, struct sip_via *via)
{
	const char *end = marks->end;
	bool good = true;
	while (p < end && *p == ';') {
		struct slice value = {"", 0};
		p++;
		struct slice name = via_word(&p, marks);
		if (p < end && *p == '=') {
			p++;
			value = via_value(&p, marks);
		}
		good &= name.len > 0;
		sip_via_parameter(via, name, value);
	}
	return good && p == end;
}

void sip_via_clear(struct sip_via *via)
{
	const struct slice absent = {0};
	via->transport = absent;
	via->host = absent;
	via->branch = absent;
	via->received = absent;
	via->maddr = absent;
	via->ip = (struct address){{0}};
	via->port = via->rport = 0;
	via->rport_present = via->bracketed = false;
}

bool sip_via_read(struct slice text, struct marks_map *map, struct sip_via *via,
        struct anomalies *anomalies)
{
	struct marks marks = marks_in(map, text);
	const char *p = text.data, *end = scan_end(text);
	sip_via_clear(via);
	bool good =
	        text.len && via_protocol(&p, &marks, via) && via_host(&p, &marks, via);
	if (good && p < end && *p == ':')
		good = via_port(&p, end, via);
	if (p < end && *p != ';') {
		p = scan_byte(p, end, ';');
		good = false;
	}
	good &= via_parameters(p, &marks, via);
	if (!good)
		anomaly_set(anomalies, ANOMALY_SIP_VIA_BAD);
	return good;
}

bool sip_via_parse(struct slice text, struct sip_via *via, struct anomalies *anomalies)
{
	struct marks_map map;
	marks_map_init(&map, text);
	return sip_via_plain(text, &map, via) || sip_via_read(text, &map, via, anomalies);
}
