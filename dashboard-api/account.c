#include "dashboard-api/account.h"

#include <stdio.h>
#include <string.h>

#include "dashboard-api/body.h"
#include "dashboard-api/problem.h"
#include "engine/report/json.h"
#include "platform/document.h"
#include "platform/json.h"

enum { ACCOUNT_BYTES = 4096 };

static const char *const ROLES[] = {"nobody", "viewer", "analyst", "operator", "admin"};

static const char *const GRANTS[] = {
        "payload:read", "media:read", "pcap:export", "block:write", "rules:publish"};

enum { GRANT_COUNT = sizeof(GRANTS) / sizeof(GRANTS[0]) };

const char *role_name(enum role role)
{
	return ROLES[role];
}

bool role_parse(struct slice name, enum role *role)
{
	for (unsigned i = ROLE_VIEWER; i <= ROLE_ADMIN; i++) {
		if (!slice_equal(name, slice_text(ROLES[i])))
			continue;
		*role = (enum role)i;
		return true;
	}
	return false;
}

const char *grant_name(unsigned index)
{
	return index < GRANT_COUNT ? GRANTS[index] : NULL;
}

static bool grant_add(struct slice name, unsigned *grants)
{
	for (unsigned i = 0; i < GRANT_COUNT; i++) {
		if (!slice_equal(name, slice_text(GRANTS[i])))
			continue;
		*grants |= 1u << i;
		return true;
	}
	return false;
}

static struct slice member(const struct document *document, const char *name)
{
	const struct node *node = node_find(document->root, slice_text(name));
	return node && node->kind == NODE_SCALAR ? node->text : (struct slice){0};
}

static struct document *kept_read(
        struct ledger *ledger, const char *space, struct slice key)
{
	struct buffer body = buffer_of(ACCOUNT_BYTES);
	struct document_error error;
	struct document *document = NULL;
	if (ledger_get(ledger, space, key, &body))
		document = json_parse("", buffer_text(&body), &error);
	buffer_free(&body);
	return document;
}

static void rights_of(const struct document *document, struct principal *who)
{
	const struct node *grants = node_find(document->root, SLICE("grants"));
	*who = (struct principal){0};
	(void)role_parse(member(document, "role"), &who->role);
	for (const struct node *item = grants ? grants->first_child : NULL; item;
	        item = item->next)
		(void)grant_add(item->text, &who->grants);
	const struct slice name = member(document, "name");
	(void)snprintf(who->name, sizeof(who->name), "%.*s", (int)name.len,
	        name.data ? name.data : "");
}

bool account_user(struct ledger *ledger, struct slice name, struct account *account)
{
	struct document *document = kept_read(ledger, ACCOUNT_USERS, name);
	*account = (struct account){0};
	if (!document)
		return false;
	rights_of(document, &account->who);
	const struct slice password = member(document, "password");
	(void)snprintf(account->password, sizeof(account->password), "%.*s",
	        (int)password.len, password.data ? password.data : "");
	document_free(&document);
	return account->who.role != ROLE_NOBODY;
}

static bool token_holds(const struct document *document, struct slice token,
        uint64_t now_us, struct account *account)
{
	char digest[SECRET_DIGEST_BYTES];
	uint64_t expires_us = 0;
	secret_digest(token, digest);
	if (!secret_equal(member(document, "digest"), slice_text(digest)))
		return false;
	(void)slice_to_u64(member(document, "expires_us"), &expires_us);
	if (expires_us && expires_us <= now_us)
		return false;
	const struct slice network = member(document, "network");
	account->has_network = slice_present(network);
	if (account->has_network && !network_parse(network, &account->network))
		return false;
	rights_of(document, &account->who);
	return account->who.role != ROLE_NOBODY;
}

bool account_token(struct ledger *ledger, struct slice token, uint64_t now_us,
        struct account *account)
{
	struct slice rest = token;
	*account = (struct account){0};
	if (!slice_equal(slice_split(&rest, '_'), SLICE("rf")) || !slice_present(rest))
		return false;
	const struct slice id = slice_split(&rest, '_');
	if (!slice_present(rest))
		return false;
	struct document *document = kept_read(ledger, ACCOUNT_TOKENS, id);
	if (!document)
		return false;
	const bool holds = token_holds(document, token, now_us, account);
	document_free(&document);
	return holds;
}

bool account_session(struct ledger *ledger, const char *space, struct slice digest,
        uint64_t now_us, char name[ACCOUNT_NAME_BYTES])
{
	uint64_t expires_us = 0;
	struct document *document = kept_read(ledger, space, digest);
	if (!document)
		return false;
	const bool holds = slice_to_u64(member(document, "expires_us"), &expires_us) &&
	                   expires_us > now_us;
	const struct slice user = member(document, "user");
	(void)snprintf(name, ACCOUNT_NAME_BYTES, "%.*s", (int)user.len,
	        user.data ? user.data : "");
	document_free(&document);
	if (!holds)
		(void)ledger_delete(ledger, space, digest);
	return holds;
}

bool account_user_keep(struct visit *visit, struct slice name, struct slice password,
        const struct principal *who)
{
	char kept[SECRET_PASSWORD_BYTES];
	char body[ACCOUNT_BYTES];
	struct writer out = writer_of(body, sizeof(body));

	if (!password_keep(password, kept))
		return problem(visit, 503, "no memory for the password's digest");
	json_object(&out, NULL);
	json_string(&out, "name", name);
	json_literal(&out, "role", role_name(who->role));
	json_array(&out, "grants");
	for (unsigned i = 0; i < GRANT_COUNT; i++)
		if (who->grants & (1u << i))
			json_literal(&out, NULL, GRANTS[i]);
	json_array_end(&out);
	json_string(&out, "password", slice_text(kept));
	json_time(&out, "created", visit->now_us);
	json_object_end(&out);
	return ledger_put_new(
	               visit->api->ledger, ACCOUNT_USERS, name, writer_text(&out)) ||
	       problem_at(visit, 409, "/name", "there is a user of this name");
}

bool account_rights_read(
        struct visit *visit, const struct document *body, struct principal *who)
{
	struct slice role;
	const struct node *grants;
	if (!body_text(visit, body, "role", 16, &role) ||
	        !body_texts(visit, body, "grants", false, &grants))
		return false;
	if (!role_parse(role, &who->role))
		return problem_at(
		        visit, 400, "/role", "viewer, analyst, operator or admin");
	for (const struct node *item = grants ? grants->first_child : NULL; item;
	        item = item->next)
		if (!grant_add(item->text, &who->grants))
			return problem_at(visit, 400, "/grants",
			        "payload:read, media:read, pcap:export, block:write or "
			        "rules:publish");
	return true;
}
