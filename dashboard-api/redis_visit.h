/*
 * Visits that need Redis, and what they are told without it.
 */
#ifndef RINGFENCE_API_REDIS_VISIT_H
#define RINGFENCE_API_REDIS_VISIT_H

#include "dashboard-api/problem.h"

/* False, told, when this server runs without Redis. */
static inline bool redis_there(struct visit *visit)
{
	if (visit->api->redis)
		return true;
	return problem(
	        visit, 503, "this server runs without Redis: redis.address is not set");
}

/* Tells that Redis did not answer; false. */
static inline bool redis_failed(struct visit *visit, const char *why)
{
	http_reply_header(visit->reply, "Retry-After", "2");
	return problem(visit, 503, "Redis is away: %s", why);
}

#endif
