#include "cli/entity_list.h"

#include <stdio.h>
#include <string.h>

#include "cli/exit.h"
#include "engine/detect/document.h"
#include "engine/report/json.h"
#include "platform/document.h"
#include "platform/instant.h"
#include "platform/json.h"

enum { BODY_BYTES = 4096 };

static const struct server_column COLUMNS[] = {
        {"ENTITY", {"entity"}, 40},
        {"UNTIL", {"until"}, 28},
        {"SINCE", {"detail.since"}, 28},
        {"BY", {"detail.by", "detail.node"}, 16},
        {"WHY", {"detail.reason", "detail.rule"}, 0},
};

/* "/api/v1/blocks?name=value…", a zero behind it. */
static struct buffer path_of(const struct entity_list *list, const struct entity *entity)
{
	struct buffer path = buffer_of(SERVER_PATH_BYTES);
	buffer_format(&path, "/api/v1/%s", list->resource);
	query_add(&path, "dry_run", entity->dry_run ? "true" : NULL);
	query_add(&path, "force", entity->force ? "true" : NULL);
	return path;
}

static int say(int code, const char *what, const struct entity *entity)
{
	if (code == EXIT_FINE)
		printf("%s%s 1 entity: %s\n", entity->dry_run ? "would " : "", what,
		        entity->text);
	return code;
}

/* Asks and forgets the answer's body. */
static int ask(const struct entity_list *list, const struct http_question *question)
{
	struct http_answer answer = {.body = buffer_of(0)};
	int code = question->path ? server_open(list->server) : EXIT_BAD_INPUT;
	if (code == EXIT_FINE)
		code = server_answer(list->server, question, &answer);
	server_close(list->server);
	buffer_free(&answer.body);
	return code;
}

int entity_list_add(const struct entity_list *list, const struct entity *entity)
{
	char body[BODY_BYTES];
	struct writer out = writer_of(body, sizeof(body));
	struct buffer path = path_of(list, entity);
	json_object(&out, NULL);
	json_string(&out, "entity", slice_text(entity->text));
	json_u64(&out, "ttl_s", entity->ttl_s);
	json_string(&out, "reason", slice_text(entity->reason));
	json_object_end(&out);
	buffer_slice(&path, slice_of("", 1));
	const struct http_question question = {.method = "POST",
	        .path = path.data,
	        .content_type = "application/json",
	        .body = writer_text(&out)};
	const int code = ask(list, &question);
	buffer_free(&path);
	return say(code, list->verb, entity);
}

/* A list as a document; NULL with *code set. */
static struct document *list_read(
        const struct entity_list *list, struct http_answer *answer, int *code)
{
	struct document_error error;
	struct document *document = NULL;
	char path[64];
	(void)snprintf(path, sizeof(path), "/api/v1/%s", list->resource);
	const struct http_question question = {.method = "GET", .path = path};
	*code = server_open(list->server);
	if (*code == EXIT_FINE)
		*code = server_answer(list->server, &question, answer);
	if (*code == EXIT_FINE) {
		document = json_parse("", buffer_text(&answer->body), &error);
		*code = document ? EXIT_FINE : EXIT_ENVIRONMENT;
	}
	server_close(list->server);
	return document;
}

static const struct node *rows_of(const struct document *document)
{
	const struct node *rows =
	        document ? node_find(document->root, SLICE("data")) : NULL;
	return rows ? rows->first_child : NULL;
}

static struct slice text_at(const struct node *row, const char *name)
{
	const struct node *node = row ? node_find(row, slice_text(name)) : NULL;
	return node && node->kind == NODE_SCALAR ? node->text : slice_of(NULL, 0);
}

int entity_list_del(const struct entity_list *list, const struct entity *entity)
{
	char what[32];
	struct buffer path = path_of(list, entity);
	query_add(&path, "entity", entity->text);
	buffer_slice(&path, slice_of("", 1));
	const struct http_question question = {.method = "DELETE", .path = path.data};
	const int code = ask(list, &question);
	buffer_free(&path);
	(void)snprintf(what, sizeof(what), "no longer %s", list->verb);
	return say(code, what, entity);
}

int entity_list_print(const struct entity_list *list, const struct server_query *query)
{
	const struct server_table table = {list->resource, SERVER_COLUMNS(COLUMNS)};
	return server_list(list->server, &table, query);
}

int entity_list_export(const struct entity_list *list)
{
	struct http_answer answer = {.body = buffer_of(0)};
	const uint64_t now_us = instant_now_us();
	int code;
	struct document *document = list_read(list, &answer, &code);
	for (const struct node *row = rows_of(document); row; row = row->next) {
		const struct slice entity = text_at(row, "entity");
		const struct slice why =
		        text_at(node_find(row, SLICE("detail")), "reason");
		uint64_t until_us = now_us;
		if (slice_present(text_at(row, "until")))
			(void)instant_parse(text_at(row, "until"), now_us, &until_us);
		printf("%.*s\t%llu\t%.*s\n", (int)entity.len, entity.data,
		        (unsigned long long)(until_us > now_us
		                                     ? (until_us - now_us + 999999) /
		                                               1000000
		                                     : 0),
		        (int)why.len, why.data ? why.data : "");
	}
	document_free(&document);
	buffer_free(&answer.body);
	return code;
}

int entity_list_check(const struct entity_list *list, const char *address)
{
	char body[BODY_BYTES];
	struct writer out = writer_of(body, sizeof(body));
	struct http_answer answer = {.body = buffer_of(0)};
	json_object(&out, NULL);
	json_string(&out, "address", slice_text(address));
	json_object_end(&out);
	const struct http_question question = {.method = "POST",
	        .path = "/api/v1/blocks/check",
	        .content_type = "application/json",
	        .body = writer_text(&out)};
	int code = server_open(list->server);
	if (code == EXIT_FINE)
		code = server_answer(list->server, &question, &answer);
	const struct slice text = buffer_text(&answer.body);
	if (code == EXIT_FINE) {
		printf("%.*s\n", (int)text.len, text.data);
		if (slice_starts(text, SLICE("{\"blocked\":true")))
			code = EXIT_FOUND;
	}
	server_close(list->server);
	buffer_free(&answer.body);
	return code;
}
