#include "engine/report/event_parts.h"

#include "engine/report/json.h"
#include "engine/report/sha1.h"

enum { IPPROTO_OF_TCP = 6, IPPROTO_OF_UDP = 17, IPPROTO_OF_SCTP = 132 };

const char *transport_name(enum transport transport)
{
	switch (transport) {
	case TRANSPORT_UDP:
		return "UDP";
	case TRANSPORT_TCP:
	case TRANSPORT_WS:
	case TRANSPORT_TLS:
		return "TCP";
	case TRANSPORT_SCTP:
		return "SCTP";
	case TRANSPORT_COUNT:
		break;
	}
	return "UDP";
}

static uint8_t transport_number(enum transport transport)
{
	if (transport == TRANSPORT_UDP)
		return IPPROTO_OF_UDP;
	return transport == TRANSPORT_SCTP ? IPPROTO_OF_SCTP : IPPROTO_OF_TCP;
}

const char *source_name(const struct report_context *context, uint16_t source)
{
	return source < context->source_count ? context->sources[source] : NULL;
}

bool event_flow(const struct event *event, struct flow *flow)
{
	if (!event->message || !event->message->datagram)
		return false;
	const struct datagram *datagram = event->message->datagram;
	*flow = (struct flow){datagram->src, datagram->dst, datagram->transport};
	return true;
}

/* Whether the flow runs from its lesser end to its greater one. */
static bool ordered(const struct flow *flow)
{
	int order = memcmp(
	        flow->src.ip.bytes, flow->dst.ip.bytes, sizeof(flow->src.ip.bytes));
	return order < 0 || (order == 0 && flow->src.port <= flow->dst.port);
}

uint64_t flow_id(const struct flow *flow)
{
	static const struct hash_key fixed = {0x72696e6766656e63, 0x666c6f772d696431};
	bool forward = ordered(flow);
	uint64_t pair = hash_endpoints(&fixed, forward ? &flow->src : &flow->dst,
	        forward ? &flow->dst : &flow->src);
	return hash_words(&fixed, pair, transport_number(flow->transport)) >> 11;
}

static size_t put_address(uint8_t *into, const struct address *address)
{
	if (address_is_v4(address)) {
		memcpy(into, address->bytes + 12, 4);
		return 4;
	}
	memcpy(into, address->bytes, 16);
	return 16;
}

void json_community_id(struct writer *out, const char *key, const struct flow *flow)
{
	bool forward = ordered(flow);
	const struct endpoint *low = forward ? &flow->src : &flow->dst;
	const struct endpoint *high = forward ? &flow->dst : &flow->src;
	uint8_t tuple[2 + 16 + 16 + 2 + 4] = {0};
	char text[40];
	uint8_t digest[SHA1_BYTES];
	size_t len = 2;

	len += put_address(tuple + len, &low->ip);
	len += put_address(tuple + len, &high->ip);
	tuple[len++] = transport_number(flow->transport);
	tuple[len++] = 0;
	tuple[len++] = (uint8_t)(low->port >> 8);
	tuple[len++] = (uint8_t)low->port;
	tuple[len++] = (uint8_t)(high->port >> 8);
	tuple[len++] = (uint8_t)high->port;
	sha1_short(tuple, len, digest);

	struct writer id = writer_of(text, sizeof(text));
	writer_slice(&id, SLICE("1:"));
	writer_base64(&id, slice_of(digest, sizeof(digest)));
	json_string(out, key, writer_text(&id));
}

static const char *app_proto(const struct event *event)
{
	if (!event->message)
		return NULL;
	switch (event->message->kind) {
	case MESSAGE_SIP:
		return "sip";
	case MESSAGE_RTP:
		return "rtp";
	case MESSAGE_RTCP:
		return "rtcp";
	case MESSAGE_STUN:
		return "stun";
	case MESSAGE_DTLS:
		return "dtls";
	case MESSAGE_H323:
		return "h323";
	case MESSAGE_KEEPALIVE:
	case MESSAGE_ERROR:
	case MESSAGE_OTHER:
		break;
	}
	return NULL;
}

static void vlan_json(const struct datagram *datagram, struct writer *out)
{
	if (!datagram->vlan[0])
		return;
	json_array(out, "vlan");
	json_u64(out, NULL, datagram->vlan[0]);
	if (datagram->vlan[1])
		json_u64(out, NULL, datagram->vlan[1]);
	json_array_end(out);
}

static void flow_json(const struct flow *flow, struct writer *out)
{
	json_address(out, "src_ip", &flow->src.ip);
	json_u64(out, "src_port", flow->src.port);
	json_address(out, "dest_ip", &flow->dst.ip);
	json_u64(out, "dest_port", flow->dst.port);
	json_literal(out, "proto", transport_name(flow->transport));
	json_community_id(out, "community_id", flow);
}

void event_open(const struct report_context *context, const struct event *event,
        enum report_type type, const struct flow *flow, struct writer *out)
{
	const char *protocol = app_proto(event);

	json_object(out, NULL);
	json_time(out, "timestamp", event->time_us);
	if (flow)
		json_u64(out, "flow_id", flow_id(flow));
	json_literal(out, "event_type", report_type_name(type));
	if (event->packet) {
		const char *source = source_name(context, event->packet->source);
		json_u64(out, "pcap_cnt", event->packet->number);
		if (source)
			json_text(out, context->sensor ? "in_iface" : "pcap_filename",
			        slice_text(source));
	}
	if (context->sensor) {
		json_object(out, "sensor");
		json_literal(out, "id", context->sensor);
		json_object_end(out);
	}
	if (event->message && event->message->datagram)
		vlan_json(event->message->datagram, out);
	if (flow)
		flow_json(flow, out);
	if (protocol)
		json_literal(out, "app_proto", protocol);
}

void event_close(struct writer *out)
{
	json_object_end(out);
	writer_byte(out, '\n');
}
