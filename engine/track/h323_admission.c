/*
 * Admissions: what an endpoint asked its gatekeeper about a call, from ARQ to DRQ
 * (H.225.0 7.11 and 7.14). The call's signalling, where it is seen, takes over what is
 * known; where it is not, the admission alone makes the call's record.
 */
#include <stddef.h>
#include <string.h>

#include "engine/track/h323_state.h"

bool admission_init(struct track *track, struct memory *memory, uint32_t capacity)
{
	struct h323_track *h323 = track->h323;
	struct slab *slab = &h323->admission_slab;
	if (!slab_init(slab, memory, sizeof(struct h323_admission), capacity) ||
	        !chain_init(&h323->admissions_by_call, memory, slab,
	                offsetof(struct h323_admission, by_call)))
		return false;
	wheel_init(&h323->admission_wheel, slab, offsetof(struct h323_admission, timer));
	list_init(&h323->admission_age, slab, offsetof(struct h323_admission, age));
	return true;
}

/* Endpoints of H.225.0 v1 know no callIdentifier. */
static uint64_t call_hash(const struct track *track, const uint8_t identifier[16],
        const uint8_t conference[16])
{
	static const uint8_t none[16];
	const bool named = memcmp(identifier, none, 16) != 0;
	return hash_bytes(&track->key, named ? identifier : conference, 16);
}

static bool same_call(const struct h323_admission *admission,
        const uint8_t identifier[16], const uint8_t conference[16])
{
	return memcmp(admission->identifier, identifier, 16) == 0 &&
	       (conference == NULL || memcmp(admission->conference, conference, 16) == 0);
}

static uint32_t find(const struct track *track, const struct ras_transaction *ras)
{
	const struct chain *chain = &track->h323->admissions_by_call;
	uint32_t i =
	        chain_first(chain, call_hash(track, ras->identifier, ras->conference));
	for (int walked = 0; i && walked < LIMIT_CALL_LEGS; walked++) {
		const struct h323_admission *admission = admission_at(track, i);
		/* A gatekeeper's own DRQ names the endpoint that it talks to. */
		const bool party = slice_equal(admission->endpoint, ras->endpoint) ||
		                   address_equal(&admission->client.ip, &ras->client.ip);
		if (party && same_call(admission, ras->identifier, ras->conference))
			return i;
		i = chain_next(chain, i);
	}
	return 0;
}

uint32_t admission_find(const struct track *track, const uint8_t identifier[16],
        const uint8_t conference[16])
{
	const struct chain *chain = &track->h323->admissions_by_call;
	uint32_t found = 0;
	uint32_t i = chain_first(chain, call_hash(track, identifier, conference));
	for (int walked = 0; i && walked < LIMIT_CALL_LEGS; walked++) {
		const struct h323_admission *admission = admission_at(track, i);
		if (same_call(admission, identifier, NULL)) {
			found = i;
			if (!admission->answer_call)
				return i;
		}
		i = chain_next(chain, i);
	}
	return found;
}

static void release(struct track *track, uint32_t index)
{
	struct h323_track *h323 = track->h323;
	struct h323_admission *admission = admission_at(track, index);
	wheel_disarm(&h323->admission_wheel, index);
	list_remove(&h323->admission_age, index);
	chain_remove(&h323->admissions_by_call, admission->hash, index);
	arena_clear(&track->pool, &admission->arena);
	slab_give(&h323->admission_slab, index);
}

static void keep_parties(struct track *track, const struct ras_transaction *ras,
        struct h323_admission *admission)
{
	const struct h323_name *called = h323_name_best(ras->names, ras->name_count);
	const struct h323_name *calling = h323_name_best(ras->sources, ras->source_count);
	admission->endpoint = text_keep(track, &admission->arena, ras->endpoint);
	if (called)
		admission->called = h323_name_keep(track, &admission->arena, called);
	if (calling)
		admission->calling = h323_name_keep(track, &admission->arena, calling);
}

static uint32_t admission_new(struct track *track, const struct h323_seen *seen,
        const struct ras_transaction *ras)
{
	struct h323_track *h323 = track->h323;
	if (slab_full(&h323->admission_slab)) {
		track->counters.evicted_admissions++;
		release(track, h323->admission_age.front);
	}
	const uint32_t index = slab_take(&h323->admission_slab);
	if (!index)
		return 0;
	struct h323_admission *admission = admission_at(track, index);
	*admission = (struct h323_admission){
	        .hash = call_hash(track, ras->identifier, ras->conference),
	        .asked_us = ras->start_us,
	        .first_packet = ras->first_packet,
	        .first_source = seen->seen->datagram->packet
	                                ? seen->seen->datagram->packet->source
	                                : 0,
	        .reference = ras->reference,
	        .answer_call = ras->answer_call,
	        .client = ras->client,
	        .gatekeeper = ras->server,
	};
	memcpy(admission->identifier, ras->identifier, 16);
	memcpy(admission->conference, ras->conference, 16);
	keep_parties(track, ras, admission);
	list_push_back(&h323->admission_age, index);
	chain_add(&h323->admissions_by_call, admission->hash, index);
	return index;
}

void admission_answered(
        struct track *track, struct h323_seen *seen, const struct ras_transaction *ras)
{
	const struct per_tape *tape = seen->tape;
	if (!ras->has_call)
		return;
	uint32_t index = find(track, ras);
	if (!index)
		index = admission_new(track, seen, ras);
	if (!index)
		return;
	struct h323_admission *admission = admission_at(track, index);
	uint64_t wait_us = ADMISSION_WAIT_US;
	if (ras->phase == RAS_REJECTED) {
		admission->reject_reason = ras->reason;
		admission->ended_us = seen->seen->time_us;
		/* Those who try again with credentials do so at once. */
		wait_us = CALL_GRACE_US;
	} else {
		uint16_t model = PER_NO_NAME;
		const uint32_t reply = seen->pdu->node;
		(void)h323_choice(tape, per_child(tape, reply, PER_callModel), &model);
		(void)h323_endpoint(tape,
		        per_child(tape, reply, PER_destCallSignalAddress),
		        &admission->destination);
		admission->routed = model == PER_gatekeeperRouted;
		admission->admitted_us = seen->seen->time_us;
		admission->ended_us = 0;
		admission->reject_reason = PER_NO_NAME;
		admission->bandwidth = (uint32_t)h323_number(
		        tape, per_child(tape, reply, PER_bandWidth), 0);
	}
	wheel_arm(&track->h323->admission_wheel, index, seen->seen->time_us + wait_us);
	/* The called side asks when the Setup has come. */
	if (!admission->joined)
		admission->joined = h323_call_admitted(track, admission);
}

/* The times that DRQ reports, which are in whole seconds of a clock that we do not know.
 */
static void usage(const struct per_tape *tape, uint32_t request, uint64_t ended_us,
        struct h323_admission *admission)
{
	const uint32_t node = per_child(tape, request, PER_usageInformation);
	if (!node)
		return;
	const int64_t end = h323_number(tape, per_child(tape, node, PER_endTime), 0);
	const int64_t connect =
	        h323_number(tape, per_child(tape, node, PER_connectTime), 0);
	const int64_t alert =
	        h323_number(tape, per_child(tape, node, PER_alertingTime), 0);
	if (end && connect && connect <= end)
		admission->connected_us = ended_us - (uint64_t)(end - connect) * 1000000;
	if (end && alert && alert <= end)
		admission->alerting_us = ended_us - (uint64_t)(end - alert) * 1000000;
}

static void termination(
        const struct per_tape *tape, uint32_t request, struct h323_admission *admission)
{
	uint16_t kind;
	const uint32_t cause =
	        h323_choice(tape, per_child(tape, request, PER_terminationCause), &kind);
	if (kind == PER_releaseCompleteCauseIE) {
		/* Q.931 4.5.12: location, then the cause behind the extension bit. */
		const struct slice element = h323_bytes(tape, cause);
		if (element.len >= 2)
			admission->cause = (uint8_t)element.data[element.len - 1] & 0x7f;
	} else if (kind == PER_releaseCompleteReason) {
		uint16_t reason;
		(void)h323_choice(tape, cause, &reason);
		admission->cause = h323_cause_of_release(reason);
	}
}

void admission_disengaged(
        struct track *track, struct h323_seen *seen, const struct ras_transaction *ras)
{
	const uint32_t index = ras->has_call ? find(track, ras) : 0;
	if (!index)
		return;
	struct h323_admission *admission = admission_at(track, index);
	if (admission->ended_us)
		return;
	admission->ended_us = seen->seen->time_us;
	admission->disengage_reason = ras->reason;
	admission->ended_by_gatekeeper =
	        address_equal(&admission->gatekeeper.ip, &ras->client.ip);
	usage(seen->tape, seen->pdu->node, admission->ended_us, admission);
	termination(seen->tape, seen->pdu->node, admission);
	/* The signalling may still be on its way, and so may the other side's DRQ. */
	wheel_arm(&track->h323->admission_wheel, index,
	        seen->seen->time_us + CALL_GRACE_US);
	h323_call_disengaged(track, seen, admission);
}

void admission_merge(const struct h323_admission *admission, struct h323_call *h323)
{
	if (!h323->asked_us || admission->asked_us < h323->asked_us)
		h323->asked_us = admission->asked_us;
	if (!admission->admitted_us)
		return;
	h323->flags |= H323_ADMITTED;
	if (admission->routed)
		h323->flags |= H323_ROUTED;
	h323->admitted_us = admission->admitted_us;
	h323->bandwidth = admission->bandwidth;
	h323->gatekeeper = admission->gatekeeper;
}

void admission_join(struct track *track, struct h323_call *h323)
{
	const uint32_t index = admission_find(track, h323->identifier, h323->conference);
	if (!index)
		return;
	struct h323_admission *admission = admission_at(track, index);
	admission_merge(admission, h323);
	if (slice_present(admission->calling.text) && !admission->answer_call)
		h323->admitted = h323_name_keep(track, &h323->arena, &admission->calling);
	admission->joined = true;
}

/* Whether the call has its record; from here on all its admissions know. */
static bool settled(struct track *track, const struct h323_admission *admission)
{
	const struct chain *chain = &track->h323->admissions_by_call;
	bool any = false;
	uint32_t i = chain_first(chain, admission->hash);
	for (int walked = 0; i && walked < LIMIT_CALL_LEGS; walked++) {
		struct h323_admission *other = admission_at(track, i);
		if (same_call(other, admission->identifier, NULL)) {
			any |= other->joined;
			other->joined = true;
		}
		i = chain_next(chain, i);
	}
	return any;
}

static void end(struct track *track, uint32_t index)
{
	struct h323_admission *admission = admission_at(track, index);
	if (!settled(track, admission))
		h323_call_of_admission(track, admission);
	release(track, index);
}

void admission_expired(struct track *track, uint32_t index)
{
	struct h323_admission *admission = admission_at(track, index);
	if (!admission->ended_us &&
	        track->now_us - admission->asked_us < ADMISSION_IDLE_US) {
		wheel_arm(&track->h323->admission_wheel, index,
		        admission->asked_us + ADMISSION_IDLE_US);
		return;
	}
	if (!admission->ended_us)
		admission->ended_us = track->now_us;
	end(track, index);
}

bool admission_finish(struct track *track)
{
	const uint32_t index = track->h323->admission_age.front;
	if (!index)
		return false;
	end(track, index);
	return true;
}
