#include "sensor/judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/frame/hep.h"
#include "engine/report/cef.h"
#include "platform/baseline.h"
#include "platform/instant.h"
#include "platform/memory.h"
#include "platform/random.h"

static const uint64_t BASELINE_EVERY_US = (uint64_t)600 * 1000000;

enum {
	IDLE_MS = 50,
	HOLD_US = 150000, /* an idle inlet may still have an earlier packet */
	RULES_MEMORY = 96 << 20,
	HEP_AGENT = 2001, /* our number as a capture agent */
};

static void put(struct judge *judge, enum out_kind kind, struct slice text)
{
	const size_t bytes = sizeof(struct out_record) + text.len;
	if (!text.len || !(judge->out_kinds & 1u << kind))
		return;
	struct out_record *record = ring_reserve(judge->out, bytes);
	if (!record) {
		atomic_fetch_add_explicit(&judge->lost_lines, 1, memory_order_relaxed);
		return;
	}
	*record = (struct out_record){(uint32_t)kind, (uint32_t)text.len};
	memcpy(record + 1, text.data, text.len);
	ring_commit(judge->out, bytes);
}

/* Each message of SIP as HEP3, for a collector. */
static void put_hep(struct judge *judge, const struct event *event)
{
	static const uint8_t protocols[TRANSPORT_COUNT] = {[TRANSPORT_UDP] = 17,
	        [TRANSPORT_TCP] = 6,
	        [TRANSPORT_SCTP] = 132,
	        [TRANSPORT_WS] = 6,
	        [TRANSPORT_TLS] = 6};
	const bool sip =
	        event->kind == EVENT_SIP_REQUEST || event->kind == EVENT_SIP_RESPONSE;
	if (!(judge->out_kinds & 1u << OUT_HEP) || !sip || !event->message)
		return;
	const struct datagram *datagram = event->message->datagram;
	const struct hep hep = {
	        .src = datagram->src,
	        .dst = datagram->dst,
	        .time_us = event->time_us,
	        .protocol = protocols[datagram->transport],
	        .payload_type = HEP_PAYLOAD_SIP,
	        .agent = HEP_AGENT,
	        .payload = event->message->bytes,
	};
	struct writer out = writer_of(judge->line.buffer, REPORT_LINE_MAX);
	hep_write(&out, &hep);
	if (!out.truncated)
		put(judge, OUT_HEP, writer_text(&out));
}

static void on_event(
        void *context, const struct engine *engine, const struct event *event)
{
	struct judge *judge = context;
	struct slice text;
	/* What others told is no news to them. */
	if (event->kind == EVENT_SENSOR && event->sensor_shared)
		return;
	tally_event(judge->tally, event);
	ongoing_event(judge->ongoing, event);
	put_hep(judge, event);
	judge->line.context.rules = engine_rules(engine);
	line_begin(&judge->line, event);
	while (line_next(&judge->line, &text))
		put(judge, OUT_LINE, text);
}

static void on_alert(
        void *context, const struct engine *engine, const struct alert *alert)
{
	struct judge *judge = context;
	char name[WITNESS_NAME_BYTES];
	const bool seen = witness_alert(judge->witness, engine, alert, name);
	judge->line.context.evidence_file = seen ? name : NULL;
	atomic_fetch_add_explicit(&judge->alerts, 1, memory_order_relaxed);
	put(judge, OUT_LINE, line_alert(&judge->line, alert));
	if (judge->out_kinds & 1u << OUT_CEF) {
		char text[CEF_BYTES_MAX];
		struct writer out = writer_of(text, sizeof(text));
		alert_cef(&judge->line.context, alert, &out);
		put(judge, OUT_CEF, writer_text(&out));
	}
	judge->line.context.evidence_file = NULL;
}

bool judge_open(struct judge *judge, size_t memory_bytes)
{
	struct engine_config config = {.sink = {judge, on_event, on_alert}};

	judge->memory = memory_reserve(memory_bytes);
	judge->line_memory = memory_reserve(LINE_SEEN_BYTES + REPORT_LINE_MAX + 8192);
	if (!judge->memory.base || !judge->line_memory.base ||
	        !random_key(&config.hash_key)) {
		fprintf(stderr,
		        "ringfence-sensor: the system refuses %zu MiB of memory\n",
		        memory_bytes >> 20);
		return false;
	}
	config.memory = judge->memory;
	config.rules = judge->rules ? &judge->rules->rules.set : NULL;
	judge->engine = engine_new(&config);
	judge->line.buffer = memory_take(&judge->line_memory, REPORT_LINE_MAX);
	if (!judge->engine || !judge->line.buffer ||
	        !seen_init(
	                &judge->line.anomalies, &judge->line_memory, LINE_SEEN_BYTES)) {
		fprintf(stderr, "ringfence-sensor: %zu MiB are too little memory\n",
		        memory_bytes >> 20);
		return false;
	}
	judge->line.context = (struct report_context){
	        .track = engine_track(judge->engine),
	        .sources = judge->sources,
	        .source_count = judge->inlet_count,
	        .sensor = judge->node,
	        .drops = &judge->drops,
	};
	return bell_open(&judge->bell);
}

/*
 * The inlet with the oldest packet. NULL: none has one, or one that has none may still
 * get an older one.
 */
static struct inlet *oldest(
        struct judge *judge, const struct inlet_record **record, size_t *bytes)
{
	struct inlet *found = NULL;
	bool gap = false;

	for (size_t i = 0; i < judge->inlet_count; i++) {
		struct inlet *inlet = judge->inlets[i];
		size_t len;
		const bool done = atomic_load(&inlet->done);
		const struct inlet_record *head = ring_peek(&inlet->ring, &len);
		if (!head) {
			gap = gap || !done;
			continue;
		}
		if (found && (*record)->packet.time_us <= head->packet.time_us)
			continue;
		found = inlet;
		*record = head;
		*bytes = len;
	}
	if (found && gap && (*record)->packet.time_us + HOLD_US > instant_now_us())
		return NULL;
	return found;
}

static uint64_t spent_ns(void)
{
	struct timespec spent;
	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
	return (uint64_t)spent.tv_sec * 1000000000 + (uint64_t)spent.tv_nsec;
}

/* One packet, and now and then what it costs: rules may be slower than the wire. */
static void judge_packet(struct judge *judge, const struct packet *packet)
{
	struct pace *pace = &judge->pace;
	if (packet->number % PACE_EACH) {
		(void)engine_packet(judge->engine, packet);
		return;
	}
	const uint64_t before_ns = spent_ns();
	(void)engine_packet(judge->engine, packet);
	pace->spent_ns += spent_ns() - before_ns;
	pace->count++;
	if (packet->time_us < pace->since_us + PACE_US)
		return;
	const struct engine_notice notice = {.time_us = packet->time_us,
	        .what = "slow",
	        .where = "packets",
	        .value = pace->spent_ns / pace->count / 1000};
	if (pace->since_us && notice.value > PACE_SLOW_US)
		engine_notice(judge->engine, &notice);
	*pace = (struct pace){.since_us = packet->time_us};
}

/* Captures that gave way to newer ones, or were not begun. */
static void tell_evidence(struct judge *judge)
{
	const uint64_t lost = atomic_load_explicit(
	                              &judge->witness->removed, memory_order_relaxed) +
	                      atomic_load_explicit(
	                              &judge->witness->refused, memory_order_relaxed);
	if (lost == judge->evidence_told || !judge->number)
		return;
	const struct engine_notice notice = {.time_us = instant_now_us() - judge->lag_us,
	        .what = "evidence-quota",
	        .where = "captures",
	        .value = lost - judge->evidence_told,
	        .shared = true};
	judge->evidence_told = lost;
	engine_notice(judge->engine, &notice);
}

static void judge_record(
        struct judge *judge, struct inlet *inlet, const struct inlet_record *record)
{
	if (record->dropped) {
		const struct engine_notice notice = {.time_us = record->packet.time_us,
		        .what = "drops",
		        .where = inlet->name,
		        .value = record->dropped};
		drops_note(&judge->drops, notice.time_us, record->dropped);
		engine_notice(judge->engine, &notice);
		return;
	}
	struct packet packet = inlet_packet(record);
	/* Counted over all inlets: as a record of them all would be. */
	packet.number = ++judge->number;
	/* An alert's case comes behind the packet that raised it. */
	witness_packet(judge->witness, &packet);
	judge_packet(judge, &packet);
	atomic_fetch_add_explicit(&judge->packets, 1, memory_order_relaxed);
}

static void take_rules(struct judge *judge)
{
	if (!atomic_load_explicit(&judge->next_rules, memory_order_relaxed) ||
	        atomic_load(&judge->old_rules))
		return;
	struct judge_rules *next = atomic_exchange(&judge->next_rules, NULL);
	struct judge_rules *old = next;
	if (engine_judge(judge->engine, &next->memory, &next->rules.set)) {
		old = judge->rules;
		judge->rules = next;
		atomic_store(&judge->rules_version, next->version);
	}
	atomic_store(&judge->old_rules, old);
}

/* What accounts have done on all sensors together. */
static void take_notices(struct judge *judge)
{
	struct tally_note note;
	while (tally_notice(judge->tally, &note)) {
		const struct engine_notice notice = {.time_us = note.time_us,
		        .what = note.what,
		        .where = note.account,
		        .value = note.total,
		        .shared = true};
		engine_notice(judge->engine, &notice);
	}
}

static bool all_done(const struct judge *judge)
{
	for (size_t i = 0; i < judge->inlet_count; i++)
		if (!atomic_load(&judge->inlets[i]->done) ||
		        !ring_empty(&judge->inlets[i]->ring))
			return false;
	return true;
}

/* In a moment without packets, once in ten minutes. */
static void keep_baseline(struct judge *judge, uint64_t now_us)
{
	if (!judge->baseline || now_us - judge->baseline_us < BASELINE_EVERY_US)
		return;
	if (judge->baseline_us)
		(void)baseline_write(judge->baseline, engine_accounts(judge->engine));
	judge->baseline_us = now_us;
}

static void rest(struct judge *judge)
{
	const uint64_t now_us = instant_now_us();
	bool empty = true;
	bell_doze(&judge->bell);
	for (size_t i = 0; i < judge->inlet_count; i++)
		empty = ring_empty(&judge->inlets[i]->ring) && empty;
	/* Packets that wait for a slower inlet are not the wire being idle. */
	/* Time begins with the first packet, as in a replay. */
	if (empty && judge->number)
		engine_advance(judge->engine, now_us - judge->lag_us);
	if (empty)
		keep_baseline(judge, now_us);
	bell_sleep(&judge->bell, empty ? IDLE_MS : 1);
}

/* A line is told in one piece, however many streams it lists. */
static void tell_summary(struct judge *judge)
{
	const struct summary *summary = engine_summary(judge->engine);
	const size_t piece = summary_piece_size(summary);
	const size_t pieces = 3 + summary_stream_count(summary) / SUMMARY_STREAMS_AT_ONCE;
	struct summary_text text = {.summary = summary,
	        .frame = engine_frame_counters(judge->engine),
	        .track = track_counters(engine_track(judge->engine))};
	char *data = malloc(piece * pieces);
	size_t len = 0;
	if (!data)
		return;
	struct writer out = writer_of(data, piece);
	while (summary_piece(&text, &out)) {
		len += out.len;
		out = writer_of(data + len, piece);
	}
	put(judge, OUT_LINE, slice_of(data, len));
	free(data);
}

static void *judge_run(void *context)
{
	struct judge *judge = context;
	for (;;) {
		const struct inlet_record *record = NULL;
		size_t bytes = 0;
		struct inlet *inlet = oldest(judge, &record, &bytes);
		atomic_fetch_add_explicit(&judge->beats, 1, memory_order_relaxed);
		take_rules(judge);
		take_notices(judge);
		tell_evidence(judge);
		if (inlet) {
			judge_record(judge, inlet, record);
			ring_release(&inlet->ring, bytes);
		} else if (atomic_load(judge->stop) && all_done(judge)) {
			break;
		} else {
			rest(judge);
		}
	}
	engine_finish(judge->engine);
	if (judge->baseline)
		(void)baseline_write(judge->baseline, engine_accounts(judge->engine));
	tell_summary(judge);
	atomic_store(&judge->done, true);
	bell_ring(judge->out->bell);
	if (judge->witness->started)
		bell_ring(&judge->witness->bell);
	return NULL;
}

bool judge_start(struct judge *judge)
{
	judge->started = pthread_create(&judge->thread, NULL, judge_run, judge) == 0;
	return judge->started;
}

bool judge_offer(struct judge *judge, struct judge_rules *rules)
{
	struct judge_rules *expected = NULL;
	struct judge_rules *old = atomic_exchange(&judge->old_rules, NULL);
	judge_rules_free(&old);
	return atomic_compare_exchange_strong(&judge->next_rules, &expected, rules);
}

void judge_close(struct judge *judge)
{
	if (judge->started)
		(void)pthread_join(judge->thread, NULL);
	judge->started = false;
	struct judge_rules *next = atomic_exchange(&judge->next_rules, NULL);
	struct judge_rules *old = atomic_exchange(&judge->old_rules, NULL);
	judge_rules_free(&next);
	judge_rules_free(&old);
	judge_rules_free(&judge->rules);
	memory_release(&judge->memory);
	memory_release(&judge->line_memory);
	bell_close(&judge->bell);
}

struct judge_rules *judge_rules_load(const char *directory, const char *site)
{
	struct judge_rules *rules = calloc(1, sizeof(*rules));
	if (!directory[0])
		directory = rules_default();
	if (!directory)
		fprintf(stderr, "ringfence-sensor: there are no rules to judge by\n");
	if (!rules || !directory) {
		free(rules);
		return NULL;
	}
	rules->memory = memory_reserve(RULES_MEMORY);
	if (!rules->memory.base ||
	        !rules_load(&rules->rules, directory, site[0] ? site : NULL))
		judge_rules_free(&rules);
	return rules;
}

void judge_rules_free(struct judge_rules **rules)
{
	if (!*rules)
		return;
	rules_clear(&(*rules)->rules);
	memory_release(&(*rules)->memory);
	free(*rules);
	*rules = NULL;
}
