/*
 * ringfence calls without a capture file: the calls of a running ringfence-api.
 */
#ifndef RINGFENCE_CLI_CALLS_SERVER_H
#define RINGFENCE_CLI_CALLS_SERVER_H

#include "cli/server_list.h"

struct calls_question {
	struct server *server;
	const struct server_query *query;
	const char *action; /* list, active, show, ladder, pcap or audio */
	const char *call;   /* its number there, or its Call-ID; of the last three */
	const char *format; /* of a ladder */
	const char *write;  /* where a pcap or a WAV file goes */
	const char *stream; /* of audio: its SSRC; NULL = not said */
};

/* The exit code. */
int calls_server(const struct calls_question *question);

#endif
