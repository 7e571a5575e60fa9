/*
 * The addresses of a session description (RFC 8866, RFC 3605, RFC 8839) that leaves. In
 * what enters, an outer address of ours stays: its media goes through this router both
 * ways.
 */
#include "nfq-filter/rewrite_inside.h"

/* Where in the description the line at hand is. */
struct description {
	struct rewrite *rewrite;
	int media; /* index of the m= line, -1 = before the first */
};

/* The words of a line, one after the other; absent behind the last. */
static struct slice word(struct slice *rest)
{
	while (rest->len && rest->data[0] == ' ')
		*rest = slice_from(*rest, 1);
	return rest->len ? slice_split(rest, ' ') : (struct slice){NULL, 0};
}

static void words_skip(struct slice *rest, unsigned count)
{
	while (count--)
		(void)word(rest);
}

static bool is_inner(const struct description *at, struct slice text, struct address *ip)
{
	return address_parse(text, ip) && address_is_v4(ip) &&
	       rewrite_is_ours(at->rewrite, ip);
}

/* "IN IP4 a.b.c.d", of c=, at the end of o= and of a=rtcp. */
static void connection(const struct description *at, struct slice rest)
{
	struct address ip;
	words_skip(&rest, 2);
	struct slice text = word(&rest);
	text = slice_first(text, slice_index(text, '/'));
	if (is_inner(at, text, &ip))
		rewrite_put_address(
		        at->rewrite, text, &at->rewrite->nat->settings->nat_address);
}

static const struct sdp_media *media_of(const struct description *at)
{
	const struct sdp *sdp = at->rewrite->sdp;
	if (at->media >= 0 && at->media < sdp->media_count)
		return &sdp->media[at->media];
	if (at->media >= 0)
		rewrite_fail(at->rewrite, "more media than are read");
	return NULL;
}

/* "kind port[/count] protocol …" */
static void media_line(const struct description *at, struct slice rest)
{
	const struct sdp_media *media = media_of(at);
	struct endpoint to;
	words_skip(&rest, 1);
	const struct slice port = word(&rest);
	if (!media || !media->at.port || !rewrite_is_ours(at->rewrite, &media->at.ip))
		return;
	if (slice_starts_nocase(media->protocol, SLICE("TCP")))
		rewrite_fail(at->rewrite, "media over TCP");
	if (media->port_count > 1)
		rewrite_fail(at->rewrite, "a range of ports");
	if (rewrite_swap(at->rewrite, &media->at, &to))
		rewrite_put_number(at->rewrite, port, to.port);
}

/* "port [IN IP4 a.b.c.d]" */
static void rtcp_line(const struct description *at, struct slice rest)
{
	const struct sdp_media *media = media_of(at);
	const struct slice number = word(&rest);
	uint64_t port = 0;
	struct endpoint from, to;
	if (!media || !slice_to_u64(number, &port))
		return;
	/* Under rtcp-mux the description counts as having the port of RTP. */
	from = (struct endpoint){media->rtcp.ip, (uint16_t)port};
	if (!rewrite_swap(at->rewrite, &from, &to))
		return;
	rewrite_put_number(at->rewrite, number, to.port);
	connection(at, rest);
}

/* An address and a port in a candidate. */
static void candidate_end(
        const struct description *at, struct slice address, struct slice number)
{
	struct endpoint from, to;
	uint64_t port = 0;
	if (!is_inner(at, address, &from.ip) || !slice_to_u64(number, &port))
		return;
	from.port = (uint16_t)port;
	if (!rewrite_swap(at->rewrite, &from, &to))
		return;
	rewrite_put_address(at->rewrite, address, &to.ip);
	rewrite_put_number(at->rewrite, number, to.port);
}

/* "foundation component transport priority address port typ kind [raddr a rport p] …" */
static void candidate_line(const struct description *at, struct slice rest)
{
	struct address ip;
	words_skip(&rest, 2);
	const bool udp = slice_equal_nocase(word(&rest), SLICE("UDP"));
	words_skip(&rest, 1);
	const struct slice address = word(&rest), number = word(&rest);
	if (!udp && is_inner(at, address, &ip))
		rewrite_fail(at->rewrite, "a candidate over TCP");
	candidate_end(at, address, number);
	for (struct slice name = word(&rest); slice_present(name); name = word(&rest)) {
		if (!slice_equal_nocase(name, SLICE("raddr")))
			continue;
		const struct slice related = word(&rest);
		words_skip(&rest, 1);
		candidate_end(at, related, word(&rest));
	}
}

static void line(struct description *at, struct slice text)
{
	const struct slice rtcp = SLICE("rtcp:"), candidate = SLICE("candidate:");
	struct slice rest = slice_from(text, 2);
	if (slice_starts(text, SLICE("m="))) {
		at->media++;
		media_line(at, rest);
	} else if (slice_starts(text, SLICE("c="))) {
		connection(at, rest);
	} else if (slice_starts(text, SLICE("o="))) {
		words_skip(&rest, 3);
		connection(at, rest);
	} else if (slice_starts(text, SLICE("a="))) {
		if (slice_starts_nocase(rest, rtcp))
			rtcp_line(at, slice_from(rest, rtcp.len));
		else if (slice_starts_nocase(rest, candidate))
			candidate_line(at, slice_from(rest, candidate.len));
	}
}

void rewrite_description(struct rewrite *rewrite)
{
	struct description at = {rewrite, -1};
	const struct slice body = rewrite->sip->body;
	struct slice rest = rewrite->sdp->raw;
	const size_t before = (size_t)(rest.data - body.data);
	/* A part of several may say its own length, which nobody needs it to. */
	if (before > body.len || slice_find_nocase(slice_first(body, before),
	                                 SLICE("content-length")) < before) {
		rewrite_fail(rewrite, "a body in parts that have lengths");
		return;
	}
	while (slice_present(rest)) {
		struct slice text = slice_split(&rest, '\n');
		if (text.len && text.data[text.len - 1] == '\r')
			text.len--;
		line(&at, text);
	}
}
