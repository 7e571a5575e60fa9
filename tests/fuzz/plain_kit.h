/*
 * Plain forms beside the whole grammar: what is plain must be the same in both. Each
 * function tells whether the text is plain.
 */
#ifndef RINGFENCE_TESTS_PLAIN_KIT_H
#define RINGFENCE_TESTS_PLAIN_KIT_H

#include "engine/base/ensure.h"
#include "engine/decode/sip_inside.h"

static inline bool plain_same(struct slice a, struct slice b)
{
	return slice_present(a) == slice_present(b) && slice_equal(a, b);
}

static inline void plain_uri_same(const struct sip_uri *a, const struct sip_uri *b)
{
	ENSURE(plain_same(a->raw, b->raw) && a->scheme == b->scheme);
	ENSURE(plain_same(a->user, b->user) && plain_same(a->password, b->password));
	ENSURE(plain_same(a->host, b->host) && a->port == b->port);
	ENSURE(plain_same(a->parameters, b->parameters));
	ENSURE(plain_same(a->headers, b->headers) && a->bracketed == b->bracketed);
}

static inline bool plain_uri(struct slice text)
{
	struct anomalies anomalies = {{0}};
	struct sip_uri plain, whole;
	struct marks_map map;
	marks_map_init(&map, text);
	if (!sip_uri_plain(text, &map, &plain))
		return false;
	ENSURE(sip_uri_read(text, &map, &whole, &anomalies) &&
	        !anomalies_any(&anomalies));
	plain_uri_same(&plain, &whole);
	return true;
}

static inline bool plain_address(struct slice text)
{
	struct anomalies anomalies = {{0}};
	struct sip_address plain, whole;
	struct marks_map map;
	marks_map_init(&map, text);
	if (!sip_address_plain(text, &map, &plain))
		return false;
	struct slice rest = text;
	ENSURE(plain_same(sip_list_next(&rest), text) && !slice_present(rest));
	ENSURE(sip_address_read(text, &map, &whole, &anomalies));
	ENSURE(!anomalies_any(&anomalies));
	plain_uri_same(&plain.uri, &whole.uri);
	ENSURE(plain_same(plain.raw, whole.raw) && plain.star == whole.star);
	ENSURE(plain_same(plain.display, whole.display));
	ENSURE(plain_same(plain.parameters, whole.parameters));
	ENSURE(plain_same(plain.tag, whole.tag));
	return true;
}

static inline bool plain_via(struct slice text)
{
	struct anomalies anomalies = {{0}};
	struct sip_via plain, whole;
	struct marks_map map;
	marks_map_init(&map, text);
	if (!sip_via_plain(text, &map, &plain))
		return false;
	struct slice rest = text;
	ENSURE(plain_same(sip_list_next(&rest), text) && !slice_present(rest));
	ENSURE(sip_via_read(text, &map, &whole, &anomalies));
	ENSURE(!anomalies_any(&anomalies));
	ENSURE(plain_same(plain.transport, whole.transport));
	ENSURE(plain_same(plain.host, whole.host) && plain.port == whole.port);
	ENSURE(address_equal(&plain.ip, &whole.ip) && plain.rport == whole.rport);
	ENSURE(plain_same(plain.branch, whole.branch));
	ENSURE(plain_same(plain.received, whole.received));
	ENSURE(plain_same(plain.maddr, whole.maddr));
	ENSURE(plain.rport_present == whole.rport_present);
	ENSURE(plain.bracketed == whole.bracketed);
	return true;
}

#endif
