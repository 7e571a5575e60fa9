#include "dashboard-api/body.h"

#include <stdio.h>
#include <string.h>

#include "dashboard-api/problem.h"
#include "platform/document.h"
#include "platform/http_target.h"
#include "platform/json.h"

enum { POINTER_BYTES = 128 };

static const char *pointer_of(char text[POINTER_BYTES], struct slice name)
{
	(void)snprintf(
	        text, POINTER_BYTES, "/%.*s", (int)slice_first(name, 100).len, name.data);
	return text;
}

static bool member_known(const char *const *known, struct slice key)
{
	for (; *known; known++)
		if (slice_equal(key, slice_text(*known)))
			return true;
	return false;
}

static bool type_is_json(const struct visit *visit)
{
	struct slice type = http_header(visit->request, "Content-Type");
	return slice_equal_nocase(
	        slice_trim(slice_split(&type, ';')), SLICE("application/json"));
}

struct document *body_read(struct visit *visit, const char *const *known)
{
	struct document_error error;
	char pointer[POINTER_BYTES];

	if (!type_is_json(visit)) {
		(void)problem(visit, 415, "the body must be application/json");
		return NULL;
	}
	struct document *document = json_parse("body", visit->request->body, &error);
	if (!document) {
		(void)problem(visit, 400, "the body is not JSON: line %u, column %u: %s",
		        error.line, error.column, error.text);
		return NULL;
	}
	bool fine = document->root->kind == NODE_MAP ||
	            problem_at(visit, 400, "/", "the body must be an object");
	for (const struct node *member = document->root->first_child; fine && member;
	        member = member->next)
		if (!member_known(known, member->key))
			fine = problem_at(visit, 400, pointer_of(pointer, member->key),
			        "this member is not known here");
	if (!fine)
		document_free(&document);
	return document;
}

bool body_optional_text(struct visit *visit, const struct document *body,
        const char *name, size_t len_max, struct slice *text)
{
	char pointer[POINTER_BYTES];
	const struct slice key = slice_text(name);
	const struct node *node = node_find(body->root, key);
	*text = (struct slice){0};
	if (!node || node_null(node))
		return true;
	if (node->kind != NODE_SCALAR || !node->quoted)
		return problem_at(visit, 400, pointer_of(pointer, key), "this is a text");
	if (node->text.len < 1 || node->text.len > len_max)
		return problem_at(
		        visit, 400, pointer_of(pointer, key), "1 to %zu bytes", len_max);
	if (!http_text_clean(node->text))
		return problem_at(visit, 400, pointer_of(pointer, key),
		        "no control characters, please");
	*text = node->text;
	return true;
}

bool body_text(struct visit *visit, const struct document *body, const char *name,
        size_t len_max, struct slice *text)
{
	char pointer[POINTER_BYTES];
	return body_optional_text(visit, body, name, len_max, text) &&
	       (slice_present(*text) ||
	               problem_at(visit, 400, pointer_of(pointer, slice_text(name)),
	                       "this is missing"));
}

bool body_texts(struct visit *visit, const struct document *body, const char *name,
        bool required, const struct node **texts)
{
	char pointer[POINTER_BYTES];
	const struct slice key = slice_text(name);
	const struct node *node = node_find(body->root, key);
	*texts = NULL;
	if (!node)
		return !required || problem_at(visit, 400, pointer_of(pointer, key),
		                            "this is missing");
	if (node->kind != NODE_SEQUENCE || node->count > BODY_ITEMS_MAX ||
	        (required && !node->count))
		return problem_at(visit, 400, pointer_of(pointer, key),
		        "a list of %d to %d texts", required ? 1 : 0, BODY_ITEMS_MAX);
	for (const struct node *item = node->first_child; item; item = item->next)
		if (item->kind != NODE_SCALAR || !item->quoted ||
		        !http_text_clean(item->text))
			return problem_at(visit, 400, pointer_of(pointer, key),
			        "each item is a text");
	*texts = node;
	return true;
}
