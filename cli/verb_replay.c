/*
 * ringfence replay: judges capture files offline.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/against.h"
#include "cli/evidence.h"
#include "cli/exit.h"
#include "cli/findings.h"
#include "cli/lines.h"
#include "cli/option.h"
#include "cli/output.h"
#include "cli/page.h"
#include "platform/rules_load.h"
#include "cli/run.h"
#include "cli/terminal.h"
#include "cli/verb.h"
#include "platform/certificates.h"
#include "platform/baseline.h"
#include "platform/geo.h"

struct replay_options {
	const char *rules;
	const char *site;
	const char *geo;
	const char *certificates;
	const char *baseline;
	bool json;
	const char *events;
	const char *report;
	const char *evidence;
	const char *against;
	unsigned fail_on; /* enum severity - 1 */
	unsigned speed;
	unsigned output; /* enum output */
	size_t memory_bytes;
};

enum { FAIL_NEVER = UINT32_MAX };

struct replay {
	struct replay_options options;
	bool judged;
	bool found;
	struct rules rules;
	struct geo *geo; /* NULL = not asked for */
	struct geo_ops geo_ops;
	struct certificates *certificates; /* the same */
	struct certificate_ops certificate_ops;
	struct run run;
	struct run_engine engine;
	struct lines lines;
	struct findings findings;
	struct against *against; /* NULL = not asked for */
};

static const struct usage USAGE = {
        "replay",
        "FILE…",
        NULL,
        "Judges capture files (pcap, pcapng, ERF, snoop; also gzip and zstd) offline.\n"
        "Several files are merged by time; - is standard input.",
        "ringfence replay incident.pcapng --report audit.html --evidence evidence/",
};

/* Evidence is collected in a second pass. */
static bool rereadable(const struct arguments *arguments)
{
	for (int i = 0; i < arguments->count; i++) {
		if (strcmp(arguments->values[i], "-") == 0) {
			fprintf(stderr,
			        "ringfence: --evidence reads twice, which standard "
			        "input does not allow: name a file\n");
			return false;
		}
	}
	return true;
}

static bool options_parse(struct replay *replay, struct arguments *arguments, int *code)
{
	struct replay_options *into = &replay->options;
	const struct option table[] = {
	        {"rules", 0, OPTION_TEXT, "DIR", "rules to judge by", &into->rules},
	        {"site", 0, OPTION_TEXT, "FILE",
	                "this site's lists and changes to rules (or a directory)",
	                &into->site},
	        {"geo", 0, OPTION_TEXT, "FILE",
	                "where addresses are: a MaxMind database (or a directory)",
	                &into->geo},
	        {"certificates", 0, OPTION_TEXT, "DIR",
	                "what signatures of callers (STIR) are checked with",
	                &into->certificates},
	        {"baseline", 0, OPTION_TEXT, "FILE",
	                "habits of accounts: read if it is there, and written",
	                &into->baseline},
	        {"json", 0, OPTION_FLAG, NULL, "events as lines of JSON (-o ndjson)",
	                &into->json},
	        {"events", 0, OPTION_TEXT, "LIST",
	                "further event types (sip,rtcp,… or all)", &into->events},
	        {"report", 0, OPTION_TEXT, "FILE", "write a self-contained HTML page",
	                &into->report},
	        {"evidence", 0, OPTION_TEXT, "DIR", "write a capture per alert",
	                &into->evidence},
	        {"against", 0, OPTION_TEXT, "DIR", "what other rules would have changed",
	                &into->against},
	        {"fail-on", 0, OPTION_CHOICE, "critical|high|medium|low|info",
	                "exit with 1 for such an alert or worse", &into->fail_on},
	        {"memory", 0, OPTION_BYTES, "SIZE",
	                "ceiling of the engine, 512M unless given", &into->memory_bytes},
	        {"speed", 0, OPTION_CHOICE, "max|1x",
	                "as fast as it can or as it was captured", &into->speed},
	        {"output", 'o', OPTION_CHOICE, OUTPUTS, "what to print; csv is of alerts",
	                &into->output},
	};
	if (!options_read(
	            &USAGE, table, sizeof(table) / sizeof(table[0]), arguments, code))
		return false;
	*code = EXIT_USAGE;
	if (arguments->count == 0) {
		fprintf(stderr,
		        "ringfence: replay needs a capture file; --help shows how\n");
		return false;
	}
	bool fine = !into->evidence || rereadable(arguments);
	if (into->json)
		into->output = OUTPUT_NDJSON;
	replay->run.real_time = into->speed == 1;
	replay->lines.types = LINE_TYPES_DEFAULT;
	if (fine && into->events)
		fine = lines_types(into->events, &replay->lines.types);
	return fine;
}

static bool keeps_findings(const struct replay *replay)
{
	return replay->options.output == OUTPUT_TABLE ||
	       replay->options.output == OUTPUT_CSV || replay->options.report ||
	       replay->options.evidence;
}

static bool writes_lines(const struct replay *replay)
{
	return replay->options.output == OUTPUT_JSON ||
	       replay->options.output == OUTPUT_NDJSON;
}

static void on_event(
        void *context, const struct engine *engine, const struct event *event)
{
	struct replay *replay = context;
	if (writes_lines(replay))
		lines_event(&replay->lines, engine, event);
	if (keeps_findings(replay))
		findings_event(&replay->findings, engine, event);
	if (replay->against)
		against_event(replay->against, event);
}

static void on_alert(
        void *context, const struct engine *engine, const struct alert *alert)
{
	struct replay *replay = context;
	const unsigned level = replay->options.fail_on;
	if (level != FAIL_NEVER && rule_view(alert->rule).severity <= level + 1)
		replay->found = true;
	if (writes_lines(replay))
		lines_alert(&replay->lines, engine, alert);
	if (keeps_findings(replay))
		findings_alert(&replay->findings, alert);
	if (replay->against)
		against_alert(replay->against, alert);
}

/* The database of places, for whatever judges. */
static bool prepare_geo(struct replay *replay)
{
	struct geo_error error;

	if (!replay->options.geo)
		return true;
	replay->geo = geo_open(replay->options.geo, &error);
	if (!replay->geo) {
		fprintf(stderr, "ringfence: %s: %s\n", replay->options.geo, error.text);
		return false;
	}
	replay->geo_ops = geo_ops(replay->geo);
	replay->rules.set.geo = &replay->geo_ops;
	return true;
}

/* The certificates that are held, for whatever judges. */
static bool prepare_certificates(struct replay *replay)
{
	struct certificates_error error;
	const char *directory = replay->options.certificates;

	if (!directory)
		return true;
	replay->certificates = certificates_open(directory, &error);
	if (!replay->certificates) {
		fprintf(stderr, "ringfence: %s: %s\n", directory, error.text);
		return false;
	}
	replay->certificate_ops = certificate_ops(replay->certificates);
	replay->rules.set.certificates = &replay->certificate_ops;
	return true;
}

static int prepare_rules(struct replay *replay)
{
	const char *directory = replay->options.rules;
	if (!directory)
		directory = rules_default();
	if (directory) {
		if (!rules_load(&replay->rules, directory, replay->options.site))
			return EXIT_BAD_INPUT;
		replay->judged = rule_set_count(&replay->rules.set) > 0;
	}
	if (!prepare_geo(replay) || !prepare_certificates(replay))
		return EXIT_BAD_INPUT;
	if (replay->options.against) {
		replay->against = calloc(1, sizeof(*replay->against));
		if (!replay->against)
			return EXIT_ENVIRONMENT;
		if (!against_open(replay->against, replay->options.against,
		            replay->options.site, &replay->rules.set))
			return EXIT_BAD_INPUT;
	}
	return EXIT_FINE;
}

/*
 * The evidence's folder as the page's links name it: relative when it lies beside the
 * page or both are named from here; NULL when a link could not be written plainly.
 */
static const char *evidence_link(const struct replay *replay)
{
	const char *folder = replay->options.evidence;
	const char *page = replay->options.report;
	if (!folder || !page || strpbrk(folder, " %?#\"'<>&\\"))
		return NULL;
	const char *slash = strrchr(page, '/');
	const size_t beside = slash ? (size_t)(slash - page) + 1 : 0;
	if (strncmp(folder, page, beside) == 0)
		return folder + beside;
	return folder[0] == '/' ? folder : NULL;
}

static int prepare(struct replay *replay, const struct arguments *arguments)
{
	const char *const *paths = (const char *const *)arguments->values;
	int code = prepare_rules(replay);
	if (code != EXIT_FINE)
		return code;
	if (!run_open(&replay->run, paths, (size_t)arguments->count))
		return EXIT_BAD_INPUT;
	replay->run.progress = isatty(STDERR_FILENO) && !writes_lines(replay);
	replay->lines.to = stdout;
	replay->lines.array = replay->options.output == OUTPUT_JSON;
	replay->lines.sources = paths;
	replay->lines.source_count = (size_t)arguments->count;
	replay->lines.evidence = replay->options.evidence != NULL;
	replay->findings.evidence = evidence_link(replay);
	replay->findings.rules = &replay->rules.set;
	replay->findings.with_messages =
	        replay->options.report || replay->options.evidence;
	if (writes_lines(replay) && !lines_open(&replay->lines))
		return EXIT_ENVIRONMENT;
	replay->engine.memory_bytes = replay->options.memory_bytes;
	replay->engine.rules = replay->judged ? &replay->rules.set : NULL;
	replay->engine.sink = (struct sink){replay, on_event, on_alert};
	if (!run_engine_open(&replay->engine))
		return EXIT_ENVIRONMENT;
	if (replay->options.baseline && replay->judged &&
	        !baseline_read(replay->options.baseline,
	                engine_accounts(replay->engine.engine)))
		return EXIT_BAD_INPUT;
	return EXIT_FINE;
}

static void csv_print(const struct findings *findings)
{
	printf("id,timestamp,level,rule_id,title,entity_type,entity,count,explain\n");
	for (size_t i = 0; i < findings->alert_count; i++) {
		const struct finding_alert *alert = &findings->alerts[i];
		printf("%llu,", (unsigned long long)alert->id);
		csv_time(alert->time_us);
		printf(",%s,%.*s,", report_severity(alert->rule.severity),
		        (int)alert->rule.id.len, alert->rule.id.data);
		csv_text(alert->rule.title);
		printf(",%s,", report_entity(alert->entity_type));
		csv_text(alert->entity);
		printf(",%llu,", (unsigned long long)alert->count);
		csv_text(alert->explain);
		putchar('\n');
	}
}

static int write_results(struct replay *replay)
{
	struct paint paint = paint_of(stdout);
	bool fine = true;

	if (writes_lines(replay))
		fine = lines_close(&replay->lines, replay->engine.engine);
	else if (replay->options.output == OUTPUT_CSV)
		csv_print(&replay->findings);
	else
		terminal_report(
		        &paint, &replay->findings, replay->engine.engine, replay->judged);
	if (replay->against)
		against_print(replay->against, writes_lines(replay) ? stderr : stdout);
	if (replay->options.report)
		fine = page_write(replay->options.report, &replay->findings,
		               replay->engine.engine) &&
		       fine;
	if (replay->options.evidence)
		fine = evidence_write(replay->options.evidence, &replay->run,
		               &replay->findings) &&
		       fine;
	return fflush(stdout) == 0 && fine ? EXIT_FINE : EXIT_ENVIRONMENT;
}

static int replay_run(struct replay *replay, const struct arguments *arguments)
{
	int code = prepare(replay, arguments);
	if (code != EXIT_FINE)
		return code;
	if (!run_through(&replay->run, &replay->engine))
		return EXIT_ENVIRONMENT;
	if (replay->options.baseline && replay->judged &&
	        !baseline_write(replay->options.baseline,
	                engine_accounts(replay->engine.engine)))
		return EXIT_ENVIRONMENT;
	findings_seal(&replay->findings);
	code = write_results(replay);
	if (code != EXIT_FINE)
		return code;
	if (replay->run.damaged)
		return EXIT_BAD_INPUT;
	return replay->found ? EXIT_FOUND : EXIT_FINE;
}

int verb_replay(int argc, char **argv)
{
	struct arguments arguments = {argc, argv};
	struct replay replay = {
	        .options = {.memory_bytes = (size_t)512 << 20, .fail_on = FAIL_NEVER}};

	int code;

	if (!options_parse(&replay, &arguments, &code))
		return code;
	code = replay_run(&replay, &arguments);
	run_engine_close(&replay.engine);
	run_close(&replay.run);
	lines_clear(&replay.lines);
	findings_clear(&replay.findings);
	if (replay.against) {
		against_close(replay.against);
		free(replay.against);
	}
	rules_clear(&replay.rules);
	geo_close(&replay.geo);
	certificates_close(&replay.certificates);
	return code;
}
