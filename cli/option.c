#include "cli/option.h"

#include <stdio.h>
#include <string.h>

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

enum { HELP_LEFT = 24 };

static void help_print(
        const struct usage *usage, const struct option *options, size_t count)
{
	printf("usage: ringfence %s\n\n%s\n", usage->synopsis, usage->about);
	if (count)
		printf("\nOptions:\n");
	for (size_t i = 0; i < count; i++) {
		const struct option *option = &options[i];
		char left[64];
		(void)snprintf(left, sizeof(left), "%s%c%s--%s%s%s",
		        option->letter ? "-" : "  ",
		        option->letter ? option->letter : ' ',
		        option->letter ? ", " : " ", option->name,
		        option->argument ? " " : "",
		        option->argument ? option->argument : "");
		/* What is long has a line of its own. */
		if (strlen(left) > HELP_LEFT)
			printf("  %s\n  %-*s %s\n", left, HELP_LEFT, "", option->help);
		else
			printf("  %-*s %s\n", HELP_LEFT, left, option->help);
	}
	printf("  %-24s %s\n", "    --help", "this text");
	printf("\nExample:\n  %s\n", usage->example);
	printf("\nExit codes: 0 fine, 1 found something with --fail-on, 2 usage, 3 bad "
	       "input, "
	       "4 environment.\n");
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

enum option_result options_read(const struct usage *usage, const struct option *options,
        size_t count, struct arguments *arguments)
{
	int kept = 0;
	bool ended = false;

	for (int i = 0; i < arguments->count; i++) {
		const char *text = arguments->values[i];
		if (ended || text[0] != '-' || !text[1]) {
			arguments->values[kept++] = arguments->values[i];
		} else if (strcmp(text, "--") == 0) {
			ended = true;
		} else if (strcmp(text, "--help") == 0 || strcmp(text, "-h") == 0) {
			help_print(usage, options, count);
			return OPTIONS_HELP;
		} else if (!take(options, count, arguments, &i)) {
			return OPTIONS_WRONG;
		}
	}
	arguments->count = kept;
	return OPTIONS_FINE;
}
