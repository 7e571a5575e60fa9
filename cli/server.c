#include "cli/server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/exit.h"
#include "engine/detect/document.h"
#include "platform/document.h"
#include "platform/file.h"
#include "platform/json.h"

static bool token_read(struct server *server)
{
	struct file_text text;
	struct file_error error;
	const char *given = getenv("RINGFENCE_TOKEN");
	if (!server->token_file) {
		(void)snprintf(
		        server->token, sizeof(server->token), "%s", given ? given : "");
		return true;
	}
	if (!file_read(server->token_file, SERVER_TOKEN_BYTES - 1, &text, &error)) {
		fprintf(stderr, "ringfence: %s: %s\n", server->token_file, error.text);
		return false;
	}
	const struct slice token = slice_trim(slice_of(text.data, text.len));
	(void)snprintf(
	        server->token, sizeof(server->token), "%.*s", (int)token.len, token.data);
	file_text_free(&text);
	return true;
}

int server_open(struct server *server)
{
	const char *set = getenv("RINGFENCE_SERVER");
	if (!server->url)
		server->url = set && set[0] ? set : "http://127.0.0.1:8060";
	if (!token_read(server))
		return EXIT_BAD_INPUT;
	const struct http_client_options options = {
	        .server = server->url,
	        .token = server->token[0] ? server->token : NULL,
	        .authority = server->authority,
	};
	server->client = http_client_new(&options);
	return server->client ? EXIT_FINE : EXIT_ENVIRONMENT;
}

void server_close(struct server *server)
{
	http_client_free(&server->client);
}

/* Where in what was sent the mistakes are, when the problem names lines. */
static void places_tell(const struct document *document)
{
	const struct node *errors =
	        document ? node_find(document->root, SLICE("errors")) : NULL;
	const struct node *error = errors ? errors->first_child : NULL;
	for (; error; error = error->next) {
		const struct node *line = node_find(error, SLICE("line"));
		const struct node *column = node_find(error, SLICE("column"));
		const struct node *detail = node_find(error, SLICE("detail"));
		if (line && column && detail)
			fprintf(stderr, "  %.*s:%.*s: %.*s\n", (int)line->text.len,
			        line->text.data, (int)column->text.len, column->text.data,
			        (int)detail->text.len, detail->text.data);
	}
}

/* The detail of a problem, or the bare status. */
static int refused(const struct http_answer *answer)
{
	struct document_error error;
	struct document *document = json_parse("", buffer_text(&answer->body), &error);
	const struct node *detail =
	        document ? node_find(document->root, SLICE("detail")) : NULL;
	if (detail)
		fprintf(stderr, "ringfence: %.*s\n", (int)detail->text.len,
		        detail->text.data);
	else
		fprintf(stderr, "ringfence: the server says %u\n", answer->status);
	places_tell(document);
	if (answer->status == 401)
		fprintf(stderr,
		        "ringfence: a token goes into RINGFENCE_TOKEN or --token-file\n");
	document_free(&document);
	return answer->status >= 500 || answer->status == 429 ? EXIT_ENVIRONMENT
	                                                      : EXIT_BAD_INPUT;
}

int server_answer(struct server *server, const struct http_question *question,
        struct http_answer *answer)
{
	if (!http_client_ask(server->client, question, answer)) {
		fprintf(stderr, "ringfence: %s: %s\n", server->url,
		        http_client_problem(server->client));
		return EXIT_ENVIRONMENT;
	}
	return answer->status < 300 ? EXIT_FINE : refused(answer);
}

int server_ask(struct server *server, const struct http_question *question)
{
	struct http_answer answer;
	const int code = server_answer(server, question, &answer);
	if (code == EXIT_FINE && answer.body.len)
		printf("%.*s\n", (int)answer.body.len, answer.body.data);
	buffer_free(&answer.body);
	return code;
}

int server_once(struct server *server, const struct http_question *question)
{
	int code = server_open(server);
	if (code == EXIT_FINE)
		code = server_ask(server, question);
	server_close(server);
	return code;
}

void query_add(struct buffer *path, const char *name, const char *value)
{
	const bool first = !memchr(path->data ? path->data : "", '?', path->len);
	if (!value)
		return;
	buffer_format(path, "%s%s=", first ? "?" : "&", name);
	for (const char *at = value; *at; at++) {
		const bool plain = (*at >= 'a' && *at <= 'z') ||
		                   (*at >= 'A' && *at <= 'Z') ||
		                   (*at >= '0' && *at <= '9') || strchr("-._~", *at);
		if (plain)
			buffer_slice(path, slice_of(at, 1));
		else
			buffer_format(path, "%%%02X", (unsigned)(unsigned char)*at);
	}
}
