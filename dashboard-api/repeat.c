#include "dashboard-api/repeat.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dashboard-api/problem.h"
#include "dashboard-api/route.h"
#include "engine/report/json.h"
#include "platform/document.h"
#include "platform/json.h"
#include "platform/secret.h"

enum {
	KEY_MAX = 200,
	ANSWER_BYTES_MAX = 1 << 20,
	KEEP_S = 86400,
	PENDING_S =
	        120, /* after which a request that was never answered may come again */
	FORGET_AT_ONCE = 500,
};

static const char SPACE[] = "answers";

/* A digest of all that makes the request this one. */
static void print_of(const struct visit *visit, char print[SECRET_DIGEST_BYTES])
{
	const struct http_request *request = visit->request;
	struct buffer all = buffer_of(SIZE_MAX / 2);
	buffer_format(&all, "%s %llu ", request->method,
	        (unsigned long long)request->body_bytes);
	buffer_slice(&all, request->path);
	for (size_t i = 0; i < request->parameter_count; i++) {
		buffer_string(&all, "&");
		buffer_slice(&all, request->parameters[i].name);
		buffer_string(&all, "=");
		buffer_slice(&all, request->parameters[i].value);
	}
	buffer_string(&all, "\n");
	buffer_slice(&all, request->body);
	secret_digest(buffer_text(&all), print);
	buffer_free(&all);
}

static void place_of(struct visit *visit, struct slice key)
{
	char digest[SECRET_DIGEST_BYTES];
	char text[KEY_MAX + 80];
	const int len = snprintf(
	        text, sizeof(text), "%s\n%.*s", visit->who.name, (int)key.len, key.data);
	secret_digest(slice_of(text, (size_t)len), digest);
	memcpy(visit->repeat, digest, sizeof(visit->repeat) - 1);
}

static void kept_write(struct visit *visit, unsigned status, uint64_t expires_us)
{
	char print[SECRET_DIGEST_BYTES];
	struct slice body = buffer_text(&visit->reply->body);
	struct buffer kept = buffer_of(ANSWER_BYTES_MAX * 7);
	const struct http_reply *reply = visit->reply;
	print_of(visit, print);
	struct writer out = buffer_room(&kept, 4096 + body.len * 6);
	json_object(&out, NULL);
	json_literal(&out, "print", print);
	json_u64(&out, "status", status);
	json_u64(&out, "expires_us", expires_us);
	for (size_t i = 0; i < reply->header_count; i++)
		if (strcmp(reply->header_names[i], "Location") == 0)
			json_literal(&out, "location", reply->header_values[i]);
	writer_string(&out, ",\"body\":\"");
	(void)json_escape(&out, status ? body : SLICE(""));
	writer_string(&out, "\"}");
	buffer_take(&kept, &out);
	/* Without it a repetition is done again, as without a key. */
	(void)ledger_put(
	        visit->api->ledger, SPACE, slice_text(visit->repeat), buffer_text(&kept));
	buffer_free(&kept);
}

static uint64_t number_of(const struct document *kept, const char *name)
{
	uint64_t number = 0;
	const struct node *node = node_find(kept->root, slice_text(name));
	if (node)
		(void)slice_to_u64(node->text, &number);
	return number;
}

/* True when the kept answer holds for this visit. */
static bool kept_answer(struct visit *visit, const struct document *kept)
{
	char print[SECRET_DIGEST_BYTES];
	const struct node *same = node_find(kept->root, SLICE("print"));
	const struct node *body = node_find(kept->root, SLICE("body"));
	const struct node *location = node_find(kept->root, SLICE("location"));
	const unsigned status = (unsigned)number_of(kept, "status");

	if (number_of(kept, "expires_us") <= visit->now_us || !same || !body)
		return false;
	print_of(visit, print);
	visit->repeat[0] = 0;
	if (!slice_equal(same->text, slice_text(print)))
		return !problem(visit, 422,
		        "this Idempotency-Key came with another request before");
	if (!status) {
		http_reply_header(visit->reply, "Retry-After", "1");
		return !problem(visit, 409, "the same request is being handled");
	}
	visit->reply->status = status;
	visit->reply->body = buffer_of(ANSWER_BYTES_MAX);
	buffer_slice(&visit->reply->body, body->text);
	if (body->text.len)
		visit->reply->content_type =
		        status < 400 ? "application/json" : "application/problem+json";
	if (location)
		http_reply_header(visit->reply, "Location", "%.*s",
		        (int)location->text.len, location->text.data);
	http_reply_header(visit->reply, "Idempotency-Replayed", "true");
	return true;
}

bool repeat_answer(struct visit *visit)
{
	const struct slice key = http_header(visit->request, "Idempotency-Key");
	struct buffer text = buffer_of(ANSWER_BYTES_MAX * 7);
	struct document_error error;
	bool answered = false;

	if (!slice_present(key) || strcmp(visit->request->method, "POST") != 0 ||
	        !route_changes(visit->route))
		return false;
	if (visit->route->secret)
		return !problem(visit, 400,
		        "this answer is told once: it takes no Idempotency-Key");
	if (!key.len || key.len > KEY_MAX)
		return !problem(visit, 400, "Idempotency-Key has 1 to %d bytes", KEY_MAX);
	place_of(visit, key);
	if (ledger_get(visit->api->ledger, SPACE, slice_text(visit->repeat), &text)) {
		struct document *kept = json_parse("", buffer_text(&text), &error);
		answered = kept && kept_answer(visit, kept);
		document_free(&kept);
	}
	buffer_free(&text);
	if (!answered)
		kept_write(visit, 0, visit->now_us + PENDING_S * 1000000ull);
	return answered;
}

void repeat_keep(struct visit *visit)
{
	const struct http_reply *reply = visit->reply;
	if (!visit->repeat[0] || reply->later)
		return;
	/* What was our trouble, and what cannot be kept, may be tried again. */
	if (reply->status >= 500 || reply->file >= 0 ||
	        reply->body.len > ANSWER_BYTES_MAX)
		(void)ledger_delete(visit->api->ledger, SPACE, slice_text(visit->repeat));
	else
		kept_write(visit, reply->status, visit->now_us + KEEP_S * 1000000ull);
}

/* Keys of what has expired. */
struct expired {
	uint64_t now_us;
	char keys[FORGET_AT_ONCE][64];
	size_t count;
};

static bool expired_note(void *context, struct slice key, struct slice body)
{
	struct expired *expired = context;
	struct document_error error;
	struct document *kept = json_parse("", body, &error);
	if (!kept || number_of(kept, "expires_us") <= expired->now_us)
		(void)snprintf(expired->keys[expired->count++], sizeof(expired->keys[0]),
		        "%.*s", (int)key.len, key.data);
	document_free(&kept);
	return expired->count < FORGET_AT_ONCE;
}

void repeat_forget(struct ledger *ledger, uint64_t now_us)
{
	struct expired *expired = calloc(1, sizeof(*expired));
	if (!expired)
		return;
	expired->now_us = now_us;
	const struct ledger_reader reader = {expired, expired_note};
	(void)ledger_list(ledger, SPACE, (struct slice){0}, false, &reader);
	for (size_t i = 0; i < expired->count; i++)
		(void)ledger_delete(ledger, SPACE, slice_text(expired->keys[i]));
	free(expired);
}
