#include "dashboard-api/server.h"

#include <stdlib.h>
#include <string.h>

#include "dashboard-api/auth.h"
#include "dashboard-api/forms.h"
#include "dashboard-api/limiter.h"
#include "dashboard-api/problem.h"
#include "dashboard-api/program.h"
#include "dashboard-api/repeat.h"
#include "dashboard-api/route.h"
#include "platform/instant.h"

static bool rate_check(struct visit *visit)
{
	unsigned retry_s;
	if (limiter_request(
	            visit->api->limiter, &visit->request->peer, visit->now_us, &retry_s))
		return true;
	visit->api->refused++;
	http_reply_header(visit->reply, "Retry-After", "%u", retry_s);
	return problem(visit, 429, "this address asks too often");
}

static bool route_check(struct visit *visit)
{
	char allowed[64];
	if (visit->request->malformed)
		return problem(visit, 400,
		        "the address is too long, holds more than %d parameters, or what "
		        "it "
		        "escapes is not UTF-8",
		        HTTP_PARAMETERS_MAX);
	switch (route_find(visit->request->method, visit->request->path, &visit->route,
	        visit->values, allowed)) {
	case ROUTE_FOUND:
		return true;
	case ROUTE_NO_METHOD:
		http_reply_header(visit->reply, "Allow", "%s", allowed);
		return problem(visit, 405, "here is %s", allowed);
	case ROUTE_NO_PATH:
		break;
	}
	return problem(
	        visit, 404, "there is nothing of this name; /openapi.json lists all");
}

/* Limits and rights, before any body is read. */
static bool visit_admit(struct visit *visit)
{
	return rate_check(visit) && route_check(visit) && auth_identify(visit) &&
	       auth_allow(visit) && route_parameters_check(visit);
}

static void reply_seal(struct visit *visit)
{
	struct http_reply *reply = visit->reply;
	if (reply->later)
		return;
	if (reply->status >= 400 && !reply->content_type)
		(void)problem(visit, reply->status, "%s", status_title(reply->status));
	if (reply->body.failed && reply->status < 400) {
		reply->content_type = NULL;
		reply->body.failed = false;
		(void)problem(visit, 500, "the answer did not fit");
	}
	visit->api->requests++;
	visit->api->problems += reply->status >= 400;
	http_reply_header(reply, "X-Content-Type-Options", "nosniff");
	http_reply_header(reply, "Cache-Control", "no-store");
	http_reply_header(reply, "Referrer-Policy", "no-referrer");
	http_reply_header(reply, "X-Frame-Options", "DENY");
}

static bool body_admit(struct visit *visit, struct http_admission *admission)
{
	const bool upload = visit->route->kind == ROUTE_UPLOAD;
	uint64_t announced = 0;
	admission->to_file = upload;
	admission->body_max =
	        upload ? visit->api->settings->upload_max : visit->route->body_max;
	(void)slice_to_u64(http_header(visit->request, "Content-Length"), &announced);
	return announced <= admission->body_max ||
	       problem(visit, 413, "at most %zu bytes", admission->body_max);
}

static bool on_admit(void *context, struct http_request *request,
        struct http_admission *admission, struct http_reply *reply)
{
	struct visit *visit = malloc(sizeof(*visit));
	if (!visit) {
		reply->status = 503;
		return false;
	}
	*visit = (struct visit){.api = context,
	        .request = request,
	        .reply = reply,
	        .who = {.role = ROLE_NOBODY, .name = "-"},
	        .now_us = instant_now_us()};
	request->note = visit;
	const bool welcome = visit_admit(visit) && body_admit(visit, admission);
	if (!welcome)
		reply_seal(visit);
	return welcome;
}

static void on_handle(
        void *context, struct http_request *request, struct http_reply *reply)
{
	struct visit *visit = request->note;
	(void)context;
	visit->reply = reply;
	if (reply->status < 400 && (visit->run || !repeat_answer(visit))) {
		visit->route->handle(visit);
		if (reply->status < 300 && !reply->later)
			form_convert(visit);
		repeat_keep(visit);
	}
	reply_seal(visit);
}

static void on_end(void *context, struct http_request *request)
{
	struct visit *visit = request->note;
	(void)context;
	if (visit)
		program_forget(visit);
	free(visit);
	request->note = NULL;
}

struct http_handler server_handler(struct api *api)
{
	return (struct http_handler){api, on_admit, on_handle, on_end};
}
