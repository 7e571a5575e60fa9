/*
 * ringfence: the command line. A verb, its options, an exit code.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cli/exit.h"
#include "cli/verb.h"

struct verb {
	const char *name;
	const char *help;
	int (*run)(int argc, char **argv);
};

static const struct verb VERBS[] = {
        {"replay", "audit capture files", verb_replay},
        {"rules", "list, show, explain, validate and test detection rules", verb_rules},
        {"calls", "list calls of capture files, draw and extract them", verb_calls},
        {"decode", "print messages in hexadecimal as trees", verb_decode},
        {"block", "what the inline filter blocks: check, add, del, list", verb_block},
        {"alerts", "alerts of a running ringfence-api: list, show, ack, close, tail",
                verb_alerts},
        {"registrations", "changes of registrations, as it saw them", verb_registrations},
        {"quality", "media quality, as it saw it", verb_quality},
        {"nodes", "sensors and filters, and how they are", verb_nodes},
        {"demo", "everything on this machine, with the shipped captures", verb_demo},
};

enum { VERB_COUNT = sizeof(VERBS) / sizeof(VERBS[0]) };

static void usage_print(FILE *to)
{
	fprintf(to, "usage: ringfence [-o table|json|ndjson|csv] VERB …\n\n"
	            "Watches VoIP (SIP, RTP) and tells attacks, calls and their "
	            "quality.\n\n");
	for (size_t i = 0; i < VERB_COUNT; i++)
		fprintf(to, "  %-13s %s\n", VERBS[i].name, VERBS[i].help);
	fprintf(to, "\n  ringfence VERB --help   options and an example\n"
	            "  ringfence --version\n\n"
	            "Example:\n  ringfence replay capture.pcap\n");
}

/* The output format may stand in front of the verb too: it becomes the verb's option. */
static void output_behind_verb(int argc, char **argv)
{
	if (argc < 4 || (strcmp(argv[1], "-o") != 0 && strcmp(argv[1], "--output") != 0))
		return;
	char *const option = argv[1];
	char *const format = argv[2];
	argv[1] = argv[3];
	argv[2] = option;
	argv[3] = format;
}

int main(int argc, char **argv)
{
	/* A reader that leaves early (head) is seen when writing. */
	(void)signal(SIGPIPE, SIG_IGN);
	if (argc < 2) {
		usage_print(stderr);
		return EXIT_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		usage_print(stdout);
		return EXIT_FINE;
	}
	if (strcmp(argv[1], "--version") == 0) {
		printf("ringfence " RINGFENCE_VERSION "\n");
		return EXIT_FINE;
	}
	output_behind_verb(argc, argv);
	for (size_t i = 0; i < VERB_COUNT; i++)
		if (strcmp(argv[1], VERBS[i].name) == 0)
			return VERBS[i].run(argc - 2, argv + 2);
	fprintf(stderr, "ringfence: there is no verb '%s'\n\n", argv[1]);
	usage_print(stderr);
	return EXIT_USAGE;
}
