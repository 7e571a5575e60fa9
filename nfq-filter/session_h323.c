/*
 * Calls of H.323: the tracker reads fastStart and logical channels into the media of the
 * call, tunnelled or not; here they become lines of a session like those of SIP.
 */
#include "engine/track/h323.h"
#include "engine/track/track.h"
#include "nfq-filter/session_inside.h"

enum { H323_RATE_DATA = 1000 };

static uint32_t rate_of(const struct sessions *sessions, const struct media *media)
{
	switch ((enum sdp_media_kind)media->kind) {
	case SDP_AUDIO:
		return (uint32_t)sessions->settings->audio_rate;
	case SDP_VIDEO:
		return (uint32_t)sessions->settings->video_rate;
	case SDP_IMAGE:
	case SDP_TEXT:
	case SDP_APPLICATION:
	case SDP_MESSAGE:
	case SDP_OTHER:
		break;
	}
	return H323_RATE_DATA;
}

/* Where one side wants the media of a session (H.245 forwardLogicalChannel…Ack). */
static void line_of(struct sessions *sessions, struct session *session,
        const struct call *call, const struct media *media)
{
	const struct endpoint *signals =
	        media->side == CALL_CALLER ? &call->caller : &call->callee;
	struct line line = {
	        .at = media->at,
	        .control = media->at,
	        .from = address_none(&media->at.ip) ? signals->ip : media->at.ip,
	        .rate = rate_of(sessions, media),
	        .side = media->side,
	        .number = media->line,
	        .raw = media->t38,
	};
	/* The tracker keeps no mediaControlChannel: it is the port behind (RFC 3550 11).
	 */
	line.control.port++;
	(void)line_put(sessions, session, &line);
}

/* The side that has not said yet where it wants its media sends from where it signals. */
static void silent_side(struct sessions *sessions, struct session *session,
        const struct call *call, const struct media *media)
{
	const bool of_caller = media->side == CALL_CALLER;
	for (uint32_t i = session->lines; i; i = line_at(sessions, i)->next)
		if (line_at(sessions, i)->side != media->side &&
		        line_at(sessions, i)->number == media->line)
			return;
	const struct line line = {
	        .from = of_caller ? call->callee.ip : call->caller.ip,
	        .rate = rate_of(sessions, media),
	        .side = of_caller ? CALL_CALLEE : CALL_CALLER,
	        .number = media->line,
	        .raw = media->t38,
	};
	(void)line_put(sessions, session, &line);
}

static void describe(struct sessions *sessions, struct session *session,
        const struct track *track, const struct call *call)
{
	const struct media *media;
	lines_remove(sessions, session, 0);
	for (uint32_t i = call->media; (media = track_media(track, i)); i = media->next)
		line_of(sessions, session, call, media);
	/* Before the answer, an offer alone (fastStart) opens nothing. */
	if (call->state != CALL_ANSWERED)
		return;
	for (uint32_t i = call->media; (media = track_media(track, i)); i = media->next)
		silent_side(sessions, session, call, media);
}

static uint64_t call_hash(const struct sessions *sessions, const struct call *call)
{
	const struct slice id = call_text(call, CALL_TEXT_ID);
	return id.len ? hash_slice(&sessions->hash_key, id)
	              : hash_words(&sessions->hash_key, call->id, call->start_us);
}

void session_h323(
        struct sessions *sessions, const struct track *track, const struct event *event)
{
	const struct call *call = event->call;
	const uint64_t hash = call_hash(sessions, call);
	sessions->now_us = event->time_us;
	wheel_advance(&sessions->wheel, event->time_us);
	/* There is no tag: the call's own name serves for both. */
	uint32_t index = session_of(sessions, hash, hash);
	if (event->kind == EVENT_CALL_END) {
		if (index)
			session_end(sessions, index);
		return;
	}
	if (!index && !call->media)
		return;
	if (!index)
		index = session_begin(sessions, hash, hash, call);
	struct session *session = session_at(sessions, index);
	session->on_hold = call->on_hold;
	describe(sessions, session, track, call);
	session_follow(sessions, index);
	if (call->state == CALL_ANSWERED && !session->answered)
		session_confirm(sessions, index);
	session_changed(sessions, index);
}
