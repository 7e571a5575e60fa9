#include "engine/track/stream.h"

#include "engine/base/ensure.h"
#include "engine/base/slab.h"
#include "engine/base/table.h"
#include "engine/track/integrity.h"

#include <string.h>

enum {
	/* Slots of 8 bytes, at worst half again three eighths full, and a follower. */
	TABLE_BYTES_PER_STREAM = 26,
	SPARE_STREAMS = 8, /* ended ones that wait to be told */
	STREAMS_LEAST = 16,
	LUCK_LOST = 4, /* by a wrong guess, of what right ones give one by one */
	LUCK_NEEDED = 8,
	LUCK_MOST = 32,
};

/* In place of the follower of a stream that is no more. */
static const uint32_t GONE = UINT32_MAX;

/*
 * Streams send at a steady pace, so that their packets come in much the same order again
 * and again. What came after each stream's last packet is a good guess of what comes
 * next: it saves the look-up, and brings the lines of a stream into the cache before its
 * packet is there. With many streams waiting for these lines costs more than all work on
 * them. In traffic whose order does not repeat a guess is two lines brought in vain: it
 * is made as long as it mostly holds.
 */
struct streams {
	struct slab slab;
	uint32_t *followers; /* by index of the slab: 0 = none yet */
	struct table table;
	struct list candidates; /* idle order */
	struct list confirmed;  /* idle order */
	struct list ended;      /* evicted, not yet told */
	struct list created;    /* order of creation */
	struct hash_key key;
	uint64_t idle_us;
	uint64_t evicted;
	uint32_t capacity;
	uint32_t last; /* of the packet before */
	uint32_t luck; /* how well followers have been telling what comes next */
	uint32_t told; /* by streams_expired, to be given back */
	struct stream_interval interval;
};

static uint64_t word_at(const uint8_t *bytes)
{
	uint64_t word;
	memcpy(&word, bytes, sizeof(word));
	return word;
}

/* IPv4 fits two words, of which SipHash is much cheaper than of bytes. */
static uint64_t hash_of(const struct streams *streams, const struct endpoint *src,
        const struct endpoint *dst, uint32_t ssrc)
{
	const uint64_t rest =
	        (uint64_t)ssrc << 32 | (uint32_t)src->port << 16 | (uint32_t)dst->port;
	if (address_is_v4(&src->ip) && address_is_v4(&dst->ip))
		return hash_words(&streams->key,
		        (uint64_t)address_to_v4(&src->ip) << 32 | address_to_v4(&dst->ip),
		        rest);
	const uint64_t from = hash_words(
	        &streams->key, word_at(src->ip.bytes), word_at(src->ip.bytes + 8));
	const uint64_t to = hash_words(
	        &streams->key, word_at(dst->ip.bytes), word_at(dst->ip.bytes + 8));
	return hash_words(&streams->key, from + 3 * to, rest);
}

static inline bool is_stream(const struct stream *stream, const struct endpoint *src,
        const struct endpoint *dst, uint32_t ssrc)
{
	return stream->ssrc == ssrc && endpoint_equal(&stream->src, src) &&
	       endpoint_equal(&stream->dst, dst);
}

static uint32_t find(
        const struct streams *streams, uint64_t hash, const struct stream *like)
{
	struct table_cursor cursor;
	for (uint32_t i = table_first(&streams->table, hash, &cursor); i;
	        i = table_next(&streams->table, &cursor))
		if (is_stream(slab_at(&streams->slab, i), &like->src, &like->dst,
		            like->ssrc))
			return i;
	return 0;
}

struct stream *streams_at(const struct streams *streams, uint32_t index)
{
	return slab_at(&streams->slab, index);
}

uint32_t streams_index(const struct streams *streams, const struct stream *stream)
{
	return slab_index(&streams->slab, stream);
}

struct stream *streams_find(const struct streams *streams, const struct endpoint *src,
        const struct endpoint *dst, uint32_t ssrc)
{
	const struct stream like = {.src = *src, .dst = *dst, .ssrc = ssrc};
	const uint32_t index = find(streams, hash_of(streams, src, dst, ssrc), &like);
	return index ? slab_at(&streams->slab, index) : NULL;
}

static struct list *idle_list(struct streams *streams, const struct stream *stream)
{
	return stream->confirmed ? &streams->confirmed : &streams->candidates;
}

/* Out of the table and the lists; the item itself stays. */
static void detach(struct streams *streams, uint32_t index)
{
	struct stream *stream = slab_at(&streams->slab, index);
	table_remove(&streams->table,
	        hash_of(streams, &stream->src, &stream->dst, stream->ssrc), index);
	list_remove(idle_list(streams, stream), index);
	list_remove(&streams->created, index);
	streams->followers[index] = GONE;
	if (streams->last == index)
		streams->last = 0;
}

static void give_told(struct streams *streams)
{
	if (streams->told)
		slab_give(&streams->slab, streams->told);
	streams->told = 0;
}

static void evict(struct streams *streams)
{
	streams->evicted++;
	uint32_t index = streams->candidates.front;
	if (index) {
		detach(streams, index);
		slab_give(&streams->slab, index);
		return;
	}
	index = streams->confirmed.front;
	detach(streams, index);
	list_push_back(&streams->ended, index);
	if (streams->ended.count < SPARE_STREAMS)
		return;
	/* Nobody asks for the ended ones: the oldest is forgotten. */
	index = streams->ended.front;
	list_remove(&streams->ended, index);
	slab_give(&streams->slab, index);
}

static uint32_t create(struct streams *streams, uint64_t hash,
        const struct datagram *datagram, const struct rtp_packet *packet)
{
	if (streams->table.count == streams->capacity)
		evict(streams);
	const uint32_t index = slab_take(&streams->slab);
	ENSURE(index != 0);
	struct stream *stream = slab_at(&streams->slab, index);
	stream_start(stream, datagram, packet);
	ENSURE(table_insert(&streams->table, hash, index));
	list_push_back(&streams->candidates, index);
	list_push_back(&streams->created, index);
	streams->followers[index] = 0;
	return index;
}

/* Everything that a packet of a known stream brings, but its place in the table. */
static unsigned update(struct streams *streams, uint32_t index,
        const struct datagram *datagram, const struct rtp_packet *packet)
{
	struct stream *stream = slab_at(&streams->slab, index);
	unsigned news = stream_packet(stream, datagram, packet);
	if (__builtin_expect(news & STREAM_CONFIRMED, 0)) {
		list_remove(&streams->candidates, index);
		list_push_back(&streams->confirmed, index);
		stream->touched = stream_touch(datagram->time_us);
		integrity_second_begins(stream);
	} else if (stream_touch(datagram->time_us) != stream->touched) {
		list_touch(idle_list(streams, stream), index);
		news |= integrity_second(stream, datagram->time_us);
		stream->touched = stream_touch(datagram->time_us);
	}
	if (stream->confirmed && datagram->time_us > stream->interval_us &&
	        datagram->time_us - stream->interval_us >= STREAM_INTERVAL_US) {
		stream_interval_close(stream, &streams->interval);
		news |= STREAM_INTERVAL_DUE;
	}
	return news;
}

/* The lines that a packet touches, all at once instead of one after the other. */
static inline void prefetch(const struct streams *streams, uint32_t index)
{
	const char *at = slab_at(&streams->slab, index);
	__builtin_prefetch(at);
	__builtin_prefetch(at + 64, 1);
	__builtin_prefetch(at + 128, 1);
	__builtin_prefetch(at + 192, 1);
	__builtin_prefetch(at + offsetof(struct stream, prints), 1);
}

static inline bool is_of(const struct streams *streams, uint32_t index,
        const struct datagram *datagram, const struct rtp_packet *packet)
{
	return is_stream(slab_at(&streams->slab, index), &datagram->src, &datagram->dst,
	        packet->ssrc);
}

/* The stream of this packet when it is the one that came next before, else 0. */
static inline uint32_t guess(const struct streams *streams,
        const struct datagram *datagram, const struct rtp_packet *packet)
{
	const uint32_t last = streams->last;
	const uint32_t next =
	        last && streams->luck >= LUCK_NEEDED ? streams->followers[last] : 0;
	if (next && streams->followers[next] != GONE &&
	        is_of(streams, next, datagram, packet))
		return next;
	return last && is_of(streams, last, datagram, packet) ? last : 0;
}

/* Notes what came next, and has the lines brought that the packet after the next needs.
 */
static inline void follow(struct streams *streams, uint32_t index)
{
	uint32_t *followers = streams->followers;
	if (streams->last && followers[streams->last] != index) {
		followers[streams->last] = index;
		streams->luck -= streams->luck < LUCK_LOST ? streams->luck : LUCK_LOST;
	} else if (streams->luck < LUCK_MOST) {
		streams->luck++;
	}
	streams->last = index;
	if (streams->luck < LUCK_NEEDED)
		return;
	const uint32_t next = followers[index];
	if (!next || followers[next] == GONE)
		return;
	const uint32_t second = followers[next];
	prefetch(streams, second && followers[second] != GONE ? second : next);
}

struct stream *streams_packet(struct streams *streams, const struct datagram *datagram,
        const struct rtp_packet *packet, unsigned *news)
{
	give_told(streams);
	uint32_t index = guess(streams, datagram, packet);
	if (!index) {
		const uint64_t hash =
		        hash_of(streams, &datagram->src, &datagram->dst, packet->ssrc);
		struct table_cursor cursor;
		index = table_first(&streams->table, hash, &cursor);
		prefetch(streams, index);
		while (index && !is_of(streams, index, datagram, packet))
			index = table_next(&streams->table, &cursor);
		if (!index) {
			index = create(streams, hash, datagram, packet);
			follow(streams, index);
			struct stream *stream = slab_at(&streams->slab, index);
			*news = STREAM_NEW | (stream->digits ? STREAM_DTMF : 0u);
			return stream;
		}
	}
	follow(streams, index);
	*news = update(streams, index, datagram, packet);
	return slab_at(&streams->slab, index);
}

void streams_announce(struct streams *streams, struct stream *stream,
        const struct stream_announcement *announcement)
{
	const uint32_t index = slab_index(&streams->slab, stream);
	if (!stream->confirmed) {
		list_remove(&streams->candidates, index);
		list_push_back(&streams->confirmed, index);
		stream->touched = stream_touch(stream->last_us);
	}
	stream_announced(stream, announcement);
}

/* The front of an idle list, when it has been idle for too long; lazily put in order. */
static uint32_t idle_front(struct streams *streams, struct list *list, uint64_t now_us)
{
	while (list->front) {
		struct stream *stream = slab_at(&streams->slab, list->front);
		if (now_us > stream->last_us &&
		        now_us - stream->last_us > streams->idle_us)
			return list->front;
		if (stream->touched == stream_touch(stream->last_us))
			return 0;
		stream->touched = stream_touch(stream->last_us);
		list_touch(list, list->front);
	}
	return 0;
}

const struct stream *streams_expired(struct streams *streams, uint64_t now_us)
{
	give_told(streams);
	uint32_t index;
	while ((index = idle_front(streams, &streams->candidates, now_us)) != 0) {
		detach(streams, index);
		slab_give(&streams->slab, index);
	}
	index = streams->ended.front;
	if (index) {
		list_remove(&streams->ended, index);
	} else {
		index = idle_front(streams, &streams->confirmed, now_us);
		if (!index)
			return NULL;
		detach(streams, index);
	}
	streams->told = index;
	return slab_at(&streams->slab, index);
}

const struct stream *streams_next(
        const struct streams *streams, const struct stream *stream)
{
	const uint32_t index = stream ? stream->created.next : streams->created.front;
	return index ? slab_at(&streams->slab, index) : NULL;
}

const struct stream_interval *streams_interval(const struct streams *streams)
{
	return &streams->interval;
}

uint32_t streams_count(const struct streams *streams)
{
	return streams->table.count;
}

uint32_t streams_capacity(const struct streams *streams)
{
	return streams->capacity;
}

uint64_t streams_evicted(const struct streams *streams)
{
	return streams->evicted;
}

struct streams *streams_new(
        struct memory *memory, size_t share, const struct hash_key *key)
{
	const size_t each = sizeof(struct stream) + TABLE_BYTES_PER_STREAM;
	const size_t fixed = sizeof(struct streams) + (SPARE_STREAMS + 4) * each + 256;
	if (share < fixed + STREAMS_LEAST * each)
		return NULL;
	size_t capacity = (share - fixed) / each;
	if (capacity > 1u << 24)
		capacity = 1u << 24;
	struct streams *streams = memory_take(memory, sizeof(*streams));
	if (!streams)
		return NULL;
	*streams = (struct streams){
	        .key = *key,
	        .idle_us = STREAM_IDLE_US,
	        .capacity = (uint32_t)capacity,
	};
	const uint32_t items = streams->capacity + SPARE_STREAMS + 1;
	streams->followers = memory_take(memory, (items + 1) * sizeof(uint32_t));
	if (!streams->followers ||
	        !slab_init(&streams->slab, memory, sizeof(struct stream), items) ||
	        !table_init(&streams->table, memory, streams->capacity))
		return NULL;
	list_init(&streams->candidates, &streams->slab, offsetof(struct stream, idle));
	list_init(&streams->confirmed, &streams->slab, offsetof(struct stream, idle));
	list_init(&streams->ended, &streams->slab, offsetof(struct stream, idle));
	list_init(&streams->created, &streams->slab, offsetof(struct stream, created));
	return streams;
}
