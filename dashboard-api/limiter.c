#include "dashboard-api/limiter.h"

#include <stdlib.h>

#include "engine/base/hash.h"
#include "platform/random.h"

enum {
	PLACES = 1 << 14,
	WRONG_INTERVAL_US = 12000000,
	WRONG_BURST = 5,
	BURST_SECONDS = 2,
};

/* When the bucket will be empty: the whole state of a leaky bucket (GCRA). */
struct place {
	uint64_t requests_empty_ns;
	uint64_t wrong_empty_us;
};

struct limiter {
	struct hash_key key;
	uint64_t interval_ns; /* of a request */
	struct place places[PLACES];
};

struct limiter *limiter_new(uint64_t requests_per_second)
{
	struct limiter *limiter = calloc(1, sizeof(*limiter));
	if (!limiter)
		return NULL;
	limiter->interval_ns = 1000000000ull / requests_per_second;
	if (!random_key(&limiter->key))
		limiter_free(&limiter);
	return limiter;
}

void limiter_free(struct limiter **limiter)
{
	free(*limiter);
	*limiter = NULL;
}

static struct place *place_of(struct limiter *limiter, const struct address *peer)
{
	struct address network = *peer;
	/* One customer has a whole /64. */
	if (!address_is_v4(peer))
		for (size_t i = 8; i < sizeof(network.bytes); i++)
			network.bytes[i] = 0;
	return &limiter->places[hash_address(&limiter->key, &network) % PLACES];
}

bool limiter_request(struct limiter *limiter, const struct address *peer, uint64_t now_us,
        unsigned *retry_s)
{
	uint64_t *empty_ns = &place_of(limiter, peer)->requests_empty_ns;
	if (*empty_ns < now_us * 1000)
		*empty_ns = now_us * 1000;
	if (*empty_ns - now_us * 1000 > BURST_SECONDS * 1000000000ull) {
		*retry_s = 1;
		return false;
	}
	*empty_ns += limiter->interval_ns;
	return true;
}

bool limiter_may_identify(struct limiter *limiter, const struct address *peer,
        uint64_t now_us, unsigned *retry_s)
{
	const uint64_t empty_us = place_of(limiter, peer)->wrong_empty_us;
	const uint64_t full_us = (uint64_t)WRONG_BURST * WRONG_INTERVAL_US;
	if (empty_us <= now_us || empty_us - now_us < full_us - WRONG_INTERVAL_US + 1)
		return true;
	*retry_s =
	        (unsigned)((empty_us - now_us - (full_us - WRONG_INTERVAL_US)) / 1000000 +
	                   1);
	return false;
}

void limiter_wrong(struct limiter *limiter, const struct address *peer, uint64_t now_us)
{
	uint64_t *empty_us = &place_of(limiter, peer)->wrong_empty_us;
	if (*empty_us < now_us)
		*empty_us = now_us;
	*empty_us += WRONG_INTERVAL_US;
}
