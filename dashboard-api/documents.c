#include "dashboard-api/documents.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "dashboard-api/problem.h"
#include "dashboard-api/query.h"
#include "dashboard-api/route.h"
#include "platform/secret.h"

struct document_page {
	struct buffer *out;
	unsigned rows;
	unsigned limit;
	bool has_more;
	char last[64];
};

void document_key(uint64_t now_us, char key[24])
{
	char random[SECRET_TEXT_BYTES];
	char digest[SECRET_DIGEST_BYTES];
	/* Hexadecimal: a file of this name needs no thought. */
	secret_random(random, 64);
	secret_digest(slice_text(random), digest);
	(void)snprintf(
	        key, 24, "%011" PRIx64 "%.10s", now_us / 1000 & 0xfffffffffff, digest);
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
	struct document_page page = {
	        .out = &visit->reply->body, .limit = LIST_LIMIT_USUAL};
	const struct ledger_reader reader = {&page, page_row};
	const struct slice limit = visit_parameter(visit, "limit");

	if (slice_present(limit) &&
	        (!slice_to_u32(limit, &page.limit) || page.limit < 1 ||
	                page.limit > LIST_LIMIT_MAX)) {
		(void)problem_at(
		        visit, 400, "?limit", "limit is 1 to %d", LIST_LIMIT_MAX);
		return;
	}
	buffer_string(page.out, "{\"data\":[");
	if (!ledger_list(visit->api->ledger, space, visit_parameter(visit, "cursor"),
	            true, &reader)) {
		(void)problem(visit, 503, "cannot be read at the moment");
		return;
	}
	if (page.has_more)
		buffer_format(page.out, "],\"page\":{\"next\":\"%s\",\"has_more\":true}}",
		        page.last);
	else
		buffer_string(page.out, "],\"page\":{\"next\":null,\"has_more\":false}}");
	visit->reply->content_type = "application/json";
}

void document_answer(struct visit *visit, const char *space, const char *noun)
{
	if (ledger_get(visit->api->ledger, space, visit->values[0], &visit->reply->body))
		visit->reply->content_type = "application/json";
	else
		(void)problem(visit, 404, "there is no such %s", noun);
}
