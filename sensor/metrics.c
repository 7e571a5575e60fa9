#include "sensor/metrics.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "platform/http.h"
#include "platform/instant.h"
#include "sensor/counters.h"
#include "sensor/sensor.h"

enum { CONNECTIONS_MAX = 32, IDLE_S = 30, TEXT_BYTES = 1 << 18 };

static void head(struct buffer *out, const char *name, bool grows, const char *help)
{
	buffer_format(out,
	        "# HELP ringfence_sensor_%s %s\n# TYPE ringfence_sensor_%s %s\n", name,
	        help, name, grows ? "counter" : "gauge");
}

static void sample(
        struct buffer *out, const char *name, const char *labels, uint64_t value)
{
	buffer_format(out, "ringfence_sensor_%s%s %" PRIu64 "\n", name, labels, value);
}

/* {name="text"}: what a value must not hold is escaped. */
static void label(char *into, size_t size, const char *name, const char *text)
{
	size_t len = (size_t)snprintf(into, size, "{%s=\"", name);
	for (; *text && len + 5 < size; text++) {
		if (*text == '"' || *text == '\\')
			into[len++] = '\\';
		into[len++] = *text;
	}
	(void)snprintf(into + len, size - len, "\"}");
}

static void interfaces_write(struct buffer *out, struct sensor *sensor)
{
	char labels[128];
	head(out, "interface_packets", true, "Packets taken from an interface.");
	for (size_t i = 0; i < sensor->inlet_count; i++) {
		label(labels, sizeof(labels), "interface", sensor->inlets[i].name);
		sample(out, "interface_packets_total", labels,
		        atomic_load(&sensor->inlets[i].packets));
	}
	head(out, "interface_dropped", true,
	        "Packets of an interface lost in the kernel.");
	for (size_t i = 0; i < sensor->inlet_count; i++) {
		label(labels, sizeof(labels), "interface", sensor->inlets[i].name);
		sample(out, "interface_dropped_total", labels,
		        atomic_load(&sensor->inlets[i].dropped));
	}
}

static void outlets_write(struct buffer *out, struct sensor *sensor)
{
	char labels[128];
	head(out, "outlet_up", false, "1 while a far end takes events.");
	for (size_t i = 0; i < sensor->outlet_count; i++) {
		label(labels, sizeof(labels), "outlet", sensor->outlets[i].kind->name);
		sample(out, "outlet_up", labels, atomic_load(&sensor->outlets[i].up));
	}
	head(out, "outlet_sent", true, "Events that a far end has taken.");
	for (size_t i = 0; i < sensor->outlet_count; i++) {
		label(labels, sizeof(labels), "outlet", sensor->outlets[i].kind->name);
		sample(out, "outlet_sent_total", labels,
		        atomic_load(&sensor->outlets[i].sent));
	}
}

static void metrics_write(struct buffer *out, struct sensor *sensor)
{
	struct counter counters[COUNTERS_MAX];
	char name[64];
	const size_t count = counters_read(sensor, counters);
	for (size_t i = 0; i < count; i++) {
		head(out, counters[i].name, counters[i].grows, counters[i].help);
		(void)snprintf(name, sizeof(name), "%s%s", counters[i].name,
		        counters[i].grows ? "_total" : "");
		sample(out, name, "", counters[i].value);
	}
	interfaces_write(out, sensor);
	outlets_write(out, sensor);
	head(out, "uptime_seconds", false, "Seconds since the start.");
	sample(out, "uptime_seconds", "",
	        (instant_now_us() / 1000 - sensor->share.started_ms) / 1000);
	buffer_string(out, "# EOF\n");
}

static bool admit(void *context, struct http_request *request,
        struct http_admission *admission, struct http_reply *reply)
{
	(void)context;
	(void)request;
	(void)reply;
	admission->body_max = 0;
	return true;
}

static void handle(void *context, struct http_request *request, struct http_reply *reply)
{
	reply->body = buffer_of(TEXT_BYTES);
	if (!slice_equal(request->path, SLICE("/metrics"))) {
		reply->status = 404;
	} else if (strcmp(request->method, "GET") != 0 &&
	           strcmp(request->method, "HEAD") != 0) {
		reply->status = 405;
		http_reply_header(reply, "Allow", "GET, HEAD");
	} else {
		reply->status = 200;
		reply->content_type =
		        "application/openmetrics-text; version=1.0.0; charset=utf-8";
		metrics_write(&reply->body, context);
	}
}

static void end(void *context, struct http_request *request)
{
	(void)context;
	(void)request;
}

bool metrics_open(struct sensor *sensor)
{
	const char *listen = sensor->settings.metrics_listen;
	const struct http_handler handler = {sensor, admit, handle, end};
	struct http_options options = {.directory = sensor->settings.state_directory,
	        .connections_max = CONNECTIONS_MAX,
	        .idle_s = IDLE_S};
	struct http_error error = {"neither address:port nor empty"};
	if (!listen[0])
		return true;
	if (endpoint_parse(slice_text(listen), &options.listen))
		sensor->metrics = http_start(&options, &handler, &error);
	if (!sensor->metrics)
		fprintf(stderr, "ringfence-sensor: metrics.listen: %s: %s\n", listen,
		        error.text);
	return sensor->metrics != NULL;
}

void metrics_close(struct sensor *sensor)
{
	http_stop(&sensor->metrics);
}
