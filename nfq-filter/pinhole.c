#include "nfq-filter/pinhole.h"

#include <errno.h>
#include <stddef.h>

/* What the kernel keeps with a pinhole, version first. */
struct keepsake {
	uint8_t version;
	uint8_t class;
	uint8_t flags;
	uint8_t side;
	uint8_t line;
	uint8_t spare[3];
	uint32_t rate;
	uint16_t to_port;
	uint16_t spare_port;
	uint8_t to[16];
	uint8_t from[16];
	uint64_t call;
	uint64_t tag;
};

enum { KEEPSAKE_VERSION = 1, KEEPSAKE_NAT = 1, KEEPSAKE_CONTROL = 2 };

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

static uint64_t wish_hash(
        const struct pinholes *pinholes, const struct pinhole_wish *wish)
{
	return hash_words(&pinholes->hash_key,
	        hash_endpoint(&pinholes->hash_key, &wish->to),
	        hash_address(&pinholes->hash_key, &wish->from));
}

static uint32_t find(
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

static uint32_t next_number(struct pinholes *pinholes)
{
	pinholes->next_number = (pinholes->next_number + 1) & NUMBER_MASK;
	if (!pinholes->next_number)
		pinholes->next_number = 1;
	return pinholes->next_number;
}

static uint32_t add(
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
	const uint64_t hash = wish_hash(pinholes, wish);
	uint32_t index = find(pinholes, wish, hash);
	if (!index) {
		index = add(pinholes, wish, hash);
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

static struct keepsake keepsake_of(const struct pinhole *pinhole)
{
	const struct pinhole_wish *wish = &pinhole->wish;
	struct keepsake kept = {
	        .version = KEEPSAKE_VERSION,
	        .class = (uint8_t)wish->class,
	        .flags = (uint8_t)((wish->nat ? KEEPSAKE_NAT : 0) |
	                           (wish->control ? KEEPSAKE_CONTROL : 0)),
	        .side = wish->side,
	        .line = wish->line,
	        .rate = wish->rate,
	        .to_port = wish->to.port,
	        .call = wish->call,
	        .tag = wish->tag,
	};
	memcpy(kept.to, wish->to.ip.bytes, sizeof(kept.to));
	memcpy(kept.from, wish->from.bytes, sizeof(kept.from));
	return kept;
}

/* The element that a pinhole lives by. */
struct police {
	struct netfilter_element element;
	struct netfilter_rate rate;
	struct keepsake kept;
};

static void police_of(const struct pinhole *pinhole, struct police *police)
{
	police->kept = keepsake_of(pinhole);
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

struct inheritance {
	struct pinholes *pinholes;
	const struct pinhole_heir *heir;
};

static void inherit_one(void *context, const struct netfilter_seen *seen)
{
	const struct inheritance *inheritance = context;
	struct pinholes *pinholes = inheritance->pinholes;
	struct keepsake kept;
	if (seen->user_len != sizeof(kept) || seen->key_len != sizeof(uint32_t))
		return;
	memcpy(&kept, seen->user, sizeof(kept));
	if (kept.version != KEEPSAKE_VERSION || kept.class >= PINHOLE_CLASSES)
		return;
	struct pinhole_wish wish = {
	        .class = (enum pinhole_class)kept.class,
	        .nat = kept.flags & KEEPSAKE_NAT,
	        .control = kept.flags & KEEPSAKE_CONTROL,
	        .rate = kept.rate,
	        .call = kept.call,
	        .tag = kept.tag,
	        .side = kept.side,
	        .line = kept.line,
	        .to.port = kept.to_port,
	};
	memcpy(wish.to.ip.bytes, kept.to, sizeof(kept.to));
	memcpy(wish.from.bytes, kept.from, sizeof(kept.from));
	const uint64_t hash = wish_hash(pinholes, &wish);
	const uint32_t index =
	        find(pinholes, &wish, hash) ? 0 : add(pinholes, &wish, hash);
	if (!index)
		return;
	struct pinhole *pinhole = pinhole_at(pinholes, index);
	memcpy(&pinhole->key.number, seen->key, sizeof(pinhole->key.number));
	pinhole->installed = true;
	pinhole->users = 1;
	pinhole->lease_ms = seen->left_ms;
	if (pinhole->key.number > pinholes->next_number)
		pinholes->next_number = pinhole->key.number;
	inheritance->heir->inherit(inheritance->heir->context, index, &wish);
}

int pinholes_inherit(struct pinholes *pinholes, const struct pinhole_heir *heir)
{
	struct inheritance inheritance = {pinholes, heir};
	const struct netfilter_taker taker = {&inheritance, inherit_one};
	return netfilter_elements(
	        pinholes->firewall->netfilter, firewall_police_set(), &taker);
}
