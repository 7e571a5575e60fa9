#include "dashboard-api/openapi.h"

#include <string.h>

#include "dashboard-api/route.h"

static const char HEAD[] =
        "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"Ringfence\",\"version\":"
        "\"" RINGFENCE_VERSION
        "\",\"description\":\"Alerts, calls, quality and captures of "
        "VoIP networks.\",\"license\":{\"name\":\"Apache-2.0\",\"identifier\":"
        "\"Apache-2.0\"}},\"servers\":[{\"url\":\"/\"}],\"security\":[{\"token\":[]},"
        "{\"session\":[]}],\"components\":{\"securitySchemes\":{\"token\":{\"type\":"
        "\"http\","
        "\"scheme\":\"bearer\"},\"session\":{\"type\":\"apiKey\",\"in\":\"cookie\","
        "\"name\":"
        "\"rf_session\"}},\"schemas\":{\"problem\":{\"type\":\"object\",\"required\":["
        "\"type\",\"title\",\"status\",\"detail\"],\"properties\":{\"type\":{\"type\":"
        "\"string\"},\"title\":{\"type\":\"string\"},\"status\":{\"type\":\"integer\"},"
        "\"detail\":{\"type\":\"string\"},\"errors\":{\"type\":\"array\",\"items\":{"
        "\"type\":\"object\",\"required\":[\"pointer\",\"detail\"],\"properties\":{"
        "\"pointer\":{\"type\":\"string\"},\"detail\":{\"type\":\"string\"}}}}}},"
        "\"page\":{"
        "\"type\":\"object\",\"required\":[\"data\"],\"properties\":{\"data\":{\"type\":"
        "\"array\",\"items\":{\"type\":\"object\"}},\"page\":{\"type\":\"object\","
        "\"required\":[\"next\",\"has_more\"],\"properties\":{\"next\":{\"type\":["
        "\"string\","
        "\"null\"]},\"has_more\":{\"type\":\"boolean\"}}}}}},\"responses\":{\"problem\":{"
        "\"description\":\"Why it was not "
        "done.\",\"content\":{\"application/problem+json\":{"
        "\"schema\":{\"$ref\":\"#/components/schemas/problem\"}}}}}},\"paths\":{";

/* One parameter; a comma before all but the first. */
struct parameters {
	struct buffer *out;
	bool any;
};

static void parameter_write(struct parameters *parameters, const char *place,
        const char *name, size_t name_len, const char *type)
{
	buffer_format(parameters->out, "%s{\"name\":\"%.*s\",\"in\":\"%s\",",
	        parameters->any ? "," : "", (int)name_len, name, place);
	if (place[0] == 'p')
		buffer_string(parameters->out, "\"required\":true,");
	buffer_format(parameters->out, "\"schema\":{\"type\":\"%s\"}", type);
	parameters->any = true;
}

static void described(struct parameters *parameters, const char *name, const char *suffix,
        const char *type, const char *help)
{
	buffer_format(parameters->out,
	        "%s{\"name\":\"%s%s\",\"in\":\"query\",\"description\":\"%s\",\"schema\":"
	        "{"
	        "\"type\":\"%s\"}}",
	        parameters->any ? "," : "", name, suffix, help, type);
	parameters->any = true;
}

static void path_parameters(struct parameters *parameters, const char *path)
{
	for (const char *open = path; (open = strchr(open, '{')); open++) {
		const char *close = strchr(open, '}');
		parameter_write(parameters, "path", open + 1, (size_t)(close - open) - 1,
		        "string");
		buffer_string(parameters->out, "}");
	}
}

static void list_parameters(struct parameters *parameters, enum archive_kind kind)
{
	static const struct parameter COMMON[] = {
	        {"limit", "integer", "rows of a page, 1 to 1000"},
	        {"cursor", "string", "page.next of the page before"},
	        {"from", "string", "RFC 3339, or -15m, -1h, -7d before now"},
	        {"to", "string", "as from"},
	        {"node", "string", "who reported it"},
	        {"capture", "string", "the capture whose replay found it"},
	        {"q", "string",
	                "field:value is:open @ip:10.0.0.0/8 words, - before for not"},
	};
	const struct archive_table *table = archive_table(kind);
	for (size_t i = 0; i < sizeof(COMMON) / sizeof(COMMON[0]); i++)
		described(parameters, COMMON[i].name, "", COMMON[i].type, COMMON[i].help);
	for (size_t i = 0; i < table->field_count; i++) {
		const struct archive_field *field = &table->fields[i];
		const bool number = field->type == ARCHIVE_NUMBER ||
		                    field->type == ARCHIVE_HUNDREDTHS;
		described(parameters, field->name, "", number ? "number" : "string",
		        field->help);
		if (number) {
			described(parameters, field->name, "_gte", "number", "at least");
			described(parameters, field->name, "_lte", "number", "at most");
		} else if (field->type == ARCHIVE_TEXT) {
			described(parameters, field->name, "_prefix", "string",
			        "begins with");
		}
	}
}

static void operation_write(struct buffer *out, const struct route *route)
{
	struct parameters parameters = {.out = out};
	for (const char *at = route->method; *at; at++)
		buffer_format(out, "%c", *at == '"' ? '\'' : (char)(*at | 0x20));
	buffer_format(out, "\":{\"summary\":\"%s\",\"x-role\":\"%s\",", route->summary,
	        role_name(route->role));
	if (route->role == ROLE_NOBODY)
		buffer_string(out, "\"security\":[],");
	buffer_string(out, "\"parameters\":[");
	path_parameters(&parameters, route->path);
	if (route->kind == ROUTE_LIST)
		list_parameters(&parameters, route->table);
	for (size_t i = 0; i < ROUTE_PARAMETERS_MAX && route->parameters[i].name; i++)
		described(&parameters, route->parameters[i].name, "",
		        route->parameters[i].type, route->parameters[i].help);
	if (route_changes(route))
		described(&parameters, ROUTE_DRY_RUN.name, "", ROUTE_DRY_RUN.type,
		        ROUTE_DRY_RUN.help);
	buffer_string(out, "],");
	if (route->body)
		buffer_format(out,
		        "\"requestBody\":{\"required\":true,\"content\":{\"application/"
		        "json\":{"
		        "\"schema\":%s}}},",
		        route->body);
	else if (route->kind == ROUTE_UPLOAD)
		buffer_string(out, "\"requestBody\":{\"required\":true,\"content\":{"
		                   "\"application/octet-stream\":{}}},");
	buffer_format(out,
	        "\"responses\":{\"2XX\":{\"description\":\"Done.\",\"content\":{"
	        "\"%s\":{}}},\"default\":{\"$ref\":\"#/components/responses/problem\"}}}",
	        route->answer ? route->answer : "application/json");
}

static bool path_first(size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (strcmp(route_at(i)->path, route_at(index)->path) == 0)
			return false;
	return true;
}

void openapi_get(struct visit *visit)
{
	struct buffer *out = &visit->reply->body;
	bool any = false;
	buffer_string(out, HEAD);
	const struct route *row;
	for (size_t i = 0; (row = route_at(i)); i++) {
		const char *path = row->path;
		if (!path_first(i))
			continue;
		const bool root = strncmp(path, "//", 2) == 0;
		buffer_format(out, "%s\"%s%s\":{", any ? "," : "", root ? "" : "/api/v1",
		        root ? path + 1 : path);
		any = true;
		const struct route *same;
		for (size_t k = i; (same = route_at(k)); k++) {
			if (strcmp(same->path, path) != 0)
				continue;
			buffer_string(out, k == i ? "\"" : ",\"");
			operation_write(out, same);
		}
		buffer_string(out, "}");
	}
	buffer_string(out, "}}");
	visit->reply->content_type = "application/json";
}
