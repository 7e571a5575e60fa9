/*
 * Options of a verb: one table that parses them and prints their help.
 */
#ifndef RINGFENCE_CLI_OPTION_H
#define RINGFENCE_CLI_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum option_kind {
	OPTION_FLAG,   /* into a bool */
	OPTION_TEXT,   /* into a const char * */
	OPTION_BYTES,  /* into a size_t: 512M, 2G */
	OPTION_CHOICE, /* into an unsigned: which of the argument's words, from 0 */
};

struct option {
	const char *name; /* without the dashes */
	char letter;      /* 0 = none */
	enum option_kind kind;
	/* As help shows it, NULL for a flag. Of a choice: its words, as "max|1x". */
	const char *argument;
	const char *help;
	void *into;
};

/* What a verb can do; the last row of a table has no name. */
struct action {
	const char *name;
	const char *arguments; /* behind it, as help shows them; NULL: none */
	const char *help;
};

struct usage {
	const char *verb;
	const char *arguments;        /* behind a verb without actions; NULL: none */
	const struct action *actions; /* NULL: none */
	const char *about;            /* NULL: the actions say it all */
	const char *example;          /* a whole command line */
};

struct arguments {
	int count;
	char **values;
};

/*
 * Reads what follows the verb. Options and other arguments may be mixed; "--" ends the
 * options. What is no option is moved to the front of *arguments, in its order. False:
 * the verb ends with *code, because help was asked for and printed, or something is wrong
 * and told on standard error.
 */
bool options_read(const struct usage *usage, const struct option *options, size_t count,
        struct arguments *arguments, int *code);

/* The action that the first argument names; NULL, told on standard error: none. */
const struct action *action_read(
        const struct usage *usage, const struct arguments *arguments);
/* Both at once: NULL, and the verb ends with *code. */
const struct action *options_action(const struct usage *usage,
        const struct option *options, size_t count, struct arguments *arguments,
        int *code);

bool bytes_parse(const char *text, size_t *bytes);

#endif
