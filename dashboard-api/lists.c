#include "dashboard-api/lists.h"

#include <stdio.h>
#include <string.h>

#include "dashboard-api/audit.h"
#include "dashboard-api/body.h"
#include "dashboard-api/paging.h"
#include "dashboard-api/problem.h"
#include "dashboard-api/redis_visit.h"
#include "dashboard-api/route.h"
#include "engine/report/json.h"
#include "platform/document.h"
#include "platform/store.h"

enum { ENTRY_BYTES = 4096, REASON_BYTES = 500, TTL_MOST_S = 366 * 86400 };

bool list_network(
        struct slice text, struct network *network, char canonical[LIST_ENTITY_BYTES])
{
	struct writer out = writer_of(canonical, LIST_ENTITY_BYTES - 1);
	if (!network_parse(text, network))
		return false;
	for (unsigned bit = network->prefix; bit < 128; bit++)
		network->ip.bytes[bit / 8] &= (uint8_t) ~(0x80u >> (bit % 8));
	writer_address(&out, &network->ip);
	if (network->prefix < 128) {
		writer_byte(&out, '/');
		writer_u64(
		        &out, network->prefix - (address_is_v4(&network->ip) ? 96u : 0u));
	}
	canonical[out.len] = 0;
	return true;
}

static void entry_json(struct buffer *out, const struct store_list_change *change)
{
	struct writer line = buffer_room(out, ENTRY_BYTES + change->detail.len);
	json_object(&line, NULL);
	json_string(&line, "entity", change->entity);
	if (change->expires_ms)
		json_time(&line, "until", change->expires_ms * 1000);
	if (change->detail.len && change->detail.data[0] == '{') {
		writer_string(&line, ",\"detail\":");
		writer_slice(&line, change->detail);
	}
	json_object_end(&line);
	buffer_take(out, &line);
}

static bool wanted(const struct store_list_change *change, const struct network *within)
{
	struct network network;
	if (change->what != STORE_LIST_ADD)
		return false;
	return !within || (network_parse(change->entity, &network) &&
	                          network_contains(within, &network.ip));
}

/* Who takes the entries of a list. */
struct list_reader {
	const struct network *within; /* NULL = all */
	bool (*take)(struct visit *visit, void *context,
	        const struct store_list_change *change);
	void *context;
};

static bool list_read(
        struct visit *visit, enum store_list_kind kind, const struct list_reader *reader)
{
	struct store_list list = {.kind = kind};
	struct store_list_change change;
	if (!redis_there(visit))
		return false;
	if (!store_list_read(visit->api->redis, &list))
		return redis_failed(visit, redis_problem(visit->api->redis));
	while (store_list_next(&list, &change))
		if (wanted(&change, reader->within) &&
		        !reader->take(visit, reader->context, &change))
			break;
	return true;
}

struct list_page {
	unsigned rows;
	unsigned limit;
	bool has_more;
};

static bool entry_take(
        struct visit *visit, void *context, const struct store_list_change *change)
{
	struct list_page *page = context;
	if (page->rows == page->limit) {
		page->has_more = true;
		return false;
	}
	if (page->rows++)
		buffer_string(&visit->reply->body, ",");
	entry_json(&visit->reply->body, change);
	return true;
}

static void list_answer_of(struct visit *visit, enum store_list_kind kind)
{
	struct list_page page = {.limit = LIST_LIMIT_MAX};
	const struct slice within = visit_parameter(visit, "within");
	struct network network;
	if (slice_present(within) && !network_parse(within, &network)) {
		(void)problem_at(visit, 400, "?within", "an address or a network");
		return;
	}
	paging_begin(&visit->reply->body);
	const struct list_reader reader = {
	        slice_present(within) ? &network : NULL, entry_take, &page};
	if (!list_read(visit, kind, &reader))
		return;
	buffer_format(&visit->reply->body, "],\"page\":{\"next\":null,\"has_more\":%s}}",
	        page.has_more ? "true" : "false");
	visit->reply->content_type = "application/json";
}

/* What a body asks to put on a list. */
struct wish {
	char entity[LIST_ENTITY_BYTES];
	struct network network;
	uint64_t ttl_s;
	struct slice reason;
	bool force;
};

static bool wish_read(struct visit *visit, const struct document *body, struct wish *wish)
{
	struct slice entity;
	const struct node *ttl = node_find(body->root, SLICE("ttl_s"));
	if (!body_text(visit, body, "entity", 64, &entity) ||
	        !body_optional_text(visit, body, "reason", REASON_BYTES, &wish->reason))
		return false;
	if (!list_network(entity, &wish->network, wish->entity))
		return problem_at(visit, 400, "/entity", "an address or a network");
	if (ttl && (ttl->kind != NODE_SCALAR || ttl->quoted ||
	                   !slice_to_u64(ttl->text, &wish->ttl_s) ||
	                   wish->ttl_s > TTL_MOST_S))
		return problem_at(
		        visit, 400, "/ttl_s", "seconds, 0 (for ever) to %d", TTL_MOST_S);
	wish->force = slice_equal(visit_parameter(visit, "force"), SLICE("true"));
	return true;
}

bool list_blocks_visitor(const struct visit *visit, const struct network *network)
{
	const struct address loopback = address_v4(0x7f000001);
	return network_contains(network, &visit->request->peer) ||
	       network_contains(network, &loopback);
}

/* Nobody should lock out oneself or this machine by mistake. */
static bool wish_harmless(struct visit *visit, const struct wish *wish)
{
	if (!wish->force && list_blocks_visitor(visit, &wish->network))
		return problem_at(visit, 409, "/entity",
		        "this would block your own address; ?force=true does it all the "
		        "same");
	return true;
}

static void list_put(
        struct visit *visit, enum store_list_kind kind, const struct wish *wish)
{
	char detail[REASON_BYTES * 6 + 200];
	struct writer out = writer_of(detail, sizeof(detail));
	struct store_problem trouble;
	uint64_t number = 0;
	json_object(&out, NULL);
	json_text(&out, "reason", wish->reason);
	json_string(&out, "by", slice_text(visit->who.name));
	json_time(&out, "since", visit->now_us);
	json_object_end(&out);
	const struct store_entry entry = {.entity = slice_text(wish->entity),
	        .ttl_ms = wish->ttl_s * 1000,
	        .detail = writer_text(&out),
	        .who = slice_text(visit->who.name)};
	if (!store_list_add(visit->api->redis, kind, &entry, &number, &trouble)) {
		(void)redis_failed(visit, trouble.text);
		return;
	}
	struct writer answer = buffer_room(&visit->reply->body, ENTRY_BYTES);
	json_object(&answer, NULL);
	json_string(&answer, "entity", entry.entity);
	json_u64(&answer, "change", number);
	json_object_end(&answer);
	buffer_take(&visit->reply->body, &answer);
	visit->reply->status = 201;
	visit->reply->content_type = "application/json";
}

static void list_post(struct visit *visit, enum store_list_kind kind)
{
	static const char *const KNOWN[] = {"entity", "ttl_s", "reason", NULL};
	struct wish wish = {0};
	if (!redis_there(visit))
		return;
	struct document *body = body_read(visit, KNOWN);
	if (!body)
		return;
	if (wish_read(visit, body, &wish) &&
	        (kind != STORE_BLOCKED || wish_harmless(visit, &wish)) &&
	        audit_change(visit, kind == STORE_BLOCKED ? "block.add" : "allow.add",
	                slice_text(wish.entity)))
		list_put(visit, kind, &wish);
	document_free(&body);
}

static void list_delete(struct visit *visit, enum store_list_kind kind)
{
	char entity[LIST_ENTITY_BYTES];
	struct network network;
	bool removed = false;
	if (!redis_there(visit))
		return;
	if (!list_network(visit_parameter(visit, "entity"), &network, entity)) {
		(void)problem_at(visit, 400, "?entity", "an address or a network");
		return;
	}
	if (!audit_change(visit, kind == STORE_BLOCKED ? "block.remove" : "allow.remove",
	            slice_text(entity)))
		return;
	if (!store_list_remove(visit->api->redis, kind, slice_text(entity),
	            slice_text(visit->who.name), &removed))
		(void)redis_failed(visit, redis_problem(visit->api->redis));
	else if (removed)
		visit->reply->status = 204;
	else
		(void)problem(visit, 404, "%s is not on the list", entity);
}

void blocks_get(struct visit *visit)
{
	list_answer_of(visit, STORE_BLOCKED);
}

void blocks_post(struct visit *visit)
{
	list_post(visit, STORE_BLOCKED);
}

void block_delete(struct visit *visit)
{
	list_delete(visit, STORE_BLOCKED);
}

void allows_get(struct visit *visit)
{
	list_answer_of(visit, STORE_ALLOWED);
}

void allows_post(struct visit *visit)
{
	list_post(visit, STORE_ALLOWED);
}

void allow_delete(struct visit *visit)
{
	list_delete(visit, STORE_ALLOWED);
}

/* An address, and what of a list it falls under. */
struct check {
	struct address address;
	struct buffer found;
	bool any;
};

static bool check_take(
        struct visit *visit, void *context, const struct store_list_change *change)
{
	struct check *check = context;
	struct network network;
	(void)visit;
	if (!network_parse(change->entity, &network) ||
	        !network_contains(&network, &check->address))
		return true;
	if (check->any)
		buffer_string(&check->found, ",");
	check->any = true;
	entry_json(&check->found, change);
	return true;
}

void blocks_check(struct visit *visit)
{
	static const char *const KNOWN[] = {"address", NULL};
	struct check blocked = {.found = buffer_of(1 << 20)};
	struct check allowed = {.found = buffer_of(1 << 20)};
	struct slice text;
	struct document *body = body_read(visit, KNOWN);
	if (!body)
		return;
	bool fine = body_text(visit, body, "address", 64, &text);
	if (fine && !address_parse(text, &blocked.address))
		fine = problem_at(visit, 400, "/address", "an IP address");
	allowed.address = blocked.address;
	const struct list_reader blocks = {NULL, check_take, &blocked};
	const struct list_reader allows = {NULL, check_take, &allowed};
	if (fine && list_read(visit, STORE_BLOCKED, &blocks) &&
	        list_read(visit, STORE_ALLOWED, &allows)) {
		struct buffer *out = &visit->reply->body;
		buffer_format(out, "{\"blocked\":%s,\"blocks\":[",
		        blocked.any && !allowed.any ? "true" : "false");
		buffer_slice(out, buffer_text(&blocked.found));
		buffer_string(out, "],\"allows\":[");
		buffer_slice(out, buffer_text(&allowed.found));
		buffer_string(out, "]}");
		visit->reply->content_type = "application/json";
	}
	buffer_free(&blocked.found);
	buffer_free(&allowed.found);
	document_free(&body);
}
