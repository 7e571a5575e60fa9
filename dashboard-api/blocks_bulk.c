#include "dashboard-api/blocks_bulk.h"

#include <stdio.h>

#include "dashboard-api/audit.h"
#include "dashboard-api/lists.h"
#include "dashboard-api/redis_visit.h"
#include "dashboard-api/route.h"
#include "engine/report/json.h"
#include "platform/store.h"

enum { IMPORT_MAX = 20000, TTL_MOST_S = 366 * 86400, DETAIL_BYTES = 512 };

/* A line is an address or a network; what stands behind it, and behind # or ;, is for
 * people. */
static struct slice entity_of(struct slice line)
{
	size_t len = 0;
	line = slice_trim(line);
	while (len < line.len && line.data[len] > ' ' && line.data[len] != '#' &&
	        line.data[len] != ';' && line.data[len] != ',')
		len++;
	return slice_first(line, len);
}

/* What an import comes to. */
struct import {
	unsigned lines;
	unsigned good;
	unsigned own;      /* left out: they would block who asks */
	unsigned bad_line; /* the first that is no address; 0 = none */
	uint64_t ttl_ms;
};

static bool entry_add(
        struct visit *visit, const struct import *import, const char *entity)
{
	char detail[DETAIL_BYTES];
	struct writer out = writer_of(detail, sizeof(detail));
	struct store_problem trouble;
	uint64_t number;
	json_object(&out, NULL);
	json_literal(&out, "reason", "imported");
	json_string(&out, "by", slice_text(visit->who.name));
	json_time(&out, "since", visit->now_us);
	json_object_end(&out);
	const struct store_entry entry = {.entity = slice_text(entity),
	        .ttl_ms = import->ttl_ms,
	        .detail = writer_text(&out),
	        .who = slice_text(visit->who.name)};
	return store_list_add(
	               visit->api->redis, STORE_BLOCKED, &entry, &number, &trouble) ||
	       redis_failed(visit, trouble.text);
}

/* Reads all lines, and with add blocks what they name; false with a problem. */
static bool lines_take(struct visit *visit, struct import *import, bool add)
{
	struct slice rest = visit->request->body;
	*import = (struct import){.ttl_ms = import->ttl_ms};
	while (slice_present(rest)) {
		const struct slice entity = entity_of(slice_split(&rest, '\n'));
		struct network network;
		char canonical[LIST_ENTITY_BYTES];
		import->lines++;
		if (!entity.len)
			continue;
		if (!list_network(entity, &network, canonical)) {
			import->bad_line =
			        import->bad_line ? import->bad_line : import->lines;
			continue;
		}
		if (list_blocks_visitor(visit, &network)) {
			import->own++;
			continue;
		}
		if (++import->good > IMPORT_MAX)
			return problem(
			        visit, 413, "at most %d addresses at once", IMPORT_MAX);
		if (add && !entry_add(visit, import, canonical))
			return false;
	}
	return true;
}

static bool ttl_read(struct visit *visit, uint64_t *ttl_ms)
{
	const struct slice text = visit_parameter(visit, "ttl_s");
	uint64_t ttl_s = 0;
	if (slice_present(text) && (!slice_to_u64(text, &ttl_s) || ttl_s > TTL_MOST_S))
		return problem_at(
		        visit, 400, "?ttl_s", "seconds, 0 (for ever) to %d", TTL_MOST_S);
	*ttl_ms = ttl_s * 1000;
	return true;
}

void blocks_import(struct visit *visit)
{
	struct import import = {0};
	char object[64];
	if (!redis_there(visit) || !ttl_read(visit, &import.ttl_ms) ||
	        !lines_take(visit, &import, false))
		return;
	if (import.bad_line) {
		(void)problem(visit, 422,
		        "line %u holds no address and no network: nothing was blocked",
		        import.bad_line);
		return;
	}
	(void)snprintf(object, sizeof(object), "%u addresses", import.good);
	const bool dry = visit_dry(visit);
	if (!dry && (!audit_note(visit, "block.import", slice_text(object)) ||
	                    !lines_take(visit, &import, true)))
		return;
	buffer_format(&visit->reply->body, "{\"%s\":%u,\"left_out\":%u}",
	        dry ? "would_block" : "blocked", import.good, import.own);
	visit->reply->content_type = "application/json";
}

void blocks_export(struct visit *visit)
{
	struct store_list list = {.kind = STORE_BLOCKED};
	struct store_list_change change;
	if (!redis_there(visit))
		return;
	if (!store_list_read(visit->api->redis, &list)) {
		(void)redis_failed(visit, redis_problem(visit->api->redis));
		return;
	}
	while (store_list_next(&list, &change)) {
		if (change.what != STORE_LIST_ADD)
			continue;
		buffer_slice(&visit->reply->body, change.entity);
		buffer_string(&visit->reply->body, "\n");
	}
	visit->reply->content_type = "text/plain; charset=utf-8";
}
