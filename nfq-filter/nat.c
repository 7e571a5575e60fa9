#include "nfq-filter/nat.h"

#include <errno.h>
#include <stddef.h>

#include "nfq-filter/firewall_inside.h"

enum { LOOKED_AT_ONCE = 64, PAIR_BYTES = 8 };

static const uint64_t UNUSED_US = 64 * 1000000ull;
/* The kernel forgets by itself what no program looks after. */
static const uint64_t KERNEL_MS = 24 * 3600 * 1000ull;

bool nat_init(struct nat *nat, struct memory *memory, const struct hash_key *key)
{
	nat->hash_key = *key;
	if (!nat_works(nat))
		return true;
	nat->next_port = nat->settings->nat_first;
	if (!slab_init(&nat->slab, memory, sizeof(struct translation), NAT_MAX) ||
	        !table_init(&nat->by_inner, memory, NAT_MAX) ||
	        !table_init(&nat->by_outer, memory, NAT_MAX))
		return false;
	list_init(&nat->age, &nat->slab, offsetof(struct translation, age));
	list_init(&nat->fresh, &nat->slab, offsetof(struct translation, fresh));
	return true;
}

bool nat_works(const struct nat *nat)
{
	return !address_none(&nat->settings->nat_address);
}

bool nat_is_inner(const struct nat *nat, const struct address *address)
{
	return networks_contain(&nat->settings->inside, address);
}

static struct translation *translation_at(const struct nat *nat, uint32_t index)
{
	return slab_at(&nat->slab, index);
}

static uint32_t find_inner(const struct nat *nat, const struct endpoint *inner)
{
	struct table_cursor cursor;
	const uint64_t hash = hash_endpoint(&nat->hash_key, inner);
	for (uint32_t i = table_first(&nat->by_inner, hash, &cursor); i;
	        i = table_next(&nat->by_inner, &cursor))
		if (endpoint_equal(&translation_at(nat, i)->inner, inner))
			return i;
	return 0;
}

static uint32_t find_outer(const struct nat *nat, const struct endpoint *outer)
{
	struct table_cursor cursor;
	const uint64_t hash = hash_endpoint(&nat->hash_key, outer);
	for (uint32_t i = table_first(&nat->by_outer, hash, &cursor); i;
	        i = table_next(&nat->by_outer, &cursor))
		if (endpoint_equal(&translation_at(nat, i)->outer, outer))
			return i;
	return 0;
}

static uint32_t add(
        struct nat *nat, const struct endpoint *inner, const struct endpoint *outer)
{
	const uint32_t index = slab_take(&nat->slab);
	if (!index) {
		nat->counters.full++;
		return 0;
	}
	*translation_at(nat, index) = (struct translation){.inner = *inner,
	        .outer = *outer,
	        .until_us = nat->now_us + UNUSED_US,
	        .waits = true};
	(void)table_insert(&nat->by_inner, hash_endpoint(&nat->hash_key, inner), index);
	(void)table_insert(&nat->by_outer, hash_endpoint(&nat->hash_key, outer), index);
	list_push_back(&nat->age, index);
	list_push_back(&nat->fresh, index);
	nat->counters.made++;
	return index;
}

static bool port_free(const struct nat *nat, uint16_t port)
{
	const struct endpoint outer = {nat->settings->nat_address, port};
	return port >= nat->settings->nat_first && port <= nat->settings->nat_last &&
	       !find_outer(nat, &outer);
}

/*
 * The next port that is free, an even one with its neighbour for a pair; 0 = none. They
 * go round, so that what was in use comes back as late as can be.
 */
static uint16_t port_next(struct nat *nat, bool pair)
{
	const uint32_t first = nat->settings->nat_first;
	const uint32_t count = nat->settings->nat_last - first + 1u;
	for (uint32_t i = 0; i < count; i++) {
		const uint32_t at = (nat->next_port - first + i) % count;
		const uint16_t port = (uint16_t)(first + at);
		if ((pair && (port & 1 || !port_free(nat, (uint16_t)(port + 1)))) ||
		        !port_free(nat, port))
			continue;
		nat->next_port = (uint16_t)(first + (at + 1 + pair) % count);
		return port;
	}
	nat->counters.full++;
	return 0;
}

static void touch(struct nat *nat, uint32_t index)
{
	struct translation *translation = translation_at(nat, index);
	if (translation->until_us < nat->now_us + UNUSED_US)
		translation->until_us = nat->now_us + UNUSED_US;
}

static bool known_outer(
        struct nat *nat, const struct endpoint *inner, struct endpoint *outer)
{
	const uint32_t index = find_inner(nat, inner);
	if (!index)
		return false;
	touch(nat, index);
	*outer = translation_at(nat, index)->outer;
	return true;
}

bool nat_outer(struct nat *nat, const struct endpoint *inner, struct endpoint *outer)
{
	if (known_outer(nat, inner, outer))
		return true;
	*outer = (struct endpoint){nat->settings->nat_address, port_next(nat, false)};
	return outer->port && add(nat, inner, outer);
}

bool nat_outer_pair(
        struct nat *nat, const struct endpoint inner[2], struct endpoint outer[2])
{
	/* Known as a pair, or one of them was in use for itself. */
	if (find_inner(nat, &inner[0]) || find_inner(nat, &inner[1]))
		return nat_outer(nat, &inner[0], &outer[0]) &&
		       nat_outer(nat, &inner[1], &outer[1]);
	const uint16_t port = port_next(nat, true);
	for (unsigned i = 0; i < 2; i++)
		outer[i] = (struct endpoint){
		        nat->settings->nat_address, (uint16_t)(port + i)};
	return port && add(nat, &inner[0], &outer[0]) && add(nat, &inner[1], &outer[1]);
}

bool nat_inner(
        const struct nat *nat, const struct endpoint *outer, struct endpoint *inner)
{
	const uint32_t index = nat_works(nat) ? find_outer(nat, outer) : 0;
	if (index)
		*inner = translation_at(nat, index)->inner;
	return index;
}

void nat_learn(
        struct nat *nat, const struct endpoint *inner, const struct endpoint *outer)
{
	if (find_inner(nat, inner) || find_outer(nat, outer))
		return;
	(void)add(nat, inner, outer);
}

void nat_learn_flow(
        struct nat *nat, const struct endpoint *inner, const struct endpoint *other)
{
	struct endpoint outer;
	if (!nat->conntrack || find_inner(nat, inner) ||
	        !conntrack_outer(nat->conntrack, inner, other, &outer))
		return;
	nat_learn(nat, inner, &outer);
}

void nat_hold(struct nat *nat, const struct endpoint *inner)
{
	const uint32_t index = find_inner(nat, inner);
	if (index)
		translation_at(nat, index)->users++;
}

void nat_release(struct nat *nat, const struct endpoint *inner)
{
	const uint32_t index = find_inner(nat, inner);
	if (!index || !translation_at(nat, index)->users)
		return;
	translation_at(nat, index)->users--;
	touch(nat, index);
}

void nat_keep(struct nat *nat, const struct endpoint *inner, uint64_t until_us)
{
	const uint32_t index = find_inner(nat, inner);
	if (index && translation_at(nat, index)->until_us < until_us)
		translation_at(nat, index)->until_us = until_us;
}

static void endpoint_bytes(const struct endpoint *endpoint, uint8_t bytes[PAIR_BYTES])
{
	const uint32_t ip = address_to_v4(&endpoint->ip);
	memset(bytes, 0, PAIR_BYTES);
	for (unsigned i = 0; i < 4; i++)
		bytes[i] = (uint8_t)(ip >> (24 - 8 * i));
	bytes[4] = (uint8_t)(endpoint->port >> 8);
	bytes[5] = (uint8_t)endpoint->port;
}

/* Both directions, within a transaction. */
static bool stage(const struct nat *nat, const struct translation *translation,
        enum netfilter_change change)
{
	uint8_t inner[PAIR_BYTES], outer[PAIR_BYTES];
	endpoint_bytes(&translation->inner, inner);
	endpoint_bytes(&translation->outer, outer);
	struct netfilter_element leaving = {.key = inner,
	        .key_len = sizeof(inner),
	        .data = outer,
	        .data_len = sizeof(outer),
	        .timeout_ms = KERNEL_MS};
	struct netfilter_element entering = {.key = outer,
	        .key_len = sizeof(outer),
	        .data = inner,
	        .data_len = sizeof(inner),
	        .timeout_ms = KERNEL_MS};
	return netfilter_change(
	               nat->firewall->netfilter, change, MAP_LEAVING, &leaving) &&
	       netfilter_change(
	               nat->firewall->netfilter, change, MAP_ENTERING, &entering);
}

static int install(struct nat *nat, uint32_t index)
{
	struct netfilter *netfilter = nat->firewall->netfilter;
	struct translation *translation = translation_at(nat, index);
	netfilter_begin(netfilter);
	(void)stage(nat, translation, NETFILTER_ADD);
	const int error = netfilter_commit(netfilter);
	translation->installed = !error;
	nat->counters.refused += error != 0;
	return error;
}

int nat_commit(struct nat *nat)
{
	int failed = 0;
	while (nat->fresh.front) {
		const uint32_t index = nat->fresh.front;
		list_remove(&nat->fresh, index);
		translation_at(nat, index)->waits = false;
		const int error = install(nat, index);
		failed = failed ? failed : error;
	}
	return failed;
}

static void end(struct nat *nat, uint32_t index)
{
	const struct translation *translation = translation_at(nat, index);
	struct netfilter *netfilter = nat->firewall->netfilter;
	if (translation->installed) {
		netfilter_begin(netfilter);
		(void)stage(nat, translation, NETFILTER_DELETE);
		(void)netfilter_commit(netfilter);
	}
	table_remove(&nat->by_inner, hash_endpoint(&nat->hash_key, &translation->inner),
	        index);
	table_remove(&nat->by_outer, hash_endpoint(&nat->hash_key, &translation->outer),
	        index);
	if (translation->waits)
		list_remove(&nat->fresh, index);
	list_remove(&nat->age, index);
	slab_give(&nat->slab, index);
	nat->counters.ended++;
}

void nat_advance(struct nat *nat, uint64_t now_us)
{
	nat->now_us = now_us;
	for (int i = 0; nat->age.front && i < LOOKED_AT_ONCE; i++) {
		const uint32_t index = nat->age.front;
		const struct translation *translation = translation_at(nat, index);
		list_touch(&nat->age, index);
		if (!translation->users && translation->until_us < now_us)
			end(nat, index);
	}
}

static struct endpoint endpoint_of(const uint8_t bytes[PAIR_BYTES])
{
	const uint32_t ip = (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
	                    (uint32_t)bytes[2] << 8 | bytes[3];
	return (struct endpoint){address_v4(ip), (uint16_t)(bytes[4] << 8 | bytes[5])};
}

static void inherit_one(void *context, const struct netfilter_seen *seen)
{
	struct nat *nat = context;
	if (seen->key_len != PAIR_BYTES || seen->data_len != PAIR_BYTES)
		return;
	const struct endpoint inner = endpoint_of(seen->key);
	const struct endpoint outer = endpoint_of(seen->data);
	if (find_inner(nat, &inner) || find_outer(nat, &outer))
		return;
	const uint32_t index = add(nat, &inner, &outer);
	if (!index)
		return;
	list_remove(&nat->fresh, index);
	translation_at(nat, index)->waits = false;
	translation_at(nat, index)->installed = true;
	/* Whose it is shows within the time that a call or a registration may take. */
	translation_at(nat, index)->until_us =
	        nat->now_us + nat->settings->lease_ms * 1000;
}

int nat_inherit(struct nat *nat)
{
	const struct netfilter_taker taker = {nat, inherit_one};
	return nat_works(nat)
	               ? netfilter_elements(nat->firewall->netfilter, MAP_LEAVING, &taker)
	               : 0;
}

void nat_reinstall(struct nat *nat)
{
	for (uint32_t i = nat->age.front; i; i = list_link_of(&nat->age, i)->next)
		if (translation_at(nat, i)->installed)
			(void)install(nat, i);
}
