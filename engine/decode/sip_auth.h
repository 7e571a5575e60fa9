/*
 * Digest credentials and challenges (RFC 8760, RFC 7616, RFC 3261 22), Basic and others.
 */
#ifndef RINGFENCE_DECODE_SIP_AUTH_H
#define RINGFENCE_DECODE_SIP_AUTH_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/slice.h"
#include "engine/decode/anomaly.h"

enum auth_scheme { AUTH_NONE, AUTH_DIGEST, AUTH_BASIC, AUTH_BEARER, AUTH_OTHER };

struct sip_auth {
	enum auth_scheme scheme;
	bool challenge;          /* of a WWW- or Proxy-Authenticate */
	bool proxy;              /* of a Proxy- header */
	bool stale;              /* stale=true in a challenge */
	struct slice username;   /* unquoted, escapes kept */
	struct slice realm;
	struct slice nonce;
	struct slice uri;
	struct slice response;   /* secret: never written out */
	struct slice algorithm;
	struct slice qop;
	struct slice cnonce;
	struct slice nc;
	struct slice opaque;
	struct slice raw;        /* the header's value */
};

bool sip_auth_parse(struct slice value, struct sip_auth *auth, struct anomalies *anomalies);

#endif
