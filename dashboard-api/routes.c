/*
 * The whole table; here the rows about the API itself: users, tokens, page, health.
 */
#include "dashboard-api/audit.h"
#include "dashboard-api/auth.h"
#include "dashboard-api/health.h"
#include "dashboard-api/openapi.h"
#include "dashboard-api/page.h"
#include "dashboard-api/route_table.h"

static const char SETUP_BODY[] = OBJECT("\"secret\",\"name\",\"password\"",
        "\"secret\":" TEXT ",\"name\":" TEXT ",\"password\":" TEXT);
static const char SESSION_BODY[] =
        OBJECT("\"name\",\"password\"", "\"name\":" TEXT ",\"password\":" TEXT);
static const char USER_BODY[] = OBJECT("\"name\",\"password\",\"role\"",
        "\"name\":" TEXT ",\"password\":" TEXT ",\"role\":" TEXT ",\"grants\":" TEXTS);
static const char TOKEN_BODY[] = OBJECT("\"name\",\"role\"",
        "\"name\":" TEXT ",\"role\":" TEXT ",\"grants\":" TEXTS ",\"network\":" TEXT
        ",\"expires\":" TEXT);

static const struct route ROWS[] = {
        {.method = "GET",
                .path = "/audit",
                .handle = audit_get,
                .role = ROLE_ADMIN,
                .summary = "who did what, newest first; each entry seals the one before",
                .parameters = {PAGING}},
        {.method = "POST",
                .path = "/setup",
                .handle = setup_post,
                .role = ROLE_NOBODY,
                .body_max = BODY_SMALL,
                .body = SETUP_BODY,
                .summary = "the first user, by the link that the first start prints"},
        {.method = "GET",
                .path = "/session",
                .handle = session_get,
                .role = ROLE_NOBODY,
                .summary = "who is asking"},
        {.method = "POST",
                .path = "/session",
                .handle = session_post,
                .role = ROLE_NOBODY,
                .body_max = BODY_SMALL,
                .body = SESSION_BODY,
                .summary = "sign in"},
        {.method = "DELETE",
                .path = "/session",
                .handle = session_delete,
                .role = ROLE_NOBODY,
                .summary = "sign out"},
        {.method = "GET",
                .path = "/users",
                .handle = users_get,
                .role = ROLE_ADMIN,
                .summary = "users"},
        {.method = "POST",
                .path = "/users",
                .secret = true,
                .handle = users_post,
                .role = ROLE_ADMIN,
                .body_max = BODY_SMALL,
                .body = USER_BODY,
                .summary = "add a user"},
        {.method = "DELETE",
                .path = "/users/{name}",
                .handle = user_delete,
                .role = ROLE_ADMIN,
                .summary = "remove a user"},
        {.method = "GET",
                .path = "/tokens",
                .handle = tokens_get,
                .role = ROLE_ADMIN,
                .summary = "tokens of scripts, without their secrets"},
        {.method = "POST",
                .path = "/tokens",
                .secret = true,
                .handle = tokens_post,
                .role = ROLE_ADMIN,
                .body_max = BODY_SMALL,
                .body = TOKEN_BODY,
                .summary = "make a token; it is shown this once"},
        {.method = "DELETE",
                .path = "/tokens/{id}",
                .handle = token_delete,
                .role = ROLE_ADMIN,
                .summary = "remove a token"},
        {.method = "GET",
                .path = "/version",
                .handle = version_get,
                .role = ROLE_NOBODY,
                .summary = "the program's version"},
        {.method = "GET",
                .path = "//metrics",
                .handle = metrics_get,
                .role = ROLE_NOBODY,
                .summary = "OpenMetrics",
                .answer = "application/openmetrics-text"},
        {.method = "GET",
                .path = "//livez",
                .handle = livez_get,
                .role = ROLE_NOBODY,
                .summary = "whether it runs"},
        {.method = "GET",
                .path = "//readyz",
                .handle = readyz_get,
                .role = ROLE_NOBODY,
                .summary = "whether it can answer"},
        {.method = "GET",
                .path = "//openapi.json",
                .handle = openapi_get,
                .role = ROLE_NOBODY,
                .summary = "this document"},
        {.method = "GET",
                .path = "//",
                .handle = page_get,
                .role = ROLE_NOBODY,
                .summary = "the page",
                .answer = "text/html"},
        {.method = "GET",
                .path = "//page.js",
                .handle = page_script_get,
                .role = ROLE_NOBODY,
                .summary = "its script",
                .answer = "text/javascript"},
        {.method = "GET",
                .path = "//page.css",
                .handle = page_style_get,
                .role = ROLE_NOBODY,
                .summary = "its style",
                .answer = "text/css"},
};

static const struct route_table ROUTES_OWN = {ROWS, sizeof(ROWS) / sizeof(ROWS[0])};

const struct route *route_at(size_t index)
{
	const struct route_table *const tables[] = {
	        &ROUTES_SEEN, &ROUTES_RULES, &ROUTES_KEPT, &ROUTES_OWN};
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		if (index < tables[i]->count)
			return &tables[i]->rows[index];
		index -= tables[i]->count;
	}
	return NULL;
}
