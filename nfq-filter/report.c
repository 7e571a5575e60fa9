#define _GNU_SOURCE /* O_CLOEXEC beside O_NONBLOCK on all systems */

#include "nfq-filter/report.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <unistd.h>

#include "engine/report/json.h"
#include "engine/track/call.h"

enum { TEXT_BYTES = 4 << 20, LINE_ROOM = 16384, FILE_MODE = 0640 };

bool report_open(struct report *report, const char *path)
{
	const bool standard = path[0] == '-' && !path[1];
	*report = (struct report){.fd = STDOUT_FILENO, .owned = !standard};
	report->text = malloc(TEXT_BYTES);
	if (!report->text)
		return false;
	if (!standard)
		report->fd =
		        open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK,
		                FILE_MODE);
	if (report->fd < 0) {
		free(report->text);
		return false;
	}
	return true;
}

void report_flush(struct report *report)
{
	size_t done = 0;
	while (done < report->len) {
		const ssize_t wrote =
		        write(report->fd, report->text + done, report->len - done);
		if (wrote <= 0 && errno == EINTR)
			continue;
		if (wrote <= 0)
			break;
		done += (size_t)wrote;
	}
	report->len -= done;
	memmove(report->text, report->text + done, report->len);
}

void report_close(struct report *report)
{
	report_flush(report);
	if (report->owned)
		(void)close(report->fd);
	free(report->text);
	*report = (struct report){.fd = -1};
}

static struct writer line_open(struct report *report)
{
	if (TEXT_BYTES - report->len < LINE_ROOM)
		report_flush(report);
	return writer_of(report->text + report->len, TEXT_BYTES - report->len);
}

/* A line that does not fit is not told at all. */
static void line_close(struct report *report, const struct writer *out)
{
	if (out->truncated)
		report->lost++;
	else
		report->len += out->len;
}

static struct writer object_open(
        struct report *report, uint64_t time_us, const char *type)
{
	struct writer out = line_open(report);
	json_object(&out, NULL);
	json_time(&out, "timestamp", time_us);
	json_literal(&out, "event_type", type);
	return out;
}

static void object_close(struct report *report, struct writer *out)
{
	json_object_end(out);
	writer_byte(out, '\n');
	line_close(report, out);
}

static void sip_words(struct writer *out, const struct sip_message *sip)
{
	json_object(out, "sip");
	json_text(out, "method",
	        sip->method_text.len ? sip->method_text : sip->cseq_method_text);
	if (sip->is_request)
		json_text(out, "uri", sip->request_uri_text);
	else
		json_u64(out, "code", sip->status);
	json_text(out, "call_id", sip->call_id);
	json_text(out, "from", sip->from.uri.raw);
	json_text(out, "user_agent", sip->user_agent);
	json_object_end(out);
}

void report_stop(struct report *report, const struct report_message *message,
        const struct stop *stop)
{
	struct writer out = object_open(report, message->time_us, "block");
	const struct view *view = message->view;
	json_address(&out, "src_ip", &view->src.ip);
	json_u64(&out, "src_port", view->src.port);
	json_address(&out, "dest_ip", &view->dst.ip);
	json_u64(&out, "dest_port", view->dst.port);
	json_literal(&out, "proto", view->protocol == IPPROTO_TCP ? "TCP" : "UDP");
	json_object(&out, "block");
	json_literal(&out, "action", stop->action);
	json_bool(&out, "would", stop->would);
	json_text(&out, "rule", stop->rule);
	json_text(&out, "why", stop->why);
	if (stop->until_us)
		json_time(&out, "until", stop->until_us);
	json_object_end(&out);
	if (message->sip)
		sip_words(&out, message->sip);
	object_close(report, &out);
}

void report_alert(struct report *report, const struct report_context *context,
        const struct alert *alert)
{
	struct writer out = line_open(report);
	alert_json(context, alert, &out);
	line_close(report, &out);
}

void report_event(struct report *report, const struct report_context *context,
        const struct event *event)
{
	struct writer out = line_open(report);
	event_json(context, event, &out);
	line_close(report, &out);
}

void report_pinhole(struct report *report, uint64_t time_us, const char *what,
        const struct pinhole *pinhole, uint64_t packets)
{
	struct writer out = object_open(report, time_us, "pinhole");
	json_object(&out, "pinhole");
	json_literal(&out, "action", what);
	json_u64(&out, "number", pinhole->key.number);
	json_endpoint(&out, "to", &pinhole->key.to);
	json_address(&out, "from", &pinhole->key.from);
	json_literal(&out, "class", pinhole->key.class == PINHOLE_RTP ? "rtp" : "raw");
	json_bool(&out, "rtcp", pinhole->wish.control);
	json_bool(&out, "nat", pinhole->key.nat);
	json_u64(&out, "line", pinhole->wish.line);
	json_literal(
	        &out, "side", pinhole->wish.side == CALL_CALLER ? "caller" : "callee");
	json_u64(&out, "rate", pinhole->wish.rate);
	json_u64(&out, "lease_s", pinhole->lease_ms / 1000);
	json_u64(&out, "packets", packets);
	json_hex(&out, "call", pinhole->wish.call, 16);
	json_object_end(&out);
	object_close(report, &out);
}

void report_ban(struct report *report, uint64_t time_us, const struct ban_event *ban)
{
	struct writer out = object_open(report, time_us, "block");
	json_object(&out, "block");
	json_literal(&out, "action", ban->what);
	json_text(&out, "entity", ban->entity);
	json_text(&out, "rule", ban->rule);
	json_text(&out, "by", ban->by);
	if (ban->until_us)
		json_time(&out, "until", ban->until_us);
	json_object_end(&out);
	object_close(report, &out);
}

void report_node(struct report *report, uint64_t time_us, const struct node_event *node)
{
	struct writer out = object_open(report, time_us, "node");
	json_object(&out, "node");
	json_literal(&out, "what", node->what);
	json_literal(&out, "text", node->text);
	json_u64(&out, "value", node->value);
	json_object_end(&out);
	object_close(report, &out);
}
