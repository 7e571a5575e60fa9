/*
 * SIP, SIPS and tel URIs (RFC 3261 25.1, RFC 3966) and name-addr header values.
 * All slices are borrowed from the message.
 */
#ifndef RINGFENCE_DECODE_SIP_URI_H
#define RINGFENCE_DECODE_SIP_URI_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/address.h"
#include "engine/base/slice.h"
#include "engine/decode/anomaly.h"

enum uri_scheme { URI_NONE, URI_SIP, URI_SIPS, URI_TEL, URI_URN, URI_OTHER };

struct sip_uri {
	struct slice raw;
	enum uri_scheme scheme;
	struct slice user;       /* as sent, escapes kept; tel: the number with its visual separators */
	struct slice password;
	struct slice host;       /* without brackets */
	struct slice parameters; /* behind the first ';', without it */
	struct slice headers;    /* behind '?', without it */
	uint16_t port;           /* 0 = none given */
	bool bracketed;          /* an IPv6 reference */
};

struct sip_address {
	struct slice raw;        /* the whole value */
	struct slice display;    /* without quotes, escapes kept; absent when there is none */
	struct sip_uri uri;
	struct slice parameters; /* header parameters, behind the first ';' */
	struct slice tag;
	bool star;               /* Contact: * */
};

/* False (with anomalies set) when it cannot be understood; what could be read is kept. */
bool sip_uri_parse(struct slice text, struct sip_uri *uri, struct anomalies *anomalies);

/* The host as an address: false (and *ip is none) when it is a name. */
bool sip_uri_ip(const struct sip_uri *uri, struct address *ip);

/* One name-addr or addr-spec with its parameters (no comma list). */
bool sip_address_parse(struct slice text, struct sip_address *address, struct anomalies *anomalies);

/*
 * Takes the next value of a comma-joined header value off *rest, minding quotes and angle
 * brackets; absent when there is no more.
 */
struct slice sip_list_next(struct slice *rest);

/*
 * The value of a ;name=value parameter, unquoted; present and empty for a parameter
 * without value; absent when it does not occur. Names without regard to case.
 */
struct slice sip_parameter(struct slice parameters, struct slice name);

/*
 * User part with percent escapes decoded once into the writer's memory.
 */
struct slice sip_unescape(struct slice text, char *into, size_t size);

#endif
