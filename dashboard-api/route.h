/*
 * The one table of what can be asked: the server dispatches by it, rights are checked by
 * it, the OpenAPI document is written from it.
 */
#ifndef RINGFENCE_API_ROUTE_H
#define RINGFENCE_API_ROUTE_H

#include "dashboard-api/api.h"

/* A parameter of the query. */
struct parameter {
	const char *name;
	const char *type; /* of JSON Schema */
	const char *help;
};

enum {
	ROUTE_PARAMETERS_MAX = 12,
	BODY_NONE = 0,
	BODY_SMALL = 1 << 20,
	BODY_RULES = 10 << 20, /* a set of rules, as JSON escapes it */
};

enum route_kind {
	ROUTE_PLAIN,
	ROUTE_LIST,   /* takes the parameters of its archive table's list */
	ROUTE_UPLOAD, /* its body goes to a file */
	ROUTE_FEED,   /* its answer goes on */
};

struct route {
	const char *method;
	const char *path; /* behind /api/v1, "/alerts/{id}"; with a leading "//" from the
	                     root */
	void (*handle)(struct visit *visit);
	enum role role;
	unsigned grants;
	enum route_kind kind;
	enum archive_kind table; /* of ROUTE_LIST */
	size_t body_max;
	const char *summary;
	struct parameter parameters[ROUTE_PARAMETERS_MAX]; /* ends with a name of NULL */
	const char *body;   /* the JSON Schema of its body, NULL = none */
	const char *answer; /* media type of success; NULL = JSON */
	bool asks;          /* changes nothing, though it is no GET */
	bool secret;        /* its answer is never kept */
};

/* Whether it changes something, so that it takes dry_run. */
bool route_changes(const struct route *route);
extern const struct parameter ROUTE_DRY_RUN;

/* The table's row of this index; NULL behind the last one. */
const struct route *route_at(size_t index);

enum route_found { ROUTE_FOUND, ROUTE_NO_PATH, ROUTE_NO_METHOD };

/* The route of a request. On ROUTE_NO_METHOD allowed is filled ("GET, POST"). */
enum route_found route_find(const char *method, struct slice path,
        const struct route **route, struct slice values[PATH_VALUES_MAX],
        char allowed[64]);

/* Refuses parameters that the route does not take. */
bool route_parameters_check(struct visit *visit);

/* The parameter's first value, absent when it was not given. */
struct slice visit_parameter(const struct visit *visit, const char *name);
/* Whether the visit only asks what would be done (?dry_run=true). */
bool visit_dry(const struct visit *visit);

#endif
