#include "engine/frame/sctp.h"

enum {
	CHUNK_DATA = 0,
	CHUNK_I_DATA = 64,
	FLAG_END = 1,
	FLAG_BEGIN = 2,
	HEADER_BYTES = 12,
	MESSAGES_MAX = 64, /* unfinished at a time: they are looked through one by one */
};

static const size_t WHOLE_BYTES = 65536;

struct chunk {
	uint8_t flags;
	uint32_t tsn;
	uint16_t stream;
	uint32_t message; /* number in its stream */
	struct slice data;
};

struct piece {
	struct piece *next; /* by sequence number */
	uint32_t tsn;
	uint32_t len;
	uint8_t flags;
	uint8_t bytes[];
};

struct message {
	struct list_link link;
	struct arena arena;
	struct endpoint src;
	struct endpoint dst;
	uint16_t stream;
	uint16_t count;
	uint32_t number;
	struct piece *pieces;
};

bool sctp_init(struct sctp *sctp, struct memory *memory, size_t share,
        struct frame_counters *counters)
{
	*sctp = (struct sctp){
	        .whole = memory_take(memory, WHOLE_BYTES), .counters = counters};
	if (!sctp->whole || share < 2 * WHOLE_BYTES ||
	        !slab_init(
	                &sctp->messages, memory, sizeof(struct message), MESSAGES_MAX) ||
	        !pool_init(&sctp->pool, memory,
	                share - WHOLE_BYTES - sizeof(struct message) * MESSAGES_MAX * 2))
		return false;
	list_init(&sctp->order, &sctp->messages, offsetof(struct message, link));
	return true;
}

bool sctp_open(struct sctp *sctp, struct layers *l)
{
	const uint8_t *p = l->at.data;
	sctp->chunks = (struct reader){0};
	reader_skip(&l->at, HEADER_BYTES);
	if (l->at.failed)
		return false;
	l->out->src.port = load_u16(p);
	l->out->dst.port = load_u16(p + 2);
	l->out->transport = TRANSPORT_SCTP;
	sctp->chunks = l->at;
	return true;
}

static void drop(struct sctp *sctp, uint32_t index)
{
	struct message *message = slab_at(&sctp->messages, index);
	arena_clear(&sctp->pool, &message->arena);
	list_remove(&sctp->order, index);
	slab_give(&sctp->messages, index);
}

static uint32_t find_or_add(
        struct sctp *sctp, const struct datagram *out, const struct chunk *chunk)
{
	uint32_t index = sctp->order.front;
	for (; index; index = list_link_of(&sctp->order, index)->next) {
		const struct message *m = slab_at(&sctp->messages, index);
		if (m->stream == chunk->stream && m->number == chunk->message &&
		        endpoint_equal(&m->src, &out->src) &&
		        endpoint_equal(&m->dst, &out->dst))
			return index;
	}
	if (slab_full(&sctp->messages)) {
		drop(sctp, sctp->order.front);
		sctp->counters->sctp_evicted++;
	}
	index = slab_take(&sctp->messages);
	*(struct message *)slab_at(&sctp->messages, index) = (struct message){
	        .src = out->src,
	        .dst = out->dst,
	        .stream = chunk->stream,
	        .number = chunk->message,
	};
	list_push_back(&sctp->order, index);
	return index;
}

/* Keeps a chunk in its place; one that is there already is not kept again. */
static void keep(struct sctp *sctp, struct message *message, const struct chunk *chunk)
{
	struct piece **link = &message->pieces;
	while (*link && (int32_t)((*link)->tsn - chunk->tsn) < 0)
		link = &(*link)->next;
	if (*link && (*link)->tsn == chunk->tsn)
		return;
	const size_t bytes = sizeof(struct piece) + chunk->data.len;
	struct piece *piece = arena_take(&sctp->pool, &message->arena, bytes);
	if (!piece) {
		sctp->counters->sctp_evicted++;
		return;
	}
	*piece = (struct piece){
	        *link, chunk->tsn, (uint32_t)chunk->data.len, chunk->flags};
	memcpy(piece->bytes, chunk->data.data, chunk->data.len);
	*link = piece;
	message->count++;
}

/* The message that begins with this chunk, if the next ones follow without a gap. */
static struct slice join_from(const struct sctp *sctp, const struct piece *piece)
{
	uint32_t len = 0;
	for (uint32_t tsn = piece->tsn; piece && piece->tsn == tsn;
	        piece = piece->next, tsn++) {
		if (piece->len > WHOLE_BYTES - len)
			break;
		memcpy(sctp->whole + len, piece->bytes, piece->len);
		len += piece->len;
		if (piece->flags & FLAG_END)
			return slice_of(sctp->whole, len);
	}
	return (struct slice){0};
}

/* Chunks of an older message of the same number may lie before those of this one. */
static struct slice join(const struct sctp *sctp, const struct message *message)
{
	struct slice whole = {0};
	for (const struct piece *p = message->pieces; p && !slice_present(whole);
	        p = p->next) {
		if (p->flags & FLAG_BEGIN)
			whole = join_from(sctp, p);
	}
	return whole;
}

static struct slice reassemble(
        struct sctp *sctp, const struct datagram *out, const struct chunk *chunk)
{
	const uint32_t index = find_or_add(sctp, out, chunk);
	struct message *message = slab_at(&sctp->messages, index);
	keep(sctp, message, chunk);
	if (!message->pieces) {
		drop(sctp, index);
		return (struct slice){0};
	}
	const struct slice whole = join(sctp, message);
	if (slice_present(whole) || message->count >= LIMIT_FRAGMENTS_PER_DATAGRAM)
		drop(sctp, index);
	return whole;
}

static bool read_chunk(struct sctp *sctp, struct chunk *chunk, bool *cut)
{
	struct reader *at = &sctp->chunks;
	const uint8_t type = reader_u8(at);
	chunk->flags = reader_u8(at);
	const size_t len = reader_u16(at);
	if (at->failed || len < 4) {
		at->data = at->end;
		return false;
	}
	*cut = len - 4 > reader_left(at);
	struct reader body = reader_of(at->data, *cut ? reader_left(at) : len - 4);
	at->data = body.end;
	/* Chunks are padded to four bytes, the last one not always. */
	const size_t padding = (4 - len % 4) % 4;
	at->data += padding < reader_left(at) ? padding : reader_left(at);
	if (type != CHUNK_DATA && type != CHUNK_I_DATA)
		return false;
	chunk->tsn = reader_u32(&body);
	chunk->stream = reader_u16(&body);
	chunk->message = reader_u16(&body);
	if (type == CHUNK_I_DATA)
		chunk->message = reader_u32(&body);
	reader_skip(&body, 4);
	chunk->data = reader_rest(&body);
	return !body.failed && chunk->data.len > 0;
}

bool sctp_next(struct sctp *sctp, struct datagram *out)
{
	struct chunk chunk = {0};
	bool cut = false;
	while (reader_left(&sctp->chunks) > 0) {
		if (!read_chunk(sctp, &chunk, &cut))
			continue;
		const bool alone = (chunk.flags & 3) == (FLAG_BEGIN | FLAG_END);
		out->payload = alone ? chunk.data : reassemble(sctp, out, &chunk);
		out->truncated = cut;
		if (slice_present(out->payload))
			return true;
	}
	return false;
}
