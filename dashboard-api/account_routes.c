/*
 * /users and /tokens. What is kept of their secrets is never shown; a token is told once,
 * in the answer that makes it.
 */
#include <stdio.h>
#include <string.h>

#include "dashboard-api/account.h"
#include "dashboard-api/audit.h"
#include "dashboard-api/auth.h"
#include "dashboard-api/body.h"
#include "dashboard-api/identities.h"
#include "dashboard-api/paging.h"
#include "dashboard-api/problem.h"
#include "engine/report/json.h"
#include "platform/document.h"
#include "platform/instant.h"
#include "platform/json.h"

enum { TOKEN_BYTES = 96, SHOWN_BYTES = 4096, PASSWORD_LEAST = 10 };

struct shown {
	struct buffer *out;
	bool any;
};

/* All members but the secret ones. */
static bool shown_row(void *context, struct slice key, struct slice body)
{
	struct shown *shown = context;
	struct document_error error;
	struct document *document = json_parse("", body, &error);
	if (!document)
		return true;
	if (shown->any)
		buffer_string(shown->out, ",");
	shown->any = true;
	struct writer out = buffer_room(shown->out, SHOWN_BYTES);
	json_object(&out, NULL);
	json_string(&out, "id", key);
	for (const struct node *member = document->root->first_child; member;
	        member = member->next) {
		char name[32];
		if (slice_equal(member->key, SLICE("password")) ||
		        slice_equal(member->key, SLICE("digest")))
			continue;
		(void)snprintf(name, sizeof(name), "%.*s", (int)member->key.len,
		        member->key.data);
		if (member->kind == NODE_SEQUENCE) {
			json_array(&out, name);
			for (const struct node *item = member->first_child; item;
			        item = item->next)
				json_string(&out, NULL, item->text);
			json_array_end(&out);
		} else {
			json_string(&out, name, member->text);
		}
	}
	json_object_end(&out);
	buffer_take(shown->out, &out);
	document_free(&document);
	return true;
}

static void space_answer(struct visit *visit, const char *space)
{
	struct shown shown = {.out = &visit->reply->body};
	const struct ledger_reader reader = {&shown, shown_row};
	paging_begin(shown.out);
	if (!ledger_list(visit->api->ledger, space, (struct slice){0}, false, &reader)) {
		(void)problem(visit, 503, "cannot be read at the moment");
		return;
	}
	paging_end(visit, NULL);
}

void users_get(struct visit *visit)
{
	space_answer(visit, ACCOUNT_USERS);
}

void tokens_get(struct visit *visit)
{
	space_answer(visit, ACCOUNT_TOKENS);
}

static void created(struct visit *visit, const char *name, struct slice value)
{
	struct writer out = buffer_room(&visit->reply->body, SHOWN_BYTES);
	json_object(&out, NULL);
	json_string(&out, name, value);
	json_object_end(&out);
	buffer_take(&visit->reply->body, &out);
	visit->reply->status = 201;
	visit->reply->content_type = "application/json";
}

void users_post(struct visit *visit)
{
	static const char *const KNOWN[] = {"name", "password", "role", "grants", NULL};
	struct slice name, password;
	struct principal who = {0};
	struct document *body = body_read(visit, KNOWN);
	if (!body)
		return;
	bool fine = body_text(visit, body, "name", ACCOUNT_NAME_BYTES - 1, &name) &&
	            body_text(visit, body, "password", 256, &password) &&
	            account_rights_read(visit, body, &who);
	if (fine && password.len < PASSWORD_LEAST)
		fine = problem_at(visit, 400, "/password", "at least %d characters",
		        PASSWORD_LEAST);
	if (fine && audit_change(visit, "user.add", name) &&
	        account_user_keep(visit, name, password, &who))
		created(visit, "name", name);
	document_free(&body);
}

void user_delete(struct visit *visit)
{
	if (slice_equal(visit->values[0], slice_text(visit->who.name))) {
		(void)problem(visit, 409, "nobody can remove oneself");
		return;
	}
	if (!audit_change(visit, "user.remove", visit->values[0]))
		return;
	identities_forget(visit->api->identities);
	if (ledger_delete(visit->api->ledger, ACCOUNT_USERS, visit->values[0]))
		visit->reply->status = 204;
	else
		(void)problem(visit, 404, "there is no such user");
}

/* What is kept of a token. */
struct token {
	char id[SECRET_TEXT_BYTES];
	char clear[TOKEN_BYTES];
	struct slice name;
	struct slice network;
	uint64_t expires_us;
	struct principal who;
};

static void token_make(struct token *token)
{
	char secret[SECRET_TEXT_BYTES];
	/* An id without the separator. */
	do
		secret_random(token->id, 72);
	while (strchr(token->id, '_'));
	secret_random(secret, 256);
	(void)snprintf(token->clear, sizeof(token->clear), "rf_%s_%s", token->id, secret);
}

static bool token_keep(struct visit *visit, const struct token *token)
{
	char digest[SECRET_DIGEST_BYTES];
	char body[SHOWN_BYTES];
	struct writer out = writer_of(body, sizeof(body));
	secret_digest(slice_text(token->clear), digest);
	json_object(&out, NULL);
	json_string(&out, "name", token->name);
	json_literal(&out, "role", role_name(token->who.role));
	json_array(&out, "grants");
	for (unsigned i = 0; grant_name(i); i++)
		if (token->who.grants & (1u << i))
			json_literal(&out, NULL, grant_name(i));
	json_array_end(&out);
	json_string(&out, "digest", slice_text(digest));
	json_text(&out, "network", token->network);
	if (token->expires_us)
		json_u64(&out, "expires_us", token->expires_us);
	json_time(&out, "created", visit->now_us);
	json_string(&out, "created_by", slice_text(visit->who.name));
	json_object_end(&out);
	return ledger_put_new(visit->api->ledger, ACCOUNT_TOKENS, slice_text(token->id),
	               writer_text(&out)) ||
	       problem(visit, 503, "the token cannot be kept");
}

static bool token_read(
        struct visit *visit, const struct document *body, struct token *token)
{
	struct slice expires;
	struct network network;
	if (!body_text(visit, body, "name", ACCOUNT_NAME_BYTES - 1, &token->name) ||
	        !body_optional_text(visit, body, "network", 64, &token->network) ||
	        !body_optional_text(visit, body, "expires", 40, &expires) ||
	        !account_rights_read(visit, body, &token->who))
		return false;
	if (slice_present(token->network) && !network_parse(token->network, &network))
		return problem_at(visit, 400, "/network", "an address or a network");
	if (slice_present(expires) &&
	        (!instant_parse(expires, visit->now_us, &token->expires_us) ||
	                token->expires_us <= visit->now_us))
		return problem_at(visit, 400, "/expires", "a time to come, RFC 3339");
	return true;
}

void tokens_post(struct visit *visit)
{
	static const char *const KNOWN[] = {
	        "name", "role", "grants", "network", "expires", NULL};
	struct token token = {0};
	struct document *body = body_read(visit, KNOWN);
	if (!body)
		return;
	if (token_read(visit, body, &token) &&
	        audit_change(visit, "token.add", token.name)) {
		token_make(&token);
		if (token_keep(visit, &token))
			created(visit, "token", slice_text(token.clear));
	}
	document_free(&body);
}

void token_delete(struct visit *visit)
{
	if (!audit_change(visit, "token.remove", visit->values[0]))
		return;
	identities_forget(visit->api->identities);
	if (ledger_delete(visit->api->ledger, ACCOUNT_TOKENS, visit->values[0]))
		visit->reply->status = 204;
	else
		(void)problem(visit, 404, "there is no such token");
}
