#include "dashboard-api/auth.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "dashboard-api/account.h"
#include "dashboard-api/audit.h"
#include "dashboard-api/body.h"
#include "dashboard-api/identities.h"
#include "dashboard-api/limiter.h"
#include "dashboard-api/problem.h"
#include "dashboard-api/route.h"
#include "engine/report/json.h"
#include "platform/document.h"
#include "platform/secret.h"

#define COOKIE "rf_session"

enum { PASSWORD_LEAST = 10, PASSWORD_MOST = 256, SESSION_BYTES = 512 };

static const char SESSIONS[] = "sessions";
static const char SETUP[] = "setup";

/* The session's secret out of the Cookie header (RFC 6265 4.2). */
static struct slice cookie_of(const struct visit *visit)
{
	struct slice cookies = http_header(visit->request, "Cookie");
	while (slice_present(cookies)) {
		struct slice value = slice_trim(slice_split(&cookies, ';'));
		const struct slice name = slice_split(&value, '=');
		if (slice_equal(name, SLICE(COOKIE)) && slice_present(value))
			return value;
	}
	return (struct slice){0};
}

static bool wrong(struct visit *visit, const char *why)
{
	limiter_wrong(visit->api->limiter, &visit->request->peer, visit->now_us);
	http_reply_header(visit->reply, "WWW-Authenticate", "Bearer realm=\"ringfence\"");
	return problem(visit, 401, "%s", why);
}

static bool may_identify(struct visit *visit)
{
	unsigned retry_s;
	if (limiter_may_identify(
	            visit->api->limiter, &visit->request->peer, visit->now_us, &retry_s))
		return true;
	http_reply_header(visit->reply, "Retry-After", "%u", retry_s);
	return problem(
	        visit, 429, "too many wrong passwords or tokens from this address");
}

/* Whether the page that sends this is our own: by Origin, as browsers set it. */
static bool origin_own(const struct visit *visit)
{
	const struct slice origin = http_header(visit->request, "Origin");
	const struct slice host = http_header(visit->request, "Host");
	const char *set = visit->api->settings->origin;
	if (set[0])
		return slice_equal_nocase(origin, slice_text(set));
	struct slice rest = origin;
	const size_t at = slice_find(origin, SLICE("://"));
	rest = slice_from(rest, at + 3);
	return slice_present(origin) && at < origin.len && slice_equal_nocase(rest, host);
}

static bool changes(const struct visit *visit)
{
	return strcmp(visit->request->method, "GET") != 0 &&
	       strcmp(visit->request->method, "HEAD") != 0;
}

static bool cookie_identify(struct visit *visit, struct slice secret)
{
	char digest[SECRET_DIGEST_BYTES];
	char name[ACCOUNT_NAME_BYTES];
	struct account account;
	secret_digest(secret, digest);
	const struct account *known =
	        identity_find(visit->api->identities, digest, visit->now_us);
	if (!known) {
		if (!account_session(visit->api->ledger, SESSIONS, slice_text(digest),
		            visit->now_us, name) ||
		        !account_user(visit->api->ledger, slice_text(name), &account))
			return true; /* a session that ended: nobody, and a route may
			                want somebody */
		identity_note(visit->api->identities, digest, &account, visit->now_us);
		known = &account;
	}
	visit->who = known->who;
	visit->who.by_cookie = true;
	if (changes(visit) && !origin_own(visit))
		return problem(
		        visit, 403, "a page of another origin must not change anything");
	return true;
}

static bool token_identify(struct visit *visit, struct slice token)
{
	char digest[SECRET_DIGEST_BYTES];
	struct account account;
	if (!may_identify(visit))
		return false;
	secret_digest(token, digest);
	const struct account *known =
	        identity_find(visit->api->identities, digest, visit->now_us);
	if (!known) {
		if (!account_token(visit->api->ledger, token, visit->now_us, &account))
			return wrong(visit, "this token is not, or no longer, valid");
		identity_note(visit->api->identities, digest, &account, visit->now_us);
		known = &account;
	}
	if (known->has_network &&
	        !network_contains(&known->network, &visit->request->peer))
		return wrong(visit, "this token is not for this address");
	visit->who = known->who;
	return true;
}

bool auth_identify(struct visit *visit)
{
	struct slice authorization = http_header(visit->request, "Authorization");
	visit->who = (struct principal){.role = ROLE_NOBODY, .name = "-"};
	if (slice_present(authorization)) {
		const struct slice scheme = slice_split(&authorization, ' ');
		if (!slice_equal_nocase(scheme, SLICE("Bearer")) ||
		        !slice_present(authorization))
			return wrong(visit, "Authorization is as: Bearer rf_…");
		return token_identify(visit, slice_trim(authorization));
	}
	const struct slice cookie = cookie_of(visit);
	return !slice_present(cookie) || cookie_identify(visit, cookie);
}

bool auth_allow(struct visit *visit)
{
	const struct route *route = visit->route;
	if (route->role == ROLE_NOBODY)
		return true;
	if (visit->who.role == ROLE_NOBODY) {
		http_reply_header(
		        visit->reply, "WWW-Authenticate", "Bearer realm=\"ringfence\"");
		return problem(visit, 401, "sign in, or send a token");
	}
	if (visit->who.role < route->role)
		return problem(visit, 403, "this needs the role %s, %s has the role %s",
		        role_name(route->role), visit->who.name,
		        role_name(visit->who.role));
	/* An admin may all. */
	if (visit->who.role < ROLE_ADMIN && (route->grants & ~visit->who.grants))
		return problem(visit, 403, "this needs a grant that %s has not",
		        visit->who.name);
	return true;
}

bool auth_setup_secret(struct api *api, char secret[])
{
	char digest[SECRET_DIGEST_BYTES];
	if (ledger_count(api->ledger, ACCOUNT_USERS) > 0)
		return false;
	secret_random(secret, 192);
	secret_digest(slice_text(secret), digest);
	return ledger_put(api->ledger, SETUP, SLICE("digest"), slice_text(digest));
}

static bool password_good(struct visit *visit, struct slice password)
{
	return password.len >= PASSWORD_LEAST ||
	       problem_at(
	               visit, 400, "/password", "at least %d characters", PASSWORD_LEAST);
}

static void session_open(struct visit *visit, struct slice name)
{
	char secret[SECRET_TEXT_BYTES];
	char digest[SECRET_DIGEST_BYTES];
	char body[SESSION_BYTES];
	const uint64_t life_ms = visit->api->settings->session_ms;
	struct writer out = writer_of(body, sizeof(body));

	secret_random(secret, 256);
	secret_digest(slice_text(secret), digest);
	json_object(&out, NULL);
	json_string(&out, "user", name);
	json_u64(&out, "expires_us", visit->now_us + life_ms * 1000);
	json_object_end(&out);
	if (!ledger_put(visit->api->ledger, SESSIONS, slice_text(digest),
	            writer_text(&out))) {
		(void)problem(visit, 503, "the session cannot be kept");
		return;
	}
	http_reply_header(visit->reply, "Set-Cookie",
	        COOKIE "=%s; Path=/; Max-Age=%" PRIu64 "; HttpOnly; SameSite=Strict%s",
	        secret, life_ms / 1000,
	        visit->api->settings->certificate[0] ? "; Secure" : "");
	session_get(visit);
}

void setup_post(struct visit *visit)
{
	static const char *const KNOWN[] = {"secret", "name", "password", NULL};
	char digest[SECRET_DIGEST_BYTES];
	struct buffer kept = buffer_of(SECRET_DIGEST_BYTES);
	struct slice secret, name, password;

	if (!may_identify(visit))
		return;
	struct document *body = body_read(visit, KNOWN);
	if (!body)
		return;
	if (!body_text(visit, body, "secret", 64, &secret) ||
	        !body_text(visit, body, "name", ACCOUNT_NAME_BYTES - 1, &name) ||
	        !body_text(visit, body, "password", PASSWORD_MOST, &password) ||
	        !password_good(visit, password))
		goto out;
	secret_digest(secret, digest);
	if (ledger_count(visit->api->ledger, ACCOUNT_USERS) > 0 ||
	        !ledger_get(visit->api->ledger, SETUP, SLICE("digest"), &kept) ||
	        !secret_equal(buffer_text(&kept), slice_text(digest))) {
		(void)wrong(visit, "this link was used already, or is not ours");
		goto out;
	}
	visit->who.role = ROLE_ADMIN;
	if (!account_user_keep(visit, name, password, &visit->who))
		goto out;
	(void)ledger_delete(visit->api->ledger, SETUP, SLICE("digest"));
	(void)snprintf(visit->who.name, sizeof(visit->who.name), "%.*s", (int)name.len,
	        name.data);
	if (audit_note(visit, "setup", name))
		session_open(visit, name);
out:
	document_free(&body);
	buffer_free(&kept);
}

void session_get(struct visit *visit)
{
	struct writer out = buffer_room(&visit->reply->body, 1024);
	json_object(&out, NULL);
	json_string(&out, "name", slice_text(visit->who.name));
	json_literal(&out, "role", role_name(visit->who.role));
	json_array(&out, "grants");
	for (unsigned i = 0; grant_name(i); i++)
		if (visit->who.role == ROLE_ADMIN || (visit->who.grants & (1u << i)))
			json_literal(&out, NULL, grant_name(i));
	json_array_end(&out);
	json_bool(&out, "redis", visit->api->redis != NULL);
	json_bool(&out, "setup_needed",
	        visit->who.role == ROLE_NOBODY &&
	                ledger_count(visit->api->ledger, ACCOUNT_USERS) == 0);
	json_object_end(&out);
	buffer_take(&visit->reply->body, &out);
	visit->reply->content_type = "application/json";
}

void session_post(struct visit *visit)
{
	static const char *const KNOWN[] = {"name", "password", NULL};
	struct slice name, password;
	struct account account;

	if (!may_identify(visit))
		return;
	struct document *body = body_read(visit, KNOWN);
	if (!body)
		return;
	if (!body_text(visit, body, "name", ACCOUNT_NAME_BYTES - 1, &name) ||
	        !body_text(visit, body, "password", PASSWORD_MOST, &password))
		goto out;
	if (!account_user(visit->api->ledger, name, &account) ||
	        !password_check(account.password, password)) {
		(void)wrong(visit, "name or password is wrong");
		goto out;
	}
	visit->who = account.who;
	if (audit_note(visit, "session.open", name))
		session_open(visit, name);
out:
	document_free(&body);
}

void session_delete(struct visit *visit)
{
	char digest[SECRET_DIGEST_BYTES];
	const struct slice cookie = cookie_of(visit);
	if (slice_present(cookie)) {
		secret_digest(cookie, digest);
		(void)ledger_delete(visit->api->ledger, SESSIONS, slice_text(digest));
		identities_forget(visit->api->identities);
	}
	http_reply_header(visit->reply, "Set-Cookie",
	        COOKIE "=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict");
	visit->reply->status = 204;
}
