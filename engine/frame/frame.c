#include "engine/frame/frame.h"

#include "engine/frame/defrag.h"
#include "engine/frame/ip.h"
#include "engine/frame/layers.h"
#include "engine/frame/link.h"
#include "engine/frame/sctp.h"
#include "engine/frame/tcp.h"
#include "engine/frame/tunnel.h"

enum { UDP_BYTES = 8 };

enum stage {
	STAGE_FRESH, /* the packet was not looked at yet */
	STAGE_TCP,   /* its connection may have more to hand out */
	STAGE_SCTP,
	STAGE_FINISH, /* the input is over */
	STAGE_DONE,
};

struct frame {
	const struct packet *packet;
	struct packet last; /* what the end of the input has for a packet: no bytes */
	enum stage stage;
	struct datagram
	        opened; /* of TCP and SCTP: describes the packet, without payload */
	struct frame_counters counters;
	struct defrag defrag;
	struct tcp tcp;
	struct sctp sctp;
};

struct frame *frame_new(struct memory *memory, size_t share, const struct hash_key *key)
{
	struct frame *frame = memory_take(memory, sizeof(*frame));
	if (!frame || share < sizeof(*frame))
		return NULL;
	share -= sizeof(*frame);
	/* Connections live long; fragments and what SCTP holds back are there briefly. */
	const size_t part = share / 32;
	if (!defrag_init(&frame->defrag, memory, part * 5, key) ||
	        !tcp_init(&frame->tcp, memory, part * 25, key, &frame->counters) ||
	        !sctp_init(&frame->sctp, memory, part * 2, &frame->counters))
		return NULL;
	frame->stage = STAGE_DONE;
	return frame;
}

void frame_open(struct frame *frame, const struct packet *packet)
{
	if (frame->stage == STAGE_TCP)
		tcp_abandon(&frame->tcp);
	frame->packet = packet;
	frame->last.time_us = packet->time_us;
	frame->last.number = packet->number;
	frame->last.source = packet->source;
	frame->last.link = packet->link;
	frame->stage = STAGE_FRESH;
	frame->counters.packets++;
	frame->counters.bytes += packet->wire_len;
	defrag_advance(&frame->defrag, packet->time_us, &frame->counters);
}

/* Does the rest of the UDP header and either a tunnel's or the payload's beginning. */
static void open_udp(struct layers *l)
{
	const uint8_t *p = l->at.data;
	l->next = LAYER_NONE;
	if (!reader_need(&l->at, UDP_BYTES))
		return;
	l->out->src.port = load_u16(p);
	l->out->dst.port = load_u16(p + 2);
	const size_t len = load_u16(p + 4);
	l->at.data += UDP_BYTES;
	/* A length that cannot be is no reason to lose what is there. */
	if (len >= UDP_BYTES)
		layers_trim(l, len - UDP_BYTES);
	if (!tunnel_udp(l))
		l->next = LAYER_PAYLOAD;
}

/* Opens layers down to a transport, or to something that is not understood. */
static void open_layers(struct frame *frame, struct layers *l)
{
	for (int depth = 0; depth < LIMIT_FRAME_LAYERS * 2; depth++) {
		switch (l->next) {
		case LAYER_ETHERNET:
			link_ethernet(l);
			break;
		case LAYER_ETHERTYPE:
			link_ethertype(l);
			break;
		case LAYER_PPP:
			link_ppp(l);
			break;
		case LAYER_IP:
			ip_open(l);
			break;
		case LAYER_PROTOCOL:
			ip_protocol(l);
			break;
		case LAYER_FRAGMENT:
			if (!defrag_add(&frame->defrag, l, &frame->counters))
				return;
			break;
		case LAYER_GRE:
			tunnel_gre(l);
			break;
		case LAYER_ESP:
			tunnel_esp(l);
			break;
		case LAYER_L2TPV3:
			tunnel_l2tpv3(l);
			break;
		case LAYER_UDP:
			open_udp(l);
			break;
		case LAYER_NONE:
		case LAYER_PAYLOAD:
		case LAYER_TCP:
		case LAYER_SCTP:
		case LAYER_ICMP:
			return;
		}
	}
	frame->counters.layers_too_deep++;
	l->next = LAYER_NONE;
}

/* Everything but the tunnels, which count from tunnel_count on. */
static void clear(struct datagram *out, const struct packet *packet)
{
	out->packet = packet;
	out->time_us = packet->time_us;
	out->src.port = out->dst.port = 0;
	out->transport = TRANSPORT_UDP;
	out->payload = (struct slice){0};
	out->stream = NULL;
	out->stream_gap = out->stream_start = false;
	out->fragmented = out->truncated = false;
	out->dscp = out->ttl = 0;
	out->ip_id = 0;
	out->vlan[0] = out->vlan[1] = 0;
	out->tunnel_count = 0;
}

static void copy(struct datagram *to, const struct datagram *from)
{
	memcpy(to, from,
	        offsetof(struct datagram, tunnels) +
	                from->tunnel_count * sizeof(from->tunnels[0]));
}

/* The first look at a packet: true when *out is a datagram already. */
static bool open_packet(struct frame *frame, struct datagram *out)
{
	const struct packet *packet = frame->packet;
	struct layers l;
	frame->stage = STAGE_DONE;
	clear(out, packet);
	l.at = reader_of(packet->data, packet->len);
	l.out = out;
	l.fragment.len = 0;
	link_open(&l, packet->link);
	open_layers(frame, &l);

	bool understood = true;
	if (l.next == LAYER_PAYLOAD) {
		out->payload = reader_rest(&l.at);
		frame->counters.truncated += out->truncated;
		return true;
	}
	if (l.next == LAYER_TCP && (understood = tcp_open(&frame->tcp, &l)))
		frame->stage = STAGE_TCP;
	else if (l.next == LAYER_SCTP && (understood = sctp_open(&frame->sctp, &l)))
		frame->stage = STAGE_SCTP;
	else if (l.next == LAYER_ICMP)
		frame->counters.icmp++;
	else if (l.next == LAYER_NONE)
		understood = false;
	frame->counters.undecoded += !understood;
	frame->counters.truncated += out->truncated;
	if (frame->stage != STAGE_DONE)
		copy(&frame->opened, out);
	return false;
}

void frame_finish(struct frame *frame)
{
	if (frame->stage == STAGE_TCP)
		tcp_abandon(&frame->tcp);
	frame->stage = STAGE_FINISH;
	clear(&frame->opened, &frame->last);
	frame->opened.transport = TRANSPORT_TCP;
	tcp_finish(&frame->tcp);
}

/* More bytes of the connection or association of the present packet. */
static bool stage_next(struct frame *frame, struct datagram *datagram)
{
	if (frame->stage == STAGE_TCP)
		return tcp_next(&frame->tcp, datagram);
	if (frame->stage == STAGE_FINISH)
		return tcp_finish_next(&frame->tcp, datagram);
	return sctp_next(&frame->sctp, datagram);
}

bool frame_next(struct frame *frame, struct datagram *datagram)
{
	if (frame->stage == STAGE_FRESH && open_packet(frame, datagram))
		return true;
	if (frame->stage == STAGE_DONE)
		return false;
	copy(datagram, &frame->opened);
	const bool more = stage_next(frame, datagram);
	if (!more)
		frame->stage = STAGE_DONE;
	return more;
}

void frame_consume(struct frame *frame, struct tcp_stream *stream, size_t bytes)
{
	const uint32_t left = stream->given_len - stream->consumed;
	(void)frame;
	if (stream->given)
		stream->consumed += bytes < left ? (uint32_t)bytes : left;
}

void frame_ignore(struct frame *frame, struct tcp_stream *stream)
{
	stream->ignored = true;
	/* What the decoder holds in its hands stays valid until the stream is settled. */
	if (!stream->given)
		stream_drop(&frame->tcp.buffers, stream);
}

uint32_t *frame_stream_tag(struct tcp_stream *stream)
{
	return &stream->tag;
}

uint32_t *frame_stream_waits(struct tcp_stream *stream)
{
	return &stream->waits_s;
}

const struct frame_counters *frame_counters(const struct frame *frame)
{
	return &frame->counters;
}
