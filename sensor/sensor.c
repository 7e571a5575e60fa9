#include "sensor/sensor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "platform/baseline.h"
#include "platform/file.h"
#include "platform/live.h"
#include "platform/service.h"
#include "sensor/hep_inlet.h"
#include "sensor/metrics.h"

enum {
	TELLER_RING = 64 << 20,
	WITNESS_RING = 32 << 20,
	LAG_US = 500000,            /* packets may be under way in the kernel */
	LAG_OF_AGENTS_US = 5000000, /* who gather before they send */
};

static bool fail(const char *what, const char *why)
{
	fprintf(stderr, "ringfence-sensor: %s: %s\n", what, why);
	return false;
}

static void name_node(struct sensor *sensor)
{
	if (sensor->settings.node[0])
		(void)snprintf(sensor->node, NODE_BYTES, "%s", sensor->settings.node);
	else if (gethostname(sensor->node, NODE_BYTES - 1) != 0)
		(void)snprintf(sensor->node, NODE_BYTES, "sensor");
}

/* The next inlet, with its ring; NULL without memory. */
static struct inlet *inlet_of(struct sensor *sensor, const char *name)
{
	struct inlet *inlet = &sensor->inlets[sensor->inlet_count];
	inlet->name = name;
	inlet->source = (uint16_t)sensor->inlet_count++;
	inlet->stop = &sensor->stop;
	inlet->log = &sensor->log;
	if (ring_open(&inlet->ring, sensor->settings.buffer_bytes, &sensor->judge.bell))
		return inlet;
	(void)fail(name, "no memory for its ring");
	return NULL;
}

static bool open_interface(struct sensor *sensor, const char *name)
{
	const struct settings *settings = &sensor->settings;
	struct inlet *inlet = inlet_of(sensor, name);
	struct live_error error;
	if (!inlet)
		return false;
	const struct live_options options = {
	        .interface = name,
	        .filter = settings->filter,
	        .buffer_bytes = settings->buffer_bytes,
	        .snap_bytes = (uint32_t)settings->snap_bytes,
	        .promiscuous = settings->promiscuous,
	        .source = inlet->source,
	};
	inlet->live = live_open(&options, &error);
	return inlet->live || fail(name, error.text);
}

static bool open_hep(struct sensor *sensor, enum hep_transport transport,
        const char *address, const char *name)
{
	if (!address[0])
		return true;
	struct inlet *inlet = inlet_of(sensor, name);
	return inlet && hep_inlet_open(inlet, transport, address);
}

static bool open_inlets(struct sensor *sensor)
{
	const struct settings *settings = &sensor->settings;
	if (settings->interfaces.count > INLETS_MAX - 2)
		return fail("capture.interfaces", "too many");
	for (size_t i = 0; i < settings->interfaces.count; i++)
		if (!open_interface(sensor, settings->interfaces.items[i]))
			return false;
	if (!open_hep(sensor, HEP_UDP, settings->hep_udp, "hep-udp") ||
	        !open_hep(sensor, HEP_TCP, settings->hep_tcp, "hep-tcp"))
		return false;
	return sensor->inlet_count ||
	       fail("capture.interfaces", "there is none to listen on");
}

bool sensor_redis_options(struct sensor *sensor, struct redis_options *options)
{
	struct config_error error;
	if (!redis_options_of(
	            &sensor->settings.redis, &sensor->redis_place, options, &error))
		return fail("redis", error.text);
	options->client_name = sensor->node;
	return true;
}

static struct outlet *outlet_of(struct sensor *sensor, const struct outlet_kind *kind)
{
	struct outlet *outlet = &sensor->outlets[sensor->outlet_count++];
	outlet->kind = kind;
	outlet->log = &sensor->log;
	outlet->stop = &sensor->stop_outlets;
	outlet->far.fd = outlet->bell.fd = -1;
	atomic_init(&outlet->up, true);
	(void)snprintf(outlet->host, sizeof(outlet->host), "%s", sensor->node);
	return outlet_open(outlet, sensor->settings.state_directory,
	               sensor->settings.spool_bytes)
	               ? outlet
	               : NULL;
}

static bool open_redis_outlet(struct sensor *sensor)
{
	struct redis_options options;
	if (!sensor_redis_options(sensor, &options))
		return false;
	struct outlet *outlet = outlet_of(sensor, &OUTLET_REDIS);
	if (!outlet)
		return false;
	outlet->redis = store_open(&options);
	outlet->producer = (struct store_producer){
	        .shard = slice_text(sensor->node),
	        .name = slice_of(spool_name(outlet->spool), SPOOL_NAME_BYTES - 1),
	        .keep_ms = sensor->settings.redis_keep_ms,
	        .entries_max = sensor->settings.redis_entries,
	};
	return outlet->redis || fail("redis", "no memory, or its certificates are bad");
}

static bool open_far_outlet(
        struct sensor *sensor, const struct outlet_kind *kind, const char *address)
{
	struct far_end far;
	if (!address[0])
		return true;
	if (!far_parse(address, &far))
		return fail(address, "not of the form udp://host:port");
	struct outlet *outlet = outlet_of(sensor, kind);
	if (outlet)
		outlet->far = far;
	return outlet != NULL;
}

static bool open_outlets(struct sensor *sensor)
{
	const struct settings *settings = &sensor->settings;
	struct teller *teller = &sensor->teller;

	if (settings->redis.address[0] && !open_redis_outlet(sensor))
		return false;
	if (!open_far_outlet(sensor, &OUTLET_SYSLOG, settings->syslog) ||
	        !open_far_outlet(sensor, &OUTLET_HEP, settings->hep_out))
		return false;
	for (size_t i = 0; i < sensor->outlet_count; i++)
		teller->outlets[teller->outlet_count++] = &sensor->outlets[i];
	if (settings->json_path[0])
		teller->journal.path = settings->json_path;
	teller->journal.bytes_max = settings->json_bytes;
	teller->journal.keep = settings->json_keep;
	teller->judge_done = &sensor->judge.done;
	return teller_open(teller, TELLER_RING);
}

static bool open_types(struct sensor *sensor)
{
	const struct setting_list *list = &sensor->settings.event_types;
	sensor->judge.line.types = LINE_TYPES_DEFAULT;
	for (size_t i = 0; i < list->count; i++) {
		struct slice wrong;
		uint32_t types = 0;
		const char *name = list->items[i];
		if (!line_types(slice_text(name), &types, &wrong))
			return fail(name, "there is no such type of events");
		sensor->judge.line.types |= types;
	}
	return true;
}

/* What was learned of accounts lies in the state's directory, if there can be one. */
static bool open_baseline(struct sensor *sensor)
{
	struct judge *judge = &sensor->judge;
	const char *directory = sensor->settings.state_directory;
	struct file_error ignored;

	if (!directory[0] || !file_make_directories(directory, &ignored))
		return true;
	(void)snprintf(sensor->baseline, sizeof(sensor->baseline), "%s/baseline.txt",
	        directory);
	judge->baseline = sensor->baseline;
	return baseline_read(judge->baseline, engine_accounts(judge->engine));
}

static bool open_judge(struct sensor *sensor)
{
	struct judge *judge = &sensor->judge;
	const struct settings *settings = &sensor->settings;

	/* What was published last counts more than what lies on disk. */
	if (settings->redis.address[0])
		judge->rules = share_kept_rules(settings->state_directory);
	if (!judge->rules)
		judge->rules = judge_rules_load(settings->rules, settings->site);
	if (!judge->rules)
		return false;
	for (size_t i = 0; i < sensor->inlet_count; i++) {
		judge->inlets[i] = &sensor->inlets[i];
		judge->sources[i] = sensor->inlets[i].name;
	}
	judge->inlet_count = sensor->inlet_count;
	judge->node = sensor->node;
	judge->out = &sensor->teller.ring;
	judge->out_kinds = teller_wants(&sensor->teller);
	judge->stop = &sensor->stop;
	judge->lag_us =
	        settings->hep_udp[0] || settings->hep_tcp[0] ? LAG_OF_AGENTS_US : LAG_US;
	judge->tally = &sensor->share.tally;
	judge->ongoing = &sensor->share.ongoing;
	atomic_store(&judge->rules_version, judge->rules->version);
	return judge_open(judge, sensor->settings.memory_bytes) && open_baseline(sensor);
}

static bool open_witness(struct sensor *sensor)
{
	const struct settings *settings = &sensor->settings;
	struct witness *witness = &sensor->witness;

	*witness = (struct witness){
	        .directory = settings->evidence_directory[0]
	                             ? settings->evidence_directory
	                             : NULL,
	        .record = settings->record[0] ? settings->record : NULL,
	        .node = sensor->node,
	        .sources = sensor->judge.sources,
	        .source_count = sensor->inlet_count,
	        .quota_bytes = settings->evidence_bytes,
	        .floor_bytes = settings->evidence_floor_bytes,
	        .after_us = settings->evidence_after_ms * 1000,
	        .log = &sensor->log,
	        .judge_done = &sensor->judge.done,
	};
	sensor->judge.witness = witness;
	return !witness_wanted(witness) ||
	       witness_open(witness, WITNESS_RING, settings->evidence_ring_bytes) ||
	       fail("evidence", "cannot be kept");
}

static bool start(struct sensor *sensor)
{
	bool fine = teller_start(&sensor->teller) && witness_start(&sensor->witness) &&
	            judge_start(&sensor->judge);
	for (size_t i = 0; i < sensor->outlet_count; i++)
		fine = fine && outlet_start(&sensor->outlets[i]);
	for (size_t i = 0; i < sensor->inlet_count; i++)
		fine = fine && inlet_start(&sensor->inlets[i]);
	return fine || fail("threads", "the system refuses them");
}

/* What is opened from here on belongs to the user that it becomes. */
static bool drop(struct sensor *sensor)
{
	struct service_error error;
	return service_drop(sensor->settings.user, -1, &error) ||
	       fail("run.user", error.text);
}

static bool confine(struct sensor *sensor)
{
	struct service_error error;
	return !sensor->settings.seccomp || service_confine(&error) ||
	       fail("run.seccomp", error.text);
}

bool sensor_open(struct sensor *sensor)
{
	log_init(&sensor->log, "ringfence-sensor",
	        (enum log_level)sensor->settings.log_level);
	name_node(sensor);
	return open_types(sensor) && open_inlets(sensor) && drop(sensor) &&
	       open_outlets(sensor) && open_judge(sensor) && open_witness(sensor) &&
	       share_open(sensor) && start(sensor) && metrics_open(sensor) &&
	       confine(sensor);
}

void sensor_close(struct sensor *sensor)
{
	metrics_close(sensor);
	atomic_store(&sensor->stop, true);
	if (sensor->judge.started)
		bell_ring(&sensor->judge.bell);
	/* The judge takes what the inlets still have before they are taken away. */
	struct judge *judge = &sensor->judge;
	if (judge->started)
		(void)pthread_join(judge->thread, NULL);
	judge->started = false;
	for (size_t i = 0; i < sensor->inlet_count; i++)
		inlet_close(&sensor->inlets[i]);
	for (size_t i = 0; i < sensor->inlet_count; i++)
		hep_inlet_close(&sensor->inlets[i]);
	witness_close(&sensor->witness);
	teller_close(&sensor->teller);
	share_close(sensor);
	atomic_store(&sensor->stop_outlets, true);
	for (size_t i = 0; i < sensor->outlet_count; i++)
		outlet_close(&sensor->outlets[i]);
	judge_close(judge);
	config_free(&sensor->config);
}
