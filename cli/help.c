#include "cli/help.h"

#include <stdio.h>
#include <string.h>

#include "cli/completion.h"
#include "cli/exit.h"
#include "cli/manual.h"

enum { HELP_LEFT = 24, ACTION_LEFT = 20 };

const char HELP_EXITS[] = "0 fine, 1 found something (with --fail-on, or a check), "
                          "2 usage, 3 bad input, 4 environment.";

/* Columns on a terminal: a character of several bytes takes one. */
static int columns_of(const char *text)
{
	int count = 0;
	for (; *text; text++)
		count += ((unsigned char)*text & 0xc0) != 0x80;
	return count;
}

/* What is too long for its column has a line of its own. */
static void row_print(const char *left, int width, const char *help)
{
	const int used = columns_of(left);
	if (used > width)
		printf("  %s\n  %*s %s\n", left, width, "", help);
	else
		printf("  %s%*s %s\n", left, width - used, "", help);
}

void help_synopsis(const struct help *help)
{
	const struct usage *usage = help->usage;
	printf("%s", usage->verb);
	for (const struct action *row = usage->actions; row && row->name; row++)
		printf("%c%s", row == usage->actions ? ' ' : '|', row->name);
	if (usage->arguments)
		printf(" %s", usage->arguments);
	if (help->count)
		printf(" [options]");
}

static void actions_print(const struct action *row)
{
	char left[80];
	for (; row->name; row++) {
		(void)snprintf(left, sizeof(left), "%s%s%s", row->name,
		        row->arguments ? " " : "", row->arguments ? row->arguments : "");
		row_print(left, ACTION_LEFT, row->help);
	}
}

static void option_print(const struct option *option)
{
	char left[80];
	const char dash[] = {option->letter ? '-' : ' ',
	        option->letter ? option->letter : ' ', option->letter ? ',' : ' ', 0};
	(void)snprintf(left, sizeof(left), "%s --%s%s%s", dash, option->name,
	        option->argument ? " " : "", option->argument ? option->argument : "");
	row_print(left, HELP_LEFT, option->help);
}

static void text_print(const struct help *help)
{
	printf("usage: ringfence ");
	help_synopsis(help);
	printf("\n\n");
	if (help->usage->about)
		printf("%s\n%s", help->usage->about, help->usage->actions ? "\n" : "");
	if (help->usage->actions)
		actions_print(help->usage->actions);
	printf("\nOptions:\n");
	for (size_t i = 0; i < help->count; i++)
		option_print(&help->options[i]);
	row_print("    --help", HELP_LEFT, "this text");
	printf("\nExample:\n  %s\n\nExit codes: %s\n", help->usage->example, HELP_EXITS);
}

bool help_meant(const char *argument)
{
	return strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0 ||
	       strncmp(argument, "--help=", 7) == 0;
}

int help_print(const struct help *help, const char *argument)
{
	static const struct {
		const char *name;
		void (*print)(const struct help *help);
	} forms[] = {
	        {"text", text_print},
	        {"man", manual_print},
	        {"bash", completion_bash},
	        {"zsh", completion_zsh},
	        {"fish", completion_fish},
	};
	const char *form = strchr(argument, '=') ? strchr(argument, '=') + 1 : "text";
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (strcmp(form, forms[i].name) == 0) {
			forms[i].print(help);
			return EXIT_FINE;
		}
	}
	fprintf(stderr, "ringfence: --help: '%s' is none of text, man, bash, zsh, fish\n",
	        form);
	return EXIT_USAGE;
}
