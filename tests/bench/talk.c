#include "tests/bench/talk.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

enum { TEXT_MAX = 3000, TCP_SYN = 2, TCP_PSH_ACK = 24, TCP_ACK = 16, TCP_SYN_ACK = 18 };

struct text {
	char bytes[TEXT_MAX];
	size_t len;
};

static void __attribute__((format(printf, 2, 3)))
add(struct text *text, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	const int len = vsnprintf(text->bytes + text->len,
	        sizeof(text->bytes) - text->len, format, arguments);
	va_end(arguments);
	if (len > 0)
		text->len += (size_t)len;
	if (text->len >= sizeof(text->bytes))
		text->len = sizeof(text->bytes) - 1;
}

static void add_host(
        struct text *text, const struct wire *wire, const struct party *party)
{
	const uint32_t ip = party->ip;

	if (wire->ipv6)
		add(text, "[2001:db8::%x:%x]", ip >> 16, ip & 0xffff);
	else
		add(text, "%u.%u.%u.%u", ip >> 24, ip >> 16 & 255, ip >> 8 & 255,
		        ip & 255);
}

static void add_endpoint(
        struct text *text, const struct wire *wire, const struct party *party)
{
	add_host(text, wire, party);
	add(text, ":%u", party->port);
}

static void add_sdp_address(
        struct text *text, const struct wire *wire, const struct party *party)
{
	struct text host = {.len = 0};

	add_host(&host, wire, party);
	if (wire->ipv6) /* SDP writes no brackets */
		add(text, "IN IP6 %.*s", (int)host.len - 2, host.bytes + 1);
	else
		add(text, "IN IP4 %s", host.bytes);
}

static void add_sdp(struct text *text, const struct wire *wire, const struct call *call,
        const struct party *media)
{
	add(text, "v=0\r\no=- %" PRIu64 " %u ", call->id + 1000, call->cseq);
	add_sdp_address(text, wire, media);
	add(text, "\r\ns=-\r\nc=");
	add_sdp_address(text, wire, media);
	add(text,
	        "\r\nt=0 0\r\nm=audio %u RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\n"
	        "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 "
	        "0-16\r\na=ptime:20\r\na=%s\r\n",
	        media->port, call->direction);
	if (call->video)
		add(text, "m=video %u RTP/AVP 97\r\na=rtpmap:97 H264/90000\r\na=%s\r\n",
		        media->port + 2u, call->direction);
}

static void add_body(struct text *text, const struct wire *wire, const struct call *call,
        const struct party *media)
{
	struct text body = {.len = 0};

	if (!media) {
		add(text, "Content-Length: 0\r\n\r\n");
		return;
	}
	add_sdp(&body, wire, call, media);
	add(text, "Content-Type: application/sdp\r\nContent-Length: %zu\r\n\r\n%s",
	        body.len, body.bytes);
}

static void add_via(struct text *text, const struct wire *wire, const struct call *call,
        const char *method)
{
	add(text, "Via: SIP/2.0/%s ", call->tcp ? "TCP" : "UDP");
	add_endpoint(text, wire, &call->caller);
	/* ACK of a 2xx is a transaction of its own. */
	add(text, ";rport;branch=z9hG4bK%016" PRIx64 "%c%u\r\n",
	        call->id * UINT64_C(0x9e3779b97f4a7c15), method[0], call->cseq);
}

static void add_dialog(
        struct text *text, const struct wire *wire, const struct call *call, bool to_tag)
{
	add(text, "From: \"%s\" <sip:%s@", call->from, call->from);
	add_host(text, wire, &call->callee);
	add(text, ">;tag=f%" PRIx64 "\r\nTo: <sip:%s@", call->id * 7919 + 17, call->to);
	add_host(text, wire, &call->callee);
	if (to_tag)
		add(text, ">;tag=t%" PRIx64, call->id * 104729 + 13);
	else
		add(text, ">");
	add(text, "\r\nCall-ID: %016" PRIx64 "@",
	        (call->id + 1) * UINT64_C(0xbf58476d1ce4e5b9));
	add_host(text, wire, &call->caller);
	add(text, "\r\n");
}

static void send_text(
        struct wire *wire, struct call *call, bool from_caller, const struct text *text)
{
	const struct party *from = from_caller ? &call->caller : &call->callee;
	const struct party *to = from_caller ? &call->callee : &call->caller;

	if (!call->tcp) {
		wire_udp(wire, from, to, text->bytes, text->len);
		return;
	}
	const struct wire_pair pair = {*from, *to};
	const unsigned side = from_caller ? 0 : 1;
	/* Two segments: a message rarely respects the borders of TCP. */
	const size_t half = text->len / 2;
	struct tcp_step step = {call->seq[side], call->seq[1 - side], TCP_PSH_ACK};

	wire_tcp(wire, &pair, &step, text->bytes, half);
	wire->time_us += 150;
	step.seq += (uint32_t)half;
	wire_tcp(wire, &pair, &step, text->bytes + half, text->len - half);
	call->seq[side] += (uint32_t)text->len;
}

void call_make(struct call *call, uint64_t number)
{
	const uint16_t port = (uint16_t)(10000 + 4 * (number / 65536 % 10000));
	const uint32_t host = (uint32_t)(number % 65536);

	memset(call, 0, sizeof(*call));
	call->id = number;
	call->caller = (struct party){0x0a010000 + host, 5060};
	call->callee = (struct party){0x0ac80001, 5060};
	call->caller_media = (struct party){0x0a010000 + host, port};
	call->callee_media = (struct party){0x0ac90000 + host, port};
	(void)snprintf(call->from, sizeof(call->from), "u%05" PRIu64, number);
	(void)snprintf(call->to, sizeof(call->to), "%04" PRIu64, 2000 + number % 7000);
	call->agent = "Desk Phone 4.2";
	call->direction = "sendrecv";
	call->seq[0] = 1000;
	call->seq[1] = 5000;
}

void call_request(struct wire *wire, struct call *call, const char *method, bool sdp)
{
	struct text text = {.len = 0};
	const bool in_dialog = call->cseq > 0;

	if (strcmp(method, "ACK") != 0)
		call->cseq++;
	add(&text, "%s sip:%s@", method, call->to);
	add_host(&text, wire, &call->callee);
	add(&text, " SIP/2.0\r\n");
	add_via(&text, wire, call, method);
	add(&text, "Max-Forwards: 70\r\n");
	add_dialog(&text, wire, call, in_dialog);
	add(&text, "CSeq: %u %s\r\nContact: <sip:%s@", call->cseq, method, call->from);
	add_endpoint(&text, wire, &call->caller);
	add(&text, "%s>\r\nUser-Agent: %s\r\n", call->tcp ? ";transport=tcp" : "",
	        call->agent);
	add_body(&text, wire, call, sdp ? &call->caller_media : NULL);
	send_text(wire, call, true, &text);
}

void call_respond(struct wire *wire, struct call *call, const char *method,
        const char *status, bool sdp)
{
	struct text text = {.len = 0};

	add(&text, "SIP/2.0 %s\r\n", status);
	add_via(&text, wire, call, method);
	add_dialog(&text, wire, call, status[0] != '1' || status[1] == '8');
	add(&text, "CSeq: %u %s\r\nContact: <sip:%s@", call->cseq, method, call->to);
	add_endpoint(&text, wire, &call->callee);
	add(&text, ">\r\nServer: Switchboard 2.0\r\n");
	add_body(&text, wire, call, sdp ? &call->callee_media : NULL);
	send_text(wire, call, false, &text);
}

void call_connect(struct wire *wire, struct call *call)
{
	const struct wire_pair out = {call->caller, call->callee};
	const struct wire_pair back = {call->callee, call->caller};
	const struct tcp_step syn = {call->seq[0] - 1, 0, TCP_SYN};
	const struct tcp_step syn_ack = {call->seq[1] - 1, call->seq[0], TCP_SYN_ACK};
	const struct tcp_step ack = {call->seq[0], call->seq[1], TCP_ACK};

	wire_tcp(wire, &out, &syn, NULL, 0);
	wire->time_us += 300;
	wire_tcp(wire, &back, &syn_ack, NULL, 0);
	wire->time_us += 300;
	wire_tcp(wire, &out, &ack, NULL, 0);
	wire->time_us += 300;
}

void call_register(struct wire *wire, struct call *call, const char *nonce)
{
	struct text text = {.len = 0};

	call->cseq++;
	add(&text, "REGISTER sip:");
	add_host(&text, wire, &call->callee);
	add(&text, " SIP/2.0\r\n");
	add_via(&text, wire, call, "REGISTER");
	add(&text, "Max-Forwards: 70\r\n");
	add_dialog(&text, wire, call, false);
	add(&text, "CSeq: %u REGISTER\r\nContact: <sip:%s@", call->cseq, call->from);
	add_endpoint(&text, wire, &call->caller);
	add(&text, ">;expires=3600\r\nUser-Agent: %s\r\n", call->agent);
	if (nonce) {
		const uint64_t response = wire_random(wire);

		add(&text,
		        "Authorization: Digest "
		        "username=\"%s\",realm=\"office\",nonce=\"%s\","
		        "uri=\"sip:office\",response=\"%016" PRIx64 "%016" PRIx64
		        "\",algorithm=MD5\r\n",
		        call->from, nonce, response, response ^ call->id);
	}
	add_body(&text, wire, call, NULL);
	send_text(wire, call, true, &text);
}

static void register_reply(
        struct wire *wire, struct call *call, const char *status, const char *nonce)
{
	struct text text = {.len = 0};

	add(&text, "SIP/2.0 %s\r\n", status);
	add_via(&text, wire, call, "REGISTER");
	add_dialog(&text, wire, call, true);
	add(&text, "CSeq: %u REGISTER\r\nServer: Switchboard 2.0\r\n", call->cseq);
	if (nonce) {
		add(&text,
		        "WWW-Authenticate: Digest "
		        "realm=\"office\",nonce=\"%s\",algorithm=MD5\r\n",
		        nonce);
	} else if (status[0] == '2') {
		add(&text, "Contact: <sip:%s@", call->from);
		add_endpoint(&text, wire, &call->caller);
		add(&text, ">;expires=3600\r\n");
	}
	add_body(&text, wire, call, NULL);
	send_text(wire, call, false, &text);
}

void call_challenge(struct wire *wire, struct call *call, const char *nonce)
{
	register_reply(wire, call, nonce ? "401 Unauthorized" : "404 Not Found", nonce);
}

void call_registered(struct wire *wire, struct call *call)
{
	register_reply(wire, call, "200 OK", NULL);
}

struct stream call_stream(const struct call *call, unsigned direction)
{
	const bool back = direction % 2;
	const bool video = direction > 1;
	struct stream stream = {
	        .from = back ? call->callee_media : call->caller_media,
	        .to = back ? call->caller_media : call->callee_media,
	        .ssrc = (uint32_t)((call->id * 4 + direction + 1) * 2654435761u),
	        .timestamp = (uint32_t)(call->id * 160),
	        .seq = (uint16_t)(call->id * 31 + direction),
	        .pt = video ? 97 : 0,
	        .step = video ? 3000 : 160,
	        .payload = video ? 700 : 160,
	};

	if (video) {
		stream.from.port = (uint16_t)(stream.from.port + 2);
		stream.to.port = (uint16_t)(stream.to.port + 2);
	}
	return stream;
}

static void put_number(uint8_t *at, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		at[i] = (uint8_t)(value >> 8 * (bytes - 1 - i));
}

void stream_packet(struct wire *wire, struct stream *stream, bool marker)
{
	uint8_t packet[12 + 1400];
	const size_t payload = stream->payload < 1400 ? stream->payload : 1400;

	packet[0] = 0x80;
	packet[1] = (uint8_t)(stream->pt | (marker ? 0x80 : 0));
	put_number(packet + 2, stream->seq++, 2);
	put_number(packet + 4, stream->timestamp, 4);
	put_number(packet + 8, stream->ssrc, 4);
	memset(packet + 12, 0xd5, payload);
	stream->timestamp += stream->step;
	wire_udp(wire, &stream->from, &stream->to, packet, 12 + payload);
}

void stream_report(
        struct wire *wire, const struct stream *stream, const struct stream *other)
{
	uint8_t packet[52 + 24] = {0x81, 200, 0, 12};
	struct party from = stream->from;
	struct party to = stream->to;

	from.port++;
	to.port++;
	put_number(packet + 4, stream->ssrc, 4);
	put_number(packet + 8, wire->time_us / 1000000 + UINT64_C(2208988800), 4);
	put_number(packet + 12, wire->time_us % 1000000 * 4294, 4);
	put_number(packet + 16, stream->timestamp, 4);
	put_number(packet + 20, stream->seq, 4);
	put_number(packet + 24, (uint64_t)stream->seq * stream->payload, 4);
	put_number(packet + 28, other->ssrc, 4);
	put_number(packet + 36, (uint64_t)other->seq - 1, 4);
	put_number(packet + 40, 4, 4);
	/* A source description follows, as RFC 3550 6.1 demands of every compound. */
	memcpy(packet + 52, "\x81\xca\x00\x04", 4);
	put_number(packet + 56, stream->ssrc, 4);
	memcpy(packet + 60, "\x01\x08phone@pb\0", 11);
	wire_udp(wire, &from, &to, packet, 72);
}
