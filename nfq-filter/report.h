/*
 * What the filter tells: one JSON object a line, the engine's alerts among them. Lines
 * are gathered and written when the queue is empty; a reader that does not keep up loses
 * lines, which are counted, and never holds a packet up.
 */
#ifndef RINGFENCE_FILTER_REPORT_H
#define RINGFENCE_FILTER_REPORT_H

#include "engine/base/writer.h"
#include "engine/report/event_json.h"
#include "nfq-filter/pinhole.h"
#include "nfq-filter/view.h"

struct report {
	int fd;
	bool owned;
	char *text; /* owned */
	size_t len;
	uint64_t lost; /* lines */
};

/* path "-": standard output. False with errno set. */
bool report_open(struct report *report, const char *path);
void report_close(struct report *report);
void report_flush(struct report *report);

/* Why a packet, or a source, was stopped. */
struct stop {
	const char *action; /* "drop", "limit", "ban" */
	struct slice rule;  /* id of the rule, or of the filter's own policy */
	struct slice why;   /* a sentence */
	uint64_t until_us;  /* 0 = this message only */
	bool would;         /* only told: it passed */
};
struct report_message {
	uint64_t time_us;
	const struct view *view;
	const struct sip_message *sip; /* NULL: not SIP */
};
void report_stop(struct report *report, const struct report_message *message,
        const struct stop *stop);

void report_alert(struct report *report, const struct report_context *context,
        const struct alert *alert);
void report_event(struct report *report, const struct report_context *context,
        const struct event *event);

void report_pinhole(struct report *report, uint64_t time_us, const char *what,
        const struct pinhole *pinhole, uint64_t packets);
/* A source or network: banned, unbanned, refused … */
struct ban_event {
	const char *what;
	struct slice entity;
	struct slice rule;
	struct slice by;
	uint64_t until_us;
};
void report_ban(struct report *report, uint64_t time_us, const struct ban_event *ban);

/* Of the filter itself: "started", "queue-full", "table-lost" … */
struct node_event {
	const char *what;
	const char *text;
	uint64_t value;
};
void report_node(struct report *report, uint64_t time_us, const struct node_event *node);

#endif
