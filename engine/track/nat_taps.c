/*
 * One request at two places of capture: inside a router and outside of it. A router that
 * only translates addresses passes the message on as it is; a helper in it (ALG) rewrites
 * it, and what it rewrites by halves is told. The newest requests that went from inside
 * to outside are kept; a proxy between them would send to another address.
 */
#include "engine/track/nat.h"
#include "engine/track/state.h"

enum { TAPS_APART_US = 2000000 };

static bool one_hop(const struct sip_message *sip)
{
	const struct sip_header *via = sip_header(sip, SIP_HEADER_VIA);
	struct slice rest;
	if (!via || sip_header_next(sip, via))
		return false;
	rest = sip_header_value(sip, via);
	(void)sip_list_next(&rest);
	return !slice_present(sip_list_next(&rest));
}

static uint64_t host_hash(const struct track *track, struct slice host, uint16_t port)
{
	return hash_words(&track->key, hash_slice(&track->key, host), port);
}

static struct nat_tap tap_of(const struct track *track, const struct seen *seen)
{
	const struct sip_message *sip = seen->sip;
	const struct sdp *sdp = seen->message->sdp;
	const struct sip_uri *contact = &sip->contact.uri;
	struct nat_tap tap = {
	        .time_us = seen->time_us,
	        .src = seen->datagram->src,
	        .dst = seen->datagram->dst,
	        .branch = hash_slice(&track->key, sip->via.branch),
	        .via = host_hash(track, sip->via.host, sip->via.port),
	        .contact_host = hash_slice(&track->key, contact->host),
	        .contact_port = contact->port,
	        .max_forwards = sip->max_forwards,
	};
	tap.request = hash_words(&track->key,
	        seen->call_id_hash ^ hash_slice(&track->key, sip->from.tag),
	        (uint64_t)sip->cseq << 8 | sip->method);
	if (sdp && sdp->media_count)
		tap.media = hash_endpoint(&track->key, &sdp->media[0].at);
	return tap;
}

/* What was changed between the two; NULL when nothing, or all of it alike. */
static const char *mangled(const struct nat_tap *in, const struct nat_tap *out)
{
	const bool via = in->via != out->via;
	const bool contact = in->contact_host != out->contact_host;
	const bool media = in->media != out->media;
	if (in->branch != out->branch)
		return "branch";
	if (!via && !contact && in->contact_port != out->contact_port)
		return "contact-port";
	if (contact != via)
		return contact ? "contact-only" : "via-only";
	if (in->media && media != contact)
		return media ? "media-only" : "all-but-media";
	return NULL;
}

const char *nat_taps_request(struct track *track, const struct seen *seen)
{
	const struct endpoint *src = &seen->datagram->src;
	const bool inside = nat_inside(&src->ip);
	if (seen->retransmission || nat_inside(&seen->datagram->dst.ip))
		return NULL;
	if (inside && one_hop(seen->sip)) {
		track->taps[track->tap_next++ % NAT_TAPS] = tap_of(track, seen);
		track->tap_us = seen->time_us;
		return NULL;
	}
	if (inside || !track->tap_us || seen->time_us > track->tap_us + TAPS_APART_US ||
	        !one_hop(seen->sip))
		return NULL;
	const struct nat_tap out = tap_of(track, seen);
	for (uint32_t i = 0; i < NAT_TAPS; i++) {
		const struct nat_tap *in = &track->taps[i];
		if (in->request == out.request && in->max_forwards == out.max_forwards &&
		        endpoint_equal(&in->dst, &out.dst) &&
		        out.time_us <= in->time_us + TAPS_APART_US)
			return mangled(in, &out);
	}
	return NULL;
}
