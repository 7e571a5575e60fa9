#include "sensor/ongoing.h"

#include <string.h>

#include "engine/report/call_names.h"
#include "engine/report/json.h"
#include "engine/track/call.h"
#include "platform/instant.h"

enum {
	RING_BYTES = 8 << 20,
	NOTE_BYTES = 4096,
	NOTES_AT_ONCE = 200, /* of one round trip */
	ROUNDS_MAX = 50,     /* of one flush: the others wait */
	AGAIN_MS = 15000,
};

struct note {
	uint64_t id;
	uint32_t len; /* 0 = the call has ended */
	int32_t step; /* by how many more calls are up */
	char json[];
};

bool ongoing_open(struct ongoing *ongoing)
{
	ongoing->wanted = true;
	return bell_open(&ongoing->bell) &&
	       ring_open(&ongoing->notes, RING_BYTES, &ongoing->bell);
}

void ongoing_close(struct ongoing *ongoing)
{
	if (!ongoing->wanted)
		return;
	ring_close(&ongoing->notes);
	bell_close(&ongoing->bell);
	ongoing->wanted = false;
}

static void party_json(
        struct writer *out, const char *key, struct slice user, struct slice host)
{
	json_object(out, key);
	json_text(out, "user", user);
	json_text(out, "host", host);
	json_object_end(out);
}

/* As much of the record as there is, in the record's own form. */
static void call_json(const struct event *event, struct writer *out)
{
	const struct call *call = event->call;
	json_object(out, NULL);
	json_time(out, "timestamp", event->time_us);
	json_literal(out, "event_type", "call");
	json_address(out, "src_ip", &call->caller.ip);
	json_address(out, "dest_ip", &call->callee.ip);
	json_object(out, "call");
	json_u64(out, "id", call->id);
	json_text(out, "call_id", call_text(call, CALL_TEXT_ID));
	json_literal(out, "protocol", call->protocol == CALL_SIP ? "sip" : "h323");
	party_json(out, "from", call_text(call, CALL_TEXT_FROM_USER),
	        call_text(call, CALL_TEXT_FROM_HOST));
	party_json(out, "to", call_text(call, CALL_TEXT_TO_USER),
	        call_text(call, CALL_TEXT_TO_HOST));
	party_json(out, "request", call_text(call, CALL_TEXT_REQUEST_USER),
	        call_text(call, CALL_TEXT_REQUEST_HOST));
	json_text(out, "account", call_text(call, CALL_TEXT_AUTH_USER));
	json_text(out, "caller_user_agent", call_text(call, CALL_TEXT_CALLER_AGENT));
	json_literal(out, "state", call_state_name(call));
	json_u64(out, "status", call->status);
	json_time(out, "start", call->start_us);
	if (call->answer_us)
		json_time(out, "answer", call->answer_us);
	json_object_end(out);
	json_object_end(out);
}

static bool concerns(struct ongoing *ongoing, enum event_kind kind)
{
	return kind == EVENT_CALL_START || kind == EVENT_CALL_ANSWER ||
	       kind == EVENT_CALL_END ||
	       (kind == EVENT_CALL_TICK && atomic_load(&ongoing->again));
}

void ongoing_event(struct ongoing *ongoing, const struct event *event)
{
	if (!ongoing->wanted || !event->call || !concerns(ongoing, event->kind))
		return;
	struct note *note = ring_reserve(&ongoing->notes, sizeof(*note) + NOTE_BYTES);
	if (!note) {
		atomic_store(&ongoing->missed, true);
		return;
	}
	struct writer out = writer_of(note->json, NOTE_BYTES);
	if (event->kind != EVENT_CALL_END)
		call_json(event, &out);
	*note = (struct note){.id = event->call->id,
	        .len = out.truncated ? 0 : (uint32_t)out.len,
	        .step = event->kind == EVENT_CALL_START ? 1
	                : event->kind == EVENT_CALL_END ? -1
	                                                : 0};
	ring_commit(&ongoing->notes, sizeof(*note) + note->len);
}

/* Hands on what fits into one round trip; false when there is no more, or Redis is away.
 */
static bool round_trip(struct ongoing *ongoing, struct redis *redis, struct slice node)
{
	size_t count = 0;
	const struct note *note;
	size_t bytes;
	while (count < NOTES_AT_ONCE && (note = ring_peek(&ongoing->notes, &bytes)) &&
	        store_call_put(redis, node, note->id, slice_of(note->json, note->len))) {
		ongoing->up += note->step;
		ring_release(&ongoing->notes, bytes);
		count++;
	}
	if (!count)
		return false;
	if (redis_run(redis))
		return true;
	atomic_store(&ongoing->missed, true);
	return false;
}

/* After a start, and when something was missed. */
static void begin_anew(struct ongoing *ongoing, struct redis *redis, struct slice node)
{
	const bool missed = atomic_exchange(&ongoing->missed, false);
	const uint64_t now_ms = instant_steady_ms();
	if (missed || !ongoing->begun) {
		if (!store_calls_keep(redis, node, true) || !redis_run(redis)) {
			atomic_store(&ongoing->missed, true);
			return;
		}
		ongoing->begun = true;
		ongoing->again_ms = missed ? now_ms + AGAIN_MS : 0;
	}
	atomic_store(&ongoing->again, now_ms < ongoing->again_ms);
}

void ongoing_flush(struct ongoing *ongoing, struct redis *redis, struct slice node)
{
	begin_anew(ongoing, redis, node);
	for (unsigned i = 0; i < ROUNDS_MAX && round_trip(ongoing, redis, node); i++)
		;
	if (!store_calls_keep(redis, node, false) || !redis_run(redis))
		return;
	/* Redis began anew, empty: it knows of none of them. */
	if (ongoing->up > 0 && redis_number(redis_answer(redis, 0)) == 0)
		atomic_store(&ongoing->missed, true);
}
