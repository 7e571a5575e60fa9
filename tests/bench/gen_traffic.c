/*
 * Makes traffic: deterministic SIP calls, RTP streams, floods and attack mixes as pcap.
 * The same options give the same bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/bench/scenario.h"
#include "tests/bench/talk.h"

struct option {
	const char *name;
	uint64_t value;
	const char *help;
};

enum { SEED, CALLS, WAVES, PACKETS, SOURCES, LOSS, MESSAGES, SHUFFLE, OPTIONS };

static void wave_signal(
        struct wire *wire, const struct option *options, uint64_t base, unsigned phase)
{
	for (uint64_t i = 0; i < options[CALLS].value; i++) {
		struct call call;

		call_make(&call, base + i);
		call.cseq = phase == 0 ? 0 : phase > 4 ? 2 : 1;
		wire->time_us += 5;
		switch (phase) {
		case 0:
			call_request(wire, &call, "INVITE", true);
			break;
		case 1:
			call_respond(wire, &call, "INVITE", "100 Trying", false);
			break;
		case 2:
			call_respond(wire, &call, "INVITE", "180 Ringing", false);
			break;
		case 3:
			call_respond(wire, &call, "INVITE", "200 OK", true);
			break;
		case 4:
			call_request(wire, &call, "ACK", false);
			break;
		case 5:
			call.cseq = 1;
			call_request(wire, &call, "BYE", false);
			break;
		default:
			call_respond(wire, &call, "BYE", "200 OK", false);
			break;
		}
	}
}

/* The order of a round: each number below count once, drawn by Fisher and Yates. */
static void shuffle(struct wire *wire, uint64_t *order, uint64_t count)
{
	for (uint64_t i = count - 1; i > 0; i--) {
		const uint64_t other = wire_random(wire) % (i + 1);
		const uint64_t kept = order[i];

		order[i] = order[other];
		order[other] = kept;
	}
}

/* Packets of all streams, 20 ms a round, in turn or in an order drawn for each round. */
static bool wave_media(struct wire *wire, const struct option *options, uint64_t base)
{
	const uint64_t count = 2 * options[CALLS].value;
	struct stream *streams = calloc(count, sizeof(*streams));
	uint64_t *order = calloc(count, sizeof(*order));
	const uint64_t start = wire->time_us;

	if (!streams || !order) {
		free(streams);
		free(order);
		return false;
	}
	for (uint64_t i = 0; i < count; i++) {
		struct call call;

		call_make(&call, base + i / 2);
		streams[i] = call_stream(&call, (unsigned)(i % 2));
		order[i] = i;
	}
	for (uint64_t round = 0; round < options[PACKETS].value; round++) {
		if (options[SHUFFLE].value && count > 0)
			shuffle(wire, order, count);
		for (uint64_t i = 0; i < count; i++) {
			struct stream *stream = &streams[order[i]];

			wire->time_us = start + round * 20000 + i * 20000 / count;
			if (options[LOSS].value &&
			        wire_random(wire) % 1000 < options[LOSS].value) {
				stream->seq++;
				stream->timestamp += stream->step;
			} else {
				stream_packet(wire, stream, round == 0);
			}
		}
	}
	free(order);
	free(streams);
	return true;
}

static bool make_calls(struct wire *wire, const struct option *options)
{
	for (uint64_t wave = 0; wave < options[WAVES].value; wave++) {
		const uint64_t base = wave * options[CALLS].value;
		const uint64_t last = options[MESSAGES].value;

		for (unsigned phase = 0; phase < 5 && phase < last; phase++) {
			wave_signal(wire, options, base, phase);
			wire->time_us += 100000;
		}
		if (options[PACKETS].value && !wave_media(wire, options, base))
			return false;
		for (unsigned phase = 5; phase < 7 && phase < last; phase++) {
			wave_signal(wire, options, base, phase);
			wire->time_us += 100000;
		}
		wire->time_us += 1000000;
	}
	return true;
}

/* Each message from another forged source: an odd factor visits every address once. */
static bool make_spoofed(struct wire *wire, const struct option *options)
{
	static const char *const methods[] = {"INVITE", "REGISTER", "OPTIONS"};

	for (uint64_t i = 0; i < options[SOURCES].value; i++) {
		struct call call;

		call_make(&call, i);
		call.caller.ip = 0x0b000000 + ((uint32_t)i * 2654435761u >> 4);
		call.caller_media = (struct party){call.caller.ip, 20000};
		wire->time_us += 10;
		call_request(wire, &call, methods[i % 3], i % 3 == 0);
	}
	return true;
}

/* Streams without any signalling: what RTP alone costs. */
static bool make_streams(struct wire *wire, const struct option *options)
{
	return wave_media(wire, options, 0);
}

struct mode {
	const char *name;
	bool (*make)(struct wire *wire, const struct option *options);
	const char *help;
};

static bool make_attacks(struct wire *wire, const struct option *options)
{
	return scenario_attacks(wire) && make_calls(wire, options);
}

static const struct mode modes[] = {
        {"calls", make_calls, "waves of concurrent calls, with media when --packets"},
        {"streams", make_streams, "RTP alone, two streams a call"},
        {"spoofed", make_spoofed, "a flood with another forged source in each message"},
        {"attacks", make_attacks,
                "guessing, enumeration, floods and RTP probes among calls"},
};

static int usage(const struct option *options)
{
	fprintf(stderr, "usage: gen_traffic MODE FILE [--OPTION NUMBER]...\n");
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		fprintf(stderr, "  %-12s %s\n", modes[i].name, modes[i].help);
	scenario_list(stderr);
	for (size_t i = 0; i < OPTIONS; i++)
		fprintf(stderr, "  --%-10s %s (%u)\n", options[i].name, options[i].help,
		        (unsigned)options[i].value);
	return 2;
}

static bool read_options(struct option *options, int count, char **arguments)
{
	for (int i = 0; i + 1 < count; i += 2) {
		size_t found = 0;

		while (found < OPTIONS &&
		        (strncmp(arguments[i], "--", 2) != 0 ||
		                strcmp(arguments[i] + 2, options[found].name) != 0))
			found++;
		if (found == OPTIONS)
			return false;
		options[found].value = strtoull(arguments[i + 1], NULL, 10);
	}
	return count % 2 == 0;
}

static bool make(struct wire *wire, const char *mode, const struct option *options)
{
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (strcmp(modes[i].name, mode) == 0)
			return modes[i].make(wire, options);
	}
	return scenario_make(wire, mode);
}

int main(int argc, char **argv)
{
	static struct wire wire;
	struct option options[OPTIONS] = {
	        [SEED] = {"seed", 1, "start of the random sequence"},
	        [CALLS] = {"calls", 10, "concurrent calls in a wave"},
	        [WAVES] = {"waves", 1, "waves, one after the other"},
	        [PACKETS] = {"packets", 0, "RTP packets per stream"},
	        [SOURCES] = {"sources", 1000000, "forged sources"},
	        [LOSS] = {"loss", 0, "lost RTP packets per thousand"},
	        [SHUFFLE] = {"shuffle", 0, "1: the streams' packets in random order"},
	        [MESSAGES] = {"messages", 7, "SIP messages per call, at most 7"},
	};

	if (argc < 3 || !read_options(options, argc - 3, argv + 3))
		return usage(options);
	if (!wire_open(&wire, argv[2], options[SEED].value)) {
		perror(argv[2]);
		return 1;
	}
	const bool known = make(&wire, argv[1], options);
	if (!wire_close(&wire)) {
		perror(argv[2]);
		return 1;
	}
	return known ? 0 : usage(options);
}
