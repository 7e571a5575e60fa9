#include "dashboard-api/health.h"

#include <inttypes.h>

#include "dashboard-api/feed.h"
#include "dashboard-api/problem.h"

static bool nothing(void *context, const struct archive_row *row)
{
	(void)context;
	(void)row;
	return false;
}

void livez_get(struct visit *visit)
{
	buffer_string(&visit->reply->body, "{\"status\":\"alive\"}");
	visit->reply->content_type = "application/json";
}

void readyz_get(struct visit *visit)
{
	const struct archive_query query = {.kind = ARCHIVE_ALERTS, .limit = 1};
	const struct archive_reader reader = {NULL, nothing};
	if (archive_list(visit->api->archive, &query, &reader) != ARCHIVE_LISTED) {
		(void)problem(visit, 503, "the archive cannot be read: %s",
		        archive_error_text(visit->api->archive));
		return;
	}
	buffer_string(&visit->reply->body, "{\"status\":\"ready\"}");
	visit->reply->content_type = "application/json";
}

void version_get(struct visit *visit)
{
	buffer_string(&visit->reply->body, "{\"version\":\"" RINGFENCE_VERSION "\"}");
	visit->reply->content_type = "application/json";
}

static void metric(struct buffer *out, const char *name, const char *type,
        const char *help, uint64_t value)
{
	buffer_format(out, "# HELP %s %s\n# TYPE %s %s\n%s%s %" PRIu64 "\n", name, help,
	        name, type, name, type[0] == 'c' ? "_total" : "", value);
}

void metrics_get(struct visit *visit)
{
	struct buffer *out = &visit->reply->body;
	const struct api *api = visit->api;
	metric(out, "ringfence_api_requests", "counter", "Requests handled.",
	        api->requests);
	metric(out, "ringfence_api_problems", "counter",
	        "Requests answered with a problem.", api->problems);
	metric(out, "ringfence_api_refused", "counter",
	        "Requests refused because their address asked too often.", api->refused);
	metric(out, "ringfence_api_feed_listeners", "gauge", "Clients of the live feed.",
	        feed_listeners(api->feed));
	metric(out, "ringfence_api_uptime_seconds", "gauge", "Seconds since the start.",
	        (visit->now_us - api->started_us) / 1000000);
	metric(out, "ringfence_api_redis_up", "gauge",
	        "1 when Redis answers or is not used.",
	        !atomic_load(&visit->api->redis_away));
	buffer_string(out, "# EOF\n");
	visit->reply->content_type =
	        "application/openmetrics-text; version=1.0.0; charset=utf-8";
}
