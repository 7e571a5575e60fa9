#include <stdio.h>
#include <string.h>

#include "dashboard-api/problem.h"
#include "dashboard-api/route.h"

#define PREFIX "/api/v1"

/* "{id}.pcap" against "17.pcap": what stands for the braces. */
static bool segment_match(struct slice pattern, struct slice segment, struct slice *value)
{
	*value = (struct slice){0};
	const size_t open = slice_index(pattern, '{');
	if (open == pattern.len)
		return slice_equal(pattern, segment);
	const size_t close = slice_index(pattern, '}');
	const struct slice before = slice_first(pattern, open);
	const struct slice behind = slice_from(pattern, close + 1);
	if (segment.len <= before.len + behind.len || !slice_starts(segment, before) ||
	        !slice_ends(segment, behind))
		return false;
	*value = slice_of(
	        segment.data + before.len, segment.len - before.len - behind.len);
	return true;
}

static bool path_match(
        const char *route_path, struct slice path, struct slice values[PATH_VALUES_MAX])
{
	struct slice pattern = slice_text(route_path);
	size_t count = 0;
	if (slice_starts(pattern, SLICE("//")))
		pattern = slice_from(pattern, 1);
	else if (slice_starts(path, SLICE(PREFIX)))
		path = slice_from(path, sizeof(PREFIX) - 1);
	else
		return false;
	while (slice_present(pattern) && slice_present(path)) {
		struct slice value;
		if (!segment_match(
		            slice_split(&pattern, '/'), slice_split(&path, '/'), &value))
			return false;
		if (slice_present(value) && count < PATH_VALUES_MAX)
			values[count++] = value;
	}
	return !slice_present(pattern) && !slice_present(path);
}

static void allowed_add(char allowed[64], const char *method)
{
	const size_t used = strlen(allowed);
	(void)snprintf(allowed + used, 64 - used, "%s%s", used ? ", " : "", method);
}

struct asked {
	const char *method;
	struct slice path;
	bool braces; /* among the paths that hold braces, or among those that do not */
};

static enum route_found routes_search(struct asked asked, const struct route **route,
        struct slice values[PATH_VALUES_MAX], char allowed[64])
{
	const struct route *row;
	for (size_t i = 0; (row = route_at(i)); i++) {
		const bool has_braces = strchr(row->path, '{') != NULL;
		memset(values, 0, PATH_VALUES_MAX * sizeof(*values));
		if (has_braces != asked.braces ||
		        !path_match(row->path, asked.path, values))
			continue;
		if (strcmp(row->method, asked.method) == 0) {
			*route = row;
			return ROUTE_FOUND;
		}
		allowed_add(allowed, row->method);
	}
	return allowed[0] ? ROUTE_NO_METHOD : ROUTE_NO_PATH;
}

enum route_found route_find(const char *method, struct slice path,
        const struct route **route, struct slice values[PATH_VALUES_MAX],
        char allowed[64])
{
	allowed[0] = 0;
	/* HEAD is GET whose body the server leaves out. */
	if (strcmp(method, "HEAD") == 0)
		method = "GET";
	/* "/alerts/actions" is not the alert of the id "actions". */
	const enum route_found found = routes_search(
	        (struct asked){method, path, false}, route, values, allowed);
	if (found != ROUTE_NO_PATH)
		return found;
	return routes_search((struct asked){method, path, true}, route, values, allowed);
}

const struct parameter ROUTE_DRY_RUN = {
        "dry_run", "boolean", "true: say what would be done, and do nothing"};

bool route_changes(const struct route *route)
{
	return strcmp(route->method, "GET") != 0 && route->role > ROLE_NOBODY &&
	       !route->asks;
}

static bool parameter_known(const struct route *route, struct slice name)
{
	if (route_changes(route) && slice_equal(name, slice_text(ROUTE_DRY_RUN.name)))
		return true;
	for (size_t i = 0; i < ROUTE_PARAMETERS_MAX && route->parameters[i].name; i++)
		if (slice_equal(name, slice_text(route->parameters[i].name)))
			return true;
	return false;
}

bool route_parameters_check(struct visit *visit)
{
	/* A list's own parameters are checked where they are read. */
	if (visit->route->kind == ROUTE_LIST)
		return true;
	for (size_t i = 0; i < visit->request->parameter_count; i++) {
		const struct slice name = visit->request->parameters[i].name;
		if (parameter_known(visit->route, name))
			continue;
		return problem_at(visit, 400, "?", "there is no parameter '%.*s' here",
		        (int)slice_first(name, 60).len, name.data);
	}
	return true;
}

struct slice visit_parameter(const struct visit *visit, const char *name)
{
	for (size_t i = 0; i < visit->request->parameter_count; i++)
		if (slice_equal(visit->request->parameters[i].name, slice_text(name)))
			return visit->request->parameters[i].value;
	return (struct slice){0};
}

bool visit_dry(const struct visit *visit)
{
	return slice_equal(visit_parameter(visit, "dry_run"), SLICE("true"));
}
