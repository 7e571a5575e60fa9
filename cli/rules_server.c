#include "cli/rules_server.h"

#include <stdio.h>
#include <string.h>

#include "cli/exit.h"
#include "cli/rules_bundle.h"
#include "engine/report/json.h"
#include "platform/document.h"
#include "platform/json.h"
#include "platform/rules_load.h"

enum { SET_BYTES_MAX = 8 << 20, PATH_BYTES = 8192, TAG_BYTES = 32, BODY_BYTES = 8192 };

/* An answer of the server as a document; NULL when it refused (told, *code). */
static struct document *answer_of(struct rules_server *verb,
        const struct http_question *question, struct http_answer *answer, int *code)
{
	struct document_error error;
	struct document *document = NULL;
	*code = server_answer(&verb->server, question, answer);
	if (*code == EXIT_FINE)
		document = json_parse("answer", buffer_text(&answer->body), &error);
	if (*code == EXIT_FINE && !document)
		*code = EXIT_ENVIRONMENT;
	return document;
}

/* A member of the answer that becomes part of a path or a header. */
static bool member(
        const struct document *document, const char *name, char text[TAG_BYTES])
{
	const struct node *node = node_find(document->root, slice_text(name));
	if (!node || node->kind != NODE_SCALAR || node->text.len >= TAG_BYTES)
		return false;
	for (size_t i = 0; i < node->text.len; i++) {
		const char byte = node->text.data[i];
		if ((byte < '0' || byte > '9') && (byte < 'a' || byte > 'z'))
			return false;
	}
	(void)snprintf(text, TAG_BYTES, "%.*s", (int)node->text.len, node->text.data);
	return true;
}

static struct slice text_at(const struct node *row, struct slice name)
{
	const struct node *node = node_find(row, name);
	return node && node->kind == NODE_SCALAR ? node->text : SLICE("-");
}

static void changes_print(const struct document *staged)
{
	const struct node *changes = node_find(staged->root, SLICE("changes"));
	const struct node *row = changes ? changes->first_child : NULL;
	if (!row)
		printf("nothing differs\n");
	for (; row; row = row->next) {
		const struct slice what = text_at(row, SLICE("change"));
		const struct slice kind = text_at(row, SLICE("kind"));
		const struct slice id = text_at(row, SLICE("id"));
		printf("%-8.*s %-5.*s %.*s\n", (int)what.len, what.data, (int)kind.len,
		        kind.data, (int)id.len, id.data);
	}
}

static bool printing_json(const struct rules_server *verb)
{
	return verb->server.output != OUTPUT_TABLE;
}

static void version_print(const struct rules_server *verb,
        const struct http_answer *answer, const struct document *document)
{
	char version[TAG_BYTES];
	if (printing_json(verb) || !member(document, "version", version))
		printf("%.*s\n", (int)answer->body.len, answer->body.data);
	else if (verb->canary)
		printf("%s judges by trial %s; rules recall ends that\n", verb->canary,
		        version);
	else
		printf("version %s is in force\n", version);
}

/* Asks for the change of the version that was seen last. */
static int change(
        struct rules_server *verb, const char *path, struct slice body, const char *seen)
{
	char tag[TAG_BYTES + 2];
	struct http_answer answer;
	int code;
	(void)snprintf(tag, sizeof(tag), "\"%s\"", seen);
	const struct http_question question = {.method = "POST",
	        .path = path,
	        .content_type = slice_present(body) ? "application/json" : NULL,
	        .if_match = tag,
	        .body = body};
	struct document *document = NULL;
	if (verb->dry_run)
		code = server_answer(&verb->server, &question, &answer);
	else
		document = answer_of(verb, &question, &answer, &code);
	if (document)
		version_print(verb, &answer, document);
	document_free(&document);
	buffer_free(&answer.body);
	return code;
}

/* {"nodes":["a","b"]}; false when they are too many. */
static bool nodes_write(struct writer *out, const char *nodes)
{
	struct slice rest = slice_text(nodes);
	json_object(out, NULL);
	json_array(out, "nodes");
	while (slice_present(rest))
		json_string(out, NULL, slice_trim(slice_split(&rest, ',')));
	json_array_end(out);
	json_object_end(out);
	return !out->truncated;
}

/* Some nodes alone judge by it; no version is replaced, so none is named as seen. */
static int staged_try(struct rules_server *verb, const char *id)
{
	char body[BODY_BYTES];
	char path[PATH_BYTES];
	struct writer out = writer_of(body, sizeof(body));
	struct http_answer answer = {.body = buffer_of(0)};
	int code;
	if (!nodes_write(&out, verb->canary)) {
		fprintf(stderr, "ringfence: --canary names too many nodes\n");
		return EXIT_USAGE;
	}
	(void)snprintf(path, sizeof(path), "/api/v1/rulesets/%s/canary", id);
	const struct http_question question = {.method = "POST",
	        .path = path,
	        .content_type = "application/json",
	        .body = writer_text(&out)};
	struct document *document = answer_of(verb, &question, &answer, &code);
	if (document)
		version_print(verb, &answer, document);
	document_free(&document);
	buffer_free(&answer.body);
	return code;
}

static int recall(struct rules_server *verb)
{
	const struct http_question question = {.method = "DELETE",
	        .path = verb->dry_run ? "/api/v1/rulesets/canary?dry_run=true"
	                              : "/api/v1/rulesets/canary"};
	struct http_answer answer = {.body = buffer_of(0)};
	const int code = server_answer(&verb->server, &question, &answer);
	if (code == EXIT_FINE)
		printf("all nodes %s by the version in force\n",
		        verb->dry_run ? "would judge" : "judge");
	buffer_free(&answer.body);
	return code;
}

static int staged_publish(struct rules_server *verb, const struct document *staged)
{
	struct buffer path = buffer_of(PATH_BYTES);
	char id[TAG_BYTES];
	char base[TAG_BYTES];
	int code = EXIT_ENVIRONMENT;
	if (verb->canary && member(staged, "id", id))
		return staged_try(verb, id);
	if (member(staged, "id", id) && member(staged, "base", base)) {
		buffer_format(&path, "/api/v1/rulesets/%s/publish", id);
		query_add(&path, "note", verb->note);
		buffer_slice(&path, slice_of("", 1));
		if (!path.failed)
			code = change(verb, path.data, (struct slice){0}, base);
	}
	buffer_free(&path);
	return code;
}

/* Hands the set over; publish: and makes it the one in force. */
static int stage(struct rules_server *verb, bool publish)
{
	struct buffer set = buffer_of(SET_BYTES_MAX);
	struct http_answer answer = {.body = buffer_of(0)};
	const char *place = verb->directory ? verb->directory : rules_default();
	int code = EXIT_BAD_INPUT;
	struct document *staged = NULL;
	const bool keep = publish && !verb->dry_run;
	if (!place)
		fprintf(stderr, "ringfence: --rules DIR names the rules\n");
	if (place && rules_bundle(place, &set)) {
		const struct http_question question = {.method = "POST",
		        .path = keep ? "/api/v1/rulesets/staged"
		                     : "/api/v1/rulesets/staged?dry_run=true",
		        .content_type = "text/yaml",
		        .body = buffer_text(&set)};
		staged = answer_of(verb, &question, &answer, &code);
	} else if (set.failed) {
		fprintf(stderr, "ringfence: a set has at most %d bytes\n", SET_BYTES_MAX);
	}
	if (staged && printing_json(verb) && !keep)
		printf("%.*s\n", (int)answer.body.len, answer.body.data);
	else if (staged && !printing_json(verb))
		changes_print(staged);
	if (staged && keep)
		code = staged_publish(verb, staged);
	document_free(&staged);
	buffer_free(&answer.body);
	buffer_free(&set);
	return code;
}

static int rollback(struct rules_server *verb, const char *to)
{
	const struct http_question question = {
	        .method = "GET", .path = "/api/v1/rulesets"};
	char body[BODY_BYTES];
	char seen[TAG_BYTES];
	struct writer out = writer_of(body, sizeof(body));
	struct http_answer answer;
	uint64_t version = 0;
	int code;
	if (!slice_to_u64(slice_text(to), &version)) {
		fprintf(stderr, "ringfence: '%s' is no version's number\n", to);
		return EXIT_USAGE;
	}
	json_object(&out, NULL);
	json_u64(&out, "to", version);
	if (verb->note)
		json_string(&out, "note", slice_text(verb->note));
	json_object_end(&out);
	struct document *document = answer_of(verb, &question, &answer, &code);
	if (document && !member(document, "current", seen))
		code = EXIT_ENVIRONMENT;
	else if (document)
		code = change(verb,
		        verb->dry_run ? "/api/v1/rulesets/rollback?dry_run=true"
		                      : "/api/v1/rulesets/rollback",
		        writer_text(&out), seen);
	if (code == EXIT_FINE && verb->dry_run)
		printf("version %llu would be in force again, behind version %s\n",
		        (unsigned long long)version, seen);
	document_free(&document);
	buffer_free(&answer.body);
	return code;
}

static int act(struct rules_server *verb, const struct arguments *arguments)
{
	const char *action = arguments->values[0];
	if (strcmp(action, "recall") == 0 && arguments->count == 1)
		return recall(verb);
	if (strcmp(action, "rollback") != 0 && arguments->count == 1)
		return stage(verb, strcmp(action, "publish") == 0);
	if (strcmp(action, "rollback") == 0 && arguments->count == 2)
		return rollback(verb, arguments->values[1]);
	fprintf(stderr, "ringfence: rules publish, diff, recall, or rollback VERSION\n");
	return EXIT_USAGE;
}

int rules_server(struct rules_server *verb, const struct arguments *arguments)
{
	int code = server_open(&verb->server);
	if (code == EXIT_FINE)
		code = act(verb, arguments);
	server_close(&verb->server);
	return code;
}
