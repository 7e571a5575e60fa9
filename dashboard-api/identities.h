/*
 * Who was identified within the last second, by a digest of cookie or token, so that a
 * client that asks much does not read its account for each request. Forgotten as a whole
 * when an account, a token or a session goes.
 */
#ifndef RINGFENCE_API_IDENTITIES_H
#define RINGFENCE_API_IDENTITIES_H

#include "dashboard-api/account.h"
#include "platform/secret.h"

enum { IDENTITIES_PLACES = 256, IDENTITY_LIFE_US = 1000000 };

struct identity {
	char digest[SECRET_DIGEST_BYTES];
	uint64_t until_us;
	struct account account;
};

struct identities {
	struct identity places[IDENTITIES_PLACES];
};

/* NULL when it has to be read. */
const struct account *identity_find(const struct identities *identities,
        const char digest[SECRET_DIGEST_BYTES], uint64_t now_us);
void identity_note(struct identities *identities, const char digest[SECRET_DIGEST_BYTES],
        const struct account *account, uint64_t now_us);
void identities_forget(struct identities *identities);

#endif
