/*
 * ringfence doctor: what is wrong with this machine, and the command that mends it.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/doctor.h"
#include "cli/exit.h"
#include "cli/option.h"
#include "cli/output.h"
#include "cli/paint.h"
#include "cli/program.h"
#include "cli/verb.h"
#include "engine/report/json.h"
#include "platform/document.h"
#include "platform/yaml.h"

enum { CONFIG_BYTES = 1 << 20, LINE_BYTES = 2048 };

static const struct usage USAGE = {
        .verb = "doctor",
        .about = "Looks at the clock, rights, interfaces, kernel helpers, queues, disk, "
                 "Redis and the\nnodes that tell it how they are. Exit code 1 when "
                 "something does not work.",
        .example = "ringfence doctor --interface eth0",
};

static const char *const LEVELS[] = {"fine", "skipped", "warning", "bad"};

struct doctor_verb {
	const char *config;
	const char *interface;
	const char *redis;
	unsigned output; /* enum output */
	char sensor[PROGRAM_PATH_BYTES];
	struct document *document; /* the sensor's settings by their keys */
	struct buffer interfaces;
	struct buffer directories;
};

void doctor_tell(struct doctor *doctor, enum doctor_level level, const char *what,
        const char *about, const char *format, ...)
{
	va_list arguments;
	if (doctor->count >= DOCTOR_FINDINGS_MAX)
		return;
	struct doctor_finding *finding = &doctor->findings[doctor->count++];
	finding->level = level;
	finding->what = what;
	(void)snprintf(finding->about, sizeof(finding->about), "%s", about);
	va_start(arguments, format);
	(void)vsnprintf(finding->text, sizeof(finding->text), format, arguments);
	va_end(arguments);
}

void doctor_mend(struct doctor *doctor, const char *format, ...)
{
	va_list arguments;
	struct doctor_finding *finding = &doctor->findings[doctor->count - 1];
	va_start(arguments, format);
	(void)vsnprintf(finding->mend, sizeof(finding->mend), format, arguments);
	va_end(arguments);
}

static const struct node *setting_of(const struct doctor_verb *verb, const char *key)
{
	return verb->document ? node_find(verb->document->root, slice_text(key)) : NULL;
}

/* Never NULL; a document's texts end with a zero byte. */
static const char *text_of(const struct doctor_verb *verb, const char *key)
{
	const struct node *node = setting_of(verb, key);
	return node && node->kind == NODE_SCALAR && node->text.data ? node->text.data
	                                                            : "";
}

static void add(struct buffer *list, struct slice text)
{
	if (!text.len)
		return;
	if (list->len)
		buffer_string(list, ",");
	buffer_slice(list, text);
}

/* The sensor itself says what holds for it. */
static void config_read_by_sensor(struct doctor_verb *verb, struct doctor *doctor)
{
	const char *file = verb->config ? verb->config : "/etc/ringfence/sensor.yaml";
	struct buffer shown = buffer_of(CONFIG_BYTES);
	struct document_error error;
	const char *const arguments[] = {
	        verb->sensor, "--config", file, "--show-config", NULL};
	if (!verb->sensor[0] || (!verb->config && access(file, F_OK) != 0)) {
		doctor_tell(doctor, DOCTOR_SKIPPED, "config", "",
		        verb->sensor[0] ? "there is no %s: usual settings are assumed"
		                        : "%s: ringfence-sensor is not installed here",
		        file);
	} else if (program_run(arguments, &shown) == EXIT_FINE) {
		verb->document = yaml_parse(file, buffer_text(&shown), &error);
		doctor_tell(doctor, DOCTOR_FINE, "config", "", "%s is good", file);
	} else {
		doctor_tell(doctor, DOCTOR_BAD, "config", "", "%s is refused", file);
		doctor_mend(doctor, "ringfence config check sensor --file %s", file);
	}
	buffer_free(&shown);
}

static void look(struct doctor_verb *verb, struct doctor *doctor)
{
	const struct node *interfaces = setting_of(verb, "capture.interfaces");
	for (const struct node *item = interfaces ? interfaces->first_child : NULL;
	        item && !verb->interface; item = item->next)
		add(&verb->interfaces, item->text);
	if (verb->interface)
		add(&verb->interfaces, slice_text(verb->interface));
	add(&verb->directories, slice_text(text_of(verb, "state.directory")));
	add(&verb->directories, slice_text(text_of(verb, "evidence.directory")));
	if (!verb->directories.len)
		add(&verb->directories, SLICE("/var/lib/ringfence"));
	doctor->interfaces = buffer_text(&verb->interfaces);
	doctor->directories = buffer_text(&verb->directories);
	doctor->sensor = verb->sensor;
	doctor->metrics = text_of(verb, "metrics.listen");
	doctor->redis = (struct redis_settings){
	        .address = verb->redis ? verb->redis : text_of(verb, "redis.address"),
	        .user = text_of(verb, "redis.user"),
	        .password_file = text_of(verb, "redis.password_file"),
	        .tls = strcmp(text_of(verb, "redis.tls"), "true") == 0,
	        .ca = text_of(verb, "redis.ca"),
	        .certificate = text_of(verb, "redis.certificate"),
	        .key = text_of(verb, "redis.key")};
	doctor_host(doctor);
	doctor_wires(doctor);
	doctor_sensor(doctor);
	doctor_share(doctor);
}

static void row_print(const struct paint *paint, const struct doctor_finding *finding)
{
	static const enum paint_colour COLOURS[] = {[DOCTOR_FINE] = PAINT_GREEN,
	        [DOCTOR_SKIPPED] = PAINT_DIM,
	        [DOCTOR_WARNING] = PAINT_YELLOW,
	        [DOCTOR_BAD] = PAINT_RED};
	paint_begin(paint, COLOURS[finding->level]);
	printf("%-8s", LEVELS[finding->level]);
	paint_end(paint);
	printf(" %-9s %-20s %s\n", finding->what, finding->about, finding->text);
	if (finding->mend[0])
		printf("%-39s mend: %s\n", "", finding->mend);
}

static void json_print(const struct doctor_finding *finding)
{
	char line[LINE_BYTES];
	struct writer out = writer_of(line, sizeof(line));
	json_object(&out, NULL);
	json_literal(&out, "level", LEVELS[finding->level]);
	json_literal(&out, "what", finding->what);
	json_string(&out, "about", slice_text(finding->about));
	json_string(&out, "text", slice_text(finding->text));
	if (finding->mend[0])
		json_string(&out, "mend", slice_text(finding->mend));
	json_object_end(&out);
	printf("%.*s", (int)out.len, line);
}

static void csv_print(const struct doctor_finding *finding)
{
	printf("%s,%s,", LEVELS[finding->level], finding->what);
	csv_text(slice_text(finding->about));
	putchar(',');
	csv_text(slice_text(finding->text));
	putchar(',');
	csv_text(slice_text(finding->mend));
	putchar('\n');
}

/* Exit code 1 when something does not work. */
static int tell(const struct doctor *doctor, enum output output)
{
	const struct paint paint = paint_of(stdout);
	int code = EXIT_FINE;
	if (output == OUTPUT_CSV)
		printf("level,what,about,text,mend\n");
	for (size_t i = 0; i < doctor->count; i++) {
		const struct doctor_finding *finding = &doctor->findings[i];
		list_item(output, i);
		if (output == OUTPUT_TABLE)
			row_print(&paint, finding);
		else if (output == OUTPUT_CSV)
			csv_print(finding);
		else
			json_print(finding);
		if (output == OUTPUT_NDJSON)
			putchar('\n');
		if (finding->level == DOCTOR_BAD)
			code = EXIT_FOUND;
	}
	list_end(output, doctor->count);
	return fflush(stdout) == 0 ? code : EXIT_ENVIRONMENT;
}

int verb_doctor(int argc, char **argv)
{
	struct doctor_verb verb = {.interfaces = buffer_of(LINE_BYTES),
	        .directories = buffer_of(LINE_BYTES)};
	const struct option options[] = {
	        {"config", 0, OPTION_TEXT, "FILE",
	                "of the sensor; /etc/ringfence/sensor.yaml unless given",
	                &verb.config},
	        {"interface", 'i', OPTION_TEXT, "NAME[,NAME]",
	                "instead of those that the sensor listens on", &verb.interface},
	        {"redis", 0, OPTION_TEXT, "ADDRESS", "host:port or the path of a socket",
	                &verb.redis},
	        {"output", 'o', OPTION_CHOICE, OUTPUTS, "how to print", &verb.output},
	};
	struct arguments arguments = {argc, argv};
	int code;
	if (!options_read(&USAGE, options, sizeof(options) / sizeof(options[0]),
	            &arguments, &code))
		return code;
	struct doctor *doctor = calloc(1, sizeof(*doctor));
	if (!doctor)
		return EXIT_ENVIRONMENT;
	if (!program_beside("ringfence-sensor", verb.sensor))
		verb.sensor[0] = 0;
	config_read_by_sensor(&verb, doctor);
	look(&verb, doctor);
	code = tell(doctor, (enum output)verb.output);
	document_free(&verb.document);
	buffer_free(&verb.interfaces);
	buffer_free(&verb.directories);
	free(doctor);
	return code;
}
