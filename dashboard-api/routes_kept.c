/*
 * What analysts keep: searches, what they do not want to be told, who else is told.
 */
#include "dashboard-api/notifiers.h"
#include "dashboard-api/route_table.h"
#include "dashboard-api/saved.h"
#include "dashboard-api/suppressions.h"

static const char SUPPRESSION_BODY[] = OBJECT("\"q\",\"reason\",\"until\"",
        "\"q\":" TEXT ",\"reason\":" TEXT ",\"until\":" TEXT);
static const char SAVED_BODY[] = OBJECT("\"name\",\"list\",\"q\"",
        "\"name\":" TEXT ",\"list\":{\"enum\":[\"alerts\",\"calls\",\"registrations\","
        "\"streams\",\"anomalies\",\"devices\"]},\"q\":" TEXT);
static const char NOTIFIER_BODY[] = OBJECT("\"name\",\"kind\",\"url\"",
        "\"name\":" TEXT
        ",\"kind\":{\"enum\":[\"webhook\",\"email\",\"syslog\"]},\"url\":" TEXT
        ",\"secret\":" TEXT ",\"user\":" TEXT ",\"from\":" TEXT ",\"to\":" TEXT
        ",\"q\":" TEXT
        ",\"per_hour\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":3600}");

static const struct route ROWS[] = {
        {.method = "GET",
                .path = "/suppressions",
                .handle = suppressions_get,
                .role = ROLE_VIEWER,
                .summary = "searches whose alerts nobody is told of, newest first",
                .parameters = {PAGING}},
        {.method = "POST",
                .path = "/suppressions",
                .handle = suppressions_post,
                .role = ROLE_ANALYST,
                .body_max = BODY_SMALL,
                .body = SUPPRESSION_BODY,
                .summary = "keep alerts that a search finds out of the inbox for a time"},
        {.method = "DELETE",
                .path = "/suppressions/{id}",
                .handle = suppression_delete,
                .role = ROLE_ANALYST,
                .summary = "end a suppression"},
        {.method = "GET",
                .path = "/saved-searches",
                .handle = saved_get,
                .role = ROLE_VIEWER,
                .summary = "searches under their names, newest first",
                .parameters = {PAGING}},
        {.method = "POST",
                .path = "/saved-searches",
                .handle = saved_post,
                .role = ROLE_ANALYST,
                .body_max = BODY_SMALL,
                .body = SAVED_BODY,
                .summary = "keep a search for all"},
        {.method = "DELETE",
                .path = "/saved-searches/{id}",
                .handle = saved_delete,
                .role = ROLE_ANALYST,
                .summary = "remove a search"},
        {.method = "GET",
                .path = "/notifiers",
                .handle = notifiers_get,
                .role = ROLE_OPERATOR,
                .summary = "who is told of alerts, and how that goes"},
        {.method = "POST",
                .path = "/notifiers",
                .handle = notifiers_post,
                .role = ROLE_ADMIN,
                .secret = true,
                .body_max = BODY_SMALL,
                .body = NOTIFIER_BODY,
                .summary = "tell somebody of alerts: by webhook, e-mail or syslog"},
        {.method = "GET",
                .path = "/notifiers/{id}",
                .handle = notifier_get,
                .role = ROLE_OPERATOR,
                .summary = "one notifier"},
        {.method = "DELETE",
                .path = "/notifiers/{id}",
                .handle = notifier_delete,
                .role = ROLE_ADMIN,
                .summary = "remove a notifier"},
        {.method = "POST",
                .path = "/notifiers/{id}/test",
                .handle = notifier_test,
                .role = ROLE_OPERATOR,
                .body_max = BODY_SMALL,
                .summary = "send a trial; the notifier tells how it went"},
};

const struct route_table ROUTES_KEPT = {ROWS, sizeof(ROWS) / sizeof(ROWS[0])};
