/*
 * A notice to somebody outside: a webhook (HTTP POST of JSON), an e-mail (SMTP) or a
 * syslog message (RFC 5424), by libcurl and by our own sockets. It goes where the target
 * says and nowhere else: no redirections, no proxies, and by default to public addresses
 * only, so that nobody reaches what stands behind this server through it. The address is
 * checked when the connection is made, not when the name is read.
 */
#ifndef RINGFENCE_PLATFORM_NOTICE_H
#define RINGFENCE_PLATFORM_NOTICE_H

#include <stdbool.h>

#include "engine/base/slice.h"

enum notice_kind { NOTICE_WEBHOOK, NOTICE_EMAIL, NOTICE_SYSLOG, NOTICE_KINDS };

enum { NOTICE_URL_MAX = 500, NOTICE_NAME_MAX = 200, NOTICE_PROBLEM_BYTES = 240 };

struct notice_target {
	enum notice_kind kind;
	char url[NOTICE_URL_MAX +
	         1]; /* https://…, smtp[s]://host:port, udp:// or tcp:// */
	char secret[NOTICE_NAME_MAX + 1]; /* key of a webhook's signature, or password */
	char user[NOTICE_NAME_MAX + 1];   /* of SMTP; "" = without */
	char from[NOTICE_NAME_MAX + 1];   /* of an e-mail */
	char to[NOTICE_NAME_MAX + 1];
};

struct notice {
	struct slice subject; /* a line */
	struct slice json;    /* the whole, one object */
	unsigned severity;    /* of syslog, 0 to 7 */
};

const char *notice_kind_name(enum notice_kind kind);

/* Whether the target can be one; else *problem says what is wrong. */
bool notice_target_check(
        const struct notice_target *target, char problem[NOTICE_PROBLEM_BYTES]);
/* Blocks for some seconds at most. False: *problem says why. */
bool notice_send(const struct notice_target *target, const struct notice *notice,
        bool anywhere, char problem[NOTICE_PROBLEM_BYTES]);

#endif
