/*
 * The API as a whole, and one request's way through it. Everything here belongs to the
 * server's thread, but for the feed, which has a lock of its own.
 */
#ifndef RINGFENCE_API_API_H
#define RINGFENCE_API_API_H

#include <stdatomic.h>

#include "dashboard-api/settings.h"
#include "platform/archive.h"
#include "platform/http.h"
#include "platform/log.h"
#include "platform/ledger.h"

struct collector;
struct feed;
struct identities;
struct jobs;
struct limiter;
struct messenger;
struct redis;
struct route;
struct suppressions;

struct api {
	const struct settings *settings;
	const struct log *log;
	struct archive *archive;
	struct ledger *ledger;
	struct redis *redis;         /* of the server's thread; NULL = without Redis */
	struct collector *collector; /* NULL = without Redis */
	atomic_bool redis_away;
	struct feed *feed;
	struct suppressions *suppressions;
	struct messenger *messenger;
	struct jobs *jobs;
	struct limiter *limiter;
	struct identities *identities;
	struct http_server *server; /* NULL until it has started */
	uint64_t started_us;
	atomic_uint
	        programs; /* that run for a visit, each with a thread that waits for it */
	uint64_t requests, problems, refused; /* counted for /metrics */
};

enum role {
	ROLE_NOBODY, /* needs no name */
	ROLE_VIEWER,
	ROLE_ANALYST,
	ROLE_OPERATOR,
	ROLE_ADMIN,
};

/* What a role alone does not give. */
enum grant {
	GRANT_NONE = 0,
	GRANT_PAYLOAD_READ = 1 << 0,
	GRANT_MEDIA_READ = 1 << 1,
	GRANT_PCAP_EXPORT = 1 << 2,
	GRANT_BLOCK_WRITE = 1 << 3,
	GRANT_RULES_PUBLISH = 1 << 4,
};

struct principal {
	enum role role;
	unsigned grants;
	bool by_cookie; /* a page: its origin is checked when it changes something */
	char name[64];
};

enum { PATH_VALUES_MAX = 2, LIST_LIMIT_MAX = 1000, REPLY_BYTES_MAX = 64 << 20 };

struct run;

/* One request on its way, from its head to its answer. */
struct visit {
	struct api *api;
	const struct http_request *request;
	struct http_reply *reply;
	const struct route *route;
	struct slice values[PATH_VALUES_MAX]; /* what stands for {…} in the path */
	struct principal who;
	struct run *run; /* the program it waits for; NULL = none yet */
	char repeat[64]; /* under what its answer is kept; "" = it is not */
	uint64_t now_us;
};

/* Another connection to the archive, for a thread of its own. */
struct archive *api_archive(const struct settings *settings, struct archive_error *error);

const char *role_name(enum role role);
bool role_parse(struct slice name, enum role *role);
/* NULL behind the last one. */
const char *grant_name(unsigned index);

#endif
