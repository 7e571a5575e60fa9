#include "cli/completion.h"

#include <stdio.h>
#include <string.h>

#include "engine/base/slice.h"

/* The words of a choice, between blanks. */
static void words_print(const struct option *option)
{
	struct slice rest = slice_text(option->argument);
	while (slice_present(rest)) {
		const struct slice word = slice_split(&rest, '|');
		printf("%.*s%s", (int)word.len, word.data,
		        slice_present(rest) ? " " : "");
	}
}

static void actions_print(const struct usage *usage)
{
	for (const struct action *row = usage->actions; row && row->name; row++)
		printf("%s%s", row == usage->actions ? "" : " ", row->name);
}

/* A branch of "case $verb in": what may stand here. */
void completion_bash(const struct help *help)
{
	printf("\t%s)\n\t\tactions='", help->usage->verb);
	actions_print(help->usage);
	printf("'\n\t\toptions='--help");
	for (size_t i = 0; i < help->count; i++)
		printf(" --%s", help->options[i].name);
	printf("'\n\t\tcase $before in\n");
	for (size_t i = 0; i < help->count; i++) {
		const struct option *option = &help->options[i];
		if (option->kind == OPTION_FLAG)
			continue;
		printf("\t\t--%s", option->name);
		if (option->letter)
			printf("|-%c", option->letter);
		printf(") values=");
		if (option->kind == OPTION_CHOICE) {
			printf("'");
			words_print(option);
			printf("' ;;\n");
		} else {
			printf("- ;;\n");
		}
	}
	printf("\t\tesac ;;\n");
}

/* Help within single quotes, between marks that have a meaning in _arguments. */
static void quoted_print(const char *text)
{
	for (; *text; text++) {
		if (*text == '\'')
			printf("'\\''");
		else if (strchr("[]:\\", *text))
			printf("\\%c", *text);
		else
			putchar(*text);
	}
}

static void zsh_option(const struct option *option)
{
	printf(" \\\n\t\t\t");
	if (option->letter)
		printf("'(-%c --%s)'{-%c,--%s}", option->letter, option->name,
		        option->letter, option->name);
	else
		printf("--%s", option->name);
	printf("'[");
	quoted_print(option->help);
	printf("]");
	if (option->kind == OPTION_CHOICE) {
		printf(":%s:(", option->name);
		words_print(option);
		printf(")");
	} else if (option->kind != OPTION_FLAG) {
		printf(":");
		quoted_print(option->argument);
		printf(":_files");
	}
	printf("'");
}

void completion_zsh(const struct help *help)
{
	printf("\t%s)\n\t\t_arguments '--help[how it is used]'", help->usage->verb);
	for (size_t i = 0; i < help->count; i++)
		zsh_option(&help->options[i]);
	if (help->usage->actions) {
		printf(" \\\n\t\t\t'1:action:(");
		actions_print(help->usage);
		printf(")'");
	}
	printf(" \\\n\t\t\t'*:file:_files' ;;\n");
}

static void fish_text(const char *text)
{
	printf(" -d '");
	for (; *text; text++)
		printf(*text == '\'' || *text == '\\' ? "\\%c" : "%c", *text);
	printf("'\n");
}

void completion_fish(const struct help *help)
{
	const char *verb = help->usage->verb;
	for (const struct action *row = help->usage->actions; row && row->name; row++) {
		printf("complete -c ringfence -n '__ringfence_verb %s; and "
		       "__ringfence_words 2' -a %s",
		        verb, row->name);
		fish_text(row->help);
	}
	for (size_t i = 0; i < help->count; i++) {
		const struct option *option = &help->options[i];
		printf("complete -c ringfence -n '__ringfence_verb %s' -l %s", verb,
		        option->name);
		if (option->letter)
			printf(" -s %c", option->letter);
		if (option->kind == OPTION_CHOICE) {
			printf(" -x -a '");
			words_print(option);
			printf("'");
		} else if (option->kind != OPTION_FLAG) {
			printf(" -r");
		}
		fish_text(option->help);
	}
}
