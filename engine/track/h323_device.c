/*
 * The inventory: gatekeepers, gateways, terminals and MCUs, as they register and as they
 * call. A device is known by the endpointIdentifier that its gatekeeper gave it; one that
 * never registered by its address.
 */
#include <stddef.h>
#include <string.h>

#include "engine/track/h323_state.h"

const char *h323_role_name(unsigned role)
{
	static const char *const names[] = {
	        [ROLE_UNKNOWN] = "unknown",
	        [ROLE_TERMINAL] = "terminal",
	        [ROLE_GATEWAY] = "gateway",
	        [ROLE_MCU] = "mcu",
	        [ROLE_GATEKEEPER] = "gatekeeper",
	};
	return names[role <= ROLE_GATEKEEPER ? role : ROLE_UNKNOWN];
}

/* Changes of texts before what is old goes. */
enum { CHANGES_MAX = 32 };

static struct h323_alias_entry *alias_at(const struct track *track, uint32_t index)
{
	return slab_at(&track->h323->alias_slab, index);
}

bool device_init(struct track *track, struct memory *memory, uint32_t capacity)
{
	struct h323_track *h323 = track->h323;
	struct slab *slab = &h323->device_slab;
	if (!slab_init(slab, memory, sizeof(struct h323_device), capacity) ||
	        !slab_init(&h323->alias_slab, memory, sizeof(struct h323_alias_entry),
	                2 * capacity) ||
	        !chain_init(&h323->devices_by_identifier, memory, slab,
	                offsetof(struct h323_device, by_identifier)) ||
	        !chain_init(&h323->devices_by_address, memory, slab,
	                offsetof(struct h323_device, by_address)) ||
	        !chain_init(&h323->aliases_by_text, memory, &h323->alias_slab,
	                offsetof(struct h323_alias_entry, by_text)))
		return false;
	list_init(&h323->device_idle, slab, offsetof(struct h323_device, idle));
	return true;
}

static uint64_t identifier_hash(const struct track *track, struct slice identifier)
{
	return hash_slice(&track->key, identifier) | 1;
}

uint32_t device_by_identifier(const struct track *track, struct slice identifier,
        const struct address *gatekeeper)
{
	if (!identifier.len)
		return 0;
	const struct chain *chain = &track->h323->devices_by_identifier;
	uint32_t i = chain_first(chain, identifier_hash(track, identifier));
	for (int walked = 0; i && walked < DEVICE_WALK; walked++) {
		const struct h323_device *device = device_at(track, i);
		if (slice_equal(device->identifier, identifier) &&
		        address_equal(&device->gatekeeper.ip, gatekeeper))
			return i;
		i = chain_next(chain, i);
	}
	return 0;
}

uint32_t device_by_address(const struct track *track, const struct endpoint *at)
{
	const struct chain *chain = &track->h323->devices_by_address;
	uint32_t found = 0;
	uint32_t i = chain_first(chain, hash_address(&track->key, &at->ip));
	for (int walked = 0; i && walked < DEVICE_WALK; walked++) {
		const struct h323_device *device = device_at(track, i);
		if (endpoint_equal(&device->ras, at) ||
		        endpoint_equal(&device->signalling, at))
			return i;
		if (!at->port &&
		        (address_equal(&device->ras.ip, &at->ip) ||
		                address_equal(&device->signalling.ip, &at->ip)) &&
		        (!found || device->registration))
			found = i;
		i = chain_next(chain, i);
	}
	return found;
}

uint32_t device_by_name(
        const struct track *track, const struct h323_name *name, uint32_t but)
{
	const struct chain *chain = &track->h323->aliases_by_text;
	uint32_t i = chain_first(chain, hash_slice(&track->key, name->text));
	for (int walked = 0; i && walked < DEVICE_WALK; walked++) {
		const struct h323_alias_entry *alias = alias_at(track, i);
		if (alias->device != but && alias->name.kind == name->kind &&
		        slice_equal(alias->name.text, name->text))
			return alias->device;
		i = chain_next(chain, i);
	}
	return 0;
}

void device_names_clear(struct track *track, uint32_t index)
{
	struct h323_device *device = device_at(track, index);
	while (device->names) {
		const uint32_t at = device->names;
		struct h323_alias_entry *alias = alias_at(track, at);
		device->names = alias->next;
		chain_remove(&track->h323->aliases_by_text, alias->hash, at);
		slab_give(&track->h323->alias_slab, at);
	}
	device->name_count = 0;
}

static void device_free(struct track *track, uint32_t index)
{
	struct h323_track *h323 = track->h323;
	struct h323_device *device = device_at(track, index);
	if (device->registration)
		registration_at(track, device->registration)->device = 0;
	device_names_clear(track, index);
	list_remove(&h323->device_idle, index);
	chain_remove(&h323->devices_by_address, device->address_hash, index);
	if (device->identifier_hash)
		chain_remove(
		        &h323->devices_by_identifier, device->identifier_hash, index);
	arena_clear(&track->pool, &device->arena);
	slab_give(&h323->device_slab, index);
}

uint32_t device_new(struct track *track, uint64_t time_us, const struct endpoint *at)
{
	struct h323_track *h323 = track->h323;
	if (slab_full(&h323->device_slab)) {
		track->counters.evicted_devices++;
		event_overload(track, TABLE_DEVICES, track->counters.evicted_devices);
		device_free(track, h323->device_idle.front);
	}
	const uint32_t index = slab_take(&h323->device_slab);
	if (!index)
		return 0;
	*device_at(track, index) = (struct h323_device){
	        .first_us = time_us,
	        .last_us = time_us,
	        .address_hash = hash_address(&track->key, &at->ip),
	};
	chain_add(
	        &h323->devices_by_address, device_at(track, index)->address_hash, index);
	list_push_back(&h323->device_idle, index);
	track->counters.devices++;
	return index;
}

void device_identify(struct track *track, uint32_t index, struct slice identifier)
{
	struct h323_device *device = device_at(track, index);
	struct chain *chain = &track->h323->devices_by_identifier;
	if (!identifier.len || slice_equal(device->identifier, identifier))
		return;
	if (device->identifier_hash)
		chain_remove(chain, device->identifier_hash, index);
	device->identifier = text_keep(track, &device->arena, identifier);
	device->changes++;
	device->identifier_hash = 0;
	if (!device->identifier.len)
		return;
	device->identifier_hash = identifier_hash(track, identifier);
	chain_add(chain, device->identifier_hash, index);
}

void device_zone_set(struct track *track, uint32_t index, struct slice zone)
{
	struct h323_device *device = device_at(track, index);
	device->zone = text_keep(track, &device->arena, zone);
	device->changes++;
}

void device_move(struct track *track, uint32_t index, const struct endpoint *at)
{
	struct h323_device *device = device_at(track, index);
	struct chain *chain = &track->h323->devices_by_address;
	const uint64_t hash = hash_address(&track->key, &at->ip);
	if (hash == device->address_hash)
		return;
	chain_remove(chain, device->address_hash, index);
	device->address_hash = hash;
	chain_add(chain, hash, index);
}

static bool has_name(const struct track *track, const struct h323_device *device,
        const struct h323_name *name)
{
	for (uint32_t i = device->names; i; i = alias_at(track, i)->next) {
		const struct h323_name *have = &alias_at(track, i)->name;
		if (have->kind == name->kind && slice_equal(have->text, name->text))
			return true;
	}
	return false;
}

static void name_add(struct track *track, uint32_t index, const struct h323_name *name)
{
	struct h323_track *h323 = track->h323;
	struct h323_device *device = device_at(track, index);
	if (device->name_count >= DEVICE_NAMES || has_name(track, device, name))
		return;
	const uint32_t at = slab_take(&h323->alias_slab);
	if (!at)
		return;
	struct h323_alias_entry *alias = alias_at(track, at);
	*alias = (struct h323_alias_entry){
	        .hash = hash_slice(&track->key, name->text),
	        .device = index,
	        .name = h323_name_keep(track, &device->arena, name),
	};
	uint32_t *end = &device->names;
	while (*end)
		end = &alias_at(track, *end)->next;
	*end = at;
	device->name_count++;
	device->changes++;
	chain_add(&h323->aliases_by_text, alias->hash, at);
}

/* The same names again must not fill the arena. */
static bool same_names(const struct track *track, const struct h323_device *device,
        const struct h323_name *names, unsigned count)
{
	if (count != device->name_count)
		return false;
	for (unsigned i = 0; i < count; i++)
		if (!has_name(track, device, &names[i]))
			return false;
	return true;
}

/* An alias belongs to one device of a gatekeeper. */
static void take_from_others(
        struct track *track, uint32_t index, const struct h323_name *name)
{
	struct chain *chain = &track->h323->aliases_by_text;
	const uint32_t other = device_by_name(track, name, index);
	if (!other || !address_equal(&device_at(track, other)->gatekeeper.ip,
	                      &device_at(track, index)->gatekeeper.ip))
		return;
	struct h323_device *device = device_at(track, other);
	for (uint32_t *at = &device->names; *at; at = &alias_at(track, *at)->next) {
		const uint32_t taken = *at;
		const struct h323_alias_entry *alias = alias_at(track, taken);
		if (alias->name.kind != name->kind ||
		        !slice_equal(alias->name.text, name->text))
			continue;
		*at = alias->next;
		device->name_count--;
		chain_remove(chain, alias->hash, taken);
		slab_give(&track->h323->alias_slab, taken);
		return;
	}
}

void device_names_set(struct track *track, uint32_t index, const struct h323_name *names,
        unsigned count, bool add)
{
	if (!count || same_names(track, device_at(track, index), names, count))
		return;
	if (!add)
		device_names_clear(track, index);
	for (unsigned i = 0; i < count; i++) {
		take_from_others(track, index, &names[i]);
		name_add(track, index, &names[i]);
	}
}

void device_tidy(struct track *track, uint32_t index)
{
	struct h323_device *device = device_at(track, index);
	struct arena old = device->arena;
	if (device->changes < CHANGES_MAX)
		return;
	device->changes = 0;
	device->arena = (struct arena){0};
	device->identifier = text_keep(track, &device->arena, device->identifier);
	device->zone = text_keep(track, &device->arena, device->zone);
	const struct h323_vendor vendor = device->vendor;
	h323_vendor_keep(track, &device->arena, &vendor, &device->vendor);
	struct h323_name names[DEVICE_NAMES];
	unsigned count = 0;
	for (const struct h323_name *name;
	        count < DEVICE_NAMES &&
	        (name = track_device_name(track, device, count)) != NULL;)
		names[count++] = *name;
	device_names_clear(track, index);
	device_names_set(track, index, names, count, false);
	arena_clear(&track->pool, &old);
}

void device_seen(struct track *track, uint32_t index, uint64_t time_us)
{
	device_at(track, index)->last_us = time_us;
	list_touch(&track->h323->device_idle, index);
}

void device_tell(struct track *track, uint32_t index, const struct seen *seen,
        enum device_change change)
{
	struct event *event = seen ? event_push_seen(track, EVENT_DEVICE, seen)
	                           : event_push(track, EVENT_DEVICE, track->now_us);
	event->device = device_at(track, index);
	event->device_change = change;
}

const struct h323_name *track_device_name(
        const struct track *track, const struct h323_device *device, unsigned n)
{
	uint32_t i = device->names;
	while (i && n--)
		i = alias_at(track, i)->next;
	return i ? &alias_at(track, i)->name : NULL;
}

bool device_finish(struct track *track)
{
	struct h323_track *h323 = track->h323;
	const uint32_t at =
	        h323->device_told
	                ? list_link_of(&h323->device_idle, h323->device_told)->next
	                : h323->device_idle.front;
	if (!at)
		return false;
	h323->device_told = at;
	device_tell(track, at, NULL, DEVICE_LAST);
	return true;
}
