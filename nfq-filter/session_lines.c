/*
 * Descriptions (SDP) as lines of a session.
 */
#include "nfq-filter/session_inside.h"

enum { RATE_TEXT = 100, RATE_FAX = 200, RATE_DATA = 1000, PORT_WELL_KNOWN = 1023 };

static bool same_party(
        const struct line *line, enum call_side side, uint64_t fork, bool offered)
{
	return line->side == (uint8_t)side && line->offered == offered &&
	       (side == CALL_CALLER || line->fork == fork);
}

static void take_out(struct sessions *sessions, struct session *session, uint32_t *link)
{
	const uint32_t index = *link;
	const struct line *line = line_at(sessions, index);
	*link = line->next;
	line_translation_end(sessions, line);
	slab_give(&sessions->line_slab, index);
	session->line_count--;
}

/* Takes out what one party said, as offered or as agreed on. */
static void remove_of(struct sessions *sessions, struct session *session,
        enum call_side side, uint64_t fork, bool offered)
{
	uint32_t *link = &session->lines;
	while (*link) {
		struct line *line = line_at(sessions, *link);
		if (same_party(line, side, fork, offered))
			take_out(sessions, session, link);
		else
			link = &line->next;
	}
}

void lines_withdraw(struct sessions *sessions, struct session *session)
{
	uint32_t *link = &session->lines;
	while (*link) {
		struct line *line = line_at(sessions, *link);
		if (line->offered)
			take_out(sessions, session, link);
		else
			link = &line->next;
	}
}

void lines_remove(struct sessions *sessions, struct session *session, uint64_t fork)
{
	uint32_t *link = &session->lines;
	while (*link) {
		struct line *line = line_at(sessions, *link);
		if (!fork || (line->side == CALL_CALLEE && line->fork == fork))
			take_out(sessions, session, link);
		else
			link = &line->next;
	}
}

bool lines_other_fork(
        const struct sessions *sessions, const struct session *session, uint64_t fork)
{
	for (uint32_t i = session->lines; i; i = line_at(sessions, i)->next) {
		const struct line *line = line_at(sessions, i);
		if (line->side == CALL_CALLEE && line->fork != fork && !line->offered)
			return true;
	}
	return false;
}

static struct line *add(struct sessions *sessions, struct session *session)
{
	const uint32_t index = session->line_count < SESSION_LINES_MAX
	                               ? slab_take(&sessions->line_slab)
	                               : 0;
	if (!index) {
		sessions->counters.limited++;
		return NULL;
	}
	struct line *line = line_at(sessions, index);
	*line = (struct line){.next = session->lines};
	session->lines = index;
	session->line_count++;
	return line;
}

static bool protocol_is_rtp(const struct sdp_media *media)
{
	return slice_starts_nocase(media->protocol, SLICE("RTP/")) && !media->t38;
}

/* DTLS and STUN share the port with what they protect; fax is no RTP at all. */
static bool media_raw(const struct sdp_media *media)
{
	return !protocol_is_rtp(media) || slice_present(media->fingerprint) ||
	       slice_present(media->ice_ufrag) || media->candidate_count;
}

/* Packets a second: of the shortest packets that the description speaks of. */
static uint32_t media_rate(const struct settings *settings, const struct sdp_media *media)
{
	const uint32_t audio = (uint32_t)settings->audio_rate;
	const uint32_t by_ptime = media->ptime_ms ? 1200u / media->ptime_ms + 1 : 0;
	switch (media->kind) {
	case SDP_AUDIO:
		return by_ptime > audio ? by_ptime : audio;
	case SDP_VIDEO:
		return (uint32_t)settings->video_rate;
	case SDP_IMAGE:
		return RATE_FAX;
	case SDP_TEXT:
		return RATE_TEXT;
	case SDP_APPLICATION:
	case SDP_MESSAGE:
	case SDP_OTHER:
		break;
	}
	return RATE_DATA;
}

/* A private address that the sender's packets do not come from (RFC 4787). */
static bool behind_nat(const struct settings *settings, const struct seen *seen,
        const struct address *said)
{
	const struct address *source = &seen->message->datagram->src.ip;
	const enum address_scope scope = address_scope(said);
	if (!settings->nat || address_equal(said, source) ||
	        (scope != ADDRESS_PRIVATE && scope != ADDRESS_SHARED))
		return false;
	const enum address_scope outside = address_scope(source);
	if (outside != ADDRESS_PRIVATE && outside != ADDRESS_SHARED)
		return true;
	return seen->sip->is_request && address_equal(&seen->sip->via.ip, said) &&
	       !address_equal(&seen->sip->via.ip, source);
}

static bool may_be_media(const struct endpoint *at)
{
	return at->port > PORT_WELL_KNOWN;
}

static void fill(const struct sessions *sessions, const struct seen *seen,
        const struct sdp_media *media, struct line *line)
{
	const struct address *source = &seen->message->datagram->src.ip;
	line->side = (uint8_t)seen->sender;
	line->fork = seen->sender == CALL_CALLEE ? seen->fork : 0;
	line->at = media->at;
	line->control = media->rtcp;
	line->raw = media_raw(media);
	line->mux = media->rtcp_mux;
	line->rate = media_rate(sessions->settings, media);
	line->nat = behind_nat(sessions->settings, seen, &media->at.ip);
	/* On hold (c=0.0.0.0) it sends from where it signals, as far as we can tell. */
	line->from = line->nat || address_none(&media->at.ip) ? *source : media->at.ip;
	if (line->mux || (!media->rtcp.port && !media->t38)) {
		line->control = media->at;
		line->control.port++;
	}
	line_translate(sessions, seen, line);
}

static void candidates(struct sessions *sessions, const struct seen *seen,
        const struct sdp_media *media, const struct line *main)
{
	const struct line model = *main;
	unsigned count = 0;
	for (unsigned i = 0; i < media->candidate_count; i++) {
		const struct sdp_candidate *candidate = &media->candidates[i];
		if (candidate->tcp || address_none(&candidate->at.ip) ||
		        !may_be_media(&candidate->at) ||
		        endpoint_equal(&candidate->at, &model.at))
			continue;
		struct line *line = count++ < SESSION_CANDIDATES_MAX
		                            ? add(sessions, seen->session)
		                            : NULL;
		if (!line)
			return;
		const uint32_t next = line->next;
		*line = model;
		line->next = next;
		line->at = candidate->at;
		line->from = candidate->at.ip;
		line->nat = false;
		line->mux = true;
		line->candidate = true;
		line->control = line->outer = line->outer_control = (struct endpoint){0};
		line_translate(sessions, seen, line);
	}
}

static void describe(struct sessions *sessions, const struct seen *seen, bool offered)
{
	const struct sdp *sdp = seen->sdp;
	for (uint8_t i = 0; i < sdp->media_count; i++) {
		const struct sdp_media *media = &sdp->media[i];
		/* Refused, or a port that no media has: an SMTP server, say. */
		if (!may_be_media(&media->at))
			continue;
		struct line *line = add(sessions, seen->session);
		if (!line)
			return;
		fill(sessions, seen, media, line);
		line->number = i;
		line->offered = offered;
		if (sessions->settings->ice)
			candidates(sessions, seen, media, line);
	}
}

void lines_offer(struct sessions *sessions, const struct seen *seen)
{
	lines_withdraw(sessions, seen->session);
	describe(sessions, seen, true);
	sessions->counters.offers++;
}

void lines_answer(struct sessions *sessions, const struct seen *seen)
{
	struct session *session = seen->session;
	const enum call_side asker = (enum call_side)session->offer_side;
	bool waiting = false;
	for (uint32_t i = session->lines; i; i = line_at(sessions, i)->next)
		waiting |= line_at(sessions, i)->offered;
	if (waiting) {
		/* A callee that offers anew has a fork of its own. */
		const uint64_t fork = asker == CALL_CALLEE ? seen->fork : 0;
		remove_of(sessions, session, asker, fork, false);
		for (uint32_t i = session->lines; i; i = line_at(sessions, i)->next)
			line_at(sessions, i)->offered = false;
	}
	remove_of(sessions, session, seen->sender, seen->fork, false);
	describe(sessions, seen, false);
	sessions->counters.answers++;
}

bool line_put(
        struct sessions *sessions, struct session *session, const struct line *model)
{
	struct line *line = add(sessions, session);
	if (!line)
		return false;
	const uint32_t next = line->next;
	*line = *model;
	line->next = next;
	line_translation_begin(sessions, line);
	return true;
}

bool lines_restore(struct sessions *sessions, struct session *session,
        const struct line *lines, uint32_t count)
{
	while (count--)
		if (!line_put(sessions, session, &lines[count]))
			return false;
	return true;
}
