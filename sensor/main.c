/*
 * ringfence-sensor: watches interfaces. Options, the start, and the loop that waits for
 * signals.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "sensor/sensor.h"
#include "sensor/upkeep.h"

enum exit_code {
	EXIT_FINE = 0,
	EXIT_USAGE = 2,
	EXIT_BAD_INPUT = 3,
	EXIT_ENVIRONMENT = 4
};

enum action { ACTION_RUN, ACTION_CHECK, ACTION_SHOW, ACTION_SAMPLE, ACTION_SCHEMA };

static const char USAGE[] =
        "usage: ringfence-sensor [--config FILE] [--check-config | --show-config]\n"
        "       ringfence-sensor --sample-config | --config-schema | --version\n\n"
        "Watches interfaces for VoIP (SIP, RTP) and tells attacks, calls and their "
        "quality.\n\n"
        "Example:\n  ringfence-sensor --config /etc/ringfence/sensor.yaml\n";

static bool arguments_read(
        int argc, char **argv, struct sensor *sensor, enum action *action)
{
	static const struct {
		const char *option;
		enum action action;
	} actions[] = {
	        {"--check-config", ACTION_CHECK},
	        {"--show-config", ACTION_SHOW},
	        {"--sample-config", ACTION_SAMPLE},
	        {"--config-schema", ACTION_SCHEMA},
	};
	for (int i = 1; i < argc; i++) {
		bool known = false;
		for (size_t j = 0; j < sizeof(actions) / sizeof(*actions); j++) {
			if (strcmp(argv[i], actions[j].option) == 0) {
				*action = actions[j].action;
				known = true;
			}
		}
		if (strcmp(argv[i], "--config") == 0 && i + 1 < argc) {
			sensor->config_path = argv[++i];
			known = true;
		}
		if (!known) {
			fprintf(stderr, "ringfence-sensor: what is '%s'?\n%s", argv[i],
			        USAGE);
			return false;
		}
	}
	return true;
}

/* What needs no packets. */
static int look(const struct sensor *sensor, enum action action)
{
	if (action == ACTION_SHOW)
		config_show(sensor->config, stdout);
	else
		printf("the configuration is good\n");
	return fflush(stdout) == 0 ? EXIT_FINE : EXIT_ENVIRONMENT;
}

/* Signals come as messages: no thread is interrupted by one. */
static int signals_open(void)
{
	sigset_t signals;
	(void)signal(SIGPIPE, SIG_IGN);
	(void)sigemptyset(&signals);
	(void)sigaddset(&signals, SIGTERM);
	(void)sigaddset(&signals, SIGINT);
	(void)sigaddset(&signals, SIGHUP);
	if (sigprocmask(SIG_BLOCK, &signals, NULL) != 0)
		return -1;
	return signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
}

static int run(struct sensor *sensor)
{
	const int signals = signals_open();
	int code = EXIT_ENVIRONMENT;
	if (signals >= 0 && sensor_open(sensor))
		code = upkeep_run(sensor, signals) ? EXIT_FINE : EXIT_ENVIRONMENT;
	sensor_close(sensor);
	if (signals >= 0)
		(void)close(signals);
	return code;
}

int main(int argc, char **argv)
{
	enum action action = ACTION_RUN;
	struct sensor *sensor = calloc(1, sizeof(*sensor));

	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		printf("%s", USAGE);
		free(sensor);
		return EXIT_FINE;
	}
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		printf("ringfence-sensor " RINGFENCE_VERSION "\n");
		free(sensor);
		return EXIT_FINE;
	}
	int code = EXIT_USAGE;
	if (sensor && arguments_read(argc, argv, sensor, &action)) {
		code = EXIT_FINE;
		if (action == ACTION_SAMPLE)
			config_sample(SETTINGS, SETTING_COUNT_ALL, stdout);
		else if (action == ACTION_SCHEMA)
			config_schema(SETTINGS, SETTING_COUNT_ALL, stdout);
		else if (!(sensor->config = settings_read(
		                   sensor->config_path, &sensor->settings)))
			code = EXIT_BAD_INPUT;
		else if (action != ACTION_RUN)
			code = look(sensor, action);
		else
			code = run(sensor);
	}
	if (sensor && action != ACTION_RUN)
		config_free(&sensor->config);
	free(sensor);
	return code;
}
