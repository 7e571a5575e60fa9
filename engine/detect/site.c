#include "engine/detect/site.h"

enum { SATURDAY_SUNDAY = 0x60, DAY_S = 86400, THURSDAY = 3 };

const struct site SITE_UNKNOWN = {
        .night_from = 22,
        .night_to = 6,
        .weekend = SATURDAY_SUNDAY,
        .learning_us = (uint64_t)14 * DAY_S * 1000000,
};

static const char *const class_names[SITE_CLASS_COUNT] = {
#define X(id, name) [SITE_##id] = name,
        SITE_CLASSES(X)
#undef X
};

static const struct site_peer *peer_at(
        const struct site_peers *peers, const struct address *ip)
{
	for (uint32_t i = 0; i < peers->count; i++)
		for (uint32_t n = 0; n < peers->items[i].network_count; n++)
			if (network_contains(&peers->items[i].networks[n], ip))
				return &peers->items[i];
	return NULL;
}

const struct site_peer *site_trunk(const struct site *site, const struct address *ip)
{
	return peer_at(&site->trunks, ip);
}

const struct site_peer *site_network(const struct site *site, const struct address *ip)
{
	return peer_at(&site->networks, ip);
}

const struct site_peer *site_account(const struct site *site, struct slice name)
{
	uint32_t low = 0;
	uint32_t high = site->accounts.count;

	while (low < high) {
		const uint32_t middle = low + (high - low) / 2;
		const struct site_peer *account = &site->accounts.items[middle];
		const int order = slice_compare(account->name, name);
		if (order == 0)
			return account;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

bool site_has(const struct site_texts *prefixes, struct slice e164)
{
	for (uint32_t i = 0; e164.len && i < prefixes->count; i++)
		if (slice_starts(e164, prefixes->items[i]))
			return true;
	return false;
}

struct slice site_class_name(unsigned class)
{
	return slice_text(class_names[class < SITE_CLASS_COUNT ? class : 0]);
}

static bool at_night(const struct site *site, uint8_t hour)
{
	if (site->night_from <= site->night_to)
		return hour >= site->night_from && hour < site->night_to;
	return hour >= site->night_from || hour < site->night_to;
}

struct site_time site_time(const struct site *site, uint64_t time_us)
{
	const int64_t local = (int64_t)(time_us / 1000000) + site->offset_s;
	const uint64_t seconds = local > 0 ? (uint64_t)local : 0;
	struct site_time time = {.day = (uint32_t)(seconds / DAY_S),
	        .hour = (uint8_t)(seconds % DAY_S / 3600),
	        .weekday = (uint8_t)((seconds / DAY_S + THURSDAY) % 7)};

	for (uint32_t i = 0; i < site->holiday_count; i++)
		time.holiday |= site->holidays[i] == time.day;
	/* Where nothing is known of the place it is always day. */
	if (!site->given)
		return time;
	if (at_night(site, time.hour))
		time.period = PERIOD_NIGHT;
	else if (time.holiday || site->weekend >> time.weekday & 1)
		time.period = PERIOD_WEEKEND;
	return time;
}
