/*
 * The tracker over sequences of H.323 messages. Input: records of two bytes and a
 * payload; the first byte chooses time step, direction and hop, the second how long the
 * payload is (in units of 4 bytes). A RAS datagram, or a TPKT's content to port 1720 or
 * 3000.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/ensure.h"
#include "engine/decode/decode.h"
#include "engine/frame/stream.h"
#include "engine/track/track.h"
#include "tests/fuzz/decode_kit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { REGION = 4 << 20, SHARE = 1 << 19, PAYLOAD_MAX = 4 * 255 };

struct state {
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

static void touch_event(const struct track *track, const struct event *event)
{
	for (unsigned i = 0; event->call && i < CALL_TEXTS; i++)
		touch(texts_get(event->call->texts, i));
	for (unsigned i = 0; event->ras && i < event->ras->name_count; i++)
		touch(event->ras->names[i].text);
	if (event->ras)
		touch(event->ras->endpoint);
	if (event->h323) {
		touch(event->h323->source.text);
		touch(event->h323->vendor[CALL_CALLEE].product);
	}
	const struct h323_name *name = NULL;
	for (unsigned i = 0;
	        event->device && (name = track_device_name(track, event->device, i)); i++)
		touch(name->text);
	if (event->binding)
		touch(event->binding->contact);
}

static void drain(const struct state *state)
{
	const struct event *event;
	while ((event = track_next(state->track)))
		touch_event(state->track, event);
}

static void feed(struct state *state, unsigned how, struct slice payload)
{
	const struct packet packet = {.number = ++state->number};
	static const uint16_t ports[] = {1719, 1720, 3000, 1718};
	const bool back = how & 1;
	const unsigned kind = how >> 1 & 3;
	const struct endpoint a = {address_v4(0xc0000201 + (how >> 3 & 1)), 30000};
	const struct endpoint b = {address_v4(0xc0000210), ports[kind]};
	uint8_t framed[PAYLOAD_MAX + 4];
	struct tcp_stream stream = {0};
	const bool tcp = kind == 1 || kind == 2;
	state->now_us += (uint64_t)1 << (how >> 4 << 1);
	struct datagram datagram = {
	        .packet = &packet,
	        .time_us = state->now_us,
	        .src = back ? b : a,
	        .dst = back ? a : b,
	        .payload = payload,
	};
	if (tcp) {
		const size_t len = payload.len + 4;
		memcpy(framed, (uint8_t[]){3, 0, (uint8_t)(len >> 8), (uint8_t)len}, 4);
		memcpy(framed + 4, payload.data, payload.len);
		datagram.payload = slice_of(framed, len);
		datagram.transport = TRANSPORT_TCP;
		datagram.stream = &stream;
		datagram.stream_start = true;
		stream.given = framed;
		stream.given_len = (uint32_t)len;
	}
	track_advance(state->track, state->now_us);
	drain(state);
	struct message message;
	decode_open(decode_kit(), &datagram);
	while (decode_next(decode_kit(), &message)) {
		track_message(state->track, &message);
		drain(state);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct hash_key key = {1, 2};
	static struct state state;
	if (!state.memory.base) {
		state.memory.bytes = REGION;
		state.memory.base = aligned_alloc(4096, REGION);
		ENSURE(state.memory.base);
		memset(state.memory.base, 0, REGION);
	}
	memory_clear(&state.memory);
	state.now_us = 1000000000;
	state.track = track_new(&state.memory, SHARE, &key);
	ENSURE(state.track);
	for (size_t at = 0; at + 2 <= size;) {
		size_t len = (size_t)data[at + 1] * 4;
		if (len > size - at - 2)
			len = size - at - 2;
		feed(&state, data[at], slice_of(data + at + 2, len));
		at += 2 + len;
	}
	track_finish(state.track);
	drain(&state);
	return 0;
}
