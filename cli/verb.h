/*
 * The verbs of the command line. Each takes the arguments behind its name and returns an
 * exit code.
 */
#ifndef RINGFENCE_CLI_VERB_H
#define RINGFENCE_CLI_VERB_H

#include <stddef.h>

struct verb {
	const char *name;
	const char *help;
	int (*run)(int argc, char **argv);
};

/* The verbs in the order of the help; NULL behind the last one. */
const struct verb *verb_at(size_t index);
const struct verb *verb_find(const char *name);

int verb_replay(int argc, char **argv);
int verb_rules(int argc, char **argv);
int verb_alerts(int argc, char **argv);
int verb_calls(int argc, char **argv);
int verb_quality(int argc, char **argv);
int verb_registrations(int argc, char **argv);
int verb_block(int argc, char **argv);
int verb_allow(int argc, char **argv);
int verb_nodes(int argc, char **argv);
int verb_report(int argc, char **argv);
int verb_demo(int argc, char **argv);
int verb_doctor(int argc, char **argv);
int verb_config(int argc, char **argv);
int verb_completion(int argc, char **argv);
int verb_decode(int argc, char **argv);

#endif
