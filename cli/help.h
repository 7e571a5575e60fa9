/*
 * What a verb says of itself, all of it from its usage and its table of options: help, a
 * manual page, and its part of a shell's completion.
 */
#ifndef RINGFENCE_CLI_HELP_H
#define RINGFENCE_CLI_HELP_H

#include "cli/option.h"

struct help {
	const struct usage *usage;
	const struct option *options;
	size_t count;
};

/* Whether the argument is --help, -h or --help=FORM. */
bool help_meant(const char *argument);
/* Prints in the form that it asks for: text, man, bash, zsh or fish. The exit code. */
int help_print(const struct help *help, const char *argument);

/* "replay FILE… [options]" */
void help_synopsis(const struct help *help);
/* The lines about exit codes, of all verbs. */
extern const char HELP_EXITS[];

#endif
