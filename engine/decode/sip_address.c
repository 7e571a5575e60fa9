#include "engine/decode/marks.h"
#include "engine/decode/scan.h"
#include "engine/decode/sip_inside.h"

/* Behind the quoted string that begins at p; end when it does not end. */
static const char *quoted_end(const char *p, const char *end)
{
	for (p++; p < end; p++) {
		p = scan_either(p, end, '"', '\\');
		if (p < end && *p == '"')
			return p + 1;
		if (p < end)
			p++; /* the escaped byte */
	}
	return NULL;
}

struct slice sip_list_next(struct slice *rest)
{
	if (!slice_present(*rest))
		return (struct slice){0};
	const char *start = rest->data, *end = scan_end(*rest),
	           *p = scan_byte(start, end, ',');
	if (p < end) {
		bool angle = false;
		for (p = start; p < end; p++) {
			if (*p == '"' && !angle) {
				const char *close = quoted_end(p, end);
				p = close ? close - 1 : end - 1;
			} else if (*p == '<') {
				angle = true;
			} else if (*p == '>') {
				angle = false;
			} else if (*p == ',' && !angle) {
				break;
			}
		}
	}
	*rest = p < end ? slice_of(p + 1, (size_t)(end - p - 1)) : (struct slice){0};
	return scan_trimmed(start, p);
}

struct parameter {
	struct slice name;
	struct slice value; /* empty when there is none */
};

/* The parameter at *p, up to the next ';'; *p is behind that. */
static struct parameter parameter_read(const char **p, struct marks *marks)
{
	struct parameter parameter = {.value = {"", 0}};
	const char *end = marks->end, *start = scan_skip_space(*p, end);
	marks_skip(marks, start);
	const char *q = marks_either(marks, ';', '=');
	parameter.name = scan_trimmed(start, q);
	if (q < end && *q == '=') {
		const char *value = scan_skip_space(q + 1, end);
		const char *close = NULL;
		bool quoted = value < end && *value == '"';
		if (quoted)
			close = quoted_end(value, end);
		marks_skip(marks, !quoted ? value : close ? close : end);
		q = marks_find(marks, ';');
		if (!quoted)
			parameter.value = scan_trimmed(value, q);
		else
			parameter.value = slice_of(value + 1,
			        (size_t)((close ? close - 1 : end) - value - 1));
	}
	*p = q < end ? q + 1 : end;
	return parameter;
}

struct slice sip_parameter(struct slice parameters, struct slice name)
{
	if (!parameters.len)
		return (struct slice){0};
	struct marks_map map;
	marks_map_init(&map, parameters);
	struct marks marks = marks_in(&map, parameters);
	for (const char *p = parameters.data; p < marks.end;) {
		struct parameter parameter = parameter_read(&p, &marks);
		if (slice_equal_nocase(parameter.name, name))
			return parameter.value;
	}
	return (struct slice){0};
}

/* False when a separator has no parameter behind it (RFC 4475 3.1.2.1). */
static bool tag_read(const char *p, struct marks *marks, struct sip_address *address,
        struct anomalies *anomalies)
{
	bool good = true;
	while (p < marks->end) {
		struct parameter parameter = parameter_read(&p, marks);
		good &= parameter.name.len > 0;
		if (!SCAN_IS(parameter.name, "tag"))
			continue;
		if (slice_present(address->tag))
			anomaly_set(anomalies, ANOMALY_SIP_TAG_DUPLICATE);
		else
			address->tag = parameter.value;
	}
	return good;
}

/* What stands behind the URI: nothing, or ;parameters. */
static bool parameters_read(const char *p, struct marks *marks,
        struct sip_address *address, struct anomalies *anomalies)
{
	const char *end = marks->end;
	p = scan_skip_space(p, end);
	if (p == end)
		return true;
	bool good = *p == ';';
	if (!good)
		p = scan_byte(p, end, ';');
	if (p == end)
		return good;
	address->parameters = slice_of(p + 1, (size_t)(end - p - 1));
	return tag_read(p + 1, marks, address, anomalies) && good;
}

/* A display name without quotes: tokens and white space (RFC 3261 25.1). */
static void display_check(struct slice display, struct anomalies *anomalies)
{
	for (size_t i = 0; i < display.len; i++) {
		if (!scan_token_char(display.data[i]) && !scan_space(display.data[i])) {
			anomaly_set(anomalies, ANOMALY_SIP_DISPLAY_UNQUOTED);
			return;
		}
	}
}

static bool angle_read(const char *open, struct marks *marks, struct sip_address *address,
        struct anomalies *anomalies)
{
	marks_skip(marks, open + 1);
	const char *close = marks_find(marks, '>');
	/* White space inside the brackets is not in the grammar (RFC 4475 3.1.2.14). */
	struct slice text = scan_trimmed(open + 1, close);
	bool good = sip_uri_read(text, marks->map, &address->uri, anomalies) &&
	            text.len == (size_t)(close - open - 1);
	if (close == marks->end)
		return false;
	return parameters_read(close + 1, marks, address, anomalies) && good;
}

/* An addr-spec without brackets: a ';' begins the header's parameters (RFC 3261 20). */
static bool spec_read(const char *p, struct marks *marks, struct sip_address *address,
        struct anomalies *anomalies)
{
	const char *end = marks->end, *stop = scan_byte(p, end, ';');
	bool good =
	        sip_uri_read(scan_trimmed(p, stop), marks->map, &address->uri, anomalies);
	if (slice_present(address->uri.headers) || scan_byte(p, stop, ',') < stop)
		anomaly_set(anomalies, ANOMALY_SIP_ADDRESS_SPEC);
	if (stop < end && scan_byte(stop, end, '@') < end &&
	        !slice_present(address->uri.user))
		anomaly_set(anomalies, ANOMALY_SIP_ADDRESS_SPEC);
	marks_go(marks, stop);
	return parameters_read(stop, marks, address, anomalies) && good;
}

/* A value without a URI in it: what the structure held before must not stay. */
static void uri_none(struct sip_address *address)
{
	address->uri = (struct sip_uri){0};
}

static bool quoted_read(const char *p, struct marks *marks, struct sip_address *address,
        struct anomalies *anomalies)
{
	const char *close = quoted_end(p, marks->end);
	if (!close) {
		anomaly_set(anomalies, ANOMALY_SIP_QUOTE_OPEN);
		uri_none(address);
		return false;
	}
	address->display = slice_of(p + 1, (size_t)(close - p - 2));
	p = scan_skip_space(close, marks->end);
	if (p < marks->end && *p == '<')
		return angle_read(p, marks, address, anomalies);
	uri_none(address);
	return false;
}

bool sip_address_read(struct slice text, struct marks_map *map,
        struct sip_address *address, struct anomalies *anomalies)
{
	const struct slice absent = {0};
	struct marks marks = marks_in(map, text);
	const char *p = text.data, *end = marks.end;
	address->raw = text;
	address->display = absent;
	address->parameters = absent;
	address->tag = absent;
	address->star = false;
	p = scan_skip_space(p, end);
	if (p == end) {
		uri_none(address);
		return false;
	}
	if (*p == '"')
		return quoted_read(p, &marks, address, anomalies);
	if (*p == '*' && (p + 1 == end || scan_space(p[1]) || p[1] == ';')) {
		uri_none(address);
		address->star = true;
		return parameters_read(p + 1, &marks, address, anomalies);
	}
	const char *open = marks_find(&marks, '<');
	if (open == end)
		return spec_read(p, &marks, address, anomalies);
	struct slice display = scan_trimmed(p, open);
	if (display.len) {
		address->display = display;
		display_check(display, anomalies);
	}
	return angle_read(open, &marks, address, anomalies);
}

bool sip_address_parse(
        struct slice text, struct sip_address *address, struct anomalies *anomalies)
{
	struct marks_map map;
	marks_map_init(&map, text);
	return sip_address_plain(text, &map, address) ||
	       sip_address_read(text, &map, address, anomalies);
}
