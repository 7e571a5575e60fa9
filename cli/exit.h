/*
 * The exit codes of every verb: a contract.
 */
#ifndef RINGFENCE_CLI_EXIT_H
#define RINGFENCE_CLI_EXIT_H

enum exit_code {
	EXIT_FINE = 0,
	EXIT_FOUND = 1, /* something as severe as --fail-on asks for */
	EXIT_USAGE = 2,
	EXIT_BAD_INPUT = 3,   /* a file or rule is not what it should be */
	EXIT_ENVIRONMENT = 4, /* no memory, no room, no permission */
};

#endif
