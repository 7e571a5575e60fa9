/*
 * Discovery (H.225.0 7.8): gatekeepers and the names that they answer under. A name that
 * was another machine's before, and not its announced alternate's, may be an impostor's.
 */
#include "engine/track/h323_state.h"

/* Another gatekeeper under this name that does not know of this one. */
static bool known_elsewhere(
        const struct track *track, uint32_t index, const struct h323_name *name)
{
	const uint32_t other = device_by_name(track, name, index);
	if (!other)
		return false;
	const struct h323_device *device = device_at(track, other);
	return !address_equal(&device->ras.ip, &device_at(track, index)->ras.ip) &&
	       !address_equal(&device->alternate_gatekeeper.ip,
	               &device_at(track, index)->ras.ip);
}

static void keep_name(struct track *track, struct h323_seen *seen, uint32_t index,
        struct ras_transaction *ras)
{
	const struct slice zone = h323_wide_keep(track, &ras->arena, seen->tape,
	        per_child(seen->tape, seen->pdu->node, PER_gatekeeperIdentifier));
	const struct h323_name name = {.text = zone, .kind = PER_gatekeeperIdentifier};
	if (!zone.len)
		return;
	ras->zone = zone;
	ras->gatekeeper_moved = known_elsewhere(track, index, &name);
	/* The impostor does not inherit the name. */
	if (!ras->gatekeeper_moved)
		device_names_set(track, index, &name, 1, false);
	if (!slice_equal(device_at(track, index)->zone, zone))
		device_zone_set(track, index, zone);
}

void h323_gatekeeper_found(
        struct track *track, struct h323_seen *seen, struct ras_transaction *ras)
{
	const struct per_tape *tape = seen->tape;
	const uint32_t reply = seen->pdu->node;
	struct endpoint at = seen->seen->datagram->src;
	struct endpoint said;
	if (h323_endpoint(tape, per_child(tape, reply, PER_rasAddress), &said) &&
	        !address_none(&said.ip))
		at = said;
	uint32_t index = device_by_address(track, &at);
	const bool fresh = index == 0;
	if (fresh)
		index = device_new(track, seen->seen->time_us, &at);
	if (!index)
		return;
	struct h323_device *device = device_at(track, index);
	device_tidy(track, index);
	device->ras = at;
	device->role = ROLE_GATEKEEPER;
	const uint8_t version = h323_version(
	        h323_bytes(tape, per_child(tape, reply, PER_protocolIdentifier)));
	if (version)
		device->version = version;
	keep_name(track, seen, index, ras);
	h323_alternates_read(seen, device);
	device_seen(track, index, seen->seen->time_us);
	if (fresh)
		device_tell(track, index, seen->seen, DEVICE_FOUND);
}
