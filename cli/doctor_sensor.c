#include <stdio.h>
#include <string.h>

#include "cli/doctor.h"
#include "platform/http_client.h"

enum { URL_BYTES = 300 };

/* The number of a sample "NAME{interface="eth0"} 17", and the label's value. */
static bool sample_of(
        struct slice line, struct slice name, struct slice *label, uint64_t *value)
{
	if (!slice_starts(line, name))
		return false;
	struct slice rest = slice_from(line, name.len);
	if (!slice_starts(rest, SLICE("{interface=\"")))
		return false;
	rest = slice_from(rest, sizeof("{interface=\"") - 1);
	*label = slice_split(&rest, '"');
	return slice_starts(rest, SLICE("} ")) &&
	       slice_to_u64(slice_from(rest, 2), value);
}

static void losses_tell(struct doctor *doctor, struct slice text)
{
	static const struct slice NAME = {"ringfence_sensor_interface_dropped_total", 40};
	struct slice label;
	uint64_t lost;
	char name[DOCTOR_NAME_BYTES];
	while (text.len) {
		if (!sample_of(slice_split(&text, '\n'), NAME, &label, &lost))
			continue;
		(void)snprintf(name, sizeof(name), "%.*s", (int)label.len, label.data);
		doctor_tell(doctor, lost ? DOCTOR_WARNING : DOCTOR_FINE, "drops", name,
		        "%llu packets were lost in the kernel since the sensor started",
		        (unsigned long long)lost);
		if (lost)
			doctor_mend(doctor, "raise capture.buffer in "
			                    "/etc/ringfence/sensor.yaml, or narrow "
			                    "capture.filter");
	}
}

void doctor_sensor(struct doctor *doctor)
{
	char url[URL_BYTES];
	struct http_answer answer = {.body = buffer_of(0)};
	if (!doctor->metrics[0]) {
		doctor_tell(doctor, DOCTOR_SKIPPED, "drops", "",
		        "the sensor's metrics.listen is not set: it cannot be asked");
		return;
	}
	(void)snprintf(url, sizeof(url), "http://%s", doctor->metrics);
	const struct http_client_options options = {.server = url};
	const struct http_question question = {
	        .method = "GET", .path = "/metrics", .accept = "*/*"};
	struct http_client *client = http_client_new(&options);
	if (client && http_client_ask(client, &question, &answer) &&
	        answer.status == 200) {
		losses_tell(doctor, buffer_text(&answer.body));
	} else {
		doctor_tell(doctor, DOCTOR_BAD, "sensor", "", "%s/metrics: %s", url,
		        answer.status ? "not a sensor's answer"
		        : client      ? http_client_problem(client)
		                      : "no memory");
		doctor_mend(doctor, "systemctl restart ringfence-sensor");
	}
	buffer_free(&answer.body);
	http_client_free(&client);
}
