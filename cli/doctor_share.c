#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/doctor.h"
#include "platform/store.h"

enum { NAMES_BYTES = 16384, PATIENCE_MS = 1000 };

static uint64_t field_number(const struct redis_reply *fields, const char *name)
{
	uint64_t value = 0;
	for (size_t i = 0; i + 1 < redis_count(fields); i += 2)
		if (slice_equal(redis_text(redis_item(fields, i)), slice_text(name)))
			(void)slice_to_u64(redis_text(redis_item(fields, i + 1)), &value);
	return value;
}

static struct slice field_text(const struct redis_reply *fields, const char *name)
{
	for (size_t i = 0; i + 1 < redis_count(fields); i += 2)
		if (slice_equal(redis_text(redis_item(fields, i)), slice_text(name)))
			return redis_text(redis_item(fields, i + 1));
	return SLICE("");
}

static void drops_tell(
        struct doctor *doctor, const char *id, uint64_t lost, uint64_t seen)
{
	doctor_tell(doctor, DOCTOR_WARNING, "drops", id,
	        "%llu packets were lost in the kernel, %llu judged",
	        (unsigned long long)lost, (unsigned long long)seen);
	doctor_mend(doctor,
	        "raise capture.buffer in /etc/ringfence/sensor.yaml, or narrow "
	        "capture.filter");
}

static void node_look(struct doctor *doctor, struct redis *redis, const char *id)
{
	const struct redis_reply *fields = store_node(redis, slice_text(id));
	if (!redis_count(fields)) {
		doctor_tell(doctor, DOCTOR_BAD, "node", id, "silent for over %d s",
		        STORE_NODE_TTL_S);
		doctor_mend(doctor, "systemctl status ringfence-sensor ringfence-filter");
		return;
	}
	const struct slice state = field_text(fields, "state");
	const struct slice problem = field_text(fields, "problem");
	const uint64_t lost = field_number(fields, "dropped");
	const uint64_t seen = field_number(fields, "packets");
	const uint64_t waiting = field_number(fields, "waiting");
	const bool fine = !slice_equal(state, SLICE("degraded"));
	doctor_tell(doctor, fine ? DOCTOR_FINE : DOCTOR_WARNING, "node", id,
	        "%.*s; %llu events wait in its spool%s%.*s", (int)state.len, state.data,
	        (unsigned long long)waiting, problem.len ? ": " : "", (int)problem.len,
	        problem.data);
	if (!fine)
		doctor_mend(doctor, "journalctl -u 'ringfence-*' -n 50");
	if (lost)
		drops_tell(doctor, id, lost, seen);
}

static void nodes_look(struct doctor *doctor, struct redis *redis)
{
	char names[NAMES_BYTES];
	size_t used = 0;
	const struct redis_reply *nodes = store_nodes(redis);
	/* The answer is gone when the next question is asked. */
	for (size_t i = 0; i < redis_count(nodes); i++) {
		const struct slice id = redis_text(redis_item(nodes, i));
		if (used + id.len + 1 > sizeof(names))
			break;
		memcpy(names + used, id.data, id.len);
		names[used + id.len] = 0;
		used += id.len + 1;
	}
	if (!used)
		doctor_tell(doctor, DOCTOR_SKIPPED, "drops", "",
		        "no sensor or filter has told Redis how it is");
	for (size_t at = 0; at < used; at += strlen(names + at) + 1)
		node_look(doctor, redis, names + at);
}

void doctor_share(struct doctor *doctor)
{
	struct redis_place place;
	struct redis_options options;
	struct config_error error;
	if (!doctor->redis.address[0]) {
		doctor_tell(doctor, DOCTOR_SKIPPED, "redis", "",
		        "none is configured: each program stands alone");
		return;
	}
	if (!redis_options_of(&doctor->redis, &place, &options, &error)) {
		doctor_tell(doctor, DOCTOR_BAD, "redis", "", "%s", error.text);
		doctor_mend(doctor, "ringfence config check");
		return;
	}
	options.connect_ms = options.answer_ms = PATIENCE_MS;
	struct redis *redis = redis_new(&options);
	const struct redis_reply *reply =
	        redis ? redis_ask(redis, slice_of(NULL, 0), REDIS_ARGS(SLICE("PING")))
	              : NULL;
	if (redis_kind(reply) == REDIS_TEXT) {
		doctor_tell(doctor, DOCTOR_FINE, "redis", "", "%s answers",
		        doctor->redis.address);
		nodes_look(doctor, redis);
	} else {
		doctor_tell(doctor, DOCTOR_BAD, "redis", "", "%s: %s",
		        doctor->redis.address,
		        reply   ? "it refuses us"
		        : redis ? redis_problem(redis)
		                : "no memory");
		doctor_mend(doctor, "systemctl enable --now redis-server");
	}
	redis_free(&redis);
}
