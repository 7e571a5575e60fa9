#include "engine/frame/defrag.h"

#include "engine/base/hash.h"

enum { WHOLE_BYTES = 65536, TIMEOUT_US = 30 * 1000000 };

/* No padding in it: it is hashed and compared as bytes. */
struct defrag_key {
	struct address src;
	struct address dst;
	uint32_t id;
	uint32_t tunnel; /* id of the innermost tunnel, and how deep it is */
	uint16_t vlan[2];
	uint16_t depth;
	uint16_t protocol; /* IPv4; for IPv6 the first fragment has it */
};

_Static_assert(sizeof(struct defrag_key) == 48, "no padding");

/* A run of bytes that no earlier fragment covers; the bytes follow it. */
struct piece {
	struct piece *next; /* by offset */
	uint32_t offset;
	uint32_t len;
	uint8_t bytes[];
};

struct unfinished {
	struct list_link link;
	struct arena arena;
	struct defrag_key key;
	uint64_t hash;
	uint64_t first_us;
	struct piece *pieces;
	uint32_t covered;  /* bytes of all pieces */
	uint32_t total;    /* 0 = the last fragment is missing */
	uint16_t count;    /* fragments */
	uint16_t protocol; /* of the fragment at 0 */
};

static struct unfinished *at(const struct defrag *defrag, uint32_t index)
{
	return slab_at(&defrag->unfinished, index);
}

static void drop(struct defrag *defrag, uint32_t index)
{
	struct unfinished *u = at(defrag, index);
	arena_clear(&defrag->pool, &u->arena);
	list_remove(&defrag->order, index);
	table_remove(&defrag->table, u->hash, index);
	slab_give(&defrag->unfinished, index);
}

bool defrag_init(struct defrag *defrag, struct memory *memory, size_t share,
        const struct hash_key *key)
{
	const size_t whole = (size_t)WHOLE_BYTES * DEFRAG_WHOLE_MAX;
	const size_t item = sizeof(struct unfinished) + 2 * sizeof(struct table_slot);
	if (share < 2 * whole)
		return false;
	size_t capacity = (share - whole) / 8 / item;
	if (capacity > 1 << 20)
		capacity = 1 << 20;
	*defrag = (struct defrag){.key = *key, .whole = memory_take(memory, whole)};
	if (!defrag->whole ||
	        !slab_init(&defrag->unfinished, memory, sizeof(struct unfinished),
	                (uint32_t)capacity) ||
	        !table_init(&defrag->table, memory, (uint32_t)capacity) ||
	        !pool_init(&defrag->pool, memory, (share - whole) * 3 / 4))
		return false;
	list_init(&defrag->order, &defrag->unfinished, offsetof(struct unfinished, link));
	return true;
}

void defrag_expire(
        struct defrag *defrag, uint64_t now_us, struct frame_counters *counters)
{
	while (defrag->order.front) {
		const uint64_t first_us = at(defrag, defrag->order.front)->first_us;
		if (now_us < first_us || now_us - first_us <= TIMEOUT_US)
			return;
		drop(defrag, defrag->order.front);
		counters->fragments_expired++;
	}
}

static struct defrag_key key_of(const struct layers *l)
{
	const struct datagram *out = l->out;
	const uint8_t depth = out->tunnel_count;
	return (struct defrag_key){
	        .src = out->src.ip,
	        .dst = out->dst.ip,
	        .id = l->fragment.id,
	        .tunnel = depth ? out->tunnels[depth - 1].id : 0,
	        .vlan = {out->vlan[0], out->vlan[1]},
	        .depth = depth,
	        .protocol = l->fragment.v6 ? 0 : l->type,
	};
}

static uint32_t find_or_add(
        struct defrag *defrag, const struct layers *l, struct frame_counters *counters)
{
	const struct defrag_key key = key_of(l);
	const uint64_t hash = hash_bytes(&defrag->key, &key, sizeof(key));
	struct table_cursor cursor;
	for (uint32_t i = table_first(&defrag->table, hash, &cursor); i;
	        i = table_next(&defrag->table, &cursor)) {
		if (memcmp(&at(defrag, i)->key, &key, sizeof(key)) == 0)
			return i;
	}
	if (slab_full(&defrag->unfinished)) {
		drop(defrag, defrag->order.front);
		counters->fragments_evicted++;
	}
	const uint32_t index = slab_take(&defrag->unfinished);
	*at(defrag, index) = (struct unfinished){.key = key,
	        .hash = hash,
	        .first_us = l->out->time_us,
	        .protocol = l->type};
	list_push_back(&defrag->order, index);
	(void)table_insert(&defrag->table, hash, index);
	return index;
}

/* A piece in the pool; when that is exhausted the oldest datagrams make room. */
static struct piece *take_piece(struct defrag *defrag, uint32_t index, size_t len,
        struct frame_counters *counters)
{
	const size_t bytes = sizeof(struct piece) + len;
	for (;;) {
		struct piece *piece =
		        arena_take(&defrag->pool, &at(defrag, index)->arena, bytes);
		if (piece)
			return piece;
		const uint32_t oldest = defrag->order.front;
		drop(defrag, oldest);
		counters->fragments_evicted++;
		if (oldest == index)
			return NULL;
	}
}

/* Keeps the bytes from start to end that no piece covers yet; false = it was dropped. */
static bool cover(struct defrag *defrag, uint32_t index, const struct layers *l,
        struct frame_counters *counters)
{
	const uint32_t first = l->fragment.offset;
	const uint32_t end = first + l->fragment.len;
	uint32_t start = first;
	struct piece **link = &at(defrag, index)->pieces;
	bool overlap = false;
	while (start < end) {
		struct piece *next = *link;
		if (next && next->offset + next->len <= start) {
			link = &next->next;
			continue;
		}
		if (next && next->offset <= start) {
			start = next->offset + next->len;
			overlap = true;
			continue;
		}
		const uint32_t stop = next && next->offset < end ? next->offset : end;
		struct piece *piece = take_piece(defrag, index, stop - start, counters);
		if (!piece)
			return false;
		*piece = (struct piece){next, start, stop - start};
		memcpy(piece->bytes, l->at.data + (start - first), stop - start);
		*link = piece;
		at(defrag, index)->covered += stop - start;
		start = stop;
	}
	counters->fragments_overlapping += overlap;
	return true;
}

static void join(struct defrag *defrag, const struct unfinished *u, struct layers *l)
{
	uint8_t *whole = defrag->whole + (size_t)WHOLE_BYTES * defrag->whole_count++;
	for (const struct piece *piece = u->pieces; piece; piece = piece->next) {
		if (piece->offset < u->total)
			memcpy(whole + piece->offset, piece->bytes, piece->len);
	}
	l->at = reader_of(whole, u->total);
	l->type = u->protocol;
	l->next = LAYER_PROTOCOL;
	l->out->fragmented = true;
}

static bool is_whole(const struct unfinished *u)
{
	uint32_t end = 0;
	if (u->total == 0 || u->covered < u->total)
		return false;
	for (const struct piece *piece = u->pieces; piece && end < u->total;
	        piece = piece->next) {
		if (piece->offset != end)
			return false;
		end += piece->len;
	}
	return end >= u->total;
}

bool defrag_add(struct defrag *defrag, struct layers *l, struct frame_counters *counters)
{
	const struct fragment_info *info = &l->fragment;
	counters->fragments++;
	if (info->len == 0 || info->offset + info->len > WHOLE_BYTES - 1 ||
	        defrag->whole_count == DEFRAG_WHOLE_MAX)
		return false;
	/* Cut off by the capture it will never be whole: the beginning must do. */
	if (reader_left(&l->at) < info->len) {
		l->next = LAYER_PROTOCOL;
		return info->offset == 0;
	}
	const uint32_t index = find_or_add(defrag, l, counters);
	if (!cover(defrag, index, l, counters))
		return false;
	struct unfinished *u = at(defrag, index);
	if (info->offset == 0)
		u->protocol = l->type;
	if (!info->more && u->total == 0)
		u->total = info->offset + info->len;
	if (!is_whole(u)) {
		if (++u->count >= LIMIT_FRAGMENTS_PER_DATAGRAM) {
			drop(defrag, index);
			counters->fragments_evicted++;
		}
		return false;
	}
	join(defrag, u, l);
	drop(defrag, index);
	counters->datagrams_reassembled++;
	return true;
}
