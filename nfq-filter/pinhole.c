#include "nfq-filter/pinhole.h"

#include <errno.h>
#include <stddef.h>

#include "nfq-filter/pinhole_inside.h"

enum { NUMBER_MASK = 0x0fffffff, CLOSE_BATCH = 64 };

bool pinholes_init(struct pinholes *pinholes, struct memory *memory, uint32_t capacity,
        const struct hash_key *key)
{
	pinholes->hash_key = *key;
	if (!slab_init(&pinholes->slab, memory, sizeof(struct pinhole), capacity) ||
	        !table_init(&pinholes->table, memory, capacity))
		return false;
	list_init(&pinholes->all, &pinholes->slab, offsetof(struct pinhole, all));
	list_init(&pinholes->fresh, &pinholes->slab, offsetof(struct pinhole, link));
	list_init(&pinholes->closing, &pinholes->slab, offsetof(struct pinhole, link));
	return true;
}

uint64_t pinhole_hash(const struct pinholes *pinholes, const struct pinhole_wish *wish)
{
	return hash_words(&pinholes->hash_key,
	        hash_endpoint(&pinholes->hash_key, &wish->to),
	        hash_address(&pinholes->hash_key, &wish->from));
}

uint32_t pinhole_find(
        const struct pinholes *pinholes, const struct pinhole_wish *wish, uint64_t hash)
{
	struct table_cursor cursor;
	for (uint32_t i = table_first(&pinholes->table, hash, &cursor); i;
	        i = table_next(&pinholes->table, &cursor)) {
		const struct pinhole *pinhole = pinhole_at(pinholes, i);
		if (endpoint_equal(&pinhole->key.to, &wish->to) &&
		        address_equal(&pinhole->key.from, &wish->from) &&
		        pinhole->key.class == wish->class &&
		        pinhole->key.nat == wish->nat)
			return i;
	}
	return 0;
}

/* Other rules know media by the connection that it belongs to: here it is made. */
static void flow_put(const struct pinholes *pinholes, const struct pinhole *pinhole)
{
	const struct endpoint from = {pinhole->wish.from, pinhole->wish.from_port};
	if (pinholes->conntrack && from.port)
		(void)conntrack_put(
		        pinholes->conntrack, &from, &pinhole->wish.to, pinhole->lease_ms);
}

static void flow_remove(const struct pinholes *pinholes, const struct pinhole *pinhole)
{
	const struct endpoint from = {pinhole->wish.from, pinhole->wish.from_port};
	if (pinholes->conntrack && from.port)
		(void)conntrack_remove(pinholes->conntrack, &from, &pinhole->wish.to);
}

static uint32_t next_number(struct pinholes *pinholes)
{
	pinholes->next_number = (pinholes->next_number + 1) & NUMBER_MASK;
	if (!pinholes->next_number)
		pinholes->next_number = 1;
	return pinholes->next_number;
}

uint32_t pinhole_add(
        struct pinholes *pinholes, const struct pinhole_wish *wish, uint64_t hash)
{
	const uint32_t index = slab_take(&pinholes->slab);
	if (!index) {
		pinholes->counters.full++;
		return 0;
	}
	*pinhole_at(pinholes, index) = (struct pinhole){
	        .hash = hash,
	        .wish = *wish,
	        .key = {.to = wish->to,
	                .from = wish->from,
	                .class = wish->class,
	                .nat = wish->nat},
	};
	(void)table_insert(&pinholes->table, hash, index);
	list_push_back(&pinholes->all, index);
	return index;
}

uint32_t pinhole_take(
        struct pinholes *pinholes, const struct pinhole_wish *wish, uint64_t lease_ms)
{
	const uint64_t hash = pinhole_hash(pinholes, wish);
	uint32_t index = pinhole_find(pinholes, wish, hash);
	if (!index) {
		index = pinhole_add(pinholes, wish, hash);
		if (!index)
			return 0;
		struct pinhole *pinhole = pinhole_at(pinholes, index);
		pinhole->key.number = next_number(pinholes);
		pinhole->lease_ms = lease_ms;
	}
	struct pinhole *pinhole = pinhole_at(pinholes, index);
	if (pinhole->closing)
		list_remove(&pinholes->closing, index);
	pinhole->closing = false;
	if (!pinhole->installed && !pinhole->fresh) {
		pinhole->fresh = true;
		list_push_back(&pinholes->fresh, index);
	}
	if (wish->from_port && wish->from_port != pinhole->wish.from_port) {
		flow_remove(pinholes, pinhole);
		pinhole->wish.from_port = wish->from_port;
		if (pinhole->installed)
			flow_put(pinholes, pinhole);
	}
	pinhole->users++;
	return index;
}

static void forget(struct pinholes *pinholes, uint32_t index)
{
	struct pinhole *pinhole = pinhole_at(pinholes, index);
	if (pinhole->fresh)
		list_remove(&pinholes->fresh, index);
	if (pinhole->closing)
		list_remove(&pinholes->closing, index);
	list_remove(&pinholes->all, index);
	table_remove(&pinholes->table, pinhole->hash, index);
	slab_give(&pinholes->slab, index);
}

void pinhole_give(struct pinholes *pinholes, uint32_t index, uint64_t now_us)
{
	struct pinhole *pinhole = pinhole_at(pinholes, index);
	if (--pinhole->users)
		return;
	if (!pinhole->installed) {
		forget(pinholes, index);
		return;
	}
	pinhole->closing = true;
	pinhole->due_us = now_us + pinholes->grace_us;
	list_push_back(&pinholes->closing, index);
}

void pinholes_set_grace(struct pinholes *pinholes, uint64_t grace_us)
{
	pinholes->grace_us = grace_us;
}

/* The element that a pinhole lives by. */
struct police {
	struct netfilter_element element;
	struct netfilter_rate rate;
	struct keepsake kept;
};

static void police_of(const struct pinhole *pinhole, struct police *police)
{
	police->kept = pinhole_keepsake(pinhole);
	police->rate = (struct netfilter_rate){
	        .per_second = pinhole->wish.rate, .burst = pinhole->wish.rate / 2 + 10};
	police->element = (struct netfilter_element){.key = &pinhole->key.number,
	        .key_len = sizeof(pinhole->key.number),
	        .timeout_ms = pinhole->lease_ms,
	        .rate = &police->rate,
	        .user = &police->kept,
	        .user_len = sizeof(police->kept)};
}

static bool stage(struct pinholes *pinholes, const struct pinhole *pinhole)
{
	struct police police;
	police_of(pinhole, &police);
	return firewall_open(pinholes->firewall, &pinhole->key, &police.element);
}

static void opened(struct pinholes *pinholes, uint32_t index)
{
	struct pinhole *pinhole = pinhole_at(pinholes, index);
	list_remove(&pinholes->fresh, index);
	pinhole->fresh = false;
	pinhole->installed = true;
	pinholes->counters.opened++;
	flow_put(pinholes, pinhole);
}

/* One alone, after those of an older pinhole that lies in its way are taken out. */
static int open_alone(struct pinholes *pinholes, uint32_t index)
{
	struct netfilter *netfilter = pinholes->firewall->netfilter;
	const struct pinhole *pinhole = pinhole_at(pinholes, index);
	int error = EEXIST;
	for (int attempts = 0; error == EEXIST && attempts < 2; attempts++) {
		netfilter_begin(netfilter);
		if (attempts)
			(void)firewall_forget(pinholes->firewall, &pinhole->key);
		(void)stage(pinholes, pinhole);
		error = netfilter_commit(netfilter);
	}
	if (error)
		pinholes->counters.refused++;
	else
		opened(pinholes, index);
	return error;
}

static int open_each(struct pinholes *pinholes)
{
	int failed = 0;
	uint32_t next;
	for (uint32_t i = pinholes->fresh.front; i; i = next) {
		next = list_link_of(&pinholes->fresh, i)->next;
		const int error = open_alone(pinholes, i);
		failed = failed ? failed : error;
	}
	return failed;
}

int pinholes_commit(struct pinholes *pinholes)
{
	struct netfilter *netfilter = pinholes->firewall->netfilter;
	if (!pinholes->fresh.front)
		return 0;
	netfilter_begin(netfilter);
	uint32_t staged = 0;
	for (uint32_t i = pinholes->fresh.front; i;
	        i = list_link_of(&pinholes->fresh, i)->next) {
		if (!stage(pinholes, pinhole_at(pinholes, i)))
			break;
		staged++;
	}
	if (netfilter_commit(netfilter) != 0)
		return open_each(pinholes);
	while (staged--)
		opened(pinholes, pinholes->fresh.front);
	return pinholes->fresh.front ? open_each(pinholes) : 0;
}

void pinholes_cancel(struct pinholes *pinholes)
{
	while (pinholes->fresh.front) {
		const uint32_t index = pinholes->fresh.front;
		pinhole_at(pinholes, index)->fresh = false;
		list_remove(&pinholes->fresh, index);
	}
}

/*
 * The kernel's count since the element was made; it is lost with the element. False when
 * there is none: its lease ran out.
 */
static bool counted(
        struct pinholes *pinholes, const struct pinhole *pinhole, uint64_t *packets)
{
	struct netfilter_seen seen = {0};
	const struct netfilter_element wanted = {
	        .key = &pinhole->key.number, .key_len = sizeof(pinhole->key.number)};
	const bool there = netfilter_element(pinholes->firewall->netfilter,
	                           firewall_police_set(), &wanted, &seen) == 0;
	*packets = pinhole->packets + seen.packets;
	return there;
}

uint64_t pinhole_packets(struct pinholes *pinholes, uint32_t index)
{
	const struct pinhole *pinhole = pinhole_at(pinholes, index);
	uint64_t packets = pinhole->packets;
	if (pinhole->installed)
		(void)counted(pinholes, pinhole, &packets);
	return packets;
}

void pinhole_renew(struct pinholes *pinholes, uint32_t index, uint64_t lease_ms)
{
	struct pinhole *pinhole = pinhole_at(pinholes, index);
	struct netfilter *netfilter = pinholes->firewall->netfilter;
	struct police police;
	pinhole->lease_ms = lease_ms;
	if (!pinhole->installed)
		return;
	flow_put(pinholes, pinhole);
	/* Replaced within one transaction, which every kernel can; a lost one comes back.
	 */
	const bool there = counted(pinholes, pinhole, &pinhole->packets);
	police_of(pinhole, &police);
	netfilter_begin(netfilter);
	if (there)
		(void)firewall_close(pinholes->firewall, pinhole->key.number);
	(void)netfilter_change(
	        netfilter, NETFILTER_ADD, firewall_police_set(), &police.element);
	if (netfilter_commit(netfilter) == 0)
		pinholes->counters.renewed++;
}

static void close_alone(struct pinholes *pinholes, const struct pinhole *pinhole)
{
	uint64_t packets;
	netfilter_begin(pinholes->firewall->netfilter);
	if (counted(pinholes, pinhole, &packets))
		(void)firewall_close(pinholes->firewall, pinhole->key.number);
	(void)netfilter_commit(pinholes->firewall->netfilter);
}

/* Those that are due, some at a time: each transaction has its price. */
static void close_some(
        struct pinholes *pinholes, uint64_t now_us, const struct pinhole_watcher *watcher)
{
	struct firewall *firewall = pinholes->firewall;
	uint32_t closed[CLOSE_BATCH];
	uint64_t packets[CLOSE_BATCH];
	size_t count = 0;
	netfilter_begin(firewall->netfilter);
	for (uint32_t i = pinholes->closing.front; i && count < CLOSE_BATCH;
	        i = list_link_of(&pinholes->closing, i)->next) {
		const struct pinhole *pinhole = pinhole_at(pinholes, i);
		if (pinhole->due_us > now_us)
			break;
		if (counted(pinholes, pinhole, &packets[count]))
			(void)firewall_close(firewall, pinhole->key.number);
		(void)firewall_forget(firewall, &pinhole->key);
		closed[count++] = i;
	}
	const bool fine = netfilter_commit(firewall->netfilter) == 0;
	for (size_t i = 0; i < count; i++) {
		const struct pinhole *pinhole = pinhole_at(pinholes, closed[i]);
		/* One was latched, or ran out, since we looked: those alone that are
		 * left. */
		if (!fine)
			close_alone(pinholes, pinhole);
		flow_remove(pinholes, pinhole);
		watcher->closed(watcher->context, pinhole, packets[i]);
		pinholes->counters.closed++;
		forget(pinholes, closed[i]);
	}
}

uint64_t pinholes_due_us(const struct pinholes *pinholes)
{
	const uint32_t front = pinholes->closing.front;
	return front ? pinhole_at(pinholes, front)->due_us : UINT64_MAX;
}

void pinholes_advance(
        struct pinholes *pinholes, uint64_t now_us, const struct pinhole_watcher *watcher)
{
	while (pinholes_due_us(pinholes) <= now_us)
		close_some(pinholes, now_us, watcher);
}

int pinholes_reinstall(struct pinholes *pinholes)
{
	int failed = 0;
	for (uint32_t i = pinholes->all.front; i;
	        i = list_link_of(&pinholes->all, i)->next) {
		if (!pinhole_at(pinholes, i)->installed)
			continue;
		netfilter_begin(pinholes->firewall->netfilter);
		(void)stage(pinholes, pinhole_at(pinholes, i));
		const int error = netfilter_commit(pinholes->firewall->netfilter);
		failed = failed ? failed : error;
	}
	return failed;
}
