/*
 * Who calls and who is called: what Q.931, Setup, the gatekeeper and the inventory each
 * say about it.
 */
#include "engine/track/h323_state.h"

struct slice h323_devices_compare(struct track *track, struct h323_seen *seen)
{
	struct h323_call *h323 = seen->h323;
	const struct call *call = seen->seen->call;
	const struct endpoint caller = {.ip = call->caller.ip};
	const struct endpoint callee = {.ip = call->callee.ip};
	uint32_t from = device_by_address(track, &caller);
	uint32_t to = device_by_address(track, &call->callee);
	if (!to)
		to = device_by_address(track, &callee);
	if (to) {
		const struct h323_device *device = device_at(track, to);
		if (device->registration && device->role != ROLE_GATEKEEPER)
			h323->flags |= H323_CALLEE_REGISTERED;
		if (address_equal(&device->gatekeeper.ip, &call->caller.ip))
			h323->flags |= H323_FROM_GATEKEEPER;
	}
	if (!from)
		return (struct slice){0};
	const struct h323_device *device = device_at(track, from);
	if (device->role == ROLE_GATEKEEPER)
		h323->flags |= H323_FROM_GATEKEEPER;
	if (!device->registration)
		return (struct slice){0};
	h323->flags |= H323_CALLER_REGISTERED;
	const struct h323_name *name = track_device_name(track, device, 0);
	return name ? name->text : device->identifier;
}

/* The device that the Setup names by its endpointIdentifier, else that of its address. */
static uint32_t caller_device(const struct track *track, const struct h323_seen *seen)
{
	const struct h323_call *h323 = seen->h323;
	const struct endpoint caller = {.ip = seen->seen->call->caller.ip};
	uint32_t index = 0;
	if (h323->endpoint.len && !address_none(&h323->gatekeeper.ip))
		index = device_by_identifier(track, h323->endpoint, &h323->gatekeeper.ip);
	return index ? index : device_by_address(track, &caller);
}

/* A gateway calls for others, and so does a gatekeeper that routes. */
static bool registered_otherwise(const struct track *track, const struct h323_seen *seen)
{
	const struct h323_call *h323 = seen->h323;
	const uint32_t index = caller_device(track, seen);
	bool comparable = false;
	if (!index || h323->flags & H323_FROM_GATEKEEPER)
		return false;
	const struct h323_device *device = device_at(track, index);
	if (!device->registration || device->role != ROLE_TERMINAL)
		return false;
	const struct h323_name *name;
	for (unsigned i = 0; (name = track_device_name(track, device, i)) != NULL; i++) {
		const bool number = h323_name_is_number(name);
		if (number && h323->calling.digits.len) {
			comparable = true;
			if (call_numbers_alike(name->text, h323->calling.digits))
				return false;
		}
		if (h323->source.text.len &&
		        number == h323_name_is_number(&h323->source)) {
			comparable = true;
			if (number ? call_numbers_alike(name->text, h323->source.text)
			           : slice_equal(name->text, h323->source.text))
				return false;
		}
	}
	return comparable;
}

bool h323_numbers_differ(const struct track *track, const struct h323_seen *seen)
{
	const struct h323_call *h323 = seen->h323;
	const struct slice said[] = {
	        h323->calling.digits,
	        h323_name_is_number(&h323->source) ? h323->source.text
	                                           : (struct slice){0},
	        h323_name_is_number(&h323->admitted) ? h323->admitted.text
	                                             : (struct slice){0},
	};
	enum { SAID = sizeof(said) / sizeof(said[0]) };
	for (unsigned i = 0; i < SAID; i++)
		for (unsigned j = i + 1; j < SAID; j++)
			if (said[i].len && said[j].len &&
			        !call_numbers_alike(said[i], said[j]))
				return true;
	return registered_otherwise(track, seen);
}

static void keep_agent(struct track *track, const struct h323_seen *seen)
{
	char agent[600];
	text_set(track, seen->seen->call, CALL_TEXT_CALLEE_AGENT,
	        h323_vendor_text(&seen->h323->vendor[CALL_CALLEE], agent, sizeof(agent)));
}

/* Devices that no gatekeeper told of are known by how they call and answer. */
static void keep_device(struct track *track, const struct h323_seen *seen)
{
	const struct h323_call *h323 = seen->h323;
	const enum call_side side = seen->seen->side;
	const struct call *call = seen->seen->call;
	struct endpoint at = side == CALL_CALLER ? call->caller : call->callee;
	const struct endpoint host = {.ip = at.ip};
	uint32_t index = device_by_address(track, &host);
	const bool fresh = index == 0;
	if (fresh)
		index = device_new(track, seen->seen->time_us, &at);
	if (!index)
		return;
	device_seen(track, index, seen->seen->time_us);
	struct h323_device *device = device_at(track, index);
	/* What registered says of itself, and a gatekeeper hands other's words through.
	 */
	if (!address_none(&device->ras.ip) || device->role == ROLE_GATEKEEPER)
		return;
	struct endpoint said;
	const uint32_t node =
	        per_child(seen->tape, seen->pdu->node, PER_sourceCallSignalAddress);
	if (side == CALL_CALLEE)
		device->signalling = at;
	else if (node && h323_endpoint(seen->tape, node, &said) &&
	         address_equal(&said.ip, &at.ip))
		device->signalling = said;
	else if (fresh)
		device->signalling = host;
	device->role = h323->role[side];
	if (h323->version[side])
		device->version = h323->version[side];
	if (h323->vendor[side].known && !device->vendor.known)
		h323_vendor_keep(
		        track, &device->arena, &h323->vendor[side], &device->vendor);
	if (side == CALL_CALLER && h323->source.text.len)
		device_names_set(track, index, &h323->source, 1, true);
	if (fresh)
		device_tell(track, index, seen->seen, DEVICE_FOUND);
}

void h323_call_party(struct track *track, struct h323_seen *seen)
{
	struct h323_call *h323 = seen->h323;
	const struct per_tape *tape = seen->tape;
	const enum call_side side = seen->seen->side;
	if (side == CALL_NEITHER || !seen->pdu)
		return;
	if (!h323->version[side])
		h323->version[side] = seen->message->version;
	if (!h323->display[side].len)
		h323->display[side] = text_keep(
		        track, &h323->arena, h323_label(seen->message->q931->display));
	if (h323->vendor[side].known)
		return;
	const uint32_t body = seen->pdu->node;
	uint32_t type = per_child(tape, body, PER_sourceInfo);
	if (!type)
		type = per_child(tape, body, PER_destinationInfo);
	if (!type)
		return;
	h323->role[side] = (uint8_t)h323_role_read(tape, type);
	if (h323->role[side] == ROLE_MCU)
		h323->flags |= H323_CONFERENCE;
	h323_vendor_read(track, &h323->arena, tape, per_child(tape, type, PER_vendor),
	        &h323->vendor[side]);
	if (h323->vendor[side].known && side == CALL_CALLEE)
		keep_agent(track, seen);
	keep_device(track, seen);
}
