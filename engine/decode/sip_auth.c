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

/* The field of a parameter; NULL when it is none of those that are kept. */
static struct slice *field_of(struct sip_auth *auth, struct slice name)
{
	switch (name.len) {
	case 2:
		return SCAN_IS(name, "nc") ? &auth->nc : NULL;
	case 3:
		if (SCAN_IS(name, "uri"))
			return &auth->uri;
		return SCAN_IS(name, "qop") ? &auth->qop : NULL;
	case 5:
		if (SCAN_IS(name, "realm"))
			return &auth->realm;
		return SCAN_IS(name, "nonce") ? &auth->nonce : NULL;
	case 6:
		if (SCAN_IS(name, "cnonce"))
			return &auth->cnonce;
		return SCAN_IS(name, "opaque") ? &auth->opaque : NULL;
	case 8:
		if (SCAN_IS(name, "username"))
			return &auth->username;
		return SCAN_IS(name, "response") ? &auth->response : NULL;
	case 9:
		return SCAN_IS(name, "algorithm") ? &auth->algorithm : NULL;
	default:
		return NULL;
	}
}

static void field_set(struct sip_auth *auth, struct slice name, struct slice value)
{
	struct slice *field = field_of(auth, name);
	if (field && !slice_present(*field))
		*field = value;
	else if (!field && SCAN_IS(name, "stale"))
		auth->stale = SCAN_IS(value, "true");
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
