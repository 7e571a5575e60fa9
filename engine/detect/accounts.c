#include "engine/detect/accounts.h"

#include "engine/track/call.h"

enum {
	PART_ACCOUNTS = 74, /* percent of the memory */
	PART_PAIRS = 12,
	PART_NUMBERS = 12,
	TABLE_BYTES = 24, /* of an item's slots in its table */
	TICK_S = 10,
	ITEMS_MIN = 64,
};

static bool part_init(struct slab *slab, struct table *table, struct memory *memory,
        size_t bytes, size_t item_bytes)
{
	size_t count = bytes / (item_bytes + TABLE_BYTES);
	if (count > UINT32_MAX / 4)
		count = UINT32_MAX / 4;
	return count >= ITEMS_MIN &&
	       slab_init(slab, memory, item_bytes, (uint32_t)count) &&
	       table_init(table, memory, (uint32_t)count);
}

struct accounts *accounts_new(
        struct memory *memory, size_t share, const struct hash_key *key)
{
	struct accounts *accounts = memory_take(memory, sizeof(*accounts));
	if (!accounts || share < sizeof(*accounts))
		return NULL;
	const size_t percent = (share - sizeof(*accounts)) / 100;
	accounts->key = *key;
	if (!part_init(&accounts->slab, &accounts->table, memory, percent * PART_ACCOUNTS,
	            sizeof(struct account)) ||
	        !part_init(&accounts->pair_slab, &accounts->pair_table, memory,
	                percent * PART_PAIRS, sizeof(struct account_pair)) ||
	        !part_init(&accounts->number_slab, &accounts->number_table, memory,
	                percent * PART_NUMBERS, sizeof(struct number_use)))
		return NULL;
	list_init(&accounts->idle, &accounts->slab, offsetof(struct account, idle));
	list_init(&accounts->pair_idle, &accounts->pair_slab,
	        offsetof(struct account_pair, idle));
	list_init(&accounts->number_idle, &accounts->number_slab,
	        offsetof(struct number_use, idle));
	return accounts;
}

static bool named(const struct account *account, uint64_t hash, struct slice name)
{
	return account->hash == hash &&
	       slice_equal(slice_of(account->name, account->name_len),
	               slice_first(name, ACCOUNT_NAME));
}

static uint32_t account_index(
        const struct accounts *accounts, uint64_t hash, struct slice name)
{
	struct table_cursor cursor;
	uint32_t i = table_first(&accounts->table, hash, &cursor);
	while (i && !named(slab_at(&accounts->slab, i), hash, name))
		i = table_next(&accounts->table, &cursor);
	return i;
}

const struct account *account_find(const struct accounts *accounts, struct slice name)
{
	const uint32_t index =
	        account_index(accounts, hash_slice(&accounts->key, name), name);
	return index ? slab_at(&accounts->slab, index) : NULL;
}

/* A place of a table; the longest idle makes room. */
static uint32_t take_place(struct accounts *accounts, struct slab *slab,
        struct table *table, struct list *idle, size_t hash_at)
{
	uint32_t index = slab_take(slab);
	if (index || !idle->front)
		return index;
	uint64_t hash;
	index = idle->front;
	memcpy(&hash, (const uint8_t *)slab_at(slab, index) + hash_at, sizeof(hash));
	list_remove(idle, index);
	table_remove(table, hash, index);
	accounts->forgotten++;
	return index;
}

struct account *account_get(struct accounts *accounts, struct slice name)
{
	const uint64_t hash = hash_slice(&accounts->key, name);
	uint32_t index = account_index(accounts, hash, name);

	if (index) {
		list_touch(&accounts->idle, index);
		return slab_at(&accounts->slab, index);
	}
	index = take_place(accounts, &accounts->slab, &accounts->table, &accounts->idle,
	        offsetof(struct account, hash));
	if (!index)
		return NULL;
	const struct slice kept = slice_first(name, ACCOUNT_NAME);
	struct account *account = slab_at(&accounts->slab, index);
	*account = (struct account){.hash = hash, .name_len = (uint8_t)kept.len};
	memcpy(account->name, kept.data, kept.len);
	(void)table_insert(&accounts->table, hash, index);
	list_push_back(&accounts->idle, index);
	return account;
}

static uint64_t pair_hash(const struct accounts *accounts, const struct account *account,
        struct slice prefix)
{
	return hash_words(
	        &accounts->key, account->hash, hash_slice(&accounts->key, prefix));
}

static uint32_t pair_index(const struct accounts *accounts, const struct account *account,
        struct slice prefix, uint64_t hash)
{
	struct table_cursor cursor;
	uint32_t i = table_first(&accounts->pair_table, hash, &cursor);
	for (; i; i = table_next(&accounts->pair_table, &cursor)) {
		const struct account_pair *pair = slab_at(&accounts->pair_slab, i);
		if (pair->hash == hash &&
		        pair->account == slab_index(&accounts->slab, account) &&
		        slice_equal(slice_of(pair->prefix, pair->prefix_len), prefix))
			return i;
	}
	return 0;
}

const struct account_pair *account_pair_find(const struct accounts *accounts,
        const struct account *account, struct slice prefix)
{
	const uint32_t index = pair_index(
	        accounts, account, prefix, pair_hash(accounts, account, prefix));
	return index ? slab_at(&accounts->pair_slab, index) : NULL;
}

static struct account_pair *pair_get(
        struct accounts *accounts, const struct account *account, struct slice prefix)
{
	const uint64_t hash = pair_hash(accounts, account, prefix);
	uint32_t index = pair_index(accounts, account, prefix, hash);

	if (index) {
		list_touch(&accounts->pair_idle, index);
		return slab_at(&accounts->pair_slab, index);
	}
	index = take_place(accounts, &accounts->pair_slab, &accounts->pair_table,
	        &accounts->pair_idle, offsetof(struct account_pair, hash));
	if (!index || prefix.len > sizeof(((struct account_pair *)0)->prefix))
		return NULL;
	struct account_pair *pair = slab_at(&accounts->pair_slab, index);
	*pair = (struct account_pair){.hash = hash,
	        .account = slab_index(&accounts->slab, account),
	        .prefix_len = (uint8_t)prefix.len};
	memcpy(pair->prefix, prefix.data, prefix.len);
	(void)table_insert(&accounts->pair_table, hash, index);
	list_push_back(&accounts->pair_idle, index);
	return pair;
}

static uint32_t slot_of(uint64_t now_us)
{
	return (uint32_t)(now_us / 1000000 / ACCOUNT_SLOT_S);
}

static void pair_count(struct account_pair *pair, uint64_t now_us)
{
	const uint32_t slot = slot_of(now_us);
	for (uint32_t i = 0; pair->slot < slot && i < ACCOUNT_SLOTS; i++)
		pair->calls[(slot - i) % ACCOUNT_SLOTS] =
		        slot - i > pair->slot ? 0
		                              : pair->calls[(slot - i) % ACCOUNT_SLOTS];
	if (slot > pair->slot)
		pair->slot = slot;
	if (pair->calls[pair->slot % ACCOUNT_SLOTS] < UINT16_MAX)
		pair->calls[pair->slot % ACCOUNT_SLOTS]++;
}

uint32_t account_pair_calls(const struct account_pair *pair, uint64_t now_us)
{
	const uint32_t slot = slot_of(now_us);
	uint32_t calls = 0;
	for (uint32_t i = 0; i < ACCOUNT_SLOTS; i++)
		if (slot - pair->slot < ACCOUNT_SLOTS - i)
			calls += pair->calls[(pair->slot - i) % ACCOUNT_SLOTS];
	return calls;
}

static uint32_t number_index(
        const struct accounts *accounts, struct slice digits, uint64_t hash)
{
	struct table_cursor cursor;
	uint32_t i = table_first(&accounts->number_table, hash, &cursor);
	for (; i; i = table_next(&accounts->number_table, &cursor)) {
		const struct number_use *use = slab_at(&accounts->number_slab, i);
		if (slice_equal(slice_of(use->digits, use->len), digits))
			return i;
	}
	return 0;
}

const struct number_use *number_use_find(
        const struct accounts *accounts, struct slice digits)
{
	const uint32_t index =
	        number_index(accounts, digits, hash_slice(&accounts->key, digits));
	return index ? slab_at(&accounts->number_slab, index) : NULL;
}

static struct number_use *number_get(struct accounts *accounts, struct slice digits)
{
	const uint64_t hash = hash_slice(&accounts->key, digits);
	uint32_t index = number_index(accounts, digits, hash);

	if (index) {
		list_touch(&accounts->number_idle, index);
		return slab_at(&accounts->number_slab, index);
	}
	index = take_place(accounts, &accounts->number_slab, &accounts->number_table,
	        &accounts->number_idle, offsetof(struct number_use, hash));
	if (!index)
		return NULL;
	struct number_use *use = slab_at(&accounts->number_slab, index);
	*use = (struct number_use){.hash = hash, .len = (uint8_t)digits.len};
	memcpy(use->digits, digits.data, digits.len);
	(void)table_insert(&accounts->number_table, hash, index);
	list_push_back(&accounts->number_idle, index);
	return use;
}

void accounts_mark(struct accounts *accounts, struct slice digits, uint64_t until_us)
{
	struct number_use *use = digits.len && digits.len <= NUMBER_DIGITS
	                                 ? number_get(accounts, digits)
	                                 : NULL;
	if (use && until_us > use->marked_until_us)
		use->marked_until_us = until_us;
}

static void number_count(
        struct accounts *accounts, const struct number *number, bool out, uint32_t day)
{
	struct number_use *use =
	        number->len ? number_get(accounts, number_e164(number)) : NULL;
	if (!use)
		return;
	if (use->day != day) {
		const bool next = use->day + 1 == day;
		use->out[1] = next ? use->out[0] : 0;
		use->in[1] = next ? use->in[0] : 0;
		use->out[0] = use->in[0] = 0;
		use->day = day;
	}
	if (out)
		use->out[0]++;
	else
		use->in[0]++;
}

static bool costs(const struct parties *parties)
{
	return parties->called.abroad == ABROAD_YES ||
	       number_premium(&parties->called.number) || parties->called.risk;
}

static void see_dial(struct accounts *accounts, const struct site *site,
        const struct parties *parties, const struct event *event)
{
	const struct site_time time = site_time(site, event->time_us);
	const struct number *called = &parties->called.number;
	struct account *account = account_get(accounts, parties->account);

	if (!account)
		return;
	if (!accounts->since_s)
		accounts->since_s = (uint32_t)(event->time_us / 1000000);
	account_day(accounts, account, &time);
	account_learn(account, parties, &time, event->time_us);
	const uint64_t number = hash_slice(
	        &accounts->key, call_text(event->call, CALL_TEXT_REQUEST_USER));
	account->repeats = number == account->number ? account->repeats + 1 : 1;
	account->number = number;
	number_count(accounts, &parties->caller.number, true, time.day);
	number_count(accounts, called, false, time.day);
	struct account_pair *pair =
	        called->len ? pair_get(accounts, account, number_prefix(called)) : NULL;
	if (pair)
		pair_count(pair, event->time_us);
}

/* One more, or one less, of the account's calls is running. */
static void see_running(
        struct accounts *accounts, const struct parties *parties, bool more)
{
	const struct number *called = &parties->called.number;
	struct account *account = account_get(accounts, parties->account);

	if (!account)
		return;
	if (more)
		account->running++;
	else
		account->running -= account->running > 0;
	struct account_pair *pair =
	        called->len ? pair_get(accounts, account, number_prefix(called)) : NULL;
	if (pair && more)
		pair->running++;
	else if (pair)
		pair->running -= pair->running > 0;
}

static void see_spending(struct accounts *accounts, const struct site *site,
        const struct parties *parties, const struct event *event)
{
	const double now = call_lasted_s(event->call, event->time_us);
	const double rest = now - TICK_S * (double)(uint64_t)(now / TICK_S);
	const double part = event->kind == EVENT_CALL_TICK ? TICK_S : rest;
	const struct site_time time = site_time(site, event->time_us);
	struct account *account = account_get(accounts, parties->account);

	if (!account)
		return;
	account_day(accounts, account, &time);
	if (costs(parties))
		account->seconds_today += part;
	if (parties->tariff)
		account->cost_today += number_entry_cost(parties->tariff, now) -
		                       number_entry_cost(parties->tariff, now - part);
}

void accounts_event(
        struct accounts *accounts, const struct site *site, const struct event *event)
{
	const struct call *call = event->call;
	struct parties parties;
	const bool told = event->kind == EVENT_CALL_DIAL ||
	                  event->kind == EVENT_CALL_ANSWER ||
	                  event->kind == EVENT_CALL_TICK || event->kind == EVENT_CALL_END;

	if (event->kind == EVENT_CALL_START && call)
		forward_started(accounts, call);
	if (!told || !call || !call->dialled)
		return;
	parties_read(site, call, event->h323, event->time_us, &parties);
	if (event->kind == EVENT_CALL_DIAL || event->kind == EVENT_CALL_END)
		forward_event(accounts, &parties, event);
	/* Further legs of a call are the same call. */
	if (call->correlation != call->id && !(call->leg_reasons & LEG_REFER))
		return;
	if (event->kind == EVENT_CALL_DIAL)
		see_dial(accounts, site, &parties, event);
	else if (event->kind == EVENT_CALL_ANSWER)
		see_running(accounts, &parties, true);
	else if (call->answer_us)
		see_spending(accounts, site, &parties, event);
	if (event->kind == EVENT_CALL_END && call->answer_us)
		see_running(accounts, &parties, false);
}
