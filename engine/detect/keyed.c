#include "engine/detect/keyed.h"

#include "engine/detect/trigger.h"

/* Forgotten keys that are known, for each that is held: 4 a word. */
enum { FORGOTTEN = 8, LINE = 64, KEY_LONGER = 0x80 };

static size_t aligned(size_t bytes, size_t to)
{
	return (bytes + to - 1) / to * to;
}

static size_t key_bytes(const struct rule *rule)
{
	size_t bytes = 0;
	for (unsigned i = 0; i < rule->key_count; i++)
		bytes += rule->keys[i].type == VALUE_TEXT      ? 64
		         : rule->keys[i].type == VALUE_ADDRESS ? 16
		                                               : 8;
	return bytes;
}

/* Where the parts of an item lie; its size in bytes. */
static size_t layout(const struct rule *rule, struct keyed *keyed)
{
	size_t at = aligned(sizeof(struct key_state) + key_bytes(rule), 8);

	keyed->share_at = (uint32_t)at;
	if (rule->quiet_when != RULE_REJECT)
		at += sizeof(struct key_share);
	keyed->trigger_at = (uint32_t)at;
	keyed->begin_bytes = (uint32_t)(at + trigger_head_bytes(rule));
	at += aligned(trigger_bytes(rule), 8);
	keyed->evidence_at = (uint32_t)at;
	at += rule->evidence * sizeof(uint64_t);
	keyed->alerts_at = (uint32_t)at;
	return aligned(at + sizeof(struct key_alerts), LINE);
}

static uint32_t filter_words(uint32_t max)
{
	uint32_t words = 8;
	while (words < (uint64_t)max * FORGOTTEN / 4)
		words *= 2;
	return words;
}

size_t keyed_bytes(const struct rule *rule, uint32_t max)
{
	struct keyed keyed;
	size_t bytes = ((size_t)max + 1) * layout(rule, &keyed) + (size_t)max * 40 + 512;

	bytes += sizeof(uint64_t) * filter_words(max) + LINE;
	if (rule->trigger.kind == TRIGGER_ABSENCE)
		bytes += sizeof(struct wheel) + LINE;
	return bytes;
}

/* For how long what is counted can matter. */
static uint64_t memory_us(const struct rule *rule)
{
	const struct rule_trigger *trigger = &rule->trigger;
	uint64_t window = trigger->window_us + 8 * trigger->half_life_us;

	if (trigger->kind == TRIGGER_LEAKY)
		window *= trigger->n;
	return window > rule->suppress_us ? window : rule->suppress_us;
}

bool keyed_init(
        struct keyed *keyed, struct memory *memory, const struct rule *rule, uint32_t max)
{
	const size_t bytes = layout(rule, keyed);
	const uint32_t words = filter_words(max);
	const uint64_t keep = memory_us(rule) >> KEY_TICK_SHIFT;

	keyed->filter.words = memory_take(memory, words * sizeof(*keyed->filter.words));
	if (!keyed->filter.words)
		return false;
	keyed->filter.mask = words - 1;
	keyed->marks = memory_take(memory, (max + 1u) * sizeof(*keyed->marks));
	if (!keyed->marks)
		return false;
	keyed->keep_ticks = keep < INT32_MAX / 2 ? (uint32_t)keep : INT32_MAX / 2;
	if (!slab_init(&keyed->slab, memory, bytes, max) ||
	        !table_init(&keyed->table, memory, max))
		return false;
	if (rule->trigger.kind != TRIGGER_ABSENCE)
		return true;
	keyed->wheel = memory_take(memory, sizeof(*keyed->wheel));
	if (!keyed->wheel)
		return false;
	wheel_init(keyed->wheel, &keyed->slab,
	        keyed->alerts_at + offsetof(struct key_alerts, timer));
	return true;
}

static void put_address(
        const struct rule_key *key, const struct address *ip, uint8_t *into)
{
	unsigned prefix = key->prefix;

	/* A mask of IPv4 leaves IPv6 its network: /24 goes with /64. */
	if (prefix >= 96 && prefix < 128 && !address_is_v4(ip))
		prefix = 64;
	memset(into, 0, 16);
	memcpy(into, ip->bytes, prefix / 8);
	if (prefix % 8)
		into[prefix / 8] =
		        (uint8_t)(ip->bytes[prefix / 8] & (0xff << (8 - prefix % 8)));
}

/*
 * Length, its beginning, and the hash of all of it when it is longer: what a reader needs
 * to know it by. Its bytes.
 */
static size_t put_text(const struct hash_key *hash_key, struct slice text, uint8_t *into)
{
	const bool longer = text.len > KEY_TEXT_MAX;
	const size_t len = longer ? KEY_TEXT_MAX : text.len;

	into[0] = (uint8_t)(len | (longer ? KEY_LONGER : 0));
	if (len)
		memcpy(into + 1, text.data, len);
	if (!longer)
		return len + 1;
	const uint64_t hash = hash_slice(hash_key, text);
	memcpy(into + 1 + len, &hash, sizeof(hash));
	return len + 1 + sizeof(hash);
}

bool key_of(const struct rule *rule, struct field_cache *cache,
        const struct hash_key *hash_key, struct key_value *key)
{
	key->len = 0;
	for (unsigned i = 0; i < rule->key_count; i++) {
		struct value spare;
		uint8_t *into = key->bytes + key->len;
		const struct value *value =
		        field_kept(cache, &rule->keys[i].field, &spare);
		if (value->type == VALUE_ABSENT)
			return false;
		if (value->type == VALUE_ADDRESS) {
			put_address(&rule->keys[i], &value->ip, into);
			key->len = (uint16_t)(key->len + 16);
		} else if (value->type == VALUE_TEXT) {
			key->len = (uint16_t)(key->len +
			                      put_text(hash_key, value->text, into));
		} else {
			memcpy(into, &value->number, 8);
			key->len = (uint16_t)(key->len + 8);
		}
	}
	return true;
}

static const uint8_t *write_value(
        const struct rule_key *key, const uint8_t *bytes, struct writer *writer)
{
	if (key->type == VALUE_ADDRESS) {
		struct address ip;
		memcpy(ip.bytes, bytes, 16);
		writer_address(writer, &ip);
		if (key->prefix < 128) {
			const bool v4 = address_is_v4(&ip);
			writer_byte(writer, '/');
			writer_u64(writer, v4                  ? key->prefix - 96u
			                   : key->prefix >= 96 ? 64u
			                                       : key->prefix);
		}
		return bytes + 16;
	}
	if (key->type == VALUE_TEXT) {
		const size_t len = bytes[0] & (KEY_LONGER - 1);
		writer_slice(writer, slice_of(bytes + 1, len));
		return bytes + 1 + len + (bytes[0] & KEY_LONGER ? sizeof(uint64_t) : 0);
	}
	double number;
	memcpy(&number, bytes, 8);
	writer_fixed(writer, number, 0);
	return bytes + 8;
}

void key_write(const struct rule *rule, const uint8_t *bytes, struct writer *writer)
{
	for (unsigned i = 0; i < rule->key_count; i++) {
		if (i)
			writer_byte(writer, ' ');
		writer_string(
		        writer, field_row((enum field)rule->keys[i].field.field)->name);
		writer_byte(writer, '=');
		bytes = write_value(&rule->keys[i], bytes, writer);
	}
}

void key_write_first(const struct rule *rule, const uint8_t *bytes, struct writer *writer)
{
	if (rule->key_count)
		(void)write_value(&rule->keys[0], bytes, writer);
}

struct key_state *keyed_find(
        struct keyed *keyed, const struct key_value *key, uint64_t hash)
{
	struct table_cursor cursor;

	for (uint32_t i = table_first(&keyed->table, hash, &cursor); i;
	        i = table_next(&keyed->table, &cursor)) {
		struct key_state *state = slab_at(&keyed->slab, i);
		if (state->key_len == key->len &&
		        memcmp(key_state_bytes(state), key->bytes, key->len) == 0)
			return state;
	}
	return NULL;
}

static uint64_t *filter_word(const struct key_filter *filter, uint64_t hash)
{
	return &filter->words[(hash >> 16) & filter->mask];
}

static void filter_add(struct key_filter *filter, uint64_t hash)
{
	uint64_t *word = filter_word(filter, hash);

	*word = *word << 16 | (hash & UINT16_MAX);
}

static bool filter_has(const struct key_filter *filter, uint64_t hash)
{
	uint64_t word = *filter_word(filter, hash);

	for (; word; word >>= 16)
		if ((word & UINT16_MAX) == (hash & UINT16_MAX))
			return true;
	return false;
}

void keyed_prefetch(const struct keyed *keyed, uint64_t hash)
{
	table_prefetch(&keyed->table, hash);
	if (keyed->evicted)
		__builtin_prefetch(filter_word(&keyed->filter, hash));
}

void keyed_prefetch_state(const struct keyed *keyed, uint64_t hash)
{
	struct table_cursor cursor;
	const uint32_t index = table_first(&keyed->table, hash, &cursor);

	if (!index)
		return;
	const uint8_t *item = slab_at(&keyed->slab, index);
	__builtin_prefetch(item, 1);
	if (keyed->trigger_at >= LINE)
		__builtin_prefetch(item + keyed->trigger_at, 1);
}

void keyed_forget(struct keyed *keyed, struct key_state *state)
{
	const uint32_t index = slab_index(&keyed->slab, state);

	if (keyed->wheel)
		wheel_disarm(keyed->wheel, index);
	table_remove(&keyed->table, keyed->marks[index].hash, index);
	slab_give(&keyed->slab, index);
}

/* Of the next few items in use, the one that tells least. */
static uint32_t victim_find(struct keyed *keyed, uint32_t now)
{
	uint32_t victim = 0;
	int64_t least = INT64_MAX;

	for (unsigned i = 0; i < KEY_SAMPLE; i++) {
		keyed->hand = keyed->hand == keyed->slab.capacity ? 1 : keyed->hand + 1;
		const uint32_t tick = keyed->marks[keyed->hand].tick;
		const int64_t worth = (tick & KEY_KEPT ? keyed->keep_ticks : 0) -
		                      (int64_t)((now - tick / 2) & (UINT32_MAX / 2));
		if (worth >= least)
			continue;
		least = worth;
		victim = keyed->hand;
	}
	return victim;
}

/*
 * All are in use: one must go. The next one is chosen at once, so that its memory is at
 * hand when it is needed.
 */
static void make_room(struct keyed *keyed, uint32_t now)
{
	uint32_t victim = keyed->victim;

	if (!victim || keyed->marks[victim].tick != keyed->victim_tick)
		victim = victim_find(keyed, now);
	filter_add(&keyed->filter, keyed->marks[victim].hash);
	keyed_forget(keyed, slab_at(&keyed->slab, victim));
	keyed->evicted++;
	keyed->marks[victim].tick = now * 2 | KEY_KEPT;
	keyed->victim = victim_find(keyed, now);
	keyed->victim_tick = keyed->marks[keyed->victim].tick;
	table_prefetch(&keyed->table, keyed->marks[keyed->victim].hash);
	const uint8_t *item = slab_at(&keyed->slab, keyed->victim);
	for (size_t at = 0; at < keyed->begin_bytes; at += LINE)
		__builtin_prefetch(item + at, 1);
	__builtin_prefetch(
	        filter_word(&keyed->filter, keyed->marks[keyed->victim].hash), 1);
	__builtin_prefetch(&keyed->marks[keyed->hand + KEY_SAMPLE]);
}

void keyed_keep(struct keyed *keyed, const struct key_state *state)
{
	keyed->marks[slab_index(&keyed->slab, state)].tick |= KEY_KEPT;
}

struct key_state *keyed_get(
        struct keyed *keyed, const struct key_value *key, uint64_t hash, uint64_t now_us)
{
	struct key_state *state = keyed_find(keyed, key, hash);
	const uint32_t now = (uint32_t)(now_us >> KEY_TICK_SHIFT) & (UINT32_MAX / 2);

	if (state) {
		keyed->marks[slab_index(&keyed->slab, state)].tick = now * 2 | KEY_KEPT;
		return state;
	}
	if (slab_full(&keyed->slab))
		make_room(keyed, now);
	const uint32_t index = slab_take(&keyed->slab);
	const bool back = keyed->evicted && filter_has(&keyed->filter, hash);
	state = slab_at(&keyed->slab, index);
	memset(state, 0, keyed->begin_bytes);
	keyed->marks[index] =
	        (struct key_mark){.hash = hash, .tick = now * 2 | (back ? KEY_KEPT : 0)};
	state->key_len = key->len;
	memcpy(key_state_bytes(state), key->bytes, key->len);
	(void)table_insert(&keyed->table, hash, index);
	return state;
}
