#include "engine/detect/keyed.h"

#include "engine/detect/trigger.h"

static size_t aligned(size_t bytes)
{
	return (bytes + 7) / 8 * 8;
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

static size_t item_bytes(const struct rule *rule)
{
	return aligned(sizeof(struct key_state) + key_bytes(rule)) +
	       rule->evidence * sizeof(uint64_t) + aligned(trigger_bytes(rule));
}

size_t keyed_bytes(const struct rule *rule, uint32_t max)
{
	size_t bytes = ((size_t)max + 1) * item_bytes(rule) + (size_t)max * 24 + 512;
	if (rule->trigger.kind == TRIGGER_ABSENCE)
		bytes += sizeof(struct wheel) + 64;
	return bytes;
}

bool keyed_init(
        struct keyed *keyed, struct memory *memory, const struct rule *rule, uint32_t max)
{
	keyed->key_bytes = key_bytes(rule);
	keyed->trigger_at = aligned(sizeof(struct key_state) + keyed->key_bytes);
	keyed->evidence_at = keyed->trigger_at + aligned(trigger_bytes(rule));
	if (!slab_init(&keyed->slab, memory, item_bytes(rule), max) ||
	        !table_init(&keyed->table, memory, max))
		return false;
	list_init(&keyed->idle, &keyed->slab, offsetof(struct key_state, idle));
	if (rule->trigger.kind != TRIGGER_ABSENCE)
		return true;
	keyed->wheel = memory_take(memory, sizeof(*keyed->wheel));
	if (!keyed->wheel)
		return false;
	wheel_init(keyed->wheel, &keyed->slab, offsetof(struct key_state, timer));
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

/* Length, hash of all of it, and its beginning: what a reader needs to know it by. */
static void put_text(const struct hash_key *hash_key, struct slice text, uint8_t *into)
{
	const uint64_t hash = hash_slice(hash_key, text);
	const size_t len = text.len < KEY_TEXT_MAX ? text.len : KEY_TEXT_MAX;

	memset(into, 0, 64);
	into[0] = (uint8_t)len;
	if (text.len > KEY_TEXT_MAX)
		memcpy(into + 1, &hash, sizeof(hash));
	if (len)
		memcpy(into + 9, text.data, len);
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
			put_text(hash_key, value->text, into);
			key->len = (uint16_t)(key->len + 64);
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
		writer_slice(writer, slice_of(bytes + 9, bytes[0]));
		return bytes + 64;
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

void keyed_prefetch(const struct keyed *keyed, uint64_t hash)
{
	__builtin_prefetch(&keyed->table.slots[(hash >> 32) & keyed->table.mask]);
}

void keyed_prefetch_state(const struct keyed *keyed, uint64_t hash)
{
	struct table_cursor cursor;
	const uint32_t index = table_first(&keyed->table, hash, &cursor);

	if (!index)
		return;
	const uint8_t *item = slab_at(&keyed->slab, index);
	__builtin_prefetch(item + offsetof(struct key_state, idle));
	__builtin_prefetch(item + keyed->trigger_at);
	__builtin_prefetch(item + keyed->evidence_at);
}

void keyed_forget(struct keyed *keyed, struct key_state *state)
{
	const uint32_t index = slab_index(&keyed->slab, state);

	if (keyed->wheel)
		wheel_disarm(keyed->wheel, index);
	table_remove(&keyed->table, state->hash, index);
	list_remove(&keyed->idle, index);
	slab_give(&keyed->slab, index);
}

struct key_state *keyed_get(
        struct keyed *keyed, const struct key_value *key, uint64_t hash)
{
	struct key_state *state = keyed_find(keyed, key, hash);

	if (state) {
		list_touch(&keyed->idle, slab_index(&keyed->slab, state));
		return state;
	}
	if (slab_full(&keyed->slab)) {
		keyed_forget(keyed, slab_at(&keyed->slab, keyed->idle.front));
		keyed->evicted++;
	}
	const uint32_t index = slab_take(&keyed->slab);
	state = slab_at(&keyed->slab, index);
	memset(state, 0, keyed->slab.item_bytes);
	state->hash = hash;
	state->key_len = key->len;
	memcpy(key_state_bytes(state), key->bytes, key->len);
	(void)table_insert(&keyed->table, hash, index);
	list_push_back(&keyed->idle, index);
	return state;
}
