/*
 * Whether a message inside a call, or one that names a call, comes from where it may. The
 * path of a call is its two hosts and those that Contact and Record-Route named: from
 * them come all requests of the dialog (RFC 3261 12.2). Where a name stands among them
 * the path is open, and nobody is a stranger to it.
 */
#include <string.h>

#include "engine/track/state.h"

enum { NEAR_V4_BITS = 120, NEAR_V6_BITS = 64 };

/* Names that nobody looks up: a browser has no address to give (RFC 7118 5). */
static bool means_nobody(struct slice host)
{
	const struct slice invalid = SLICE(".invalid");
	return !host.len || slice_ends(host, invalid);
}

static const uint32_t *path_of(const struct call *call)
{
	return (const void *)texts_slice(call->texts, call->path).data;
}

static uint32_t mark_of(const struct track *track, const struct address *ip)
{
	return (uint32_t)hash_address(&track->key, ip);
}

static bool is_end(const struct call *call, const struct address *ip)
{
	return address_equal(&call->caller.ip, ip) || address_equal(&call->callee.ip, ip);
}

/* A mark is part of a keyed hash: nobody can choose an address that has another's. */
static bool on_leg(
        const struct track *track, const struct call *call, const struct address *ip)
{
	if (is_end(call, ip) || call->path_open)
		return true;
	const uint32_t mark = mark_of(track, ip);
	const uint32_t *path = path_of(call);
	for (uint8_t i = 0; i < call->path_count; i++)
		if (!memcmp(&path[i], &mark, sizeof(mark)))
			return true;
	return false;
}

static bool on_path(
        const struct track *track, const struct call *call, const struct address *ip)
{
	if (on_leg(track, call, ip))
		return true;
	uint32_t i = chain_first(&track->calls_by_call_id, call->hash);
	for (int legs = 0; i && legs < LIMIT_CALL_LEGS; legs++) {
		const struct call *leg = call_at(track, i);
		if (leg->hash == call->hash && on_leg(track, leg, ip))
			return true;
		i = chain_next(&track->calls_by_call_id, i);
	}
	return false;
}

static void path_add(struct track *track, struct call *call, const struct sip_uri *uri)
{
	struct address ip;
	uint32_t marks[CALL_PATH];
	if (!sip_uri_ip(uri, &ip)) {
		call->path_open |= !means_nobody(uri->host);
		return;
	}
	if (on_leg(track, call, &ip))
		return;
	if (call->path_count == CALL_PATH) {
		call->path_open = true;
		return;
	}
	if (call->path_count)
		memcpy(marks, path_of(call), call->path_count * sizeof(*marks));
	marks[call->path_count] = mark_of(track, &ip);
	if (text_put(track, call, &call->path,
	            slice_of(marks, (call->path_count + 1u) * sizeof(*marks))))
		call->path_count++;
	else
		call->path_open = true;
}

void dialog_path_learn(struct track *track, const struct seen *seen)
{
	const struct sip_message *sip = seen->sip;
	const struct sip_header *header = sip_header(sip, SIP_HEADER_RECORD_ROUTE);
	struct anomalies ignored = {0};
	if (seen->odd.off_path || (!sip->is_request && sip->status >= 300))
		return;
	if (sip->contact.uri.host.len)
		path_add(track, seen->call, &sip->contact.uri);
	for (; header; header = sip_header_next(sip, header)) {
		struct slice rest = sip_header_value(sip, header);
		struct slice value;
		struct sip_address route;
		while (slice_present(value = sip_list_next(&rest)))
			if (sip_address_parse(value, &route, &ignored))
				path_add(track, seen->call, &route.uri);
	}
}

/* How far the number is from the highest of this side, either way. */
static void judge_cseq(struct seen *seen)
{
	const struct sip_message *sip = seen->sip;
	if (seen->side == CALL_NEITHER || seen->retransmission ||
	        sip->method == SIP_ACK || sip->method == SIP_CANCEL)
		return;
	uint32_t *highest = &seen->call->cseq[seen->side];
	if (*highest && sip->cseq < *highest)
		seen->odd.cseq_behind = *highest - sip->cseq;
	else if (*highest)
		seen->odd.cseq_ahead = sip->cseq - *highest;
	if (sip->cseq > *highest && !seen->odd.off_path)
		*highest = sip->cseq;
}

static bool near(const struct address *a, const struct address *b)
{
	const struct network around = {
	        .ip = *a, .prefix = address_is_v4(a) ? NEAR_V4_BITS : NEAR_V6_BITS};
	return network_contains(&around, b);
}

/* A host that this call, or another with the same number, has to do with. */
static bool has_part(
        const struct track *track, const struct call *call, const struct address *ip)
{
	if (on_path(track, call, ip))
		return true;
	for (uint32_t i = call->media; i; i = media_at(track, i)->next)
		if (near(&media_at(track, i)->at.ip, ip))
			return true;
	return false;
}

static bool number_has_part(
        const struct track *track, const struct call *call, const struct address *ip)
{
	const struct slice number = call_text(call, CALL_TEXT_REQUEST_USER);
	const struct chain *chain = &track->calls_by_number;
	uint32_t i = chain_first(chain, call_number_hash(track, number));
	for (int walked = 0; i && walked < TRACK_LEG_WALK; walked++) {
		if (has_part(track, call_at(track, i), ip))
			return true;
		i = chain_next(chain, i);
	}
	return has_part(track, call, ip);
}

/* Media is to go to a host that nobody has heard of, but by this message. */
static bool moves_media(const struct track *track, const struct seen *seen)
{
	const struct sip_message *sip = seen->sip;
	const struct sdp *sdp = seen->message->sdp;
	if (!sdp || !sdp->media_count || sdp->hold ||
	        !(sip->method == SIP_INVITE || sip->method == SIP_UPDATE))
		return false;
	const struct sdp_media *media = &sdp->media[0];
	const struct address *ip = &media->at.ip;
	return media->at.port && !media->candidate_count && !address_none(ip) &&
	       !address_equal(ip, &seen->datagram->src.ip) &&
	       !number_has_part(track, seen->call, ip) && !track_source_proven(track, ip);
}

/* RFC 3261 9.1: a CANCEL has the branch of its INVITE. */
static bool cancels_nothing(const struct track *track, const struct seen *seen)
{
	const struct sip_message *sip = seen->sip;
	const struct call *call = seen->call;
	return sip->method == SIP_CANCEL && call->state < CALL_ANSWERED &&
	       sip->via.branch.len && call->invite_branch &&
	       sip->cseq == call->invite_cseq &&
	       address_equal(&call->caller.ip, &seen->datagram->src.ip) &&
	       address_equal(&call->callee.ip, &seen->datagram->dst.ip) &&
	       call->invite_branch != hash_slice(&track->key, sip->via.branch);
}

static bool was_referred(const struct track *track, const struct seen *seen)
{
	for (uint32_t i = 0; i < TRACK_REFERS && track->refer_count; i++) {
		const struct refer *refer = &track->refers[i];
		if (refer->call && seen->time_us - refer->time_us <= REFER_WINDOW_US &&
		        address_equal(&refer->referee, &seen->datagram->src.ip))
			return true;
	}
	return false;
}

/* Whether the sender is registered, with the server that it sends to, from where it is.
 */
static bool is_registered(const struct track *track, const struct seen *seen)
{
	const struct sip_uri *aor = &seen->sip->from.uri;
	const struct endpoint *registrar = &seen->datagram->dst;
	const uint64_t hash = registration_hash(track, aor, registrar);
	const uint32_t index = registration_find(track, aor, registrar, hash);
	return index &&
	       registration_binds(registration_at(track, index), &seen->datagram->src.ip);
}

/* RFC 3891, RFC 3911: takes the place of a call, or joins one, that it has no part in. */
static bool replaces_others(const struct track *track, const struct seen *seen)
{
	const struct sip_message *sip = seen->sip;
	struct slice rest = sip_value(sip, SIP_HEADER_REPLACES);
	if (!slice_present(rest))
		rest = sip_value(sip, SIP_HEADER_JOIN);
	if (!slice_present(rest))
		return false;
	const struct slice call_id = slice_trim(slice_split(&rest, ';'));
	uint32_t i =
	        chain_first(&track->calls_by_call_id, hash_slice(&track->key, call_id));
	for (int walked = 0; i && walked < LIMIT_CALL_LEGS; walked++) {
		const struct call *call = call_at(track, i);
		if (slice_equal(call_text(call, CALL_TEXT_ID), call_id))
			return !on_path(track, call, &seen->datagram->src.ip) &&
			       !was_referred(track, seen) && !is_registered(track, seen);
		i = chain_next(&track->calls_by_call_id, i);
	}
	return false;
}

/* The last host of a preloaded Route, or maddr: where a server would send it on to. */
static struct address sent_on_to(const struct sip_message *sip)
{
	struct address ip = {{0}};
	struct anomalies ignored = {0};
	const struct sip_header *header = sip_header(sip, SIP_HEADER_ROUTE);
	struct slice value = sip_parameter(sip->request_uri.parameters, SLICE("maddr"));
	(void)address_parse(value, &ip);
	for (; header; header = sip_header_next(sip, header)) {
		struct slice rest = sip_header_value(sip, header);
		struct sip_address route;
		while (slice_present(value = sip_list_next(&rest)))
			if (sip_address_parse(value, &route, &ignored))
				(void)sip_uri_ip(&route.uri, &ip);
	}
	return ip;
}

static bool relays(const struct track *track, const struct seen *seen)
{
	const struct address ip = sent_on_to(seen->sip);
	return !address_none(&ip) && !address_equal(&ip, &seen->datagram->dst.ip) &&
	       !address_equal(&ip, &seen->datagram->src.ip) &&
	       !is_registered(track, seen);
}

/* A server that the device, or its registrations, know nothing of. */
static bool notifies_unasked(const struct track *track, const struct seen *seen)
{
	struct address registrar;
	return seen->sip->method == SIP_NOTIFY &&
	       proof_registrar(track, &seen->datagram->dst.ip, &registrar) &&
	       !address_equal(&registrar, &seen->datagram->src.ip);
}

void dialog_judge_request(struct track *track, struct seen *seen)
{
	const struct sip_message *sip = seen->sip;
	const bool inside = sip->to.tag.len != 0;
	if (seen->call && inside) {
		seen->odd.off_path = !on_path(track, seen->call, &seen->datagram->src.ip);
		judge_cseq(seen);
		seen->odd.moves_media = moves_media(track, seen);
	} else if (seen->call) {
		seen->odd.cancels_nothing = cancels_nothing(track, seen);
	} else if (!inside && !seen->retransmission) {
		seen->odd.replaces_others = replaces_others(track, seen);
		seen->odd.notifies_unasked = notifies_unasked(track, seen);
	}
	if (!inside && sip->method != SIP_REGISTER && !seen->retransmission)
		seen->odd.relays = relays(track, seen);
}

void dialog_judge_response(const struct track *track, struct seen *seen)
{
	const struct call *call = seen->call;
	const struct datagram *datagram = seen->datagram;
	/* The caller's own requests are answered by whom it sent them to. */
	seen->odd.off_path = seen->side == CALL_CALLEE && seen->sip->status >= 200 &&
	                     address_equal(&datagram->dst.ip, &call->caller.ip) &&
	                     !on_path(track, call, &datagram->src.ip);
}
