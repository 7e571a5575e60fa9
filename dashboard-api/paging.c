#include "dashboard-api/paging.h"

#include "dashboard-api/problem.h"
#include "dashboard-api/route.h"

bool paging_limit(struct visit *visit, unsigned *limit)
{
	const struct slice text = visit_parameter(visit, "limit");
	*limit = LIST_LIMIT_USUAL;
	if (!slice_present(text) ||
	        (slice_to_u32(text, limit) && *limit >= 1 && *limit <= LIST_LIMIT_MAX))
		return true;
	return problem_at(visit, 400, "?limit", "limit is 1 to %d", LIST_LIMIT_MAX);
}

void paging_begin(struct buffer *out)
{
	buffer_string(out, "{\"data\":[");
}

void paging_end(struct visit *visit, const char *next)
{
	struct buffer *out = &visit->reply->body;
	if (next)
		buffer_format(
		        out, "],\"page\":{\"next\":\"%s\",\"has_more\":true}}", next);
	else
		buffer_string(out, "],\"page\":{\"next\":null,\"has_more\":false}}");
	visit->reply->content_type = "application/json";
}
