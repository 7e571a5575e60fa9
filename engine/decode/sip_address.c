#include "engine/decode/scan.h"
#include "engine/decode/sip_uri.h"

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
static struct parameter parameter_read(const char **p, const char *end)
{
	struct parameter parameter = {.value = {"", 0}};
	const char *start = scan_skip_space(*p, end);
	const char *q = scan_either(start, end, ';', '=');
	parameter.name = scan_trimmed(start, q);
	if (q < end && *q == '=') {
		const char *value = scan_skip_space(q + 1, end);
		q = value;
		if (q < end && *q == '"') {
			const char *close = quoted_end(q, end);
			q = close ? close : end;
			parameter.value = slice_of(
			        value + 1, (size_t)(q - value - (close ? 2 : 1)));
			q = scan_byte(q, end, ';');
		} else {
			q = scan_byte(q, end, ';');
			parameter.value = scan_trimmed(value, q);
		}
	}
	*p = q < end ? q + 1 : end;
	return parameter;
}

struct slice sip_parameter(struct slice parameters, struct slice name)
{
	if (!parameters.len)
		return (struct slice){0};
	const char *p = parameters.data, *end = scan_end(parameters);
	while (p < end) {
		struct parameter parameter = parameter_read(&p, end);
		if (slice_equal_nocase(parameter.name, name))
			return parameter.value;
	}
	return (struct slice){0};
}

static void tag_read(struct sip_address *address, struct anomalies *anomalies)
{
	if (!address->parameters.len)
		return;
	const char *p = address->parameters.data, *end = scan_end(address->parameters);
	while (p < end) {
		struct parameter parameter = parameter_read(&p, end);
		if (!SCAN_IS(parameter.name, "tag"))
			continue;
		if (slice_present(address->tag))
			anomaly_set(anomalies, ANOMALY_SIP_TAG_DUPLICATE);
		else
			address->tag = parameter.value;
	}
}

/* What stands behind the URI: nothing, or ;parameters. */
static bool parameters_read(const char *p, const char *end, struct sip_address *address,
        struct anomalies *anomalies)
{
	p = scan_skip_space(p, end);
	if (p == end)
		return true;
	bool good = *p == ';';
	if (!good)
		p = scan_byte(p, end, ';');
	if (p < end)
		address->parameters = slice_of(p + 1, (size_t)(end - p - 1));
	tag_read(address, anomalies);
	return good;
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

static bool angle_read(const char *open, const char *end, struct sip_address *address,
        struct anomalies *anomalies)
{
	const char *close = scan_byte(open, end, '>');
	struct slice inner = slice_of(open + 1, (size_t)(close - open - 1));
	/* White space inside the brackets is not in the grammar (RFC 4475 3.3.14). */
	struct slice text = scan_trimmed(inner.data, close);
	bool good =
	        sip_uri_parse(text, &address->uri, anomalies) && text.len == inner.len;
	if (close == end)
		return false;
	return parameters_read(close + 1, end, address, anomalies) && good;
}

/* An addr-spec without brackets: a ';' begins the header's parameters (RFC 3261 20). */
static bool spec_read(const char *p, const char *end, struct sip_address *address,
        struct anomalies *anomalies)
{
	const char *stop = scan_byte(p, end, ';');
	struct slice text = scan_trimmed(p, stop);
	bool good = sip_uri_parse(text, &address->uri, anomalies);
	if (slice_present(address->uri.headers) || scan_byte(p, stop, ',') < stop)
		anomaly_set(anomalies, ANOMALY_SIP_ADDRESS_SPEC);
	if (stop < end && scan_byte(stop, end, '@') < end &&
	        !slice_present(address->uri.user))
		anomaly_set(anomalies, ANOMALY_SIP_ADDRESS_SPEC);
	return parameters_read(stop, end, address, anomalies) && good;
}

bool sip_address_parse(
        struct slice text, struct sip_address *address, struct anomalies *anomalies)
{
	const struct slice absent = {0};
	const char *p = text.data, *end = scan_end(text);
	address->raw = text;
	address->display = address->parameters = address->tag = absent;
	address->star = false;
	p = scan_skip_space(p, end);
	if (p == end || *p == '"' || *p == '*')
		address->uri = (struct sip_uri){0};
	if (p == end)
		return false;
	if (*p == '"') {
		const char *close = quoted_end(p, end);
		if (!close) {
			anomaly_set(anomalies, ANOMALY_SIP_QUOTE_OPEN);
			return false;
		}
		address->display = slice_of(p + 1, (size_t)(close - p - 2));
		p = scan_skip_space(close, end);
		return p < end && *p == '<' && angle_read(p, end, address, anomalies);
	}
	if (*p == '*' && (p + 1 == end || scan_space(p[1]) || p[1] == ';')) {
		address->star = true;
		return parameters_read(p + 1, end, address, anomalies);
	}
	const char *open = scan_byte(p, end, '<');
	if (open == end)
		return spec_read(p, end, address, anomalies);
	struct slice display = scan_trimmed(p, open);
	if (display.len) {
		address->display = display;
		display_check(display, anomalies);
	}
	return angle_read(open, end, address, anomalies);
}
