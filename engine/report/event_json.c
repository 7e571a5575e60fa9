#include "engine/report/event_json.h"

#include "engine/report/event_parts.h"
#include "engine/report/json.h"
#include "engine/report/stream_view.h"

static const char *const TYPE_NAMES[] = {
        [REPORT_ALERT] = "alert",
        [REPORT_SIP] = "sip",
        [REPORT_CALL] = "call",
        [REPORT_REGISTRATION] = "registration",
        [REPORT_DEVICE] = "device",
        [REPORT_RTP] = "rtp",
        [REPORT_RTCP] = "rtcp",
        [REPORT_H323] = "h323",
        [REPORT_QUALITY] = "quality",
        [REPORT_KPI] = "kpi",
        [REPORT_ANOMALY] = "anomaly",
        [REPORT_NODE] = "node",
        [REPORT_SUMMARY] = "summary",
        [REPORT_NONE] = "none",
};

const char *report_type_name(enum report_type type)
{
	return TYPE_NAMES[type];
}

enum report_type report_type_parse(struct slice name)
{
	for (unsigned type = 0; type < REPORT_NONE; type++)
		if (slice_equal(name, slice_text(TYPE_NAMES[type])))
			return (enum report_type)type;
	return REPORT_NONE;
}

enum report_type report_type_of(const struct event *event)
{
	switch (event->kind) {
	case EVENT_SIP_REQUEST:
	case EVENT_SIP_RESPONSE:
		return REPORT_SIP;
	case EVENT_CALL_END:
		return REPORT_CALL;
	case EVENT_REGISTRATION:
		return REPORT_REGISTRATION;
	case EVENT_DEVICE:
		return REPORT_DEVICE;
	case EVENT_RTP_STREAM:
		return REPORT_RTP;
	case EVENT_RTP_INTERVAL:
		return REPORT_QUALITY;
	case EVENT_RTCP_REPORT:
		return REPORT_RTCP;
	case EVENT_H323_MESSAGE:
		return REPORT_H323;
	case EVENT_PARSE_ERROR:
		return REPORT_ANOMALY;
	case EVENT_KPI:
		return REPORT_KPI;
	case EVENT_SENSOR:
		return REPORT_NODE;
	case EVENT_SIP_TRANSACTION:
	case EVENT_SIP_DIALOG:
	case EVENT_CALL_START:
	case EVENT_CALL_DIAL:
	case EVENT_ENTITY_SCORE:
	case EVENT_CALL_ANSWER:
	case EVENT_CALL_TICK:
	case EVENT_RAS_TRANSACTION:
	case EVENT_H225_CALL:
	case EVENT_H245_CHANNEL:
	case EVENT_RTP_CHANGE:
	case EVENT_RTP_STRAY:
	case EVENT_DTLS_HELLO:
	case EVENT_COUNT:
		break;
	}
	return REPORT_NONE;
}

/* Where the event happened: its message, else its call or stream, else nowhere. */
static bool flow_of(const struct event *event, struct flow *flow)
{
	struct summary_stream stream;

	if (event->stream && stream_view(event->stream, &stream)) {
		*flow = (struct flow){stream.src, stream.dst, TRANSPORT_UDP};
		return true;
	}
	if (event->kind == EVENT_CALL_END && event->call) {
		*flow = (struct flow){event->call->caller, event->call->callee,
		        (enum transport)event->call->transport};
		return true;
	}
	return event_flow(event, flow);
}

static void sensor_json(const struct event *event, struct writer *out)
{
	json_object(out, "node");
	json_literal(out, "what", event->sensor_what ? event->sensor_what : "");
	json_literal(out, "where", event->sensor_where ? event->sensor_where : "");
	json_u64(out, "value", event->sensor_value);
	json_object_end(out);
}

static void body_json(const struct report_context *context, const struct event *event,
        enum report_type type, struct writer *out)
{
	if (type == REPORT_SIP && event->message && event->message->sip) {
		sip_json(event->message, out);
		json_bool(out, "retransmission", event->retransmission);
	} else if (type == REPORT_CALL && event->call) {
		call_json(context, event->call, out);
	} else if (type == REPORT_REGISTRATION) {
		registration_json(context, event, out);
	} else if (type == REPORT_DEVICE && event->device) {
		device_json(context, event, out);
	} else if (type == REPORT_RTP || type == REPORT_QUALITY) {
		rtp_json(event, out);
	} else if (type == REPORT_RTCP && event->message && event->message->rtcp) {
		rtcp_json(event->message->rtcp, out);
	} else if (type == REPORT_H323 && event->message && event->message->h323) {
		h323_json(event->message->h323, out);
	} else if (type == REPORT_KPI && event->kpi) {
		kpi_json(event->kpi, out);
	} else if (type == REPORT_NODE) {
		sensor_json(event, out);
	}
}

void event_json(const struct report_context *context, const struct event *event,
        struct writer *out)
{
	enum report_type type = report_type_of(event);
	struct flow flow;

	if (type == REPORT_NONE || type == REPORT_ANOMALY)
		return;
	bool has_flow = flow_of(event, &flow);
	event_open(context, event, type, has_flow ? &flow : NULL, out);
	body_json(context, event, type, out);
	event_close(out);
}

void anomaly_json(const struct report_context *context, const struct event *event,
        enum anomaly anomaly, struct writer *out)
{
	struct flow flow;
	bool has_flow = event_flow(event, &flow);

	event_open(context, event, REPORT_ANOMALY, has_flow ? &flow : NULL, out);
	json_object(out, "anomaly");
	json_literal(out, "type", "decode");
	json_literal(out, "event", anomaly_name(anomaly));
	json_literal(out, "text", anomaly_help(anomaly));
	json_object_end(out);
	event_close(out);
}
