/*
 * Nanoseconds per message of the SIP and SDP parsers, for the two messages that a busy
 * registrar and a busy proxy see most. Usage: bench_sip [runs]
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "engine/decode/scan.h"
#include "engine/decode/sdp.h"
#include "engine/decode/sip.h"

static const char invite[] =
        "INVITE sip:+4930123456789@sip.provider.example;user=phone SIP/2.0\r\n"
        "Via: SIP/2.0/UDP "
        "192.0.2.17:5060;branch=z9hG4bK-524287-1---a8b3c4d5e6f70123;rport\r\n"
        "Max-Forwards: 70\r\n"
        "Contact: <sip:alice@192.0.2.17:5060;transport=udp>\r\n"
        "To: <sip:+4930123456789@sip.provider.example;user=phone>\r\n"
        "From: \"Alice Example\" <sip:alice@sip.provider.example>;tag=9fxced76sl\r\n"
        "Call-ID: 3848276298220188511@pc33.atlanta.example.com\r\n"
        "CSeq: 101 INVITE\r\n"
        "Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, NOTIFY, MESSAGE, SUBSCRIBE, "
        "INFO\r\n"
        "Supported: replaces, timer, 100rel, norefersub, gruu\r\n"
        "Session-Expires: 1800;refresher=uac\r\n"
        "Min-SE: 90\r\n"
        "P-Asserted-Identity: <sip:+493098765432@sip.provider.example>\r\n"
        "User-Agent: Example Softphone 5.4.1 rv2.10.14\r\n"
        "Content-Type: application/sdp\r\n"
        "Content-Length: 339\r\n"
        "\r\n"
        "v=0\r\n"
        "o=alice 3790000001 3790000001 IN IP4 192.0.2.17\r\n"
        "s=Example Softphone\r\n"
        "c=IN IP4 192.0.2.17\r\n"
        "t=0 0\r\n"
        "m=audio 49170 RTP/AVP 8 0 9 18 101\r\n"
        "a=rtpmap:8 PCMA/8000\r\n"
        "a=rtpmap:0 PCMU/8000\r\n"
        "a=rtpmap:9 G722/8000\r\n"
        "a=rtpmap:18 G729/8000\r\n"
        "a=fmtp:18 annexb=no\r\n"
        "a=rtpmap:101 telephone-event/8000\r\n"
        "a=fmtp:101 0-16\r\n"
        "a=ptime:20\r\n"
        "a=rtcp:49171\r\n"
        "a=sendrecv\r\n";

static const char registration[] =
        "REGISTER sip:sip.provider.example SIP/2.0\r\n"
        "Via: SIP/2.0/UDP "
        "192.0.2.17:5060;branch=z9hG4bK-524287-1---77b3c4d5e6f70123;rport\r\n"
        "Max-Forwards: 70\r\n"
        "Contact: <sip:alice@192.0.2.17:5060;transport=udp>;expires=300\r\n"
        "To: \"Alice Example\" <sip:alice@sip.provider.example>\r\n"
        "From: \"Alice Example\" <sip:alice@sip.provider.example>;tag=4fea2a51\r\n"
        "Call-ID: 88276298220188511@pc33.atlanta.example.com\r\n"
        "CSeq: 2 REGISTER\r\n"
        "Expires: 300\r\n"
        "Authorization: Digest username=\"alice\",realm=\"sip.provider.example\","
        "nonce=\"84f1c1ae6cbe5ua9c8e88dfa3ecm3459\",uri=\"sip:sip.provider.example\","
        "response=\"0123456789abcdef0123456789abcdef\",algorithm=MD5,qop=auth,"
        "cnonce=\"0a4f113b\",nc=00000001\r\n"
        "User-Agent: Example Softphone 5.4.1 rv2.10.14\r\n"
        "Content-Length: 0\r\n"
        "\r\n";

static struct sip_message message;
static struct sdp sdp;

static void parse(struct slice bytes)
{
	const struct sip_input input = {.bytes = bytes};
	size_t consumed;
	if (sip_parse(&input, &message, &consumed) != SIP_COMPLETE)
		abort();
	struct slice part =
	        sip_body_part(&message, SLICE("application/sdp"), &message.anomalies);
	if (slice_present(part) && !sdp_parse(part, &sdp, &message.anomalies))
		abort();
	if (anomalies_any(&message.anomalies))
		abort();
}

static double seconds(void)
{
	struct timespec now;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* The line ends alone: what any parser pays, and so a measure of the machine. */
static void find_lines(struct slice bytes)
{
	unsigned high = 0, lines = 0;
	const char *end = scan_end(bytes);
	for (const char *p = bytes.data; p < end; p++) {
		p = scan_eol(p, end, &high);
		lines++;
	}
	if (high || !lines)
		abort();
}

/* Nanoseconds of the best of many short runs: what the machine can do, not what else it
 * did. */
static double measure(void (*work)(struct slice), struct slice bytes, long runs)
{
	enum { ROUNDS = 200 };
	double best = 1e9;
	for (long run = 0; run < runs; run++) {
		double begun = seconds();
		for (int i = 0; i < ROUNDS; i++)
			work(bytes);
		double each = (seconds() - begun) / ROUNDS * 1e9;
		best = each < best ? each : best;
	}
	return best;
}

static void report(const char *name, struct slice bytes, long runs)
{
	double lines = measure(find_lines, bytes, runs);
	double whole = measure(parse, bytes, runs);
	printf("%-22s %5zu bytes %8.1f ns, %5.1f times the line ends alone (%.1f ns)\n",
	        name, bytes.len, whole, whole / lines, lines);
}

int main(int argc, char **argv)
{
	long runs = argc > 1 ? strtol(argv[1], NULL, 10) : 5000;
	report("INVITE with SDP", SLICE(invite), runs);
	report("REGISTER with digest", SLICE(registration), runs);
	return 0;
}
