#include "dashboard-api/problem.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "engine/report/json.h"

enum { DETAIL_BYTES = 400, PROBLEM_BYTES = 4096 };

struct title {
	unsigned status;
	const char *text;
};

static const struct title TITLES[] = {
        {400, "Bad request"},
        {401, "Who are you?"},
        {403, "Not allowed"},
        {404, "Not found"},
        {405, "Method not allowed"},
        {406, "Not acceptable"},
        {409, "Conflict"},
        {411, "Length required"},
        {412, "Precondition failed"},
        {413, "Too large"},
        {414, "Address too long"},
        {415, "Unsupported media type"},
        {422, "Cannot be done"},
        {428, "Precondition required"},
        {429, "Too many requests"},
        {500, "Our fault"},
        {503, "Not now"},
        {507, "No room"},
};

const char *status_title(unsigned status)
{
	for (size_t i = 0; i < sizeof(TITLES) / sizeof(TITLES[0]); i++)
		if (TITLES[i].status == status)
			return TITLES[i].text;
	return "Refused";
}

static bool problem_write(
        struct visit *visit, unsigned status, const char *pointer, const char *detail)
{
	struct http_reply *reply = visit->reply;
	const char *title = status_title(status);

	if (reply->content_type && reply->status >= 400)
		return false;
	reply->status = status;
	reply->content_type = "application/problem+json";
	buffer_free(&reply->body);
	struct writer out = buffer_room(&reply->body, PROBLEM_BYTES);
	json_object(&out, NULL);
	json_literal(&out, "type", "about:blank");
	json_string(&out, "title", slice_text(title));
	json_u64(&out, "status", status);
	json_string(&out, "detail", slice_text(detail));
	if (pointer) {
		json_array(&out, "errors");
		json_object(&out, NULL);
		json_string(&out, "pointer", slice_text(pointer));
		json_string(&out, "detail", slice_text(detail));
		json_object_end(&out);
		json_array_end(&out);
	}
	json_object_end(&out);
	buffer_take(&reply->body, &out);
	return false;
}

bool problem(struct visit *visit, unsigned status, const char *format, ...)
{
	char detail[DETAIL_BYTES];
	va_list arguments;
	va_start(arguments, format);
	(void)vsnprintf(detail, sizeof(detail), format, arguments);
	va_end(arguments);
	return problem_write(visit, status, NULL, detail);
}

bool problem_at(struct visit *visit, unsigned status, const char *pointer,
        const char *format, ...)
{
	char detail[DETAIL_BYTES];
	va_list arguments;
	va_start(arguments, format);
	(void)vsnprintf(detail, sizeof(detail), format, arguments);
	va_end(arguments);
	return problem_write(visit, status, pointer, detail);
}
