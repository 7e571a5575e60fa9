#include "engine/decode/scan.h"
#include "engine/decode/sip_auth.h"

/* Behind the value at p: a quoted string or all up to the next comma. */
static const char *value_read(
        const char *p, const char *end, struct slice *value, bool *open)
{
	if (p < end && *p == '"') {
		const char *q = p + 1;
		while ((q = scan_either(q, end, '"', '\\')) < end && *q == '\\')
			q = end - q > 2 ? q + 2 : end;
		*open = q >= end;
		*value = slice_of(p + 1, (size_t)(q - p - 1));
		return q < end ? q + 1 : end;
	}
	const char *q = scan_byte(p, end, ',');
	*value = scan_trimmed(p, q);
	return q;
}

struct auth_field {
	const char *name;
	uint8_t len;
	uint8_t offset_slices; /* which slice, counted from username */
};

static const struct auth_field auth_fields[] = {
        {"username", 8, 0},
        {"realm", 5, 1},
        {"nonce", 5, 2},
        {"uri", 3, 3},
        {"response", 8, 4},
        {"algorithm", 9, 5},
        {"qop", 3, 6},
        {"cnonce", 6, 7},
        {"nc", 2, 8},
        {"opaque", 6, 9},
};

static struct slice *field_at(struct sip_auth *auth, unsigned index)
{
	struct slice *const fields[] = {&auth->username, &auth->realm, &auth->nonce,
	        &auth->uri, &auth->response, &auth->algorithm, &auth->qop, &auth->cnonce,
	        &auth->nc, &auth->opaque};
	return fields[index];
}

static void field_set(struct sip_auth *auth, struct slice name, struct slice value)
{
	if (SCAN_IS(name, "stale")) {
		auth->stale = SCAN_IS(value, "true");
		return;
	}
	for (unsigned i = 0; i < sizeof(auth_fields) / sizeof(auth_fields[0]); i++) {
		if (!scan_is(name, auth_fields[i].name, auth_fields[i].len))
			continue;
		struct slice *field = field_at(auth, i);
		if (!slice_present(*field))
			*field = value;
		return;
	}
}

static enum auth_scheme scheme_of(struct slice name)
{
	if (SCAN_IS(name, "digest"))
		return AUTH_DIGEST;
	if (SCAN_IS(name, "basic"))
		return AUTH_BASIC;
	if (SCAN_IS(name, "bearer"))
		return AUTH_BEARER;
	return AUTH_OTHER;
}

static bool parameters_read(const char *p, const char *end, struct sip_auth *auth)
{
	bool good = p < end;
	while (p < end) {
		p = scan_skip_space(p, end);
		const char *name_end = scan_token(p, end);
		struct slice name = slice_of(p, (size_t)(name_end - p)), value;
		p = scan_skip_space(name_end, end);
		if (!name.len || p == end || *p != '=') {
			good = false;
			p = scan_byte(p, end, ',');
		} else {
			bool open = false;
			p = value_read(scan_skip_space(p + 1, end), end, &value, &open);
			good &= !open;
			field_set(auth, name, value);
			p = scan_skip_space(p, end);
		}
		if (p < end && *p != ',') {
			good = false;
			p = scan_byte(p, end, ',');
		}
		if (p < end)
			p++;
	}
	return good;
}

bool sip_auth_parse(
        struct slice value, struct sip_auth *auth, struct anomalies *anomalies)
{
	*auth = (struct sip_auth){.raw = value};
	const char *end = scan_end(value);
	const char *p = scan_skip_space(value.data, end);
	const char *name_end = scan_token(p, end);
	struct slice name = slice_of(p, (size_t)(name_end - p));
	p = scan_skip_space(name_end, end);
	auth->scheme = name.len ? scheme_of(name) : AUTH_NONE;
	bool good = name.len && p > name_end && p < end;
	if (auth->scheme == AUTH_OTHER)
		anomaly_set(anomalies, ANOMALY_SIP_AUTH_UNKNOWN);
	if (auth->scheme == AUTH_DIGEST)
		good = parameters_read(p, end, auth) && good;
	if (!good)
		anomaly_set(anomalies, ANOMALY_SIP_AUTH_BAD);
	return good;
}
