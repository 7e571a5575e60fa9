/*
 * ringfence: the command line. A verb, its options, an exit code.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cli/exit.h"
#include "cli/manual.h"
#include "cli/verb.h"

static void usage_print(FILE *to)
{
	fprintf(to, "usage: ringfence [-o table|json|ndjson|csv] VERB …\n\n"
	            "Watches VoIP (SIP, RTP, H.323) and tells attacks, calls and their "
	            "quality.\n\n");
	for (size_t i = 0; verb_at(i); i++)
		fprintf(to, "  %-13s %s\n", verb_at(i)->name, verb_at(i)->help);
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
	if (strcmp(argv[1], "--help=man") == 0) {
		manual_print_program();
		return EXIT_FINE;
	}
	if (strcmp(argv[1], "--version") == 0) {
		printf("ringfence " RINGFENCE_VERSION "\n");
		return EXIT_FINE;
	}
	output_behind_verb(argc, argv);
	const struct verb *verb = verb_find(argv[1]);
	if (verb)
		return verb->run(argc - 2, argv + 2);
	fprintf(stderr, "ringfence: there is no verb '%s'\n\n", argv[1]);
	usage_print(stderr);
	return EXIT_USAGE;
}
