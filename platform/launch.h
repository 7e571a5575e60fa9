/*
 * How a daemon is started: the options that all of ours share, their help, and the manual
 * pages of the program and of its configuration, all from the table of its settings.
 */
#ifndef RINGFENCE_PLATFORM_LAUNCH_H
#define RINGFENCE_PLATFORM_LAUNCH_H

#include "platform/config.h"

enum {
	LAUNCH_FINE = 0,
	LAUNCH_USAGE = 2,
	LAUNCH_BAD_INPUT = 3,
	LAUNCH_ENVIRONMENT = 4,
};

/* What a daemon is. */
struct launch {
	const char *name;    /* "ringfence-sensor" */
	const char *file;    /* "sensor.yaml", in /etc/ringfence */
	const char *summary; /* of the manual's first line, without full stop */
	const char *signals; /* what it does at SIGHUP and SIGTERM: a sentence or two */
	const struct setting *settings;
	size_t setting_count;
	/* A flag of its own without the dashes, with its help; NULL: none. */
	const char *flag;
	const char *flag_help;
};

struct launch_request {
	const char *config; /* NULL: the fallbacks alone */
	bool check;         /* end once the configuration is read */
	bool show;          /* print it */
	bool show_set;      /* print what files set */
	bool flag;
};

/* False: the program ends with *code; what was asked for is printed, or what is wrong. */
bool launch_read(const struct launch *launch, int argc, char **argv,
        struct launch_request *request, int *code);
/* What needs no more than the configuration: true when that was all. */
bool launch_look(const struct launch_request *request, const struct config *config);

#endif
