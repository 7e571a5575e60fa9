#include "cli/manual.h"

#include <stdio.h>
#include <string.h>

#include "cli/verb.h"
#include "platform/roff.h"

enum { TERM_BYTES = 128 };

static const char PROGRAM[] =
        "Decodes SIP, RTP and H.323, follows calls, registrations and streams, measures "
        "their\nquality and raises explained alerts. Verbs that take capture files need "
        "no server; the\nothers ask a running ringfence\\-api.";

static void synopsis(const struct help *help)
{
	const struct usage *usage = help->usage;
	roff_section(stdout, "SYNOPSIS");
	for (const struct action *row = usage->actions; row && row->name; row++) {
		printf("%s.B ringfence %s ", row == usage->actions ? "" : ".br\n",
		        usage->verb);
		roff_text(stdout, row->name);
		printf("\n");
		if (row->arguments) {
			printf(".I ");
			roff_text(stdout, row->arguments);
			printf("\n");
		}
		printf("[options]\n");
	}
	if (usage->actions)
		return;
	printf(".B ringfence %s\n", usage->verb);
	if (usage->arguments) {
		printf(".I ");
		roff_text(stdout, usage->arguments);
		printf("\n");
	}
	printf("[options]\n");
}

static void options(const struct help *help)
{
	char term[TERM_BYTES];
	roff_section(stdout, "OPTIONS");
	for (size_t i = 0; i < help->count; i++) {
		const struct option *option = &help->options[i];
		if (option->letter)
			(void)snprintf(term, sizeof(term), "-%c, --%s", option->letter,
			        option->name);
		else
			(void)snprintf(term, sizeof(term), "--%s", option->name);
		roff_row(stdout, term, option->argument, option->help);
	}
	roff_row(stdout, "--help", NULL, "a summary of this page");
}

static void environment(void)
{
	roff_section(stdout, "ENVIRONMENT");
	roff_row(stdout, "RINGFENCE_SERVER", NULL,
	        "the API that is asked, unless --server names one");
	roff_row(stdout, "RINGFENCE_TOKEN", NULL,
	        "the token that it is shown, unless --token-file holds one");
}

static bool asks_server(const struct help *help)
{
	for (size_t i = 0; i < help->count; i++)
		if (strcmp(help->options[i].name, "server") == 0)
			return true;
	return false;
}

void manual_print(const struct help *help)
{
	const struct usage *usage = help->usage;
	const struct verb *verb = verb_find(usage->verb);
	char name[TERM_BYTES];
	(void)snprintf(name, sizeof(name), "ringfence-%s", usage->verb);
	const struct roff_head head = {name, '1', verb ? verb->help : usage->verb};
	roff_head(stdout, &head);
	synopsis(help);
	roff_section(stdout, "DESCRIPTION");
	if (usage->about)
		roff_paragraph(stdout, usage->about);
	for (const struct action *row = usage->actions; row && row->name; row++)
		roff_row(stdout, row->name, row->arguments, row->help);
	options(help);
	if (asks_server(help))
		environment();
	roff_section(stdout, "EXIT STATUS");
	roff_paragraph(stdout, HELP_EXITS);
	roff_section(stdout, "EXAMPLES");
	roff_example(stdout, usage->example);
	roff_see(stdout, "ringfence(1)");
}

void manual_print_program(void)
{
	const struct roff_head head = {"ringfence", '1',
	        "watches VoIP and tells attacks, calls and their quality"};
	char page[TERM_BYTES];
	roff_head(stdout, &head);
	roff_section(stdout, "SYNOPSIS");
	printf(".B ringfence\n[\\fB\\-o\\fR table|json|ndjson|csv]\n.I verb\n\\&...\n");
	roff_section(stdout, "DESCRIPTION");
	printf("%s\n", PROGRAM);
	roff_section(stdout, "VERBS");
	for (size_t i = 0; verb_at(i); i++)
		roff_row(stdout, verb_at(i)->name, NULL, verb_at(i)->help);
	roff_section(stdout, "OPTIONS");
	roff_row(stdout, "-o, --output", "table|json|ndjson|csv",
	        "how verbs print what they list");
	roff_row(stdout, "--help", NULL, "the verbs; behind a verb: its options");
	roff_row(stdout, "--version", NULL, "the program's version");
	environment();
	roff_section(stdout, "EXIT STATUS");
	roff_paragraph(stdout, HELP_EXITS);
	roff_section(stdout, "EXAMPLES");
	roff_example(stdout, "ringfence replay capture.pcap");
	roff_section(stdout, "SEE ALSO");
	for (size_t i = 0; verb_at(i); i++) {
		(void)snprintf(page, sizeof(page), "ringfence\\-%s", verb_at(i)->name);
		printf(".BR %s (1),\n", page);
	}
	printf(".BR ringfence\\-sensor (8),\n.BR ringfence\\-filter (8),\n"
	       ".BR ringfence\\-api (8)\n");
}
