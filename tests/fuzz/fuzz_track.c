/*
 * The tracker over sequences of SIP messages. Input: messages separated by NUL bytes; the
 * first byte of each chooses time step, direction and hop.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/decode/sdp.h"
#include "engine/decode/sip.h"
#include "engine/track/track.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { REGION = 3 << 20, SHARE = 1 << 18 };

struct state {
	struct sip_message sip;
	struct sdp sdp;
	struct memory memory;
	struct track *track;
	uint64_t now_us;
	uint64_t number;
};

/* Text that an event points to must be there: the sanitizer looks on. */
static void touch(struct slice text)
{
	for (size_t i = 0; i < text.len; i++)
		(void)*(volatile const char *)(text.data + i);
}

static void drain(struct track *track)
{
	const struct event *event;
	while ((event = track_next(track))) {
		for (unsigned i = 0; event->call && i < CALL_TEXTS; i++)
			touch(texts_get(event->call->texts, i));
		for (unsigned i = 0; event->transaction && i < TRANSACTION_TEXTS; i++)
			touch(texts_get(event->transaction->texts, i));
	}
}

static void feed(struct state *state, struct slice text)
{
	const unsigned how = (uint8_t)text.data[0];
	const struct packet packet = {.number = ++state->number};
	const struct address a = address_v4(0xc0000201);
	const struct address b = address_v4(0xc0000202 + (how >> 1 & 3));
	state->now_us += (uint64_t)1 << (how >> 3);
	const bool back = how & 1;
	const struct datagram datagram = {
	        .packet = &packet,
	        .time_us = state->now_us,
	        .src = {back ? b : a, 5060},
	        .dst = {back ? a : b, 5060},
	};
	const struct sip_input input = {.bytes = slice_from(text, 1)};
	struct anomalies none = {0};
	size_t consumed = 0;
	track_advance(state->track, state->now_us);
	drain(state->track);
	if (sip_parse(&input, &state->sip, &consumed) != SIP_COMPLETE)
		return;
	const struct message message = {
	        .kind = MESSAGE_SIP,
	        .datagram = &datagram,
	        .anomalies = &state->sip.anomalies,
	        .sip = &state->sip,
	        .sdp = sdp_parse(state->sip.body, &state->sdp, &none) ? &state->sdp
	                                                              : NULL,
	        .bytes = state->sip.raw,
	};
	track_message(state->track, &message);
	drain(state->track);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct state state;
	const struct hash_key key = {1, 2};
	if (!state.memory.base) {
		state.memory.bytes = REGION;
		state.memory.base = aligned_alloc(4096, REGION);
		if (!state.memory.base)
			abort();
		memset(state.memory.base, 0, REGION);
	}
	memory_clear(&state.memory);
	state.track = track_new(&state.memory, SHARE, &key);
	if (!state.track)
		abort();
	state.now_us = 1000000;
	struct slice rest = slice_of(data, size);
	while (slice_present(rest) && rest.len) {
		const struct slice text = slice_split(&rest, '\0');
		if (text.len)
			feed(&state, text);
	}
	track_finish(state.track);
	drain(state.track);
	return 0;
}
