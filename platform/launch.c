#include "platform/launch.h"

#include <string.h>

#include "platform/config_inside.h"
#include "platform/roff.h"

enum { LINE_BYTES = 160 };

enum option {
	OPTION_CONFIG,
	OPTION_CHECK,
	OPTION_SHOW,
	OPTION_SHOW_SET,
	OPTION_SAMPLE,
	OPTION_SCHEMA,
	OPTION_MANUAL,
	OPTION_MANUAL_CONFIG,
	OPTION_VERSION,
	OPTION_HELP,
	OPTION_COUNT,
};

static const struct row {
	const char *name;
	const char *argument; /* NULL: none */
	const char *help;
} ROWS[OPTION_COUNT] = {
        [OPTION_CONFIG] = {"--config", "FILE",
                "the configuration; files in conf.d beside it are read after it"},
        [OPTION_CHECK] = {"--check-config", NULL, "say whether it is good, and end"},
        [OPTION_SHOW] = {"--show-config", NULL,
                "print every setting and where its value comes from, and end"},
        [OPTION_SHOW_SET] = {"--show-config=set", NULL,
                "print those that a file sets, and end"},
        [OPTION_SAMPLE] = {"--sample-config", NULL,
                "print a configuration of fallbacks with a line of help each, and end"},
        [OPTION_SCHEMA] = {"--config-schema", NULL,
                "print the configuration's JSON Schema (2020-12), and end"},
        [OPTION_MANUAL] = {"--help=man", NULL, "print the manual page, and end"},
        [OPTION_MANUAL_CONFIG] = {"--help=man-config", NULL,
                "print the manual page of the configuration, and end"},
        [OPTION_VERSION] = {"--version", NULL, "print the version, and end"},
        [OPTION_HELP] = {"--help", NULL, "print this, and end"},
};

static void help_print(const struct launch *launch, FILE *to)
{
	char left[LINE_BYTES];
	fprintf(to, "usage: %s [--config FILE] [options]\n\nIt %s.\n\nOptions:\n",
	        launch->name, launch->summary);
	if (launch->flag)
		fprintf(to, "  --%-20s %s\n", launch->flag, launch->flag_help);
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		(void)snprintf(left, sizeof(left), "%s%s%s", ROWS[i].name,
		        ROWS[i].argument ? " " : "",
		        ROWS[i].argument ? ROWS[i].argument : "");
		fprintf(to, "  %-22s %s\n", left, ROWS[i].help);
	}
	fprintf(to, "\nExample:\n  %s --config /etc/ringfence/%s\n", launch->name,
	        launch->file);
}

static void manual_print(const struct launch *launch)
{
	const struct roff_head head = {launch->name, '8', launch->summary};
	char text[LINE_BYTES];
	roff_head(stdout, &head);
	roff_section(stdout, "SYNOPSIS");
	printf(".B ");
	roff_text(stdout, launch->name);
	printf("\n[\\fB\\-\\-config\\fR \\fIFILE\\fR] [options]\n");
	roff_section(stdout, "OPTIONS");
	if (launch->flag) {
		(void)snprintf(text, sizeof(text), "--%s", launch->flag);
		roff_row(stdout, text, NULL, launch->flag_help);
	}
	for (size_t i = 0; i < OPTION_COUNT; i++)
		roff_row(stdout, ROWS[i].name, ROWS[i].argument, ROWS[i].help);
	roff_section(stdout, "SIGNALS");
	roff_paragraph(stdout, launch->signals);
	roff_section(stdout, "EXIT STATUS");
	roff_paragraph(stdout, "0 fine, 2 usage, 3 bad input, 4 environment.");
	roff_section(stdout, "FILES");
	(void)snprintf(text, sizeof(text), "/etc/ringfence/%s", launch->file);
	roff_row(stdout, text, NULL, "the configuration that its service reads");
	roff_section(stdout, "EXAMPLES");
	(void)snprintf(text, sizeof(text), "%s --config /etc/ringfence/%s --check-config",
	        launch->name, launch->file);
	roff_example(stdout, text);
	(void)snprintf(text, sizeof(text), "%s(5) ringfence(1)", launch->name);
	roff_see(stdout, text);
}

static void setting_print(const struct setting *setting)
{
	char argument[LINE_BYTES] = "";
	size_t used = 0;
	for (const char *const *choice = setting->choices;
	        setting->kind == SETTING_CHOICE && *choice && used < sizeof(argument);
	        choice++)
		used += (size_t)snprintf(argument + used, sizeof(argument) - used, "%s%s",
		        used ? "|" : "", *choice);
	roff_row(stdout, setting->key, used ? argument : setting_kind_text(setting->kind),
	        setting->help);
	if (!setting->fallback)
		(void)snprintf(argument, sizeof(argument), "It must be set.");
	else if (setting->fallback[0])
		(void)snprintf(
		        argument, sizeof(argument), "Unless set: %s", setting->fallback);
	else
		return;
	printf(".br\n");
	roff_paragraph(stdout, argument);
}

static void manual_config_print(const struct launch *launch)
{
	char text[LINE_BYTES];
	(void)snprintf(text, sizeof(text), "configuration of %s", launch->name);
	const struct roff_head head = {launch->name, '5', text};
	roff_head(stdout, &head);
	roff_section(stdout, "DESCRIPTION");
	roff_paragraph(stdout,
	        "A file of YAML. A dot in a name stands for a map within a map. Files in "
	        "conf.d beside\nthe file, which all programs share, and in a directory "
	        "named as the file but for its\nending (sensor.d) are read after it, in "
	        "the "
	        "order of their names; what they set\nreplaces what stood before. What "
	        "is "
	        "not known, and what "
	        "is "
	        "no good value, is refused with file, line\nand column.");
	roff_section(stdout, "SETTINGS");
	for (size_t i = 0; i < launch->setting_count; i++)
		setting_print(&launch->settings[i]);
	roff_section(stdout, "FILES");
	(void)snprintf(text, sizeof(text), "/etc/ringfence/%s", launch->file);
	roff_row(stdout, text, NULL, "the file that the service reads");
	(void)snprintf(text, sizeof(text), "%s(8) ringfence(1)", launch->name);
	roff_see(stdout, text);
}

/* What needs neither a configuration nor more; true when that was it. */
static bool printed(const struct launch *launch, enum option option)
{
	if (option == OPTION_SAMPLE)
		config_sample(launch->settings, launch->setting_count, stdout);
	else if (option == OPTION_SCHEMA)
		config_schema(launch->settings, launch->setting_count, stdout);
	else if (option == OPTION_MANUAL)
		manual_print(launch);
	else if (option == OPTION_MANUAL_CONFIG)
		manual_config_print(launch);
	else if (option == OPTION_VERSION)
		printf("%s " RINGFENCE_VERSION "\n", launch->name);
	else if (option == OPTION_HELP)
		help_print(launch, stdout);
	else
		return false;
	return true;
}

static enum option option_find(const char *word)
{
	size_t i = 0;
	while (i < OPTION_COUNT && strcmp(ROWS[i].name, word) != 0)
		i++;
	return (enum option)i;
}

static bool refuse(const struct launch *launch, const char *word)
{
	fprintf(stderr, "%s: what is '%s'?\n\n", launch->name, word);
	help_print(launch, stderr);
	return false;
}

bool launch_read(const struct launch *launch, int argc, char **argv,
        struct launch_request *request, int *code)
{
	*code = LAUNCH_USAGE;
	for (int i = 1; i < argc; i++) {
		const char *word = argv[i];
		const enum option option = option_find(word);
		if (printed(launch, option)) {
			*code = fflush(stdout) == 0 ? LAUNCH_FINE : LAUNCH_ENVIRONMENT;
			return false;
		}
		if (option == OPTION_CONFIG && i + 1 < argc)
			request->config = argv[++i];
		else if (launch->flag && strncmp(word, "--", 2) == 0 &&
		         strcmp(word + 2, launch->flag) == 0)
			request->flag = true;
		else if (option == OPTION_COUNT || option == OPTION_CONFIG)
			return refuse(launch, word);
		request->check = request->check || option == OPTION_CHECK;
		request->show = request->show || option == OPTION_SHOW;
		request->show_set = request->show_set || option == OPTION_SHOW_SET;
	}
	*code = LAUNCH_FINE;
	return true;
}

bool launch_look(const struct launch_request *request, const struct config *config)
{
	if (request->show || request->show_set)
		config_show(config, request->show_set, stdout);
	else if (request->check)
		printf("the configuration is good\n");
	else
		return false;
	return true;
}
