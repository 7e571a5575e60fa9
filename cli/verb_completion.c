/*
 * ringfence completion: a script that completes our command line, made of the tables that
 * the verbs read their options by.
 */
#include <stdio.h>
#include <string.h>

#include "cli/exit.h"
#include "cli/option.h"
#include "cli/verb.h"

static const struct action ACTIONS[] = {
        {"bash", NULL, "goes into /usr/share/bash-completion/completions/ringfence"},
        {"zsh", NULL, "goes into a directory of $fpath, as _ringfence"},
        {"fish", NULL, "goes into ~/.config/fish/completions/ringfence.fish"},
        {NULL, NULL, NULL},
};

static const struct usage USAGE = {
        .verb = "completion",
        .actions = ACTIONS,
        .example = "source <(ringfence completion bash)",
};

static const char BASH_HEAD[] =
        "# completion of ringfence for bash\n"
        "_ringfence()\n{\n"
        "\tlocal word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
        "\tlocal at=1 verb actions= options= values=\n"
        "\tif [[ ${COMP_WORDS[1]} == -o ]]; then\n\t\tat=3\n\tfi\n"
        "\tverb=${COMP_WORDS[at]}\n"
        "\tif (( COMP_CWORD == 2 && at == 3 )); then\n"
        "\t\tCOMPREPLY=($(compgen -W 'table json ndjson csv' -- \"$word\"))\n"
        "\t\treturn\n\tfi\n"
        "\tif (( COMP_CWORD <= at )); then\n"
        "\t\tCOMPREPLY=($(compgen -W '";

static const char BASH_VERBS[] = "--help --version -o' -- \"$word\"))\n"
                                 "\t\treturn\n\tfi\n"
                                 "\tcase $verb in\n";

static const char BASH_TAIL[] =
        "\tesac\n"
        "\tif [[ $values == - ]]; then\n"
        "\t\tCOMPREPLY=($(compgen -f -- \"$word\"))\n"
        "\telif [[ $values ]]; then\n"
        "\t\tCOMPREPLY=($(compgen -W \"$values\" -- \"$word\"))\n"
        "\telif [[ $word == -* ]]; then\n"
        "\t\tCOMPREPLY=($(compgen -W \"$options\" -- \"$word\"))\n"
        "\telif [[ $actions ]] && (( COMP_CWORD == at + 1 )); then\n"
        "\t\tCOMPREPLY=($(compgen -W \"$actions\" -- \"$word\"))\n"
        "\telse\n"
        "\t\tCOMPREPLY=($(compgen -f -- \"$word\"))\n"
        "\tfi\n}\n"
        "complete -o filenames -F _ringfence ringfence\n";

static const char ZSH_HEAD[] = "#compdef ringfence\n"
                               "_ringfence()\n{\n"
                               "\tlocal -a verbs\n\tverbs=(\n";

static const char ZSH_VERBS[] =
        "\t)\n"
        "\tif [[ ${words[2]} == -o && CURRENT -gt 3 ]]; then\n"
        "\t\twords=(ringfence \"${(@)words[4,-1]}\")\n\t\t(( CURRENT -= 2 ))\n\tfi\n"
        "\tif (( CURRENT == 2 )); then\n"
        "\t\t_describe verb verbs\n\t\treturn\n\tfi\n"
        "\twords=(\"${(@)words[2,-1]}\")\n\t(( CURRENT-- ))\n"
        "\tcase ${words[1]} in\n";

static const char ZSH_TAIL[] = "\tesac\n}\n_ringfence \"$@\"\n";

static const char FISH_HEAD[] =
        "# completion of ringfence for fish\n"
        "function __ringfence_words\n"
        "\ttest (count (commandline -opc)) -eq $argv[1]\nend\n"
        "function __ringfence_verb\n"
        "\tset -l words (commandline -opc)\n"
        "\ttest (count $words) -ge 2; and test $words[2] = $argv[1]\nend\n";

/* Each verb prints its part, from its own table. */
static int parts_print(const char *form)
{
	int code = EXIT_FINE;
	char argument[16];
	(void)snprintf(argument, sizeof(argument), "--help=%s", form);
	for (size_t i = 0; code == EXIT_FINE && verb_at(i); i++) {
		char *arguments[] = {argument, NULL};
		code = verb_at(i)->run(1, arguments);
	}
	return code;
}

static int bash_print(void)
{
	printf("%s", BASH_HEAD);
	for (size_t i = 0; verb_at(i); i++)
		printf("%s ", verb_at(i)->name);
	printf("%s", BASH_VERBS);
	const int code = parts_print("bash");
	printf("%s", BASH_TAIL);
	return code;
}

static int zsh_print(void)
{
	printf("%s", ZSH_HEAD);
	for (size_t i = 0; verb_at(i); i++)
		printf("\t\t'%s:%s'\n", verb_at(i)->name, verb_at(i)->help);
	printf("%s", ZSH_VERBS);
	const int code = parts_print("zsh");
	printf("%s", ZSH_TAIL);
	return code;
}

static int fish_print(void)
{
	printf("%s", FISH_HEAD);
	for (size_t i = 0; verb_at(i); i++)
		printf("complete -c ringfence -n '__ringfence_words 1' -a %s -d '%s'\n",
		        verb_at(i)->name, verb_at(i)->help);
	return parts_print("fish");
}

int verb_completion(int argc, char **argv)
{
	struct arguments arguments = {argc, argv};
	int code;
	const struct action *action = options_action(&USAGE, NULL, 0, &arguments, &code);
	if (!action)
		return code;
	code = action->name[0] == 'b'   ? bash_print()
	       : action->name[0] == 'z' ? zsh_print()
	                                : fish_print();
	return fflush(stdout) == 0 ? code : EXIT_ENVIRONMENT;
}
