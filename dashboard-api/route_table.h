/*
 * The parts of the table of routes, and what their rows are written with.
 */
#ifndef RINGFENCE_API_ROUTE_TABLE_H
#define RINGFENCE_API_ROUTE_TABLE_H

#include "dashboard-api/route.h"

#define TEXT  "{\"type\":\"string\"}"
#define TEXTS "{\"type\":\"array\",\"items\":{\"type\":\"string\"}}"
#define OBJECT(required, properties)                                                     \
	"{\"type\":\"object\",\"additionalProperties\":false,\"required\":[" required    \
	"],\"properties\":{" properties "}}"

#define PAGING                                                                           \
	{"limit", "integer", "rows of a page, 1 to 1000"},                               \
	{                                                                                \
		"cursor", "string", "page.next of the page before"                       \
	}
#define BY(help)                                                                         \
	{                                                                                \
		"by", "string", help                                                     \
	}

struct route_table {
	const struct route *rows;
	size_t count;
};

extern const struct route_table ROUTES_SEEN;
extern const struct route_table ROUTES_RULES;
extern const struct route_table ROUTES_KEPT;

#endif
