/*
 * The parts that lines of several event types share. For this room alone.
 */
#ifndef RINGFENCE_REPORT_EVENT_PARTS_H
#define RINGFENCE_REPORT_EVENT_PARTS_H

#include "engine/report/event_json.h"

struct flow {
	struct endpoint src;
	struct endpoint dst;
	enum transport transport;
};

/*
 * The beginning of a line: the brace, the time, the flow's id and ends, the packet and
 * the event's type. flow may be NULL.
 */
void event_open(const struct report_context *context, const struct event *event,
        enum report_type type, const struct flow *flow, struct writer *out);
void event_close(struct writer *out);

/* The flow of the message that caused the event; false when there was none. */
bool event_flow(const struct event *event, struct flow *flow);
/*
 * The same number for both directions, whatever the key of the run's tables; 53 bits, so
 * that readers that hold numbers as doubles keep it.
 */
uint64_t flow_id(const struct flow *flow);
/* https://github.com/corelight/community-id-spec, version 1, seed 0. */
void json_community_id(struct writer *out, const char *key, const struct flow *flow);

const char *transport_name(enum transport transport);
const char *source_name(const struct report_context *context, uint16_t source);

void sip_json(const struct message *message, struct writer *out);
void call_json(const struct report_context *context, const struct call *call,
        struct writer *out);
/* Of the same object: who calls whom, by the site's dial plans. */
void call_party_json(const struct report_context *context, const struct call *call,
        struct writer *out);
void registration_json(const struct report_context *context, const struct event *event,
        struct writer *out);
void device_json(const struct report_context *context, const struct event *event,
        struct writer *out);
/* The member "h323" of a call, and parts that a device has as well. */
void call_h323_json(const struct h323_call *h323, struct writer *out);
void h323_name_json(const char *key, const struct h323_name *name, struct writer *out);
void h323_names_json(const struct report_context *context,
        const struct h323_device *device, struct writer *out);
void h323_vendor_json(const struct h323_vendor *vendor, struct writer *out);
void rtp_json(const struct event *event, struct writer *out);
void h323_json(const struct h323_message *message, struct writer *out);
void kpi_json(const struct kpi *kpi, struct writer *out);
void rtcp_json(const struct rtcp_report *report, struct writer *out);

#endif
