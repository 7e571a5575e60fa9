/*
 * ringfence-filter: the inline filter of a router.
 */
#include <errno.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "nfq-filter/control.h"
#include "nfq-filter/reload.h"
#include "nfq-filter/show.h"
#include "nfq-filter/start.h"
#include "platform/launch.h"
#include "platform/service.h"

static const struct launch LAUNCH = {
        .name = "ringfence-filter",
        .file = "filter.yaml",
        .summary = "opens pinholes for the media of calls, and blocks offenders, on a "
                   "router",
        .signals = "SIGHUP reads the rules again. SIGTERM and SIGINT end it; what it "
                   "blocked stays on disk\nand is in force again after the next start.",
        .settings = SETTINGS,
        .flag = "take-over",
        .flag_help = "follow a running one without losing a packet or a call",
};

enum { EVENTS_MAX = 8, NS_PER_US = 1000, US_PER_S = 1000000 };

struct loop {
	int poll, timer, signals;
	struct control control;
	bool ending;
};

static bool watch(const struct loop *loop, int fd)
{
	struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
	return epoll_ctl(loop->poll, EPOLL_CTL_ADD, fd, &event) == 0;
}

static bool loop_open(struct loop *loop, struct filter *filter)
{
	sigset_t signals;
	(void)sigemptyset(&signals);
	(void)sigaddset(&signals, SIGTERM);
	(void)sigaddset(&signals, SIGINT);
	(void)sigaddset(&signals, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, &signals, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	loop->poll = epoll_create1(EPOLL_CLOEXEC);
	loop->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	loop->signals = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	return loop->poll >= 0 && loop->timer >= 0 && loop->signals >= 0 &&
	       control_open(&loop->control, filter->settings.state) &&
	       watch(loop, loop->timer) && watch(loop, loop->signals) &&
	       watch(loop, loop->control.fd) && watch(loop, queue_fd(filter->queue)) &&
	       (filter->share.ours <= 0 || watch(loop, filter->share.ours)) &&
	       (filter->standby.ours <= 0 || watch(loop, filter->standby.ours));
}

static void timer_set(const struct loop *loop, const struct filter *filter)
{
	const uint64_t now_us = instant_now_us(), due_us = filter_due_us(filter);
	const uint64_t wait_us = due_us > now_us ? due_us - now_us : 1;
	const struct itimerspec when = {
	        .it_value = {.tv_sec = (time_t)(wait_us / US_PER_S),
	                .tv_nsec = (long)(wait_us % US_PER_S) * NS_PER_US}};
	(void)timerfd_settime(loop->timer, 0, &when, NULL);
}

static void signal_take(struct loop *loop, struct filter *filter)
{
	struct signalfd_siginfo signal;
	while (read(loop->signals, &signal, sizeof(signal)) == sizeof(signal)) {
		if (signal.ssi_signo == SIGHUP)
			filter_reload(filter);
		else
			loop->ending = true;
	}
}

/* False when the queue is broken. */
static bool loop_turn(struct loop *loop, struct filter *filter)
{
	struct epoll_event events[EVENTS_MAX];
	timer_set(loop, filter);
	const int count = epoll_wait(loop->poll, events, EVENTS_MAX, -1);
	if (count < 0 && errno != EINTR)
		return false;
	for (int i = 0; i < count; i++) {
		const int fd = events[i].data.fd;
		if (fd == queue_fd(filter->queue) && !filter_queue(filter))
			return false;
		if (fd == loop->signals)
			signal_take(loop, filter);
		if (fd == filter->share.ours)
			filter_shared(filter);
		if (fd == filter->standby.ours)
			filter_stand_by(filter);
		if (fd == loop->control.fd)
			control_serve(&loop->control, filter);
	}
	if (instant_now_us() >= filter_due_us(filter))
		filter_tick(filter);
	filter_show(filter);
	return true;
}

/* What it takes from here on: its sockets, and the right to change our table. */
static bool rights_drop(struct filter *filter)
{
	struct service_error error;
	if (service_drop(filter->settings.user, CAP_NET_ADMIN, &error) &&
	        (!filter->settings.seccomp || service_confine(&error)))
		return true;
	log_write(&filter->log, LOG_LEVEL_ERROR, "%s", error.text);
	return false;
}

static int run(struct filter *filter, bool take_over)
{
	struct loop loop = {.control.fd = -1};
	bool fine = filter_start(filter, take_over) && loop_open(&loop, filter) &&
	            rights_drop(filter);
	if (fine)
		service_ready("filtering");
	if (fine)
		log_write(&filter->log, LOG_LEVEL_INFO,
		        "filtering; table '%s'%s, queue %u (%s), bans at %s",
		        filter->settings.table,
		        filter->firewall.lasting ? ", protected by the kernel" : "",
		        (unsigned)filter->settings.queue_number,
		        filter->firewall.native_queue ? "native" : "compatible",
		        filter->firewall.ingress ? "ingress" : "prerouting");
	while (fine && !loop.ending && !filter->handed_over)
		fine = loop_turn(&loop, filter);
	control_close(&loop.control);
	filter_stop(filter);
	return fine ? LAUNCH_FINE : LAUNCH_ENVIRONMENT;
}

static int start(struct filter *filter, const struct launch_request *request)
{
	struct config_error error = {{0}};
	int code = LAUNCH_FINE;
	log_init(&filter->log, LAUNCH.name, LOG_LEVEL_INFO);
	filter->config_path = request->config;
	filter->config = settings_read(request->config, &filter->settings, &error);
	if (!filter->config) {
		fprintf(stderr, "%s\n", error.text);
		code = LAUNCH_BAD_INPUT;
	} else if (!launch_look(request, filter->config)) {
		(void)log_level_parse(filter->settings.level, &filter->log.level);
		code = run(filter, request->flag);
		filter->config = NULL;
	}
	config_free(&filter->config);
	return code;
}

int main(int argc, char **argv)
{
	struct launch launch = LAUNCH;
	struct launch_request request = {0};
	int code;
	launch.setting_count = SETTINGS_COUNT;
	if (!launch_read(&launch, argc, argv, &request, &code))
		return code;
	struct filter *filter = calloc(1, sizeof(*filter));
	code = filter ? start(filter, &request) : LAUNCH_ENVIRONMENT;
	free(filter);
	return code;
}
