#include "cli/calls_server.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/exit.h"
#include "engine/detect/document.h"
#include "platform/document.h"
#include "platform/file.h"
#include "platform/json.h"

enum { ID_BYTES = 32 };

static const struct server_column CALLS[] = {
        {"ID", {"id"}, 7},
        {"START", {"call.start", "timestamp"}, 19},
        {"FROM", {"call.from.user"}, 20},
        {"TO", {"call.to.user"}, 20},
        {"STATE", {"call.state"}, 10},
        {"STATUS", {"call.status"}, 6},
        {"SECONDS", {"call.duration_s"}, 9},
        {"CALL-ID", {"call.call_id"}, 0},
};

/* The server's number of a call: as given, or found by its Call-ID. */
static int id_find(const struct calls_question *question, char id[ID_BYTES])
{
	struct buffer path = buffer_of(SERVER_PATH_BYTES);
	struct http_answer answer = {.body = buffer_of(0)};
	struct document_error error;
	uint64_t number;
	if (slice_to_u64(slice_text(question->call), &number)) {
		(void)snprintf(id, ID_BYTES, "%llu", (unsigned long long)number);
		return EXIT_FINE;
	}
	buffer_string(&path, "/api/v1/calls?limit=1");
	query_add(&path, "call_id", question->call);
	buffer_slice(&path, slice_of("", 1));
	const struct http_question ask = {.method = "GET", .path = path.data};
	int code = path.failed ? EXIT_BAD_INPUT
	                       : server_answer(question->server, &ask, &answer);
	struct document *document = NULL;
	if (code == EXIT_FINE)
		document = json_parse("", buffer_text(&answer.body), &error);
	const struct node *rows =
	        document ? node_find(document->root, SLICE("data")) : NULL;
	const struct node *found = rows && rows->first_child
	                                   ? node_find(rows->first_child, SLICE("id"))
	                                   : NULL;
	if (found)
		(void)snprintf(
		        id, ID_BYTES, "%.*s", (int)found->text.len, found->text.data);
	if (code == EXIT_FINE && !found) {
		fprintf(stderr,
		        "ringfence: there is no call '%s'; calls list shows all\n",
		        question->call);
		code = EXIT_BAD_INPUT;
	}
	document_free(&document);
	buffer_free(&answer.body);
	buffer_free(&path);
	return code;
}

static int packets_write(const struct calls_question *question, const char *path)
{
	const struct http_question ask = {.method = "GET",
	        .path = path,
	        .accept =
	                "application/x-pcapng, application/vnd.tcpdump.pcap, audio/wav"};
	struct http_answer answer = {.body = buffer_of(0)};
	struct file_error error;
	int code = server_answer(question->server, &ask, &answer);
	if (code == EXIT_FINE &&
	        !file_write(question->write, buffer_text(&answer.body), &error)) {
		fprintf(stderr, "ringfence: %s: %s\n", question->write, error.text);
		code = EXIT_ENVIRONMENT;
	}
	buffer_free(&answer.body);
	return code;
}

/* show, ladder and pcap. */
static int one(const struct calls_question *question)
{
	char id[ID_BYTES];
	char path[128];
	int code = id_find(question, id);
	if (code != EXIT_FINE)
		return code;
	if (strcmp(question->action, "pcap") == 0) {
		(void)snprintf(path, sizeof(path), "/api/v1/calls/%s.pcap", id);
		return packets_write(question, path);
	}
	if (strcmp(question->action, "audio") == 0) {
		if (!question->stream) {
			fprintf(stderr, "ringfence: --stream says which: an SSRC\n");
			return EXIT_USAGE;
		}
		(void)snprintf(path, sizeof(path), "/api/v1/calls/%s/audio/%.20s.wav", id,
		        question->stream);
		return packets_write(question, path);
	}
	if (strcmp(question->action, "ladder") == 0)
		(void)snprintf(path, sizeof(path), "/api/v1/calls/%s/ladder?format=%s",
		        id, question->format);
	else
		(void)snprintf(path, sizeof(path), "/api/v1/calls/%s", id);
	const struct http_question ask = {.method = "GET", .path = path, .accept = "*/*"};
	return server_ask(question->server, &ask);
}

int calls_server(const struct calls_question *question)
{
	static const struct server_table ALL = {"calls", SERVER_COLUMNS(CALLS)};
	static const struct server_table ACTIVE = {"active-calls", SERVER_COLUMNS(CALLS)};
	if (strcmp(question->action, "list") == 0)
		return server_list(question->server, &ALL, question->query);
	if (strcmp(question->action, "active") == 0)
		return server_list(question->server, &ACTIVE, question->query);
	int code = server_open(question->server);
	if (code == EXIT_FINE)
		code = one(question);
	server_close(question->server);
	return code;
}
