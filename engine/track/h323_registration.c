/*
 * Registrations with a gatekeeper (H.225.0 7.9 and 7.10), told as those of SIP are: the
 * first alias at the gatekeeper is the address of record, callSignalAddress the contact.
 */
#include "engine/track/h323_state.h"

enum {
	NO_LIMIT_S = 86400, /* a registration without timeToLive */
	GRACE_S = 10,       /* a refresh may come a little late */
};

/* The device that this registration is about, made when it is new. */
static uint32_t device_of(struct track *track, const struct h323_seen *seen,
        const struct ras_transaction *ras, struct slice identifier)
{
	uint32_t index = device_by_identifier(track, identifier, &ras->server.ip);
	if (!index)
		index = device_by_address(track, &ras->signalling);
	if (!index)
		index = device_by_address(track, &ras->client);
	if (!index)
		index = device_new(track, seen->seen->time_us, &ras->client);
	return index;
}

static bool described(struct track *track, uint32_t index,
        const struct ras_transaction *ras, const struct h323_vendor *vendor)
{
	struct h323_device *device = device_at(track, index);
	bool changed = device->role != ras->role && ras->role != ROLE_UNKNOWN;
	if (ras->role != ROLE_UNKNOWN)
		device->role = ras->role;
	if (ras->version) {
		changed |= device->version != ras->version;
		device->version = ras->version;
	}
	if (vendor->known &&
	        (!slice_equal(device->vendor.product, vendor->product) ||
	                !slice_equal(device->vendor.version, vendor->version) ||
	                device->vendor.manufacturer != vendor->manufacturer)) {
		h323_vendor_keep(track, &device->arena, vendor, &device->vendor);
		device->changes++;
		changed = true;
	}
	return changed;
}

void h323_alternates_read(const struct h323_seen *seen, struct h323_device *device)
{
	const struct per_tape *tape = seen->tape;
	const uint32_t list = per_child(tape, seen->pdu->node, PER_alternateGatekeeper);
	if (!list)
		return;
	device->alternate_gatekeepers = 0;
	for
		h323_each(tape, list, i)
		{
			if (!device->alternate_gatekeepers)
				(void)h323_endpoint(tape,
				        per_child(tape, i, PER_rasAddress),
				        &device->alternate_gatekeeper);
			count_up(&device->alternate_gatekeepers);
		}
}

/* Addresses and tokens; true when the device moved. */
static bool placed(struct track *track, uint32_t index, const struct ras_transaction *ras)
{
	struct h323_device *device = device_at(track, index);
	const struct endpoint signalling = device->signalling;
	device->ras = ras->client;
	if (!address_none(&ras->signalling.ip))
		device->signalling = ras->signalling;
	device->gatekeeper = ras->server;
	device_move(track, index, &ras->client);
	device->tokens |= ras->tokens;
	if (ras->token_time_s >= device->token_time_s) {
		device->token_time_s = ras->token_time_s;
		device->token_random = ras->token_random;
	}
	return !endpoint_equal(&signalling, &device->signalling);
}

static struct slice address_text(const struct endpoint *at, char *bytes, size_t size)
{
	struct writer writer = writer_of(bytes, size);
	writer_endpoint(&writer, at);
	return writer_text(&writer);
}

static void fill_texts(struct track *track, struct registration *registration,
        const struct h323_device *device, struct binding *binding)
{
	char bytes[600];
	struct arena arena = {0};
	const struct h323_name *name = track_device_name(track, device, 0);
	struct slice have[3];
	registration->bindings = arena_take(&track->pool, &arena, sizeof(*binding));
	have[0] = text_keep(track, &arena, name ? name->text : device->identifier);
	have[1] = text_keep(track, &arena, device->zone);
	have[2] = text_keep(
	        track, &arena, h323_vendor_text(&device->vendor, bytes, sizeof(bytes)));
	registration->previous_user_agent =
	        text_share(track, &arena, registration->user_agent, have, 3);
	registration->user = have[0];
	registration->host = have[1];
	registration->user_agent = have[2];
	binding->user_agent = have[2];
	binding->contact = text_keep(
	        track, &arena, address_text(&device->signalling, bytes, sizeof(bytes)));
	arena_clear(&track->pool, &registration->arena);
	registration->arena = arena;
	registration->binding_count = registration->bindings != NULL;
	if (registration->bindings)
		*registration->bindings = *binding;
}

static uint32_t registration_of(
        struct track *track, const struct h323_seen *seen, uint32_t device)
{
	struct h323_device *of = device_at(track, device);
	if (of->registration)
		return of->registration;
	const uint64_t hash = hash_words(&track->key, of->identifier_hash,
	        hash_address(&track->key, &of->gatekeeper.ip));
	const uint32_t index = registration_new(track, seen->seen, hash);
	if (!index)
		return 0;
	of->registration = index;
	registration_at(track, index)->device = device;
	registration_at(track, index)->h323 = true;
	return index;
}

static void tell(struct track *track, const struct seen *seen, uint32_t index,
        enum registration_change change)
{
	struct registration *registration = registration_at(track, index);
	struct event *event = event_push_seen(track, EVENT_REGISTRATION, seen);
	event->registration = registration;
	event->binding = registration->bindings;
	event->device =
	        registration->device ? device_at(track, registration->device) : NULL;
	event->change = change;
}

static void bind(struct track *track, struct h323_seen *seen,
        const struct ras_transaction *ras, uint32_t device)
{
	const uint32_t index = registration_of(track, seen, device);
	if (!index)
		return;
	struct registration *registration = registration_at(track, index);
	const struct h323_device *of = device_at(track, device);
	const bool again = registration->binding_count > 0;
	const uint64_t now_us = seen->seen->time_us;
	const uint32_t lives_s = of->time_to_live_s ? of->time_to_live_s : NO_LIMIT_S;
	struct binding binding = {
	        .source = ras->client,
	        .since_us = again ? registration->bindings[0].since_us : now_us,
	        .expires_us = now_us + ((uint64_t)lives_s + GRACE_S) * 1000000,
	        .interval_s = of->time_to_live_s,
	        .contact_foreign = address_scope(&of->signalling.ip) == ADDRESS_PUBLIC &&
	                           !address_equal(&of->signalling.ip, &ras->client.ip),
	        .granted = true,
	};
	registration->source_changed =
	        again && !address_equal(&registration->source.ip, &ras->client.ip);
	registration->previous_source = registration->source;
	registration->source = ras->client;
	registration->changes++;
	registration->last_us = now_us;
	fill_texts(track, registration, of, &binding);
	registration->agent_changed = again && !slice_equal(registration->user_agent,
	                                               registration->previous_user_agent);
	if (!registration->binding_count)
		return;
	list_touch(&track->registration_idle, index);
	registration_arm(track, index);
	tell(track, seen->seen, index, again ? BINDING_REFRESHED : BINDING_ADDED);
}

/* Who held the alias before is pushed out. */
static void push_out(struct track *track, const struct seen *seen,
        const struct ras_transaction *ras, uint32_t device)
{
	for (unsigned i = 0; i < ras->name_count; i++) {
		const uint32_t other = device_by_name(track, &ras->names[i], device);
		if (!other || !address_equal(&device_at(track, other)->gatekeeper.ip,
		                      &ras->server.ip))
			continue;
		const uint32_t index = device_at(track, other)->registration;
		if (index)
			registration_at(track, index)->wiped = true;
		h323_unregister(track, seen, other);
	}
}

void h323_register(
        struct track *track, struct h323_seen *seen, struct ras_transaction *ras)
{
	struct arena scratch = {0};
	const struct per_tape *tape = seen->tape;
	const uint32_t reply = seen->pdu->node;
	const struct slice identifier = h323_wide_keep(
	        track, &scratch, tape, per_child(tape, reply, PER_endpointIdentifier));
	const struct slice zone = h323_wide_keep(
	        track, &scratch, tape, per_child(tape, reply, PER_gatekeeperIdentifier));
	const uint32_t index = device_of(track, seen, ras, identifier);
	if (index) {
		struct h323_device *device = device_at(track, index);
		const bool fresh = device->first_us == seen->seen->time_us;
		device_tidy(track, index);
		push_out(track, seen->seen, ras, index);
		bool changed = placed(track, index, ras);
		device_identify(track, index, identifier);
		if (slice_present(zone) && !slice_equal(device->zone, zone))
			device_zone_set(track, index, zone);
		changed |= described(track, index, ras, &ras->vendor);
		struct h323_name names[DEVICE_NAMES];
		const unsigned count = h323_names_read(track, &scratch, tape,
		        per_child(tape, reply, PER_terminalAlias), names);
		if (count)
			device_names_set(track, index, names, count, ras->additive);
		else if (!ras->keep_alive)
			device_names_set(
			        track, index, ras->names, ras->name_count, ras->additive);
		device->time_to_live_s = (uint32_t)h323_number(
		        tape, per_child(tape, reply, PER_timeToLive), 0);
		h323_alternates_read(seen, device);
		device_seen(track, index, seen->seen->time_us);
		bind(track, seen, ras, index);
		if (fresh || changed)
			device_tell(track, index, seen->seen,
			        fresh ? DEVICE_FOUND : DEVICE_CHANGED);
	}
	arena_clear(&track->pool, &scratch);
}

void h323_registration_gone(struct track *track, uint32_t index)
{
	struct registration *registration = registration_at(track, index);
	if (registration->device)
		device_at(track, registration->device)->registration = 0;
	registration->device = 0;
}

void h323_unregister(struct track *track, const struct seen *seen, uint32_t device)
{
	const uint32_t index = device_at(track, device)->registration;
	if (!index)
		return;
	struct registration *registration = registration_at(track, index);
	tell(track, seen, index, BINDING_REMOVED);
	/* It lies where it was until the event is read. */
	registration->binding_count = 0;
	event_release(track, RELEASE_REGISTRATION, index);
	device_at(track, device)->registration = 0;
	registration->device = 0;
}
