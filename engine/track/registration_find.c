/*
 * Registrations of SIP by their address of record and registrar.
 */
#include "engine/track/state.h"

uint64_t registration_hash(const struct track *track, const struct sip_uri *aor,
        const struct endpoint *registrar)
{
	return hash_words(&track->key,
	        hash_slice(&track->key, aor->user) ^ hash_slice(&track->key, aor->host)
	                                                     << 1,
	        hash_address(&track->key, &registrar->ip));
}

uint32_t registration_find(const struct track *track, const struct sip_uri *aor,
        const struct endpoint *registrar, uint64_t hash)
{
	struct table_cursor cursor;
	uint32_t i = table_first(&track->registration_table, hash, &cursor);
	for (; i; i = table_next(&track->registration_table, &cursor)) {
		const struct registration *registration = registration_at(track, i);
		if (registration->hash == hash &&
		        slice_equal(registration->user, aor->user) &&
		        slice_equal(registration->host, aor->host) &&
		        address_equal(&registration->registrar.ip, &registrar->ip))
			return i;
	}
	return 0;
}

bool registration_binds(
        const struct registration *registration, const struct address *source)
{
	for (size_t i = 0; i < registration->binding_count; i++)
		if (address_equal(&registration->bindings[i].source.ip, source))
			return true;
	return false;
}

bool registration_of_caller(const struct track *track, const struct call *call)
{
	const struct sip_uri aor = {.user = call_text(call, CALL_TEXT_FROM_USER),
	        .host = call_text(call, CALL_TEXT_FROM_HOST)};
	const uint64_t hash = registration_hash(track, &aor, &call->callee);
	const uint32_t index = registration_find(track, &aor, &call->callee, hash);
	return index &&
	       registration_binds(registration_at(track, index), &call->caller.ip);
}
