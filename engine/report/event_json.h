/*
 * Events and alerts as newline-delimited JSON. The keys that Suricata's EVE uses keep
 * their names, the rest is additive. Secrets of the wire (digest responses, SDES keys,
 * DTMF digits) are not written.
 */
#ifndef RINGFENCE_REPORT_EVENT_JSON_H
#define RINGFENCE_REPORT_EVENT_JSON_H

#include <stddef.h>

#include "engine/base/writer.h"
#include "engine/detect/detect.h"
#include "engine/track/event.h"
#include "engine/track/track.h"

struct drops;    /* report/drops.h */
struct rule_set; /* detect/rule.h */

/* What a report needs to know besides the event: all borrowed. */
struct report_context {
	const struct track *track;
	const char *const *sources; /* file or interface names by packet.source */
	size_t source_count;
	const char *evidence_file;    /* of the alert at hand, NULL = none */
	const char *sensor;           /* who saw it, NULL = a replay: sources are files */
	const struct rule_set *rules; /* site and places, NULL = not known */
	const struct drops *drops;    /* what it lost meanwhile, NULL = a replay */
};

/* The event types that are written. */
enum report_type {
	REPORT_ALERT,
	REPORT_SIP,
	REPORT_CALL,
	REPORT_REGISTRATION,
	REPORT_DEVICE,
	REPORT_RTP,
	REPORT_RTCP,
	REPORT_H323,
	REPORT_QUALITY,
	REPORT_KPI,
	REPORT_ANOMALY,
	REPORT_NODE,
	REPORT_SUMMARY,
	REPORT_NONE, /* written nowhere: only rules look at it */
};

const char *report_type_name(enum report_type type);
/* REPORT_NONE when there is no type of this name. */
enum report_type report_type_parse(struct slice name);
enum report_type report_type_of(const struct event *event);

/* Enough bytes for any one event or alert. */
enum { REPORT_LINE_MAX = 1 << 20 };

/* One line each, with its line end; nothing for an event of REPORT_NONE or
 * REPORT_ANOMALY. */
void event_json(const struct report_context *context, const struct event *event,
        struct writer *out);
void alert_json(const struct report_context *context, const struct alert *alert,
        struct writer *out);
/* One anomaly of the event's message. */
void anomaly_json(const struct report_context *context, const struct event *event,
        enum anomaly anomaly, struct writer *out);

#endif
