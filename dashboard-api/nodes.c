#include "dashboard-api/nodes.h"

#include <stdio.h>
#include <string.h>

#include "dashboard-api/paging.h"
#include "dashboard-api/redis_visit.h"
#include "engine/report/json.h"
#include "platform/store.h"

enum { NODES_MAX = 1000, NODE_NAME_BYTES = 256, NODE_BYTES = 16384 };

static void node_json(
        struct buffer *out, const char *id, const struct redis_reply *fields)
{
	struct writer line = buffer_room(out, NODE_BYTES);
	json_object(&line, NULL);
	json_string(&line, "id", slice_text(id));
	json_bool(&line, "alive", redis_count(fields) > 0);
	for (size_t i = 0; i + 1 < redis_count(fields); i += 2) {
		char name[64];
		const struct slice key = redis_text(redis_item(fields, i));
		(void)snprintf(name, sizeof(name), "%.*s", (int)key.len, key.data);
		json_string(&line, name, redis_text(redis_item(fields, i + 1)));
	}
	json_object_end(&line);
	buffer_take(out, &line);
}

bool nodes_names(struct visit *visit, struct buffer *names)
{
	struct redis *redis = visit->api->redis;
	*names = buffer_of(NODES_MAX * NODE_NAME_BYTES);
	if (!redis_there(visit))
		return false;
	const struct redis_reply *nodes = store_nodes(redis);
	if (redis_kind(nodes) != REDIS_LIST)
		return redis_failed(visit, redis_problem(redis));
	/* The answer is gone when the next question is asked. */
	for (size_t i = 0; i < redis_count(nodes) && i < NODES_MAX; i++) {
		buffer_slice(names, redis_text(redis_item(nodes, i)));
		buffer_slice(names, slice_of("", 1));
	}
	return true;
}

const char *nodes_next(struct slice *rest)
{
	const char *name = rest->data;
	if (!rest->len)
		return NULL;
	*rest = slice_from(*rest, strlen(name) + 1);
	return name;
}

void nodes_get(struct visit *visit)
{
	struct buffer names;
	const char *id;
	if (nodes_names(visit, &names)) {
		struct slice rest = buffer_text(&names);
		paging_begin(&visit->reply->body);
		while ((id = nodes_next(&rest))) {
			if (id != names.data)
				buffer_string(&visit->reply->body, ",");
			node_json(&visit->reply->body, id,
			        store_node(visit->api->redis, slice_text(id)));
		}
		paging_end(visit, NULL);
	}
	buffer_free(&names);
}
