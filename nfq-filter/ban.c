#include "nfq-filter/ban.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "nfq-filter/ban_journal.h"

enum { PATH_BYTES = 4096, JOURNAL_MODE = 0600, US_PER_MS = 1000 };

const char *ban_result_text(enum ban_result result)
{
	static const char *const texts[] = {
	        [BAN_DONE] = "done",
	        [BAN_PROTECTED] = "the address is protected",
	        [BAN_UNPROVEN] = "nobody knows that the address is real",
	        [BAN_FULL] = "there is no room for more",
	        [BAN_REFUSED] = "the kernel refuses",
	        [BAN_UNKNOWN] = "there is no such ban",
	};
	return texts[result];
}

/* How long it lasts from now on; 0 = for ever. Never 0 for one that ends. */
static uint64_t left_ms(const struct ban *ban, uint64_t now_us)
{
	if (!ban->until_us)
		return 0;
	if (ban->until_us < now_us + US_PER_MS)
		return 1;
	return (ban->until_us - now_us) / US_PER_MS;
}

static const char *single_set(const struct network *network)
{
	return firewall_ban_set(!address_is_v4(&network->ip));
}

static bool single_stage(struct bans *bans, const struct ban *ban, uint64_t now_us)
{
	uint8_t key[16];
	const struct netfilter_element element = {.key = key,
	        .key_len = firewall_address(&ban->network.ip, key),
	        .timeout_ms = left_ms(ban, now_us),
	        .user = ban->words,
	        .user_len = strlen(ban->words) + 1};
	return netfilter_change(bans->firewall->netfilter, NETFILTER_ADD,
	        single_set(&ban->network), &element);
}

static bool single_take_out(struct bans *bans, const struct network *network)
{
	uint8_t key[16];
	const struct netfilter_element element = {
	        .key = key, .key_len = firewall_address(&network->ip, key)};
	return netfilter_change(bans->firewall->netfilter, NETFILTER_DELETE,
	        single_set(network), &element);
}

static bool single_seen(
        struct bans *bans, const struct network *network, struct netfilter_seen *seen)
{
	uint8_t key[16];
	const struct netfilter_element element = {
	        .key = key, .key_len = firewall_address(&network->ip, key)};
	return netfilter_element(bans->firewall->netfilter, single_set(network), &element,
	               seen) == 0;
}

/* One that is there is replaced: its time may be another one now. */
static enum ban_result single_add(
        struct bans *bans, const struct ban *ban, uint64_t now_us)
{
	struct netfilter_seen seen;
	struct netfilter *netfilter = bans->firewall->netfilter;
	const bool there = single_seen(bans, &ban->network, &seen);
	netfilter_begin(netfilter);
	if (there)
		(void)single_take_out(bans, &ban->network);
	(void)single_stage(bans, ban, now_us);
	return netfilter_commit(netfilter) == 0 ? BAN_DONE : BAN_REFUSED;
}

static bool within(const struct ban *outer, const struct ban *inner)
{
	return outer->network.prefix <= inner->network.prefix &&
	       network_contains(&outer->network, &inner->network.ip);
}

/* The first address behind a network; false when it is the last one. */
static bool behind(const struct network *network, struct address *next)
{
	*next = network->ip;
	for (unsigned bit = network->prefix; bit < 128; bit++)
		next->bytes[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
	for (unsigned i = 16; i-- > 0;)
		if (++next->bytes[i])
			return address_is_v4(&network->ip) == address_is_v4(next);
	return false;
}

static bool range_stage(struct bans *bans, const struct ban *ban, uint64_t now_us)
{
	uint8_t key[16];
	struct address next;
	struct netfilter *netfilter = bans->firewall->netfilter;
	const char *set = firewall_range_set(!address_is_v4(&ban->network.ip));
	struct netfilter_element element = {.key = key,
	        .key_len = firewall_address(&ban->network.ip, key),
	        .timeout_ms = left_ms(ban, now_us),
	        .user = ban->words,
	        .user_len = strlen(ban->words) + 1};
	if (!netfilter_change(netfilter, NETFILTER_ADD, set, &element))
		return false;
	if (!behind(&ban->network, &next))
		return true;
	(void)firewall_address(&next, key);
	/* The kernel takes nothing but the key with an end. */
	element = (struct netfilter_element){
	        .key = key, .key_len = element.key_len, .end = true};
	return netfilter_change(netfilter, NETFILTER_ADD, set, &element);
}

/* Networks as the kernel wants them: intervals that do not overlap, the widest ones. */
static enum ban_result ranges_fill(struct bans *bans, uint64_t now_us)
{
	struct netfilter *netfilter = bans->firewall->netfilter;
	const struct ban *widest = NULL;
	netfilter_begin(netfilter);
	bool fine = netfilter_flush(netfilter, firewall_range_set(false)) &&
	            netfilter_flush(netfilter, firewall_range_set(true));
	for (size_t i = 0; fine && i < bans->network_count; i++) {
		const struct ban *ban = &bans->networks[i];
		if (widest && within(widest, ban))
			continue;
		widest = ban;
		fine = range_stage(bans, ban, now_us);
	}
	if (!fine)
		return BAN_FULL;
	return netfilter_commit(netfilter) == 0 ? BAN_DONE : BAN_REFUSED;
}

static int order(const struct network *a, const struct network *b)
{
	const int by_address = memcmp(a->ip.bytes, b->ip.bytes, sizeof(a->ip.bytes));
	return by_address ? by_address : (int)a->prefix - (int)b->prefix;
}

/* Where the network is, or belongs. */
static size_t place(const struct bans *bans, const struct network *network)
{
	size_t low = 0, high = bans->network_count;
	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		if (order(&bans->networks[middle].network, network) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool known(const struct bans *bans, const struct network *network, size_t at)
{
	return at < bans->network_count &&
	       order(&bans->networks[at].network, network) == 0;
}

static bool network_put(struct bans *bans, const struct ban *ban)
{
	const size_t at = place(bans, &ban->network);
	if (known(bans, &ban->network, at)) {
		bans->networks[at] = *ban;
		return true;
	}
	if (bans->network_count == BAN_NETWORKS_MAX)
		return false;
	memmove(&bans->networks[at + 1], &bans->networks[at],
	        (bans->network_count - at) * sizeof(*bans->networks));
	bans->networks[at] = *ban;
	bans->network_count++;
	return true;
}

static void network_drop(struct bans *bans, size_t at)
{
	bans->network_count--;
	memmove(&bans->networks[at], &bans->networks[at + 1],
	        (bans->network_count - at) * sizeof(*bans->networks));
}

static bool network_protected(const struct bans *bans, const struct network *network)
{
	const struct networks *spared = &bans->firewall->settings->spared;
	if (networks_contain(spared, &network->ip))
		return true;
	for (size_t i = 0; i < spared->count; i++)
		if (network_contains(network, &spared->items[i].ip))
			return true;
	return false;
}

static void note(const struct bans *bans, const struct ban *ban, bool added)
{
	if (bans->journal >= 0)
		(void)ban_journal_note(bans->journal, ban, added);
}

enum ban_result ban_add(
        struct bans *bans, const struct ban *ban, uint64_t now_us, bool forced)
{
	enum ban_result result = BAN_DONE;
	if (!forced && network_protected(bans, &ban->network)) {
		bans->spared++;
		return BAN_PROTECTED;
	}
	if (ban_single(&ban->network))
		result = single_add(bans, ban, now_us);
	else if (!network_put(bans, ban))
		result = BAN_FULL;
	else
		result = ranges_fill(bans, now_us);
	if (result != BAN_DONE)
		return result;
	bans->added++;
	note(bans, ban, true);
	return BAN_DONE;
}

enum ban_result ban_remove(
        struct bans *bans, const struct network *network, uint64_t now_us)
{
	const struct ban gone = {.network = *network};
	if (ban_single(network)) {
		struct netfilter_seen seen;
		if (!single_seen(bans, network, &seen))
			return BAN_UNKNOWN;
		netfilter_begin(bans->firewall->netfilter);
		(void)single_take_out(bans, network);
		if (netfilter_commit(bans->firewall->netfilter) != 0)
			return BAN_REFUSED;
	} else {
		const size_t at = place(bans, network);
		if (!known(bans, network, at))
			return BAN_UNKNOWN;
		network_drop(bans, at);
		const enum ban_result result = ranges_fill(bans, now_us);
		if (result != BAN_DONE)
			return result;
	}
	bans->removed++;
	note(bans, &gone, false);
	return BAN_DONE;
}

bool ban_check(struct bans *bans, const struct address *address, uint64_t now_us,
        struct ban_found *found)
{
	struct netfilter_seen seen;
	*found = (struct ban_found){.ban.network = {*address, 128}};
	if (single_seen(bans, &found->ban.network, &seen)) {
		found->where = single_set(&found->ban.network);
		found->packets = seen.packets;
		if (seen.left_ms)
			found->ban.until_us = now_us + seen.left_ms * US_PER_MS;
		const size_t len =
		        seen.user_len < BAN_WORDS_MAX ? seen.user_len : BAN_WORDS_MAX - 1;
		memcpy(found->ban.words, seen.user, len);
		return true;
	}
	for (size_t i = 0; i < bans->network_count; i++) {
		const struct ban *ban = &bans->networks[i];
		if (!network_contains(&ban->network, address) ||
		        (ban->until_us && ban->until_us <= now_us))
			continue;
		found->ban = *ban;
		found->where = firewall_range_set(!address_is_v4(address));
		return true;
	}
	return false;
}

void bans_advance(struct bans *bans, uint64_t now_us)
{
	bool changed = false;
	for (size_t i = bans->network_count; i-- > 0;) {
		const struct ban *ban = &bans->networks[i];
		if (!ban->until_us || ban->until_us > now_us)
			continue;
		network_drop(bans, i);
		changed = true;
	}
	if (changed)
		(void)ranges_fill(bans, now_us);
}

/* Everything of a list, some thousands in a transaction. */
static void list_install(struct bans *bans, const struct ban_list *list, uint64_t now_us)
{
	struct netfilter *netfilter = bans->firewall->netfilter;
	netfilter_begin(netfilter);
	for (size_t i = 0; i < list->count; i++) {
		const struct ban *ban = &list->items[i];
		if (!ban_single(&ban->network)) {
			(void)network_put(bans, ban);
			continue;
		}
		if (single_stage(bans, ban, now_us))
			continue;
		(void)netfilter_commit(netfilter);
		netfilter_begin(netfilter);
		(void)single_stage(bans, ban, now_us);
	}
	(void)netfilter_commit(netfilter);
	(void)ranges_fill(bans, now_us);
}

void bans_reinstall(struct bans *bans, uint64_t now_us)
{
	struct ban_list list;
	bans->network_count = 0;
	if (ban_journal_read(bans->journal_path, now_us, &list))
		list_install(bans, &list, now_us);
	ban_list_free(&list);
}

struct shared {
	struct network *items; /* owned */
	size_t count, room;
};

static void shared_note(void *context, const struct netfilter_seen *seen)
{
	struct shared *shared = context;
	char words[BAN_WORDS_MAX + 1] = {0};
	memcpy(words, seen->user,
	        seen->user_len < BAN_WORDS_MAX ? seen->user_len : BAN_WORDS_MAX);
	if (!strstr(words, "@redis"))
		return;
	if (shared->count == shared->room) {
		const size_t room = shared->room ? 2 * shared->room : 1024;
		struct network *items = realloc(shared->items, room * sizeof(*items));
		if (!items)
			return;
		shared->items = items;
		shared->room = room;
	}
	uint8_t v4[4];
	struct network *network = &shared->items[shared->count++];
	memcpy(v4, seen->key, sizeof(v4));
	network->prefix = 128;
	network->ip = seen->key_len == 16
	                      ? address_v6(seen->key)
	                      : address_v4((uint32_t)v4[0] << 24 | (uint32_t)v4[1] << 16 |
	                                   (uint32_t)v4[2] << 8 | v4[3]);
}

void bans_forget_shared(struct bans *bans, uint64_t now_us)
{
	struct shared shared = {0};
	const struct netfilter_taker taker = {&shared, shared_note};
	for (int v6 = 0; v6 < 2; v6++)
		(void)netfilter_elements(
		        bans->firewall->netfilter, firewall_ban_set(v6), &taker);
	for (size_t i = bans->network_count; i-- > 0;)
		if (strstr(bans->networks[i].words, "@redis"))
			network_drop(bans, i);
	for (size_t i = 0; i < shared.count; i++)
		(void)ban_remove(bans, &shared.items[i], now_us);
	free(shared.items);
	(void)ranges_fill(bans, now_us);
}

bool bans_open(struct bans *bans, const char *state_directory, uint64_t now_us)
{
	struct ban_list list;
	char path[PATH_BYTES];
	(void)snprintf(path, sizeof(path), "%s/bans.journal", state_directory);
	bans->journal = -1;
	bans->networks = calloc(BAN_NETWORKS_MAX + 1, sizeof(*bans->networks));
	bans->journal_path = strdup(path);
	if (!bans->networks || !bans->journal_path ||
	        !ban_journal_read(path, now_us, &list))
		return false;
	const bool written = !list.stale || ban_journal_write(path, &list);
	list_install(bans, &list, now_us);
	ban_list_free(&list);
	bans->journal =
	        open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, JOURNAL_MODE);
	return written && bans->journal >= 0;
}

void bans_close(struct bans *bans)
{
	if (bans->journal >= 0)
		(void)close(bans->journal);
	free(bans->networks);
	free(bans->journal_path);
	bans->networks = NULL;
	bans->journal_path = NULL;
	bans->journal = -1;
}
