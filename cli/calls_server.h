/*
 * ringfence calls without a capture file: the calls of a running ringfence-api.
 */
#ifndef RINGFENCE_CLI_CALLS_SERVER_H
#define RINGFENCE_CLI_CALLS_SERVER_H

#include "cli/server_list.h"

struct calls_question {
	struct server *server;
	const struct server_query *query;
	const char *action; /* list, active, show, ladder or pcap */
	const char *call;   /* its number there, or its Call-ID; of the last three */
	const char *format; /* of a ladder */
	const char *write;  /* where a pcap goes */
};

/* The exit code. */
int calls_server(const struct calls_question *question);

#endif
