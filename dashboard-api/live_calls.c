#include "dashboard-api/live_calls.h"

#include <stdio.h>
#include <string.h>

#include "dashboard-api/mask.h"
#include "dashboard-api/nodes.h"
#include "dashboard-api/paging.h"
#include "dashboard-api/problem.h"
#include "dashboard-api/redis_visit.h"
#include "dashboard-api/route.h"
#include "dashboard-api/search.h"
#include "engine/report/json.h"
#include "platform/store.h"

enum { SCANS_MAX = 500, HEAD_BYTES = 1024, NODE_PINHOLES_BYTES = 4 << 20 };

/* A page of live calls while it is written. */
struct live_page {
	struct visit *visit;
	struct search search;
	unsigned rows;
	unsigned limit;
	uint64_t total;
	const char *node;
};

static void call_write(struct live_page *page, struct slice id, struct slice call)
{
	struct buffer *out = &page->visit->reply->body;
	if (page->rows++)
		buffer_string(out, ",");
	struct writer head = buffer_room(out, HEAD_BYTES);
	json_object(&head, NULL);
	json_string(&head, "id", id);
	json_string(&head, "node", slice_text(page->node));
	writer_byte(&head, ',');
	buffer_take(out, &head);
	mask_event(call, mask_wanted(page->visit), out);
}

/* The calls of one node, as far as they are wanted; false when Redis is away (told). */
static bool node_calls(struct live_page *page)
{
	struct redis *redis = page->visit->api->redis;
	const struct slice node = slice_text(page->node);
	uint64_t cursor = 0;
	page->total += store_calls_count(redis, node);
	for (unsigned scans = 0; scans < SCANS_MAX; scans++) {
		const struct redis_reply *part = store_calls(redis, node, cursor);
		if (redis_kind(part) != REDIS_LIST)
			return redis_failed(page->visit, redis_problem(redis));
		const struct redis_reply *calls = redis_item(part, 1);
		for (size_t i = 0; i + 1 < redis_count(calls); i += 2) {
			const struct slice call = redis_text(redis_item(calls, i + 1));
			if (page->rows < page->limit && call.len > 2 &&
			        archive_match(&page->search.query, call))
				call_write(page, redis_text(redis_item(calls, i)), call);
		}
		cursor = (uint64_t)redis_number(redis_item(part, 0));
		if (!cursor || page->rows == page->limit)
			return true;
	}
	return true;
}

static bool page_read(struct live_page *page)
{
	struct search_problem trouble;
	const struct slice q = visit_parameter(page->visit, "q");
	if (!paging_limit(page->visit, &page->limit))
		return false;
	return search_keep(&page->search, ARCHIVE_CALLS, slice_present(q) ? q : SLICE(""),
	               &trouble) ||
	       problem_at(page->visit, 400, "?q", "%s", trouble.text);
}

void active_calls_get(struct visit *visit)
{
	struct live_page page = {.visit = visit};
	struct buffer names = buffer_of(0);
	bool fine = page_read(&page) && nodes_names(visit, &names);
	struct slice rest = buffer_text(&names);
	if (fine)
		paging_begin(&visit->reply->body);
	while (fine && (page.node = nodes_next(&rest)))
		fine = node_calls(&page);
	if (fine) {
		buffer_format(&visit->reply->body,
		        "],\"total\":%llu,\"page\":{\"next\":null,\"has_more\":%s}}",
		        (unsigned long long)page.total,
		        page.rows == page.limit && page.total > page.rows ? "true"
		                                                          : "false");
		visit->reply->content_type = "application/json";
	}
	buffer_free(&names);
}

/* A node's pinholes are one text: rows with commas between them. */
void pinholes_get(struct visit *visit)
{
	struct buffer names = buffer_of(0);
	struct buffer *out = &visit->reply->body;
	const char *node;
	bool any = false;
	if (nodes_names(visit, &names)) {
		struct slice rest = buffer_text(&names);
		paging_begin(out);
		while ((node = nodes_next(&rest))) {
			const struct slice rows = redis_text(
			        store_pinholes(visit->api->redis, slice_text(node)));
			if (!rows.len || rows.len > NODE_PINHOLES_BYTES)
				continue;
			if (any)
				buffer_string(out, ",");
			any = true;
			buffer_slice(out, rows);
		}
		paging_end(visit, NULL);
	}
	buffer_free(&names);
}
