#include "dashboard-api/identities.h"

#include <string.h>

static size_t place_of(const char digest[SECRET_DIGEST_BYTES])
{
	uint64_t bits = 0;
	(void)slice_hex_to_u64(slice_of(digest, 8), &bits);
	return bits % IDENTITIES_PLACES;
}

const struct account *identity_find(const struct identities *identities,
        const char digest[SECRET_DIGEST_BYTES], uint64_t now_us)
{
	const struct identity *place = &identities->places[place_of(digest)];
	const bool same = secret_equal(slice_of(place->digest, SECRET_DIGEST_BYTES - 1),
	        slice_of(digest, SECRET_DIGEST_BYTES - 1));
	return same && place->until_us > now_us ? &place->account : NULL;
}

void identity_note(struct identities *identities, const char digest[SECRET_DIGEST_BYTES],
        const struct account *account, uint64_t now_us)
{
	struct identity *place = &identities->places[place_of(digest)];
	memcpy(place->digest, digest, sizeof(place->digest));
	place->account = *account;
	place->until_us = now_us + IDENTITY_LIFE_US;
}

void identities_forget(struct identities *identities)
{
	memset(identities, 0, sizeof(*identities));
}
