/*
 * ringfence-filter: the inline filter of a router.
 */
#include <errno.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "nfq-filter/control.h"
#include "nfq-filter/start.h"
#include "platform/service.h"

enum exit_code { EXIT_FINE = 0, EXIT_USAGE = 2, EXIT_INPUT = 3, EXIT_ENVIRONMENT = 4 };

enum { EVENTS_MAX = 8, NS_PER_US = 1000, US_PER_S = 1000000 };

struct options {
	const char *config;
	bool check;
	bool show;
	bool sample;
	bool take_over;
};

struct loop {
	int poll, timer, signals;
	struct control control;
	bool ending;
};

static void usage(FILE *to)
{
	fprintf(to, "usage: ringfence-filter [--config FILE] [--check-config | "
	            "--show-config | --sample-config | --take-over | --version]\n\n"
	            "Opens pinholes for the media of calls, and blocks offenders, on a "
	            "router.\n\n"
	            "Example:\n  ringfence-filter --config /etc/ringfence/filter.yaml\n");
}

/* -1: go on. */
static int options_read(struct options *options, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--config") == 0 && i + 1 < argc)
			options->config = argv[++i];
		else if (strcmp(argv[i], "--check-config") == 0)
			options->check = true;
		else if (strcmp(argv[i], "--show-config") == 0)
			options->show = true;
		else if (strcmp(argv[i], "--sample-config") == 0)
			options->sample = true;
		else if (strcmp(argv[i], "--take-over") == 0)
			options->take_over = true;
		else if (strcmp(argv[i], "--version") == 0) {
			printf("ringfence-filter " RINGFENCE_VERSION "\n");
			return EXIT_FINE;
		} else {
			const bool help = strcmp(argv[i], "--help") == 0;
			usage(help ? stdout : stderr);
			return help ? EXIT_FINE : EXIT_USAGE;
		}
	}
	return -1;
}

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
	       (filter->share.ours <= 0 || watch(loop, filter->share.ours));
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
			(void)filter_reload_rules(filter);
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
		if (fd == loop->control.fd)
			control_serve(&loop->control, filter);
	}
	if (instant_now_us() >= filter_due_us(filter))
		filter_tick(filter);
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
	return fine ? EXIT_FINE : EXIT_ENVIRONMENT;
}

int main(int argc, char **argv)
{
	struct options options = {0};
	struct config_error error = {{0}};
	const int early = options_read(&options, argc, argv);
	if (early >= 0)
		return early;
	if (options.sample) {
		config_sample(SETTINGS, SETTINGS_COUNT, stdout);
		return EXIT_FINE;
	}
	struct filter *filter = calloc(1, sizeof(*filter));
	if (!filter)
		return EXIT_ENVIRONMENT;
	log_init(&filter->log, "ringfence-filter", LOG_LEVEL_INFO);
	filter->config = settings_read(options.config, &filter->settings, &error);
	int code = EXIT_FINE;
	if (!filter->config) {
		fprintf(stderr, "%s\n", error.text);
		code = EXIT_INPUT;
	} else if (options.show) {
		config_show(filter->config, stdout);
	} else if (!options.check) {
		(void)log_level_parse(filter->settings.level, &filter->log.level);
		code = run(filter, options.take_over);
		filter->config = NULL;
	}
	config_free(&filter->config);
	free(filter);
	return code;
}
