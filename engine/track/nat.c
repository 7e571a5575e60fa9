#include "engine/track/nat.h"

#include "engine/decode/sip.h"

bool nat_inside(const struct address *address)
{
	const enum address_scope scope = address_scope(address);
	return scope == ADDRESS_PRIVATE || scope == ADDRESS_SHARED;
}

static unsigned bits_of_contact(const struct sip_message *sip, const struct endpoint *src)
{
	struct address contact;
	if (!sip_uri_ip(&sip->contact.uri, &contact))
		return 0;
	const uint16_t port = sip->contact.uri.port ? sip->contact.uri.port : 5060;
	return (nat_inside(&contact) ? NAT_CONTACT_PRIVATE : 0) |
	       (port != src->port ? NAT_CONTACT_PORT : 0);
}

static unsigned bits_of_media(const struct sdp *sdp, const struct endpoint *src)
{
	const struct address *ip = &sdp->connection_ip;
	if (address_none(ip) && sdp->media_count)
		ip = &sdp->media[0].at.ip;
	if (address_none(ip))
		return 0;
	return (nat_inside(ip) ? NAT_SDP_PRIVATE : 0) |
	       (address_equal(ip, &src->ip) ? 0 : NAT_SDP_DIFFERS);
}

uint16_t nat_bits(const struct message *message)
{
	const struct sip_message *sip = message->sip;
	const struct endpoint *src = &message->datagram->src;
	const uint16_t via_port = sip->via.port ? sip->via.port : 5060;
	unsigned bits = bits_of_contact(sip, src);
	if (!address_none(&sip->via.ip) && !address_equal(&sip->via.ip, &src->ip))
		bits |= NAT_VIA_DIFFERS;
	if (nat_inside(&sip->via.ip))
		bits |= NAT_VIA_PRIVATE;
	if (message->sdp)
		bits |= bits_of_media(message->sdp, src);
	if (via_port != src->port)
		bits |= NAT_PORT_DIFFERS;
	if (message->datagram->transport == TRANSPORT_WS)
		bits |= NAT_WEBSOCKET;
	return (uint16_t)bits;
}

/* How often a text occurs. */
static size_t occurrences(struct slice text, struct slice needle)
{
	size_t count = 0;
	for (;;) {
		const size_t at = slice_find(text, needle);
		if (at >= text.len)
			return count;
		count++;
		text = slice_from(text, at + needle.len);
	}
}

/* The private address that the message still tells, as text: absent when none. */
static struct slice inner_text(const struct sip_message *sip, const struct sdp *sdp)
{
	struct slice call_host = sip->call_id;
	(void)slice_split(&call_host, '@');
	const struct slice texts[] = {sip->contact.uri.host, sip->via.host, call_host,
	        sip->from.uri.host, sdp->origin_host};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct address ip;
		if (slice_present(texts[i]) && address_parse(texts[i], &ip) &&
		        nat_inside(&ip))
			return texts[i];
	}
	return (struct slice){0};
}

bool nat_length_forgotten(const struct message *message)
{
	const struct sip_message *sip = message->sip;
	const struct sdp *sdp = message->sdp;
	struct address outer;
	if (!sdp || sip->content_length < 0 || !slice_present(sip->body))
		return false;
	const struct slice outer_text = sdp->connection.len || !sdp->media_count
	                                        ? sdp->connection
	                                        : sdp->media[0].connection;
	if (!address_parse(outer_text, &outer) || nat_inside(&outer))
		return false;
	const struct slice inner = inner_text(sip, sdp);
	const int64_t grown = (int64_t)outer_text.len - (int64_t)inner.len;
	if (!slice_present(inner) || grown == 0)
		return false;
	/* What stands behind the headers may be more than the length allows for. */
	const struct slice behind = slice_of(
	        sip->body.data, (size_t)(sip->raw.data + sip->raw.len - sip->body.data));
	const int64_t off = (int64_t)behind.len - sip->content_length;
	const int64_t most = (int64_t)occurrences(behind, outer_text);
	return off != 0 && off % grown == 0 && off / grown > 0 && off / grown <= most;
}
