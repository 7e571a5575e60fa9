/*
 * SIP over SCTP (RFC 4168), from packets to messages: whole messages, several in a
 * packet, one in fragments over several packets, and what is none.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "engine/decode/decode.h"
#include "tests/unit/packet_build.h"

#define INVITE                                                                           \
	"INVITE sip:b@x SIP/2.0\r\nVia: SIP/2.0/SCTP 192.0.2.1;branch=z9hG4bK1\r\n"      \
	"From: <sip:a@x>;tag=1\r\nTo: <sip:b@x>\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\n"     \
	"Max-Forwards: 70\r\nContact: <sip:a@192.0.2.1>\r\n"                             \
	"Content-Type: application/sdp\r\nContent-Length: 55\r\n\r\n"                    \
	"v=0\r\no=- 1 2 IN IP4 h\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n"
#define OPTIONS                                                                          \
	"OPTIONS sip:b@x SIP/2.0\r\nVia: SIP/2.0/SCTP 192.0.2.1;branch=z9hG4bK2\r\n"     \
	"From: <sip:a@x>;tag=1\r\nTo: <sip:b@x>\r\nCall-ID: d\r\nCSeq: 2 OPTIONS\r\n"    \
	"Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n"

enum { CHUNKS_MAX = 3, BEGIN = 2, END = 1, CHUNK_BYTES = 16, MEMORY = 4 << 20 };

struct chunk {
	uint8_t flags;
	uint8_t tsn;
	size_t from, to; /* of the row's text */
	bool packet;     /* this chunk ends its packet */
};

struct row {
	const char *name;
	const char *text;
	struct chunk chunks[CHUNKS_MAX];
	const char *call_ids; /* of the messages, in order */
	unsigned sessions;    /* session descriptions among them */
};

enum { INVITE_LEN = sizeof(INVITE) - 1, OPTIONS_LEN = sizeof(OPTIONS) - 1 };

static const struct row rows[] = {
        {"one_message", INVITE, {{BEGIN | END, 1, 0, INVITE_LEN, true}}, "c", 1},
        {"two_in_a_packet", INVITE OPTIONS,
                {{BEGIN | END, 1, 0, INVITE_LEN, false},
                        {BEGIN | END, 2, INVITE_LEN, INVITE_LEN + OPTIONS_LEN, true}},
                "cd", 1},
        {"fragments_out_of_order", INVITE,
                {{END, 3, 200, INVITE_LEN, true}, {BEGIN, 1, 0, 30, true},
                        {0, 2, 30, 200, true}},
                "c", 1},
        {"fragments_in_a_packet", OPTIONS,
                {{BEGIN, 7, 0, 100, false}, {END, 8, 100, OPTIONS_LEN, true}}, "d", 0},
        {"last_fragment_missing", INVITE,
                {{BEGIN, 1, 0, 30, true}, {0, 2, 30, 200, true}}, "", 0},
        {"not_sip", "\1 Diameter: not a SIP", {{BEGIN | END, 1, 0, 20, true}}, "",
                0},
};

/* Chunks are put in front of what is there: the last of a packet comes first. */
static void chunk_put(struct build *b, const struct row *row, const struct chunk *chunk)
{
	static const uint8_t zeroes[CHUNK_BYTES];
	size_t len = chunk->to - chunk->from;
	build_front(b, zeroes, (4 - len % 4) % 4);
	build_front(b, row->text + chunk->from, len);
	uint8_t *p = build_front(b, zeroes, CHUNK_BYTES);
	p[1] = chunk->flags;
	build_u16(p + 2, CHUNK_BYTES + len);
	build_u32(p + 4, chunk->tsn);
}

struct seen {
	char call_ids[8];
	size_t count;
	unsigned sessions;
};

static void message_see(struct seen *seen, const struct message *message)
{
	if (message->kind != MESSAGE_SIP)
		return;
	assert_int_equal(message->datagram->transport, TRANSPORT_SCTP);
	assert_false(anomalies_any(message->anomalies));
	assert_true(seen->count + 1 < sizeof(seen->call_ids));
	seen->call_ids[seen->count++] = message->sip->call_id.data[0];
	seen->sessions += message->sdp != NULL;
}

static void packet_feed(
        struct frame *frame, struct decode *decode, struct build *b, struct seen *seen)
{
	struct datagram datagram;
	struct message message;
	build_front(b, "\x13\xc4\x13\xc4\0\0\0\1\0\0\0\0", 12);
	build_ip4(b, 132, 1);
	struct packet packet = build_packet(b, LINK_RAW, 1);
	frame_open(frame, &packet);
	while (frame_next(frame, &datagram)) {
		decode_open(decode, &datagram);
		while (decode_next(decode, &message))
			message_see(seen, &message);
	}
	build_release(&packet);
}

static void run(void **state)
{
	const struct row *row = *state;
	static struct build b;
	static _Alignas(64) uint8_t region[MEMORY];
	struct memory memory, own = {.base = region, .bytes = sizeof(region)};
	struct frame *frame = build_frame(&memory);
	memset(region, 0, sizeof(region));
	struct decode *decode = decode_new(&own, frame, &(struct hash_key){1, 2});
	assert_non_null(decode);
	struct seen seen = {0};
	for (unsigned at = 0; at < CHUNKS_MAX && row->chunks[at].to;) {
		unsigned last = at;
		while (!row->chunks[last].packet)
			last++;
		b.len = 0;
		for (unsigned i = last + 1; i > at; i--)
			chunk_put(&b, row, &row->chunks[i - 1]);
		packet_feed(frame, decode, &b, &seen);
		at = last + 1;
	}
	assert_string_equal(seen.call_ids, row->call_ids);
	assert_int_equal(seen.sessions, row->sessions);
	build_frame_release(&memory);
}

int main(void)
{
	enum { COUNT = sizeof(rows) / sizeof(rows[0]) };
	struct CMUnitTest tests[COUNT];
	for (unsigned i = 0; i < COUNT; i++)
		tests[i] = (struct CMUnitTest){
		        rows[i].name, run, NULL, NULL, (void *)(uintptr_t)&rows[i]};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
