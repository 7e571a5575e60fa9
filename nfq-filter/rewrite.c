#include "nfq-filter/rewrite.h"

#include "nfq-filter/rewrite_inside.h"

enum { PORT_SIP = 5060 };

void rewrite_fail(struct rewrite *rewrite, const char *why)
{
	if (!rewrite->failed)
		rewrite->failed = why;
}

void rewrite_edit(struct rewrite *rewrite, struct slice part, struct slice text)
{
	if (rewrite->count == REWRITE_EDITS || text.len > REWRITE_TEXT) {
		rewrite_fail(rewrite, "too many addresses");
		return;
	}
	struct edit edit = {.at = (uint32_t)(part.data - rewrite->sip->raw.data),
	        .len = (uint32_t)part.len,
	        .text_len = (uint8_t)text.len};
	memcpy(edit.text, text.data, text.len);
	size_t place = rewrite->count++;
	for (; place && rewrite->edits[place - 1].at > edit.at; place--)
		rewrite->edits[place] = rewrite->edits[place - 1];
	rewrite->edits[place] = edit;
}

void rewrite_put_address(
        struct rewrite *rewrite, struct slice part, const struct address *address)
{
	char text[REWRITE_TEXT];
	struct writer out = writer_of(text, sizeof(text));
	writer_address(&out, address);
	rewrite_edit(rewrite, part, writer_text(&out));
}

void rewrite_put_number(struct rewrite *rewrite, struct slice part, uint64_t number)
{
	char text[REWRITE_TEXT];
	struct writer out = writer_of(text, sizeof(text));
	writer_u64(&out, number);
	rewrite_edit(rewrite, part, writer_text(&out));
}

bool rewrite_is_ours(const struct rewrite *rewrite, const struct address *address)
{
	return rewrite->leaving
	               ? nat_is_inner(rewrite->nat, address)
	               : address_equal(address, &rewrite->nat->settings->nat_address);
}

bool rewrite_swap(
        struct rewrite *rewrite, const struct endpoint *from, struct endpoint *to)
{
	if (!rewrite_is_ours(rewrite, &from->ip))
		return false;
	if (!rewrite->leaving)
		return nat_inner(rewrite->nat, from, to);
	if (nat_outer(rewrite->nat, from, to))
		return true;
	rewrite_fail(rewrite, "no outer port is left");
	return false;
}

/* A host, with its port, which may be behind spaces (RFC 3261 25.1, sent-by). */
static void swap_host(
        struct rewrite *rewrite, struct slice host, const struct endpoint *at)
{
	const struct endpoint from = {at->ip, at->port ? at->port : PORT_SIP};
	const char *end = host.data + host.len;
	char text[REWRITE_TEXT];
	struct writer out = writer_of(text, sizeof(text));
	struct endpoint to;
	if (!rewrite_swap(rewrite, &from, &to))
		return;
	while (at->port && (*end < '0' || *end > '9'))
		end++;
	while (at->port && *end >= '0' && *end <= '9')
		end++;
	writer_endpoint(&out, &to);
	rewrite_edit(rewrite, slice_of(host.data, (size_t)(end - host.data)),
	        writer_text(&out));
}

static void swap_uri(struct rewrite *rewrite, const struct sip_uri *uri)
{
	struct endpoint at = {.port = uri->port};
	struct address maddr;
	if (!sip_uri_ip(uri, &at.ip) || !address_is_v4(&at.ip))
		return;
	const struct slice text = sip_parameter(uri->parameters, SLICE("maddr"));
	if (text.len && address_parse(text, &maddr) && rewrite_is_ours(rewrite, &maddr))
		rewrite_fail(rewrite, "a URI with maddr");
	swap_host(rewrite, uri->host, &at);
}

static void swap_addresses(struct rewrite *rewrite, struct slice value)
{
	struct slice item;
	while (slice_present(item = sip_list_next(&value))) {
		struct sip_address address = {0};
		struct anomalies anomalies = {0};
		if (sip_address_parse(item, &address, &anomalies) && !address.star)
			swap_uri(rewrite, &address.uri);
	}
}

/* What a server has added to the sender's own entry (RFC 3261 18.2.1, RFC 3581). */
static void swap_received(
        struct rewrite *rewrite, const struct sip_via *via, struct slice parameters)
{
	struct endpoint at = {.port = via->rport ? via->rport : PORT_SIP}, to;
	if (!via->received.len || !address_parse(via->received, &at.ip) ||
	        !address_is_v4(&at.ip) || !rewrite_swap(rewrite, &at, &to))
		return;
	const struct slice port = sip_parameter(parameters, SLICE("rport"));
	rewrite_put_address(rewrite, via->received, &to.ip);
	if (via->rport && !port.len)
		rewrite_fail(rewrite, "a Via with two rport");
	else if (via->rport)
		rewrite_put_number(rewrite, port, to.port);
}

static void swap_vias(struct rewrite *rewrite, struct slice value)
{
	struct slice item;
	while (slice_present(item = sip_list_next(&value))) {
		struct sip_via via = {0};
		struct anomalies anomalies = {0};
		if (!sip_via_parse(item, &via, &anomalies) || !address_is_v4(&via.ip))
			continue;
		const struct endpoint at = {via.ip, via.port};
		struct slice parameters = item;
		(void)slice_split(&parameters, ';');
		swap_host(rewrite, via.host, &at);
		swap_received(rewrite, &via, parameters);
	}
}

static void swap_header(struct rewrite *rewrite, const struct sip_header *header)
{
	static const uint8_t with_uris[] = {SIP_HEADER_CONTACT, SIP_HEADER_ROUTE,
	        SIP_HEADER_RECORD_ROUTE, SIP_HEADER_PATH, SIP_HEADER_SERVICE_ROUTE,
	        SIP_HEADER_REFER_TO};
	const struct slice value = sip_header_value(rewrite->sip, header);
	if (header->id == SIP_HEADER_VIA)
		swap_vias(rewrite, value);
	for (size_t i = 0; i < sizeof(with_uris); i++)
		if (header->id == with_uris[i])
			swap_addresses(rewrite, value);
}

/* The length of the body once all edits are made, in the header that says it. */
static void fit_length(struct rewrite *rewrite)
{
	const struct sip_message *sip = rewrite->sip;
	const struct slice value = sip_value(sip, SIP_HEADER_CONTENT_LENGTH);
	const size_t body_at = (size_t)(sip->body.data - sip->raw.data);
	size_t bytes = sip->body.len;
	for (size_t i = 0; i < rewrite->count; i++)
		if (rewrite->edits[i].at >= body_at)
			bytes = bytes + rewrite->edits[i].text_len -
			        rewrite->edits[i].len;
	if (slice_present(value) && bytes != sip->body.len)
		rewrite_put_number(rewrite, value, bytes);
}

/* Who speaks through the translation: the inner end, and how the outside knows it. */
static void learn(struct rewrite *rewrite)
{
	const struct view *view = rewrite->view;
	const struct sip_message *sip = rewrite->sip;
	const struct endpoint *inner = rewrite->leaving ? &view->src : &view->dst;
	struct endpoint asked = {.port = sip->request_uri.port};
	nat_learn_flow(rewrite->nat, inner, rewrite->leaving ? &view->dst : &view->src);
	if (!asked.port)
		asked.port = PORT_SIP;
	/* The first packet to an outer address that somebody else's rules lead inside. */
	if (!rewrite->leaving && sip->is_request &&
	        sip_uri_ip(&sip->request_uri, &asked.ip) &&
	        rewrite_is_ours(rewrite, &asked.ip))
		nat_learn(rewrite->nat, inner, &asked);
	if (sip->method == SIP_REGISTER && sip->expires > 0)
		nat_keep(rewrite->nat, inner,
		        rewrite->nat->now_us + (uint64_t)sip->expires * 1000000);
}

enum rewrite_result rewrite_plan(struct rewrite *rewrite)
{
	const struct view *view = rewrite->view;
	const struct sip_message *sip = rewrite->sip;
	const bool from_inside = nat_is_inner(rewrite->nat, &view->src.ip);
	rewrite->count = 0;
	rewrite->failed = NULL;
	rewrite->leaving = from_inside;
	if (from_inside == nat_is_inner(rewrite->nat, &view->dst.ip))
		return REWRITE_NOTHING;
	if (slice_starts_nocase(sip->content_type, SLICE("multipart/signed")) ||
	        sip_header(sip, SIP_HEADER_IDENTITY_INFO))
		rewrite_fail(rewrite, "a signed message");
	learn(rewrite);
	if (sip->is_request && !from_inside)
		swap_uri(rewrite, &sip->request_uri);
	for (unsigned i = 0; i < sip->header_count; i++)
		swap_header(rewrite, &sip->headers[i]);
	if (rewrite->sdp && from_inside)
		rewrite_description(rewrite);
	if (!rewrite->failed)
		fit_length(rewrite);
	if (rewrite->failed)
		return REWRITE_FAILED;
	return rewrite->count ? REWRITE_DONE : REWRITE_NOTHING;
}
