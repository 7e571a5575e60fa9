/*
 * RAS transactions (H.225.0 7.6): a request and its answer are joined by requestSeqNum,
 * the asking address and the kind of request. Answers go to the rasAddress that the
 * client announced, which need not be where the request came from, so ports only break
 * ties.
 */
#include <stddef.h>

#include "engine/track/h323_state.h"

enum { RAS_WALK = 16 };

static const struct ras_row {
	uint16_t message;
	uint8_t request; /* enum ras_request */
	uint8_t phase;   /* enum ras_phase */
} ROWS[] = {
        {PER_gatekeeperRequest, RAS_GATEKEEPER, RAS_REQUESTED},
        {PER_gatekeeperConfirm, RAS_GATEKEEPER, RAS_CONFIRMED},
        {PER_gatekeeperReject, RAS_GATEKEEPER, RAS_REJECTED},
        {PER_registrationRequest, RAS_REGISTRATION, RAS_REQUESTED},
        {PER_registrationConfirm, RAS_REGISTRATION, RAS_CONFIRMED},
        {PER_registrationReject, RAS_REGISTRATION, RAS_REJECTED},
        {PER_unregistrationRequest, RAS_UNREGISTRATION, RAS_REQUESTED},
        {PER_unregistrationConfirm, RAS_UNREGISTRATION, RAS_CONFIRMED},
        {PER_unregistrationReject, RAS_UNREGISTRATION, RAS_REJECTED},
        {PER_admissionRequest, RAS_ADMISSION, RAS_REQUESTED},
        {PER_admissionConfirm, RAS_ADMISSION, RAS_CONFIRMED},
        {PER_admissionReject, RAS_ADMISSION, RAS_REJECTED},
        {PER_bandwidthRequest, RAS_BANDWIDTH, RAS_REQUESTED},
        {PER_bandwidthConfirm, RAS_BANDWIDTH, RAS_CONFIRMED},
        {PER_bandwidthReject, RAS_BANDWIDTH, RAS_REJECTED},
        {PER_disengageRequest, RAS_DISENGAGE, RAS_REQUESTED},
        {PER_disengageConfirm, RAS_DISENGAGE, RAS_CONFIRMED},
        {PER_disengageReject, RAS_DISENGAGE, RAS_REJECTED},
        {PER_locationRequest, RAS_LOCATION, RAS_REQUESTED},
        {PER_locationConfirm, RAS_LOCATION, RAS_CONFIRMED},
        {PER_locationReject, RAS_LOCATION, RAS_REJECTED},
        {PER_infoRequest, RAS_INFO, RAS_REQUESTED},
        {PER_infoRequestResponse, RAS_INFO, RAS_CONFIRMED},
        {PER_resourcesAvailableIndicate, RAS_RESOURCES, RAS_REQUESTED},
        {PER_resourcesAvailableConfirm, RAS_RESOURCES, RAS_CONFIRMED},
        {PER_serviceControlIndication, RAS_SERVICE_CONTROL, RAS_REQUESTED},
        {PER_serviceControlResponse, RAS_SERVICE_CONTROL, RAS_CONFIRMED},
};

const char *ras_phase_name(unsigned phase)
{
	static const char *const names[] = {
	        [RAS_REQUESTED] = "request",
	        [RAS_CONFIRMED] = "confirm",
	        [RAS_REJECTED] = "reject",
	        [RAS_TIMED_OUT] = "timeout",
	};
	return names[phase <= RAS_TIMED_OUT ? phase : RAS_TIMED_OUT];
}

static struct ras_transaction *ras_at(const struct track *track, uint32_t index)
{
	return slab_at(&track->h323->transaction_slab, index);
}

bool ras_init(struct track *track, struct memory *memory, uint32_t capacity)
{
	struct h323_track *h323 = track->h323;
	struct slab *slab = &h323->transaction_slab;
	if (!slab_init(slab, memory, sizeof(struct ras_transaction), capacity) ||
	        !table_init(&h323->transaction_table, memory, capacity))
		return false;
	wheel_init(
	        &h323->transaction_wheel, slab, offsetof(struct ras_transaction, timer));
	list_init(&h323->transaction_age, slab, offsetof(struct ras_transaction, age));
	return true;
}

static const struct ras_row *row_of(uint16_t message)
{
	for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++)
		if (ROWS[i].message == message)
			return &ROWS[i];
	return NULL;
}

static uint64_t ras_hash(const struct track *track, const struct address *client,
        const struct ras_row *row, uint16_t sequence)
{
	return hash_words(&track->key, hash_address(&track->key, client),
	        (uint64_t)row->request << 16 | sequence);
}

/* A multicast request is answered by whoever is meant. */
static bool server_fits(const struct ras_transaction *ras, const struct endpoint *server)
{
	return address_equal(&ras->server.ip, &server->ip) ||
	       address_scope(&ras->server.ip) == ADDRESS_MULTICAST;
}

static uint32_t ras_find(const struct track *track, uint64_t hash,
        const struct endpoint *client, const struct endpoint *server)
{
	uint32_t found = 0;
	struct table_cursor cursor;
	uint32_t i = table_first(&track->h323->transaction_table, hash, &cursor);
	for (int walked = 0; i && walked < RAS_WALK; walked++) {
		const struct ras_transaction *ras = ras_at(track, i);
		if (ras->hash == hash && address_equal(&ras->client.ip, &client->ip) &&
		        server_fits(ras, server)) {
			const bool exact = ras->client.port == client->port ||
			                   endpoint_equal(&ras->ras, client);
			if (exact)
				return i;
			found = i;
		}
		i = table_next(&track->h323->transaction_table, &cursor);
	}
	return found;
}

void ras_release(struct track *track, uint32_t index)
{
	struct h323_track *h323 = track->h323;
	struct ras_transaction *ras = ras_at(track, index);
	wheel_disarm(&h323->transaction_wheel, index);
	list_remove(&h323->transaction_age, index);
	table_remove(&h323->transaction_table, ras->hash, index);
	arena_clear(&track->pool, &ras->arena);
	slab_give(&h323->transaction_slab, index);
}

static uint32_t ras_new(struct track *track, const struct seen *seen,
        const struct ras_row *row, uint64_t hash)
{
	struct h323_track *h323 = track->h323;
	if (slab_full(&h323->transaction_slab)) {
		track->counters.evicted_transactions++;
		event_overload(
		        track, TABLE_TRANSACTIONS, track->counters.evicted_transactions);
		ras_release(track, h323->transaction_age.front);
	}
	const uint32_t index = slab_take(&h323->transaction_slab);
	if (!index)
		return 0;
	*ras_at(track, index) = (struct ras_transaction){
	        .hash = hash,
	        .start_us = seen->time_us,
	        .first_packet =
	                seen->datagram->packet ? seen->datagram->packet->number : 0,
	        .client = seen->datagram->src,
	        .server = seen->datagram->dst,
	        .message = row->message,
	        .request = row->request,
	        .phase = RAS_REQUESTED,
	};
	list_push_back(&h323->transaction_age, index);
	(void)table_insert(&h323->transaction_table, hash, index);
	wheel_arm(&h323->transaction_wheel, index, seen->time_us + RAS_TIMEOUT_US);
	track->counters.transactions++;
	return index;
}

static void push(struct track *track, const struct h323_seen *seen,
        const struct ras_transaction *ras)
{
	h323_push(track, seen, EVENT_RAS_TRANSACTION, NULL)->ras = ras;
}

/* Whether an unknown address speaks for a device that another one registered. */
static bool foreign(
        const struct track *track, const struct ras_transaction *ras, uint32_t device)
{
	if (!device || ras->request == RAS_REGISTRATION)
		return false;
	const struct h323_device *of = device_at(track, device);
	return !address_none(&of->ras.ip) &&
	       !address_equal(&of->ras.ip, &ras->client.ip) &&
	       !address_equal(&of->gatekeeper.ip, &ras->client.ip);
}

/* What the request means for the device that it names. */
static void compare_device(struct track *track, struct ras_transaction *ras)
{
	uint32_t index = 0;
	if (ras->endpoint.len) {
		index = device_by_identifier(track, ras->endpoint, &ras->server.ip);
		/* A gatekeeper speaks of its own endpoints. */
		if (!index)
			index = device_by_identifier(
			        track, ras->endpoint, &ras->client.ip);
	} else if (!address_none(&ras->signalling.ip)) {
		index = device_by_address(track, &ras->signalling);
	}
	if (!index)
		index = device_by_address(track, &ras->client);
	ras->device = index;
	ras->foreign_source = foreign(track, ras, index);
	if (!index || ras->foreign_source)
		return;
	const struct h323_device *device = device_at(track, index);
	ras->token_downgrade =
	        device->tokens && !ras->tokens &&
	        (ras->request == RAS_REGISTRATION || ras->request == RAS_ADMISSION);
	if (ras->token_time_s && device->token_time_s)
		ras->token_replayed =
		        ras->token_time_s < device->token_time_s ||
		        (ras->token_time_s == device->token_time_s && ras->token_random &&
		                ras->token_random == device->token_random);
}

/* An alias that a live registration at another address holds. */
static void compare_names(struct track *track, struct ras_transaction *ras)
{
	if (ras->request != RAS_REGISTRATION)
		return;
	for (unsigned i = 0; i < ras->name_count; i++) {
		const uint32_t index = device_by_name(track, &ras->names[i], ras->device);
		if (!index)
			continue;
		const struct h323_device *device = device_at(track, index);
		ras->alias_moved |=
		        device->registration != 0 &&
		        address_equal(&device->gatekeeper.ip, &ras->server.ip) &&
		        !endpoint_equal(&device->signalling, &ras->signalling);
	}
}

static void request(struct track *track, struct h323_seen *seen,
        const struct ras_row *row, uint64_t hash, uint16_t sequence)
{
	const struct datagram *datagram = seen->seen->datagram;
	const uint64_t content = hash_slice(&track->key, seen->seen->message->bytes);
	uint32_t index = ras_find(track, hash, &datagram->src, &datagram->dst);
	if (index && ras_at(track, index)->content == content) {
		count_up(&ras_at(track, index)->copies);
		track->counters.retransmissions++;
		return;
	}
	/* The number is used again, for something else. */
	if (index)
		ras_release(track, index);
	index = ras_new(track, seen->seen, row, hash);
	if (!index)
		return;
	struct ras_transaction *ras = ras_at(track, index);
	ras->sequence = sequence;
	ras->content = content;
	ras_read_request(track, seen, ras);
	compare_device(track, ras);
	compare_names(track, ras);
	if (ras->device && !ras->foreign_source)
		device_seen(track, ras->device, seen->seen->time_us);
	/* Who names the endpointIdentifier that was sent to this address has read it. */
	seen->seen->proven |=
	        ras->endpoint.len && ras->device && !ras->foreign_source &&
	        address_equal(&device_at(track, ras->device)->ras.ip, &ras->client.ip);
	ras->proven = seen->seen->proven;
	push(track, seen, ras);
	/* What the gatekeeper says, goes. */
	if (ras->request == RAS_UNREGISTRATION && ras->device &&
	        address_equal(
	                &device_at(track, ras->device)->gatekeeper.ip, &ras->client.ip))
		h323_unregister(track, seen->seen, ras->device);
	if (ras->request == RAS_DISENGAGE && !ras->foreign_source)
		admission_disengaged(track, seen, ras);
}

static void settle(
        struct track *track, struct h323_seen *seen, struct ras_transaction *ras)
{
	switch ((enum ras_request)ras->request) {
	case RAS_GATEKEEPER:
		if (ras->phase == RAS_CONFIRMED)
			h323_gatekeeper_found(track, seen, ras);
		break;
	case RAS_REGISTRATION:
		if (ras->phase == RAS_CONFIRMED)
			h323_register(track, seen, ras);
		break;
	case RAS_UNREGISTRATION:
		if (ras->phase == RAS_CONFIRMED && ras->device)
			h323_unregister(track, seen->seen, ras->device);
		break;
	case RAS_ADMISSION:
		admission_answered(track, seen, ras);
		break;
	case RAS_BANDWIDTH:
	case RAS_DISENGAGE:
	case RAS_LOCATION:
	case RAS_INFO:
	case RAS_RESOURCES:
	case RAS_SERVICE_CONTROL:
	case RAS_OTHER:
		break;
	}
}

static void answer(struct track *track, struct h323_seen *seen, const struct ras_row *row,
        uint64_t hash)
{
	const struct datagram *datagram = seen->seen->datagram;
	const uint32_t index = ras_find(track, hash, &datagram->dst, &datagram->src);
	if (!index)
		return;
	struct ras_transaction *ras = ras_at(track, index);
	/* Several gatekeepers may answer a multicast request. */
	const bool discovery = row->request == RAS_GATEKEEPER;
	if (ras->phase != RAS_REQUESTED &&
	        (!discovery || address_equal(&ras->answered_by, &datagram->src.ip))) {
		track->counters.retransmissions++;
		return;
	}
	ras->phase = row->phase;
	ras->answer = row->message;
	ras->end_us = seen->seen->time_us;
	ras->answered_by = datagram->src.ip;
	if (!discovery)
		ras->server = datagram->src;
	if (row->phase == RAS_REJECTED)
		(void)h323_choice(seen->tape,
		        per_child(seen->tape, seen->pdu->node, PER_rejectReason),
		        &ras->reason);
	wheel_arm(&track->h323->transaction_wheel, index,
	        seen->seen->time_us + RAS_LINGER_US);
	seen->seen->proven = ras->proven;
	/* Told before the device changes: rules compare with what was. */
	push(track, seen, ras);
	settle(track, seen, ras);
}

/* RIP names a request by its number alone, and asks to wait for it. */
static void in_progress(struct track *track, const struct seen *seen, uint16_t sequence)
{
	const struct datagram *datagram = seen->datagram;
	for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
		if (ROWS[i].phase != RAS_REQUESTED)
			continue;
		const uint64_t hash =
		        ras_hash(track, &datagram->dst.ip, &ROWS[i], sequence);
		const uint32_t index =
		        ras_find(track, hash, &datagram->dst, &datagram->src);
		if (index)
			wheel_arm(&track->h323->transaction_wheel, index,
			        seen->time_us + RAS_DELAY_US);
	}
}

void ras_pdu(struct track *track, struct h323_seen *seen)
{
	const struct per_tape *tape = seen->tape;
	const struct ras_row *row = row_of(seen->pdu->id);
	const uint16_t sequence = (uint16_t)h323_number(
	        tape, per_child(tape, seen->pdu->node, PER_requestSeqNum), 0);
	const struct datagram *datagram = seen->seen->datagram;
	if (seen->pdu->id == PER_requestInProgress)
		in_progress(track, seen->seen, sequence);
	if (!row)
		return;
	const bool asks = row->phase == RAS_REQUESTED;
	const uint64_t hash = ras_hash(
	        track, asks ? &datagram->src.ip : &datagram->dst.ip, row, sequence);
	if (asks)
		request(track, seen, row, hash, sequence);
	else
		answer(track, seen, row, hash);
}

void ras_expired(struct track *track, uint32_t index)
{
	struct ras_transaction *ras = ras_at(track, index);
	if (ras->phase != RAS_REQUESTED) {
		ras_release(track, index);
		return;
	}
	ras->phase = RAS_TIMED_OUT;
	ras->end_us = track->now_us;
	event_push(track, EVENT_RAS_TRANSACTION, track->now_us)->ras = ras;
	event_release(track, RELEASE_RAS, index);
}
