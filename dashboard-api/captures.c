#include "dashboard-api/captures.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dashboard-api/audit.h"
#include "dashboard-api/documents.h"
#include "dashboard-api/jobs.h"
#include "dashboard-api/problem.h"
#include "dashboard-api/route.h"
#include "engine/report/json.h"
#include "platform/capture.h"
#include "platform/file.h"

enum { DOCUMENT_BYTES = 4096, NAME_BYTES = 200 };

static const char SPACE[] = "captures";

bool capture_path(const struct api *api, const char *id, enum capture_part part,
        char path[CAPTURE_PATH_BYTES])
{
	static const char *const SUFFIXES[] = {[CAPTURE_PACKETS] = "capture",
	        [CAPTURE_REPORT] = "html",
	        [CAPTURE_EVIDENCE] = "evidence"};
	const int len = snprintf(path, CAPTURE_PATH_BYTES, "%s/captures/%s.%s",
	        api->settings->directory, id, SUFFIXES[part]);
	return len > 0 && len < CAPTURE_PATH_BYTES;
}

void captures_get(struct visit *visit)
{
	documents_answer(visit, SPACE);
}

void capture_get(struct visit *visit)
{
	document_answer(visit, SPACE, "capture");
}

/* The capture of the path as a text, when there is one. */
static bool capture_known(struct visit *visit, char id[CAPTURE_ID_BYTES])
{
	struct buffer body = buffer_of(DOCUMENT_BYTES);
	const bool known = visit->values[0].len < CAPTURE_ID_BYTES &&
	                   ledger_get(visit->api->ledger, SPACE, visit->values[0], &body);
	buffer_free(&body);
	(void)snprintf(id, CAPTURE_ID_BYTES, "%.*s", (int)visit->values[0].len,
	        visit->values[0].data);
	return known || problem(visit, 404, "there is no such capture");
}

/* Whether the file that came is one; what is no capture is told at once. */
static bool capture_check(struct visit *visit)
{
	struct capture_error error;
	struct capture *capture = capture_open(visit->request->body_path, 0, &error);
	if (!capture)
		return problem(visit, 422, "this is no capture: %s", error.text);
	capture_close(&capture);
	return true;
}

static bool name_read(struct visit *visit, struct slice *name)
{
	*name = visit_parameter(visit, "name");
	if (!slice_present(*name))
		*name = SLICE("upload");
	return (name->len > 0 && name->len <= NAME_BYTES) ||
	       problem_at(visit, 400, "?name", "1 to %d bytes", NAME_BYTES);
}

static void capture_document(
        const struct visit *visit, const char *id, struct slice name, struct writer *out)
{
	json_object(out, NULL);
	json_literal(out, "id", id);
	json_string(out, "name", name);
	json_u64(out, "bytes", visit->request->body_bytes);
	json_time(out, "uploaded", visit->now_us);
	json_string(out, "by", slice_text(visit->who.name));
	json_object_end(out);
}

void captures_post(struct visit *visit)
{
	char id[CAPTURE_ID_BYTES];
	char path[CAPTURE_PATH_BYTES];
	struct slice name;
	if (!name_read(visit, &name))
		return;
	if (!visit->request->body_bytes) {
		(void)problem(visit, 400, "the body is empty: it is the capture itself");
		return;
	}
	if (!capture_check(visit) || !audit_change(visit, "capture.upload", name))
		return;
	document_key(visit->now_us, id);
	struct writer out = buffer_room(&visit->reply->body, DOCUMENT_BYTES);
	capture_document(visit, id, name, &out);
	if (!capture_path(visit->api, id, CAPTURE_PACKETS, path) ||
	        rename(visit->request->body_path, path) != 0 ||
	        !ledger_put(
	                visit->api->ledger, SPACE, slice_text(id), writer_text(&out))) {
		(void)problem(visit, 507, "the capture cannot be kept");
		return;
	}
	buffer_take(&visit->reply->body, &out);
	visit->reply->status = 201;
	visit->reply->content_type = "application/json";
	http_reply_header(visit->reply, "Location", "/api/v1/captures/%s", id);
}

static void directory_remove(const char *path)
{
	struct file_list list;
	struct file_error error;
	char file[CAPTURE_PATH_BYTES + 256];
	if (!file_list(path, "", &list, &error))
		return;
	for (size_t i = 0; i < list.count; i++) {
		(void)snprintf(file, sizeof(file), "%s/%s", path, list.names[i]);
		(void)unlink(file);
	}
	file_list_free(&list);
	(void)rmdir(path);
}

void capture_delete(struct visit *visit)
{
	char id[CAPTURE_ID_BYTES];
	char path[CAPTURE_PATH_BYTES];
	if (!capture_known(visit, id))
		return;
	if (!audit_change(visit, "capture.remove", slice_text(id)))
		return;
	(void)ledger_delete(visit->api->ledger, SPACE, slice_text(id));
	for (unsigned kind = 0; kind < ARCHIVE_KINDS; kind++)
		(void)archive_forget_capture(
		        visit->api->archive, (enum archive_kind)kind, slice_text(id));
	for (unsigned part = CAPTURE_PACKETS; part <= CAPTURE_REPORT; part++)
		if (capture_path(visit->api, id, (enum capture_part)part, path))
			(void)unlink(path);
	if (capture_path(visit->api, id, CAPTURE_EVIDENCE, path))
		directory_remove(path);
	visit->reply->status = 204;
}

void capture_replay(struct visit *visit)
{
	char id[CAPTURE_ID_BYTES];
	if (!capture_known(visit, id) ||
	        !audit_change(visit, "capture.replay", slice_text(id)))
		return;
	job_begin(visit, id, NULL);
}

static void file_answer(struct visit *visit, const char *path, const char *content_type,
        const char *missing)
{
	struct stat status;
	const int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (file < 0 || fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) {
		if (file >= 0)
			(void)close(file);
		(void)problem(visit, 404, "%s", missing);
		return;
	}
	visit->reply->file = file;
	visit->reply->file_bytes = (uint64_t)status.st_size;
	visit->reply->content_type = content_type;
}

void capture_report(struct visit *visit)
{
	char id[CAPTURE_ID_BYTES];
	char path[CAPTURE_PATH_BYTES];
	if (!capture_known(visit, id) ||
	        !audit_note(visit, "capture.report", slice_text(id)) ||
	        !capture_path(visit->api, id, CAPTURE_REPORT, path))
		return;
	/* The page brings its own style and nothing else. */
	http_reply_header(visit->reply, "Content-Security-Policy",
	        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox");
	file_answer(visit, path, "text/html; charset=utf-8",
	        "there is no report yet: replay the capture first");
}

void capture_evidence_answer(struct visit *visit, const char *id, struct slice file)
{
	char directory[CAPTURE_PATH_BYTES];
	char path[CAPTURE_PATH_BYTES + 256];
	/* Our own replay named it; it stays a name in its directory all the same. */
	if (file.len > 200 || slice_index(file, '/') != file.len ||
	        !capture_path(visit->api, id, CAPTURE_EVIDENCE, directory)) {
		(void)problem(visit, 404, "no packets were kept of this alert");
		return;
	}
	(void)snprintf(
	        path, sizeof(path), "%s/%.*s", directory, (int)file.len, file.data);
	file_answer(visit, path, "application/x-pcapng",
	        "no packets were kept of this alert");
}
