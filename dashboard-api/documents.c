#include "dashboard-api/documents.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "dashboard-api/audit.h"
#include "dashboard-api/paging.h"
#include "dashboard-api/problem.h"
#include "dashboard-api/route.h"
#include "platform/secret.h"

struct document_page {
	struct buffer *out;
	unsigned rows;
	unsigned limit;
	bool has_more;
	char last[64];
};

void document_key(uint64_t now_us, char key[DOCUMENT_KEY_BYTES])
{
	char random[SECRET_TEXT_BYTES];
	char digest[SECRET_DIGEST_BYTES];
	/* Hexadecimal: a file of this name needs no thought. */
	secret_random(random, 64);
	secret_digest(slice_text(random), digest);
	(void)snprintf(key, DOCUMENT_KEY_BYTES, "%011" PRIx64 "%.10s",
	        now_us / 1000 & 0xfffffffffff, digest);
}

static bool page_row(void *context, struct slice key, struct slice body)
{
	struct document_page *page = context;
	if (page->rows == page->limit) {
		page->has_more = true;
		return false;
	}
	if (page->rows++)
		buffer_string(page->out, ",");
	buffer_slice(page->out, body);
	(void)snprintf(page->last, sizeof(page->last), "%.*s", (int)key.len, key.data);
	return !page->out->failed;
}

void documents_answer(struct visit *visit, const char *space)
{
	struct document_page page = {.out = &visit->reply->body};
	const struct ledger_reader reader = {&page, page_row};

	if (!paging_limit(visit, &page.limit))
		return;
	paging_begin(page.out);
	if (!ledger_list(visit->api->ledger, space, visit_parameter(visit, "cursor"),
	            true, &reader)) {
		(void)problem(visit, 503, "cannot be read at the moment");
		return;
	}
	paging_end(visit, page.has_more ? page.last : NULL);
}

void document_answer(struct visit *visit, const char *space, const char *noun)
{
	if (ledger_get(visit->api->ledger, space, visit->values[0], &visit->reply->body))
		visit->reply->content_type = "application/json";
	else
		(void)problem(visit, 404, "there is no such %s", noun);
}

bool document_keep_new(struct visit *visit, const char *space, const char *key)
{
	struct http_reply *reply = visit->reply;
	if (!ledger_put(visit->api->ledger, space, slice_text(key),
	            buffer_text(&reply->body)))
		return problem(visit, 503, "this cannot be kept at the moment");
	reply->status = 201;
	reply->content_type = "application/json";
	http_reply_header(reply, "Location", "/api/v1/%s/%s", space, key);
	return true;
}

bool document_remove(struct visit *visit, const char *space, const char *noun)
{
	struct buffer body = buffer_of(1 << 20);
	char action[64];
	const bool known = ledger_get(visit->api->ledger, space, visit->values[0], &body);
	buffer_free(&body);
	if (!known)
		return problem(visit, 404, "there is no such %s", noun);
	(void)snprintf(action, sizeof(action), "%s.remove", noun);
	if (!audit_change(visit, action, visit->values[0]))
		return false;
	visit->reply->status = 204;
	return ledger_delete(visit->api->ledger, space, visit->values[0]) ||
	       problem(visit, 503, "this cannot be removed at the moment");
}
