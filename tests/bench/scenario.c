#include "tests/bench/scenario.h"

#include <inttypes.h>
#include <string.h>

#include "tests/bench/talk.h"

static void pause_ms(struct wire *wire, unsigned ms)
{
	wire->time_us += UINT64_C(1000) * ms;
}

static void call_setup(struct wire *wire, struct call *call)
{
	if (call->tcp)
		call_connect(wire, call);
	call_request(wire, call, "INVITE", true);
	pause_ms(wire, 3);
	call_respond(wire, call, "INVITE", "100 Trying", false);
	pause_ms(wire, 400);
	call_respond(wire, call, "INVITE", "180 Ringing", false);
	pause_ms(wire, 2500);
	call_respond(wire, call, "INVITE", "200 OK", true);
	pause_ms(wire, 20);
	call_request(wire, call, "ACK", false);
	pause_ms(wire, 15);
}

static void call_end(struct wire *wire, struct call *call)
{
	call_request(wire, call, "BYE", false);
	pause_ms(wire, 12);
	call_respond(wire, call, "BYE", "200 OK", false);
	pause_ms(wire, 1000);
}

/* Both directions of the audio, and of the video where the call has one. */
static void call_talk(struct wire *wire, const struct call *call, struct stream *streams,
        unsigned rounds)
{
	const unsigned count = call->video ? 4 : 2;

	for (unsigned round = 0; round < rounds; round++) {
		const uint64_t start = wire->time_us;

		for (unsigned i = 0; i < count; i++) {
			wire->time_us = start + 4000 * i + wire_random(wire) % 1500;
			stream_packet(wire, &streams[i], round == 0 || i > 1);
		}
		if (round == rounds / 2) {
			stream_report(wire, &streams[0], &streams[1]);
			stream_report(wire, &streams[1], &streams[0]);
		}
		wire->time_us = start + 20000;
	}
}

static void whole_call(struct wire *wire, struct call *call, unsigned rounds)
{
	struct stream streams[4];

	for (unsigned i = 0; i < 4; i++)
		streams[i] = call_stream(call, i);
	call_setup(wire, call);
	call_talk(wire, call, streams, rounds);
	call_end(wire, call);
}

static void make_call(struct wire *wire)
{
	struct call call;

	call_make(&call, 1);
	whole_call(wire, &call, 300);
}

static void make_video(struct wire *wire)
{
	struct call call;

	call_make(&call, 2);
	call.video = true;
	whole_call(wire, &call, 75);
}

static void make_tcp(struct wire *wire)
{
	struct call call;

	call_make(&call, 3);
	call.tcp = true;
	call.caller.port = 40312;
	whole_call(wire, &call, 60);
}

static void make_small(struct wire *wire)
{
	struct call call;

	call_make(&call, 4);
	whole_call(wire, &call, 60);
}

static void make_hold(struct wire *wire)
{
	struct call call;
	struct stream streams[4];

	call_make(&call, 5);
	for (unsigned i = 0; i < 4; i++)
		streams[i] = call_stream(&call, i);
	call_setup(wire, &call);
	call_talk(wire, &call, streams, 100);
	call.direction = "sendonly";
	call_request(wire, &call, "INVITE", true);
	pause_ms(wire, 10);
	call.direction = "recvonly";
	call_respond(wire, &call, "INVITE", "200 OK", true);
	pause_ms(wire, 10);
	call_request(wire, &call, "ACK", false);
	pause_ms(wire, 8000);
	/* The held side kept its clock: its timestamps jump with the pause. */
	for (unsigned i = 0; i < 2; i++)
		streams[i].timestamp += 64000;
	call.direction = "sendrecv";
	call_request(wire, &call, "INVITE", true);
	pause_ms(wire, 10);
	call_respond(wire, &call, "INVITE", "200 OK", true);
	pause_ms(wire, 10);
	call_request(wire, &call, "ACK", false);
	call_talk(wire, &call, streams, 100);
	call_end(wire, &call);
}

/* Two dialogs with nothing in common but numbers and time, as a B2BUA makes them. */
static void make_b2bua(struct wire *wire)
{
	struct call in;
	struct call out;
	struct stream streams[2][4];

	call_make(&in, 6);
	call_make(&out, 7);
	out.caller = in.callee;
	out.caller_media = in.callee_media;
	out.caller_media.port = (uint16_t)(out.caller_media.port + 8);
	out.callee = (struct party){0x0ac80009, 5060};
	out.callee_media = (struct party){0x0aca0009, 16000};
	out.agent = "Switchboard 2.0";
	memcpy(out.from, in.from, sizeof(out.from));
	memcpy(out.to, in.to, sizeof(out.to));
	call_request(wire, &in, "INVITE", true);
	pause_ms(wire, 2);
	call_respond(wire, &in, "INVITE", "100 Trying", false);
	pause_ms(wire, 5);
	call_request(wire, &out, "INVITE", true);
	pause_ms(wire, 4);
	call_respond(wire, &out, "INVITE", "180 Ringing", false);
	pause_ms(wire, 3);
	call_respond(wire, &in, "INVITE", "180 Ringing", false);
	pause_ms(wire, 1800);
	call_respond(wire, &out, "INVITE", "200 OK", true);
	pause_ms(wire, 2);
	call_request(wire, &out, "ACK", false);
	call_respond(wire, &in, "INVITE", "200 OK", true);
	pause_ms(wire, 9);
	call_request(wire, &in, "ACK", false);
	for (unsigned i = 0; i < 2; i++) {
		streams[0][i] = call_stream(&in, i);
		streams[1][i] = call_stream(&out, i);
	}
	for (unsigned round = 0; round < 150; round++) {
		for (unsigned i = 0; i < 4; i++) {
			wire->time_us += 5000;
			stream_packet(wire, &streams[i / 2][i % 2], round == 0);
		}
	}
	call_request(wire, &in, "BYE", false);
	pause_ms(wire, 3);
	call_request(wire, &out, "BYE", false);
	pause_ms(wire, 3);
	call_respond(wire, &out, "BYE", "200 OK", false);
	call_respond(wire, &in, "BYE", "200 OK", false);
}

/* Twelve phones register, each challenged once, and refresh after most of an hour. */
static void make_register(struct wire *wire)
{
	for (unsigned round = 0; round < 3; round++) {
		for (unsigned i = 0; i < 12; i++) {
			struct call call;
			char nonce[20];

			call_make(&call, 20 + i);
			call.cseq = round * 2;
			(void)snprintf(
			        nonce, sizeof(nonce), "%016" PRIx64, wire_random(wire));
			call_register(wire, &call, NULL);
			pause_ms(wire, 4);
			call_challenge(wire, &call, nonce);
			pause_ms(wire, 9);
			call_register(wire, &call, nonce);
			pause_ms(wire, 5);
			call_registered(wire, &call);
			pause_ms(wire, 700);
		}
		pause_ms(wire, 3000000);
	}
}

static void guess_passwords(struct wire *wire)
{
	for (unsigned i = 0; i < 60; i++) {
		struct call call;
		char nonce[20];

		call_make(&call, 300000 + i);
		call.caller = (struct party){0xc6336407, 5066};
		call.agent = "Desk Phone 4.2";
		memcpy(call.from, "u00100", 7);
		memcpy(call.to, "u00100", 7);
		(void)snprintf(nonce, sizeof(nonce), "%016" PRIx64, wire_random(wire));
		call_register(wire, &call, NULL);
		pause_ms(wire, 2);
		call_challenge(wire, &call, nonce);
		pause_ms(wire, 2);
		call_register(wire, &call, nonce);
		pause_ms(wire, 2);
		call_challenge(wire, &call, nonce);
		pause_ms(wire, 40);
	}
}

static void enumerate_users(struct wire *wire)
{
	for (unsigned i = 0; i < 40; i++) {
		struct call call;

		call_make(&call, 400000 + i);
		call.caller = (struct party){0xc6336408, 5070};
		(void)snprintf(call.from, sizeof(call.from), "%u", 1000 + i);
		memcpy(call.to, call.from, sizeof(call.to));
		call_register(wire, &call, NULL);
		pause_ms(wire, 3);
		call_challenge(wire, &call, NULL);
		pause_ms(wire, 50);
	}
}

static void flood_calls(struct wire *wire)
{
	for (unsigned i = 0; i < 300; i++) {
		struct call call;

		call_make(&call, 500000 + i);
		call.caller = (struct party){0xc6336409, 5060};
		call_request(wire, &call, "INVITE", true);
		pause_ms(wire, 20);
	}
}

static void sweep_hosts(struct wire *wire)
{
	for (unsigned i = 0; i < 30; i++) {
		struct call call;

		call_make(&call, 600000 + i);
		call.caller = (struct party){0xc633640a, 5060};
		call.callee.ip += i;
		call.agent = "friendly-scanner";
		call_request(wire, &call, "OPTIONS", false);
		pause_ms(wire, 30);
	}
}

/* Twelve-byte RTP without a source, four per even port, as the bleed tools send it. */
static void probe_media(struct wire *wire)
{
	for (unsigned i = 0; i < 160; i++) {
		const struct party from = {0xc633640b, 41000};
		const struct party to = {0x0ac90001, (uint16_t)(10000 + i / 4 * 2)};
		uint8_t probe[12] = {0x80, 0x80, 0, (uint8_t)(i % 4)};

		wire_udp(wire, &from, &to, probe, sizeof(probe));
		pause_ms(wire, 5);
	}
}

bool scenario_attacks(struct wire *wire)
{
	guess_passwords(wire);
	enumerate_users(wire);
	flood_calls(wire);
	sweep_hosts(wire);
	probe_media(wire);
	return true;
}

static const struct scenario {
	const char *name;
	void (*make)(struct wire *wire);
	enum encapsulation encap;
	bool ipv6;
	const char *help;
} scenarios[] = {
        {"call", make_call, ENCAP_NONE, false, "one call with RTP and RTCP"},
        {"register", make_register, ENCAP_NONE, false,
                "twelve phones register and refresh"},
        {"b2bua", make_b2bua, ENCAP_NONE, false, "two legs through a B2BUA"},
        {"video", make_video, ENCAP_NONE, false, "audio and video"},
        {"hold", make_hold, ENCAP_NONE, false, "hold and resume by re-INVITE"},
        {"tcp", make_tcp, ENCAP_NONE, false,
                "SIP over TCP, each message in two segments"},
        {"ipv6", make_small, ENCAP_NONE, true, "a call over IPv6"},
        {"vlan", make_small, ENCAP_VLAN, false, "a call under an 802.1Q tag"},
        {"qinq", make_small, ENCAP_QINQ, false, "a call under 802.1ad and 802.1Q tags"},
        {"mpls", make_small, ENCAP_MPLS, false, "a call under two MPLS labels"},
        {"vxlan", make_small, ENCAP_VXLAN, false, "a call inside VXLAN"},
        {"vxlan6", make_small, ENCAP_VXLAN, true, "an IPv6 call inside VXLAN"},
};

bool scenario_make(struct wire *wire, const char *name)
{
	for (size_t i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++) {
		if (strcmp(scenarios[i].name, name) == 0) {
			wire->encap = scenarios[i].encap;
			wire->ipv6 = scenarios[i].ipv6;
			scenarios[i].make(wire);
			return true;
		}
	}
	return false;
}

void scenario_list(FILE *file)
{
	for (size_t i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++)
		fprintf(file, "  %-12s %s\n", scenarios[i].name, scenarios[i].help);
}
