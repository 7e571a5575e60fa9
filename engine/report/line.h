/*
 * Which events become lines of JSON: those of the types asked for; an anomaly the first
 * time that a source shows it. A face begins an event and takes its lines until there is
 * none left.
 */
#ifndef RINGFENCE_REPORT_LINE_H
#define RINGFENCE_REPORT_LINE_H

#include "engine/report/event_json.h"
#include "engine/report/seen.h"

enum {
	LINE_TYPES_DEFAULT = 1u << REPORT_ALERT | 1u << REPORT_CALL |
	                     1u << REPORT_REGISTRATION | 1u << REPORT_DEVICE | 1u << REPORT_RTP |
	                     1u << REPORT_QUALITY | 1u << REPORT_ANOMALY |
	                     1u << REPORT_NODE | 1u << REPORT_SUMMARY,
	LINE_TYPES_ALL = (1u << REPORT_NONE) - 1,
	LINE_SEEN_BYTES = 8 << 20, /* for the anomalies that were told */
};

struct line {
	uint32_t types; /* bits of enum report_type that are written */
	struct report_context context;
	char *buffer; /* borrowed, of REPORT_LINE_MAX bytes */
	struct seen anomalies;
	const struct event *event; /* at hand, NULL = done */
	unsigned next;             /* anomaly to look at */
};

/*
 * "all" or names joined by commas, added to the default ones. False leaves the unknown
 * name in *wrong.
 */
bool line_types(struct slice list, uint32_t *types, struct slice *wrong);

/* Begins an event; it is borrowed until line_next is false. */
void line_begin(struct line *line, const struct event *event);
/* The event's next line with its end, in the buffer. */
bool line_next(struct line *line, struct slice *text);

/* An alert's line, absent when alerts are not written or it does not fit. */
struct slice line_alert(struct line *line, const struct alert *alert);

#endif
