#include "cli/option.h"

#include <stdio.h>
#include <string.h>

#include "cli/exit.h"
#include "cli/help.h"
#include "engine/base/slice.h"

bool bytes_parse(const char *text, size_t *bytes)
{
	struct slice digits = slice_text(text);
	unsigned shift = 0;
	uint64_t value;

	if (digits.len > 1) {
		char unit = digits.data[digits.len - 1];
		if (unit == 'K' || unit == 'k')
			shift = 10;
		else if (unit == 'M' || unit == 'm')
			shift = 20;
		else if (unit == 'G' || unit == 'g')
			shift = 30;
		if (shift)
			digits.len--;
	}
	if (!slice_to_u64(digits, &value) || value > (UINT64_MAX >> 1) >> shift)
		return false;
	*bytes = (size_t)(value << shift);
	return true;
}

static const struct option *find_long(
        const struct option *options, size_t count, struct slice name)
{
	for (size_t i = 0; i < count; i++)
		if (slice_equal(name, slice_text(options[i].name)))
			return &options[i];
	return NULL;
}

static const struct option *find_short(
        const struct option *options, size_t count, char letter)
{
	for (size_t i = 0; i < count; i++)
		if (options[i].letter && options[i].letter == letter)
			return &options[i];
	return NULL;
}

static bool store_choice(const struct option *option, const char *value)
{
	struct slice rest = slice_text(option->argument);

	for (unsigned i = 0; slice_present(rest); i++) {
		if (slice_equal(slice_split(&rest, '|'), slice_text(value))) {
			*(unsigned *)option->into = i;
			return true;
		}
	}
	fprintf(stderr, "ringfence: --%s: '%s' is none of %s\n", option->name, value,
	        option->argument);
	return false;
}

static bool store(const struct option *option, const char *value)
{
	if (option->kind == OPTION_CHOICE)
		return store_choice(option, value);
	if (option->kind == OPTION_TEXT) {
		*(const char **)option->into = value;
		return true;
	}
	if (bytes_parse(value, option->into))
		return true;
	fprintf(stderr, "ringfence: --%s: '%s' is no size such as 512M\n", option->name,
	        value);
	return false;
}

/* The option an argument names; *value is what stands behind its '=', or NULL. */
static const struct option *lookup(
        const struct option *options, size_t count, const char *text, const char **value)
{
	*value = NULL;
	if (text[1] != '-')
		return text[2] ? NULL : find_short(options, count, text[1]);
	struct slice rest = slice_text(text + 2);
	struct slice name = slice_split(&rest, '=');
	if (slice_present(rest))
		*value = rest.data;
	return find_long(options, count, name);
}

/* One option at *at, which moves on behind its value. */
static bool take(const struct option *options, size_t count,
        const struct arguments *arguments, int *at)
{
	const char *text = arguments->values[*at];
	const char *value;
	const struct option *option = lookup(options, count, text, &value);

	if (!option) {
		fprintf(stderr,
		        "ringfence: there is no option %s here; --help lists them\n",
		        text);
		return false;
	}
	if (option->kind == OPTION_FLAG) {
		if (value) {
			fprintf(stderr, "ringfence: --%s takes no value\n", option->name);
			return false;
		}
		*(bool *)option->into = true;
		return true;
	}
	if (!value && *at + 1 < arguments->count)
		value = arguments->values[++*at];
	if (!value) {
		fprintf(stderr, "ringfence: --%s needs %s\n", option->name,
		        option->argument);
		return false;
	}
	return store(option, value);
}

bool options_read(const struct usage *usage, const struct option *options, size_t count,
        struct arguments *arguments, int *code)
{
	const struct help help = {usage, options, count};
	int kept = 0;
	bool ended = false;

	*code = EXIT_USAGE;
	for (int i = 0; i < arguments->count; i++) {
		const char *text = arguments->values[i];
		if (ended || text[0] != '-' || !text[1]) {
			arguments->values[kept++] = arguments->values[i];
		} else if (strcmp(text, "--") == 0) {
			ended = true;
		} else if (help_meant(text)) {
			*code = help_print(&help, text);
			return false;
		} else if (!take(options, count, arguments, &i)) {
			return false;
		}
	}
	arguments->count = kept;
	*code = EXIT_FINE;
	return true;
}

const struct action *action_read(
        const struct usage *usage, const struct arguments *arguments)
{
	for (const struct action *row = usage->actions; arguments->count && row->name;
	        row++)
		if (strcmp(row->name, arguments->values[0]) == 0)
			return row;
	if (arguments->count)
		fprintf(stderr, "ringfence: %s: there is no '%s'; it takes", usage->verb,
		        arguments->values[0]);
	else
		fprintf(stderr, "ringfence: %s what? It takes", usage->verb);
	for (const struct action *row = usage->actions; row->name; row++)
		fprintf(stderr, "%s %s", row == usage->actions ? "" : ",", row->name);
	fprintf(stderr, "\n");
	return NULL;
}

const struct action *options_action(const struct usage *usage,
        const struct option *options, size_t count, struct arguments *arguments,
        int *code)
{
	if (!options_read(usage, options, count, arguments, code))
		return NULL;
	const struct action *action = action_read(usage, arguments);
	if (!action)
		*code = EXIT_USAGE;
	return action;
}
