#include "sensor/upkeep.h"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "platform/service.h"
#include "sensor/reload.h"

enum { LOOK_MS = 1000 };

/* The next signal, 0 when none came within a look's time. */
static uint32_t signal_wait(int signals)
{
	struct pollfd poll_fd = {.fd = signals, .events = POLLIN};
	struct signalfd_siginfo about;
	if (poll(&poll_fd, 1, LOOK_MS) <= 0 ||
	        read(signals, &about, sizeof(about)) != (ssize_t)sizeof(about))
		return 0;
	return about.ssi_signo;
}

static bool inlets_live(const struct sensor *sensor)
{
	for (size_t i = 0; i < sensor->inlet_count; i++)
		if (atomic_load(&sensor->inlets[i].failed))
			return false;
	return true;
}

/* Whether judge and teller went on since the last look: else systemd ends us. */
static bool alive(struct sensor *sensor, uint64_t beats[2])
{
	const uint64_t judge = atomic_load(&sensor->judge.beats);
	const uint64_t teller = atomic_load(&sensor->teller.beats);
	const bool moved = judge != beats[0] && teller != beats[1];
	beats[0] = judge;
	beats[1] = teller;
	return moved;
}

static void reload(struct sensor *sensor)
{
	service_reloading();
	(void)sensor_reload(sensor);
	service_ready("watching");
}

bool upkeep_run(struct sensor *sensor, int signals)
{
	service_ready("watching");
	log_write(&sensor->log, LOG_LEVEL_INFO, "%s watches %zu interfaces", sensor->node,
	        sensor->inlet_count);
	uint64_t beats[2] = {0};
	for (;;) {
		const uint32_t signal = signal_wait(signals);
		if (signal == SIGTERM || signal == SIGINT)
			break;
		if (signal == SIGHUP)
			reload(sensor);
		if (!inlets_live(sensor))
			return false;
		share_tick(sensor);
		if (alive(sensor, beats))
			service_beat();
	}
	service_stopping();
	return true;
}
