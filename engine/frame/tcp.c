#include "engine/frame/tcp.h"

#include "engine/base/ensure.h"

enum tcp_flag {
	FLAG_FIN = 0x01,
	FLAG_SYN = 0x02,
	FLAG_RST = 0x04,
	FLAG_ACK = 0x10,
};

enum { HEADER_BYTES = 20 };

struct tcp_flow {
	struct list_link link;
	uint64_t hash;
	struct endpoint ends[2];      /* in byte order: both directions find it */
	struct tcp_stream streams[2]; /* streams[i] comes from ends[i] */
	bool proven;
};

bool tcp_init(struct tcp *tcp, struct memory *memory, size_t share,
        const struct hash_key *key, struct frame_counters *counters)
{
	const size_t item = sizeof(struct tcp_flow) + 3 * sizeof(struct table_slot);
	const size_t capacity = share / 3 / item;
	*tcp = (struct tcp){.key = *key, .buffers = {.counters = counters}};
	if (capacity < 16 ||
	        !slab_init(&tcp->flows, memory, sizeof(struct tcp_flow),
	                (uint32_t)capacity) ||
	        !table_init(&tcp->table, memory, (uint32_t)capacity) ||
	        !stream_buffers_init(&tcp->buffers, memory, share - share / 3))
		return false;
	list_init(&tcp->bare, &tcp->flows, offsetof(struct tcp_flow, link));
	list_init(&tcp->proven, &tcp->flows, offsetof(struct tcp_flow, link));
	return true;
}

static void evict(struct tcp *tcp)
{
	struct list *list = tcp->bare.count ? &tcp->bare : &tcp->proven;
	const uint32_t index = list->front;
	struct tcp_flow *flow = slab_at(&tcp->flows, index);
	tcp->buffers.counters->tcp_evicted++;
	stream_drop(&tcp->buffers, &flow->streams[0]);
	stream_drop(&tcp->buffers, &flow->streams[1]);
	list_remove(list, index);
	table_remove(&tcp->table, flow->hash, index);
	slab_give(&tcp->flows, index);
}

/* The connection of two endpoints in order; added when it is not there and add is set. */
static struct tcp_flow *find_flow(struct tcp *tcp, const struct endpoint *low,
        const struct endpoint *high, bool add)
{
	const uint64_t hash = hash_endpoints(&tcp->key, low, high);
	struct table_cursor cursor;
	for (uint32_t i = table_first(&tcp->table, hash, &cursor); i;
	        i = table_next(&tcp->table, &cursor)) {
		struct tcp_flow *flow = slab_at(&tcp->flows, i);
		if (endpoint_equal(&flow->ends[0], low) &&
		        endpoint_equal(&flow->ends[1], high)) {
			list_touch(flow->proven ? &tcp->proven : &tcp->bare, i);
			return flow;
		}
	}
	if (!add)
		return NULL;
	if (slab_full(&tcp->flows))
		evict(tcp);
	const uint32_t index = slab_take(&tcp->flows);
	struct tcp_flow *flow = slab_at(&tcp->flows, index);
	*flow = (struct tcp_flow){.hash = hash, .ends = {*low, *high}};
	list_push_back(&tcp->bare, index);
	ENSURE(table_insert(&tcp->table, hash, index));
	return flow;
}

static bool endpoint_less(const struct endpoint *a, const struct endpoint *b)
{
	const int order = memcmp(a->ip.bytes, b->ip.bytes, sizeof(a->ip.bytes));
	return order != 0 ? order < 0 : a->port < b->port;
}

/* SYN: a new connection, also over the ports of an old one; else a retransmission. */
static void begin(struct tcp *tcp, struct tcp_segment *segment)
{
	struct tcp_stream *own = &segment->flow->streams[segment->direction];
	const uint32_t first = ++segment->seq;
	if (own->syn && own->first_seq == first)
		return;
	if (!(segment->flags & FLAG_ACK))
		stream_reset(&tcp->buffers, &segment->flow->streams[!segment->direction]);
	stream_begin(&tcp->buffers, own, first);
}

bool tcp_open(struct tcp *tcp, struct layers *l)
{
	struct datagram *out = l->out;
	struct tcp_segment *segment = &tcp->segment;
	const uint8_t *p = l->at.data;
	segment->flow = NULL;
	if (!reader_need(&l->at, HEADER_BYTES))
		return false;
	out->src.port = load_u16(p);
	out->dst.port = load_u16(p + 2);
	out->transport = TRANSPORT_TCP;
	const size_t header = (size_t)(p[12] >> 4) * 4;
	if (header < HEADER_BYTES)
		return false;
	reader_skip(&l->at, header);
	if (l->at.failed)
		return false;

	tcp->buffers.counters->tcp_segments++;
	const bool swapped = endpoint_less(&out->dst, &out->src);
	*segment = (struct tcp_segment){
	        .direction = swapped,
	        .seq = load_u32(p + 4),
	        .ack = load_u32(p + 8),
	        .flags = p[13],
	        .payload = reader_rest(&l->at),
	};
	const bool adds = segment->payload.len > 0 || (segment->flags & FLAG_SYN);
	segment->flow = find_flow(tcp, swapped ? &out->dst : &out->src,
	        swapped ? &out->src : &out->dst, adds && !(segment->flags & FLAG_RST));
	if (segment->flow && segment->flags & FLAG_SYN)
		begin(tcp, segment);
	return true;
}

static bool hand_out(const struct tcp_flow *flow, unsigned direction,
        struct tcp_stream *stream, struct datagram *out)
{
	out->src = flow->ends[direction];
	out->dst = flow->ends[!direction];
	out->payload = slice_of(stream->given, stream->given_len);
	out->stream = stream;
	out->stream_gap = stream->gap || stream->early;
	out->stream_start = stream->unread;
	return true;
}

static void prove(struct tcp *tcp, struct tcp_flow *flow)
{
	const uint32_t index = slab_index(&tcp->flows, flow);
	list_remove(&tcp->bare, index);
	list_push_back(&tcp->proven, index);
	flow->proven = true;
}

/* Puts the payload in; true when there is something to be handed out. */
static bool insert(struct tcp *tcp, struct tcp_stream *own, uint64_t now_us)
{
	struct tcp_segment *segment = &tcp->segment;
	if (segment->payload.len == 0) {
		segment->inserted = true;
		return false;
	}
	if (!segment->flow->proven)
		prove(tcp, segment->flow);
	const enum stream_result result =
	        stream_insert(&tcp->buffers, own, segment->seq, segment->payload, now_us);
	segment->inserted = result != STREAM_NO_ROOM;
	if (segment->inserted)
		return result == STREAM_GIVE;
	const bool kept = own->buffer != 0;
	if (stream_skip(&tcp->buffers, own))
		return true;
	/* With nothing kept there is but one way on: from this segment. */
	if (!kept)
		own->next_seq = segment->seq;
	return false;
}

bool tcp_next(struct tcp *tcp, struct datagram *out)
{
	struct tcp_segment *segment = &tcp->segment;
	struct tcp_flow *flow = segment->flow;
	if (!flow)
		return false;
	struct stream_buffers *buffers = &tcp->buffers;
	struct tcp_stream *own = &flow->streams[segment->direction];
	struct tcp_stream *other = &flow->streams[!segment->direction];
	stream_settle(buffers, own);
	stream_settle(buffers, other);

	if (segment->flags & FLAG_ACK &&
	        stream_hole_acked(buffers, other, segment->ack) &&
	        stream_skip(buffers, other))
		return hand_out(flow, !segment->direction, other, out);
	while (!segment->inserted) {
		if (insert(tcp, own, out->time_us))
			return hand_out(flow, segment->direction, own, out);
	}
	const bool closing = segment->flags & (FLAG_FIN | FLAG_RST);
	if (stream_hole_overdue(buffers, own, closing ? UINT64_MAX : out->time_us) &&
	        stream_skip(buffers, own))
		return hand_out(flow, segment->direction, own, out);
	if (closing)
		stream_drop(buffers, own);
	segment->flow = NULL;
	return false;
}

void tcp_finish(struct tcp *tcp)
{
	tcp->finishing = tcp->proven.front;
}

bool tcp_finish_next(struct tcp *tcp, struct datagram *out)
{
	struct stream_buffers *buffers = &tcp->buffers;
	while (tcp->finishing) {
		struct tcp_flow *flow = slab_at(&tcp->flows, tcp->finishing);
		for (unsigned i = 0; i < 2; i++) {
			struct tcp_stream *stream = &flow->streams[i];
			stream_settle(buffers, stream);
			if (stream_hole_overdue(buffers, stream, UINT64_MAX) &&
			        stream_skip(buffers, stream))
				return hand_out(flow, i, stream, out);
		}
		tcp->finishing = list_link_of(&tcp->proven, tcp->finishing)->next;
	}
	return false;
}

void tcp_abandon(struct tcp *tcp)
{
	struct tcp_flow *flow = tcp->segment.flow;
	for (unsigned i = 0; flow && i < 2; i++)
		stream_abandon(&tcp->buffers, &flow->streams[i]);
	tcp->segment.flow = NULL;
}
