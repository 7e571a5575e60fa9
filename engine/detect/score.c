#include "engine/detect/score.h"

#include <math.h>

#include "engine/base/writer.h"

enum { HALF_LIFE_US = 1800 * 1000000, ITEM_BYTES = sizeof(struct score) + 24 };

struct slice score_entity_name(unsigned entity)
{
	static const char *const names[SCORE_ENTITIES] = {
	        [SCORE_ACCOUNT] = "account",
	        [SCORE_IP] = "ip",
	        [SCORE_NETWORK] = "network",
	        [SCORE_ASN] = "asn",
	        [SCORE_COUNTRY] = "country",
	};
	return slice_text(names[entity]);
}

size_t scores_bytes(uint32_t capacity)
{
	return (size_t)capacity * ITEM_BYTES;
}

bool scores_init(struct scores *scores, struct memory *memory, uint32_t capacity)
{
	if (!slab_init(&scores->slab, memory, sizeof(struct score), capacity) ||
	        !table_init(&scores->table, memory, capacity))
		return false;
	list_init(&scores->idle, &scores->slab, offsetof(struct score, idle));
	return true;
}

static uint32_t score_find(const struct scores *scores, uint64_t hash,
        enum score_entity entity, struct slice name)
{
	struct table_cursor cursor;
	uint32_t i = table_first(&scores->table, hash, &cursor);

	for (; i; i = table_next(&scores->table, &cursor)) {
		const struct score *score = slab_at(&scores->slab, i);
		if (score->entity == entity &&
		        slice_equal(slice_of(score->name, score->len), name))
			return i;
	}
	return 0;
}

static uint32_t score_new(
        struct scores *scores, uint64_t hash, enum score_entity entity, struct slice name)
{
	uint32_t index = slab_take(&scores->slab);

	if (!index) {
		index = scores->idle.front;
		list_remove(&scores->idle, index);
		table_remove(&scores->table,
		        ((struct score *)slab_at(&scores->slab, index))->hash, index);
	}
	struct score *score = slab_at(&scores->slab, index);
	*score = (struct score){
	        .hash = hash, .entity = (uint8_t)entity, .len = (uint8_t)name.len};
	memcpy(score->name, name.data, name.len);
	(void)table_insert(&scores->table, hash, index);
	list_push_back(&scores->idle, index);
	return index;
}

/* A sum and the time of the alert that adds to it. */
struct added {
	const struct hash_key *key;
	uint64_t now_us;
	double weight;
};

static void add(struct scores *scores, const struct added *added,
        enum score_entity entity, struct slice name)
{
	name = slice_first(name, SCORE_NAME);
	if (!name.len)
		return;
	const uint64_t hash = hash_slice(added->key, name) + entity;
	uint32_t index = score_find(scores, hash, entity, name);
	if (index)
		list_touch(&scores->idle, index);
	else
		index = score_new(scores, hash, entity, name);
	struct score *score = slab_at(&scores->slab, index);
	const double age_us = added->now_us > score->time_us
	                              ? (double)(added->now_us - score->time_us)
	                              : 0;
	score->sum *= exp2(-age_us / HALF_LIFE_US);
	if (score->sum < 1)
		score->alerts = 0;
	score->sum += added->weight;
	score->alerts++;
	score->time_us = added->now_us;
	for (uint32_t i = 0; i < scores->pending_count; i++)
		if (scores->pending[i] == index)
			return;
	if (scores->pending_count < SCORES_PENDING)
		scores->pending[scores->pending_count++] = index;
}

static void add_network(
        struct scores *scores, const struct added *added, const struct address *ip)
{
	char text[SCORE_NAME];
	struct writer writer = writer_of(text, sizeof(text));
	struct address network = *ip;
	const bool v4 = address_is_v4(ip);
	const size_t kept = v4 ? 15 : 8;

	writer_address(&writer, ip);
	add(scores, added, SCORE_IP, writer_text(&writer));
	memset(network.bytes + kept, 0, sizeof(network.bytes) - kept);
	writer = writer_of(text, sizeof(text));
	writer_address(&writer, &network);
	writer_string(&writer, v4 ? "/24" : "/64");
	add(scores, added, SCORE_NETWORK, writer_text(&writer));
}

static void add_asn(
        struct scores *scores, const struct added *added, const struct value *asn)
{
	char text[24];
	struct writer writer = writer_of(text, sizeof(text));

	if (asn->type != VALUE_NUMBER)
		return;
	writer_string(&writer, "AS");
	writer_u64(&writer, (uint64_t)asn->number);
	add(scores, added, SCORE_ASN, writer_text(&writer));
}

void scores_add(struct scores *scores, const struct hash_key *key,
        struct field_cache *cache, double weight)
{
	static const struct field_ref account = {.field = FIELD_CALL_ACCOUNT};
	static const struct field_ref source = {.field = FIELD_SRC_IP};
	static const struct field_ref asn = {.field = FIELD_SRC_ASN};
	static const struct field_ref country = {.field = FIELD_CALLED_COUNTRY};
	const struct added added = {key, cache->event->time_us, weight};
	struct value value;

	field_value(cache, &account, &value);
	if (value.type == VALUE_TEXT)
		add(scores, &added, SCORE_ACCOUNT, value.text);
	field_value(cache, &source, &value);
	if (value.type == VALUE_ADDRESS)
		add_network(scores, &added, &value.ip);
	field_value(cache, &asn, &value);
	add_asn(scores, &added, &value);
	field_value(cache, &country, &value);
	if (value.type == VALUE_TEXT)
		add(scores, &added, SCORE_COUNTRY, value.text);
}

const struct score *scores_next(struct scores *scores)
{
	if (!scores->pending_count)
		return NULL;
	return slab_at(&scores->slab, scores->pending[--scores->pending_count]);
}
