#include "engine/engine.h"

#include "engine/decode/decode.h"
#include "engine/detect/accounts.h"
#include "engine/detect/rule.h"

/* How the region is divided, in percent; the rest is for decode and the engine. */
struct shares {
	unsigned frame;
	unsigned track;
	unsigned detect;
	unsigned accounts;
	unsigned summary;
};

static const struct shares SHARES = {
        .frame = 16, .track = 54, .detect = 17, .accounts = 4, .summary = 6};

struct engine {
	uint64_t now_us; /* packet time, never going back */
	struct frame *frame;
	struct decode *decode;
	struct track *track;
	struct detect *detect; /* NULL = judge nothing */
	const struct rule_set *rules;
	struct accounts *accounts; /* with rules only: they outlive a change of them */
	struct summary *summary;
	struct sink sink;
	struct hash_key hash_key;
};

static size_t share(const struct memory *memory, unsigned percent)
{
	return memory->bytes / 100 * percent;
}

struct engine *engine_new(const struct engine_config *config)
{
	struct memory memory = config->memory;
	const struct hash_key *key = &config->hash_key;
	struct engine *engine = memory_take(&memory, sizeof(*engine));
	if (!engine)
		return NULL;
	engine->sink = config->sink;
	engine->hash_key = *key;
	engine->frame = frame_new(&memory, share(&memory, SHARES.frame), key);
	if (!engine->frame)
		return NULL;
	engine->decode = decode_new(&memory, engine->frame, key);
	engine->track = track_new(&memory, share(&memory, SHARES.track), key);
	engine->summary = summary_new(&memory, share(&memory, SHARES.summary), key);
	if (!engine->decode || !engine->track || !engine->summary)
		return NULL;
	if (!config->rules)
		return engine;
	engine->rules = config->rules;
	engine->accounts = accounts_new(&memory, share(&memory, SHARES.accounts), key);
	engine->detect =
	        detect_new(&memory, share(&memory, SHARES.detect), key, config->rules);
	if (!engine->accounts || !engine->detect)
		return NULL;
	detect_accounts(engine->detect, engine->accounts);
	return engine;
}

/* Hands out what the last step of the judge raised. */
static void engine_alerts(struct engine *engine)
{
	const struct alert *alert;
	while ((alert = detect_next(engine->detect))) {
		summary_alert(engine->summary, alert);
		if (engine->sink.alert)
			engine->sink.alert(engine->sink.context, engine, alert);
	}
}

static void engine_event(struct engine *engine, const struct event *event)
{
	summary_event(engine->summary, event);
	if (engine->sink.event)
		engine->sink.event(engine->sink.context, engine, event);
	if (engine->detect) {
		if (engine->accounts)
			accounts_event(engine->accounts, &engine->rules->site, event);
		detect_event(engine->detect, event);
		engine_alerts(engine);
		detect_kpi_call(engine->detect, event);
	}
}

/* Key figures of windows that closed, or close with the end. */
static void engine_kpis(struct engine *engine, bool end)
{
	const struct event *event;
	while ((event = detect_kpi_next(engine->detect, engine->now_us, end)))
		engine_event(engine, event);
}

/* Hands out what the last step of the tracker changed. */
static void engine_events(struct engine *engine)
{
	const struct event *event;
	while ((event = track_next(engine->track)))
		engine_event(engine, event);
}

/* Timers due, in packet time: captures hold packets out of order, time does not go back.
 */
static void engine_step(struct engine *engine, uint64_t time_us)
{
	engine->now_us = time_us;
	track_advance(engine->track, time_us);
	engine_events(engine);
	if (engine->detect) {
		detect_advance(engine->detect, time_us);
		engine_alerts(engine);
		engine_kpis(engine, false);
	}
}

/* Step by step through the times at which timers are due: what they tell does not depend
 * on how far apart packets, or the looks of an idle face, are. */
void engine_advance(struct engine *engine, uint64_t time_us)
{
	while (time_us > engine->now_us) {
		uint64_t next_us = track_next_us(engine->track, time_us);
		if (engine->detect)
			next_us = detect_next_us(engine->detect, next_us);
		engine_step(engine, next_us);
	}
}

/* All that the frames have to give: a packet's, or the end's. */
static void engine_datagrams(struct engine *engine)
{
	struct datagram datagram;
	struct message message;

	while (frame_next(engine->frame, &datagram)) {
		decode_open(engine->decode, &datagram);
		while (decode_next(engine->decode, &message)) {
			summary_message(engine->summary, &message);
			track_message(engine->track, &message);
			engine_events(engine);
		}
	}
}

enum verdict engine_packet(struct engine *engine, const struct packet *packet)
{
	summary_packet(engine->summary, packet);
	engine_advance(engine, packet->time_us);
	frame_open(engine->frame, packet);
	engine_datagrams(engine);
	return engine->detect ? detect_verdict(engine->detect) : VERDICT_PASS;
}

void engine_notice(struct engine *engine, const struct engine_notice *notice)
{
	const struct event event = {
	        .kind = EVENT_SENSOR,
	        .time_us = notice->time_us,
	        .sensor_what = notice->what,
	        .sensor_where = notice->where,
	        .sensor_value = notice->value,
	        .sensor_shared = notice->shared,
	};
	engine_advance(engine, notice->time_us);
	if (slice_equal(slice_text(notice->what), SLICE("drops")))
		track_dropped(engine->track, notice->value);
	engine_events(engine);
	engine_event(engine, &event);
}

bool engine_judge(
        struct engine *engine, struct memory *memory, const struct rule_set *rules)
{
	struct detect *detect =
	        detect_new(memory, memory->bytes, &engine->hash_key, rules);
	if (!detect)
		return false;
	if (engine->accounts)
		detect_accounts(detect, engine->accounts);
	engine->detect = detect;
	engine->rules = rules;
	return true;
}

void engine_finish(struct engine *engine)
{
	frame_finish(engine->frame);
	engine_datagrams(engine);
	track_finish(engine->track);
	engine_events(engine);
	if (engine->detect)
		engine_kpis(engine, true);
}

const struct judgement *engine_judgement(const struct engine *engine)
{
	return engine->detect ? detect_judgement(engine->detect) : NULL;
}

struct accounts *engine_accounts(const struct engine *engine)
{
	return engine->accounts;
}

const struct rule_set *engine_rules(const struct engine *engine)
{
	return engine->rules;
}

const struct frame_counters *engine_frame_counters(const struct engine *engine)
{
	return frame_counters(engine->frame);
}

const struct track *engine_track(const struct engine *engine)
{
	return engine->track;
}

const struct summary *engine_summary(const struct engine *engine)
{
	return engine->summary;
}
