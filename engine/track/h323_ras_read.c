/*
 * What a RAS request says (H.225.0 7.8 to 7.18), kept in its transaction until the answer
 * tells what came of it. Every request names its fields alike, so one walk reads all.
 */
#include <string.h>

#include "engine/track/h323_state.h"

static void read_names(struct track *track, const struct h323_seen *seen, uint32_t list,
        struct ras_transaction *ras, bool source)
{
	struct h323_name names[DEVICE_NAMES];
	const unsigned count =
	        h323_names_read(track, &ras->arena, seen->tape, list, names);
	struct h323_name *kept =
	        count ? arena_take(&track->pool, &ras->arena, count * sizeof(*names))
	              : NULL;
	if (!kept)
		return;
	memcpy(kept, names, count * sizeof(*names));
	if (source) {
		ras->sources = kept;
		ras->source_count = (uint8_t)count;
	} else {
		ras->names = kept;
		ras->name_count = (uint8_t)count;
	}
}

static void read_type(struct track *track, const struct h323_seen *seen, uint32_t node,
        struct ras_transaction *ras)
{
	ras->role = (uint8_t)h323_role_read(seen->tape, node);
	if (!ras->vendor.known)
		h323_vendor_read(track, &ras->arena, seen->tape,
		        per_child(seen->tape, node, PER_vendor), &ras->vendor);
}

static void read_address(
        const struct h323_seen *seen, uint32_t node, struct endpoint *into)
{
	if (seen->tape->nodes[node].kind == PER_KIND_OF)
		(void)h323_first_address(seen->tape, node, into);
	else
		(void)h323_endpoint(seen->tape, node, into);
}

/* Who and where; false when the field is none of these. */
static bool read_party(struct track *track, const struct h323_seen *seen, uint32_t i,
        struct ras_transaction *ras)
{
	const struct per_tape *tape = seen->tape;
	switch (tape->nodes[i].name) {
	case PER_rasAddress:
	case PER_replyAddress:
		read_address(seen, i, &ras->ras);
		return true;
	case PER_callSignalAddress:
	case PER_destCallSignalAddress:
		read_address(seen, i, &ras->signalling);
		return true;
	case PER_terminalAlias:
	case PER_endpointAlias:
	case PER_destinationInfo:
		read_names(track, seen, i, ras, false);
		return true;
	case PER_srcInfo:
	case PER_sourceInfo:
		read_names(track, seen, i, ras, true);
		return true;
	case PER_endpointIdentifier:
		ras->endpoint = h323_wide_keep(track, &ras->arena, tape, i);
		return true;
	case PER_gatekeeperIdentifier:
		ras->zone = h323_wide_keep(track, &ras->arena, tape, i);
		return true;
	case PER_terminalType:
	case PER_endpointType:
		read_type(track, seen, i, ras);
		return true;
	case PER_endpointVendor:
		h323_vendor_read(track, &ras->arena, tape, i, &ras->vendor);
		return true;
	default:
		return false;
	}
}

/* A ClearToken's time and number: the same twice is a replay (H.235.0 8). */
static void read_clear_token(
        const struct per_tape *tape, uint32_t node, struct ras_transaction *ras)
{
	const int64_t time_s = h323_number(tape, per_child(tape, node, PER_timeStamp), 0);
	if (time_s <= 0)
		return;
	ras->token_time_s = (uint32_t)time_s;
	ras->token_random = h323_number(tape, per_child(tape, node, PER_random), 0);
}

static void read_crypto_token(
        const struct per_tape *tape, uint32_t token, struct ras_transaction *ras)
{
	static const uint16_t hashed[] = {PER_nestedcryptoToken, PER_cryptoHashedToken,
	        PER_hashedVals, PER_NO_NAME};
	static const uint16_t signed_values[] = {PER_nestedcryptoToken,
	        PER_cryptoSignedToken, PER_token, PER_toBeSigned, PER_NO_NAME};
	uint32_t node = h323_path(tape, token, hashed);
	if (!node)
		node = h323_path(tape, token, signed_values);
	if (!node)
		node = h323_choice(tape, token, NULL);
	if (node)
		read_clear_token(tape, node, ras);
}

static void read_tokens(
        const struct per_tape *tape, uint32_t list, struct ras_transaction *ras)
{
	const bool crypto = tape->nodes[list].name == PER_cryptoTokens;
	if (tape->nodes[list].kind != PER_KIND_OF)
		return;
	for
		h323_each(tape, list, i)
		{
			if (!crypto)
				read_clear_token(tape, i, ras);
			else
				read_crypto_token(tape, i, ras);
		}
}

/* Of the call; false when the field is none of these. */
static bool read_call(
        const struct h323_seen *seen, uint32_t i, struct ras_transaction *ras)
{
	const struct per_tape *tape = seen->tape;
	const int64_t value = h323_number(tape, i, 0);
	switch (tape->nodes[i].name) {
	case PER_callReferenceValue:
		ras->reference = (uint16_t)(value & 0x7fff);
		return true;
	case PER_conferenceID:
		if (h323_identifier_read(h323_bytes(tape, i), ras->conference))
			ras->has_call = true;
		return true;
	case PER_callIdentifier:
		if (h323_identifier_read(h323_bytes(tape, per_child(tape, i, PER_guid)),
		            ras->identifier))
			ras->has_call = true;
		return true;
	case PER_answerCall:
	case PER_answeredCall:
		ras->answer_call = value != 0;
		return true;
	case PER_bandWidth:
		ras->bandwidth = (uint32_t)value;
		return true;
	case PER_disengageReason:
	case PER_reason:
		(void)h323_choice(tape, i, &ras->reason);
		return true;
	default:
		return false;
	}
}

void ras_read_request(
        struct track *track, struct h323_seen *seen, struct ras_transaction *ras)
{
	const struct per_tape *tape = seen->tape;
	for
		h323_each(tape, seen->pdu->node, i)
		{
			if (read_party(track, seen, i, ras) || read_call(seen, i, ras))
				continue;
			switch (tape->nodes[i].name) {
			case PER_protocolIdentifier:
				ras->version = h323_version(h323_bytes(tape, i));
				break;
			case PER_timeToLive:
				ras->time_to_live_s = (uint32_t)h323_number(tape, i, 0);
				break;
			case PER_keepAlive:
				ras->keep_alive = h323_number(tape, i, 0) != 0;
				break;
			case PER_additiveRegistration:
				ras->additive = true;
				break;
			case PER_integrityCheckValue:
				ras->tokens = true;
				break;
			case PER_tokens:
			case PER_cryptoTokens:
				ras->tokens = true;
				read_tokens(tape, i, ras);
				break;
			default:
				break;
			}
		}
	ras->private_address =
	        h323_address_private(&ras->ras) || h323_address_private(&ras->signalling);
}
