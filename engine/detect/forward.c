/*
 * Forwarding: a call comes in to a host, and within two seconds that host calls abroad on
 * behalf of the same caller or of the one who was called; when the two end together they
 * are legs of one call, whether or not a header says so.
 */
#include "engine/detect/accounts.h"

#include "engine/track/call.h"

enum { TOGETHER_US = 2000000 };

static bool close_by(uint64_t a, uint64_t b)
{
	return a > b ? a - b <= TOGETHER_US : b - a <= TOGETHER_US;
}

static uint64_t key_of(
        const struct accounts *accounts, const struct address *host, uint64_t number)
{
	return hash_words(&accounts->key, hash_address(&accounts->key, host), number);
}

static struct forward_arrival *place(struct accounts *accounts, uint64_t key)
{
	return &accounts->arrivals[key & (FORWARD_ARRIVALS - 1)];
}

/* The call came to its callee: under the caller's number and under the called one. */
static void arrive(
        struct accounts *accounts, const struct call *call, uint64_t from, uint64_t to)
{
	const uint64_t keys[] = {key_of(accounts, &call->callee.ip, from),
	        key_of(accounts, &call->callee.ip, to)};

	const struct slice by =
	        slice_first(call_text(call, CALL_TEXT_REQUEST_USER), NUMBER_DIGITS);

	for (unsigned i = 0; i < 2; i++) {
		struct forward_arrival *in = place(accounts, keys[i]);
		*in = (struct forward_arrival){.key = keys[i],
		        .id = call->id,
		        .start_us = call->start_us,
		        .to = to,
		        .by_len = (uint8_t)by.len};
		if (by.len)
			memcpy(in->by, by.data, by.len);
	}
}

/* What came to the host that calls now, for this caller or in the name of this number. */
static void leave(
        struct accounts *accounts, const struct call *call, uint64_t from, uint64_t to)
{
	const uint64_t key = key_of(accounts, &call->caller.ip, from);
	const struct forward_arrival *in = place(accounts, key);

	if (in->key != key || in->to == to || in->start_us > call->start_us ||
	        !close_by(in->start_us, call->start_us))
		return;
	struct forward_pair *pair =
	        &accounts->pairs[accounts->forward_next++ % FORWARD_PAIRS];
	*pair = (struct forward_pair){.in = in->id, .out = call->id, .by_len = in->by_len};
	memcpy(pair->by, in->by, in->by_len);
}

static void see_end(struct accounts *accounts, const struct call *call)
{
	const uint32_t count = accounts->forward_next < FORWARD_PAIRS
	                               ? accounts->forward_next
	                               : FORWARD_PAIRS;

	for (uint32_t i = 0; i < count; i++) {
		struct forward_pair *pair = &accounts->pairs[i];
		if (pair->in == call->id)
			pair->in_end_us = call->end_us;
		else if (pair->out == call->id)
			pair->out_end_us = call->end_us;
		else
			continue;
		if (pair->in_end_us && pair->out_end_us &&
		        close_by(pair->in_end_us, pair->out_end_us)) {
			accounts->forward_joined = call->id;
			accounts->forward_pair = pair;
		}
	}
}

void forward_started(struct accounts *accounts, const struct call *call)
{
	arrive(accounts, call,
	        hash_slice(&accounts->key, call_text(call, CALL_TEXT_FROM_USER)),
	        hash_slice(&accounts->key, call_text(call, CALL_TEXT_REQUEST_USER)));
}

void forward_event(struct accounts *accounts, const struct parties *parties,
        const struct event *event)
{
	const struct call *call = event->call;

	if (event->kind == EVENT_CALL_END && call->answer_us)
		see_end(accounts, call);
	if (event->kind == EVENT_CALL_DIAL &&
	        (parties->called.abroad == ABROAD_YES ||
	                number_premium(&parties->called.number)))
		leave(accounts, call,
		        hash_slice(&accounts->key, call_text(call, CALL_TEXT_FROM_USER)),
		        hash_slice(&accounts->key,
		                call_text(call, CALL_TEXT_REQUEST_USER)));
}

bool forward_joined(const struct accounts *accounts, const struct call *call)
{
	return accounts->forward_joined == call->id;
}

struct slice forward_by(const struct accounts *accounts, const struct call *call)
{
	if (!forward_joined(accounts, call))
		return slice_of(NULL, 0);
	return slice_of(accounts->forward_pair->by, accounts->forward_pair->by_len);
}
