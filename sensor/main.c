/*
 * ringfence-sensor: watches interfaces. Options, the start, and the loop that waits for
 * signals.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "platform/launch.h"
#include "sensor/sensor.h"
#include "sensor/upkeep.h"

static const struct launch LAUNCH = {
        .name = "ringfence-sensor",
        .file = "sensor.yaml",
        .summary = "watches interfaces for VoIP and tells attacks, calls and their "
                   "quality",
        .signals = "SIGHUP reads rules and configuration again, all or nothing, and "
                   "opens the file\nof events anew. SIGTERM and SIGINT end it once all "
                   "that was seen is told.",
        .settings = SETTINGS,
};

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
	int code = LAUNCH_ENVIRONMENT;
	if (signals >= 0 && sensor_open(sensor))
		code = upkeep_run(sensor, signals) ? LAUNCH_FINE : LAUNCH_ENVIRONMENT;
	sensor_close(sensor);
	if (signals >= 0)
		(void)close(signals);
	return code;
}

static int start(struct sensor *sensor, const struct launch_request *request)
{
	sensor->config_path = request->config;
	sensor->config = settings_read(sensor->config_path, &sensor->settings);
	if (!sensor->config)
		return LAUNCH_BAD_INPUT;
	if (!launch_look(request, sensor->config))
		return run(sensor);
	config_free(&sensor->config);
	return fflush(stdout) == 0 ? LAUNCH_FINE : LAUNCH_ENVIRONMENT;
}

int main(int argc, char **argv)
{
	struct launch launch = LAUNCH;
	struct launch_request request = {0};
	int code;
	launch.setting_count = SETTING_COUNT_ALL;
	if (!launch_read(&launch, argc, argv, &request, &code))
		return code;
	struct sensor *sensor = calloc(1, sizeof(*sensor));
	code = sensor ? start(sensor, &request) : LAUNCH_ENVIRONMENT;
	free(sensor);
	return code;
}
