/*
 * Events from Redis into the archive, exactly once: a consumer group hands them out, the
 * archive knows each by its stream's id, and they are acknowledged when they are kept.
 * A thread of its own; Redis may come and go.
 */
#ifndef RINGFENCE_API_COLLECTOR_H
#define RINGFENCE_API_COLLECTOR_H

#include "dashboard-api/api.h"
#include "platform/redis.h"

struct collector;

/* NULL with the reason told in the log. The options are copied. */
struct collector *collector_start(struct api *api, const struct redis_options *options);
void collector_stop(struct collector **collector);

#endif
