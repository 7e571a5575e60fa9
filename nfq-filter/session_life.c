/*
 * How long sessions live, and how they come from a run before.
 */
#include "nfq-filter/session_inside.h"

static uint64_t packets_of(struct sessions *sessions, const struct session *session)
{
	uint64_t packets = 0;
	for (uint32_t i = session->uses; i; i = use_at(sessions, i)->next)
		packets +=
		        pinhole_packets(sessions->pinholes, use_at(sessions, i)->pinhole);
	return packets;
}

enum { ONE_WAY_PACKETS = 250 };

/* Five seconds of voice to one side, and nothing to the other. */
static void look_at_both_ways(struct sessions *sessions, struct session *session,
        const struct session_watcher *watcher)
{
	uint64_t packets[2] = {0, 0};
	bool open[2] = {false, false};
	for (uint32_t i = session->uses; i; i = use_at(sessions, i)->next) {
		const uint32_t at = use_at(sessions, i)->pinhole;
		const struct pinhole *pinhole = pinhole_at(sessions->pinholes, at);
		if (pinhole->wish.control)
			continue;
		open[pinhole->wish.side] = true;
		packets[pinhole->wish.side] += pinhole_packets(sessions->pinholes, at);
	}
	for (unsigned side = 0; side < 2; side++) {
		if (session->one_way_told || session->on_hold || session->foreign ||
		        !open[0] || !open[1] || packets[side] ||
		        packets[!side] < ONE_WAY_PACKETS)
			continue;
		session->one_way_told = true;
		watcher->one_way(watcher->context, session, (enum call_side)side);
	}
}

/* Why an answered session is over; NULL: it goes on. */
static const char *over(struct sessions *sessions, struct session *session)
{
	const uint64_t packets = packets_of(sessions, session);
	/* Who sees the media of a foreign one says so as often as we look at ours. */
	const uint64_t idle_us =
	        sessions->settings->idle_ms * (session->foreign ? 2500 : 1000);
	if (packets != session->packets) {
		session->packets = packets;
		session->media_us = sessions->now_us;
		session->foreign = false;
	}
	if (session->on_hold || sessions->now_us - session->media_us < idle_us)
		return NULL;
	return "idle";
}

static void due(
        struct sessions *sessions, uint32_t index, const struct session_watcher *watcher)
{
	struct session *session = session_at(sessions, index);
	const char *why = NULL;
	if (session->ending)
		why = "ended";
	else if (!session->answered)
		why = "unanswered";
	else
		why = over(sessions, session);
	if (!why) {
		look_at_both_ways(sessions, session, watcher);
		if (!session->expires_s)
			session_renew(sessions, session);
		if (!session->foreign)
			session_changed(sessions, index);
		session_arm(sessions, index, sessions->settings->idle_ms * 1000);
		return;
	}
	sessions->counters.idle += !session->ending;
	watcher->ended(watcher->context, session, why);
	session_free(sessions, index);
}

void sessions_advance(
        struct sessions *sessions, uint64_t now_us, const struct session_watcher *watcher)
{
	uint32_t index;
	sessions->now_us = now_us;
	wheel_advance(&sessions->wheel, now_us);
	while ((index = wheel_expired(&sessions->wheel)) != 0)
		due(sessions, index, watcher);
}

void session_inherit(
        struct sessions *sessions, uint32_t pinhole, const struct pinhole_wish *wish)
{
	uint32_t index = session_of(sessions, wish->call, wish->tag);
	if (!index) {
		index = session_new(sessions, wish->call, wish->tag);
		struct session *session = session_at(sessions, index);
		session->inherited = true;
		list_remove(&sessions->early, index);
		session->answered = true;
		list_push_back(&sessions->answered, index);
		session_arm(sessions, index, sessions->settings->idle_ms * 1000);
	}
	sessions->round++;
	if (!session_use(sessions, session_at(sessions, index), pinhole))
		pinhole_give(sessions->pinholes, pinhole, sessions->now_us);
}

/* What another program knew of it. */
static void take_state(struct session *session, const struct session *saved)
{
	session->carried = true;
	session->inherited = saved->inherited;
	session->ends[0] = saved->ends[0];
	session->ends[1] = saved->ends[1];
	session->offer_cseq = saved->offer_cseq;
	session->offer_side = saved->offer_side;
	session->offering = saved->offering;
	session->asked = saved->asked;
	session->invited = saved->invited;
	session->ending = saved->ending;
	session->on_hold = saved->on_hold;
	session->expires_s = saved->expires_s;
	session->told = saved->told;
}

uint32_t session_restore(struct sessions *sessions, const struct session *saved,
        const struct line *lines, uint32_t count)
{
	uint32_t index = session_of(sessions, saved->call, saved->tag);
	if (!index && slab_full(&sessions->slab))
		return 0;
	if (!index)
		index = session_new(sessions, saved->call, saved->tag);
	struct session *session = session_at(sessions, index);
	take_state(session, saved);
	if (saved->answered && !session->answered) {
		list_remove(&sessions->early, index);
		session->answered = true;
		list_push_back(&sessions->answered, index);
	}
	if (saved->answered)
		session_arm(sessions, index, sessions->settings->idle_ms * 1000);
	if (saved->ending)
		session_arm(sessions, index, SESSION_ENDED_US);
	lines_remove(sessions, session, 0);
	return lines_restore(sessions, session, lines, count) ? index : 0;
}

/* Whether it signals, or sends media, from there. */
static bool comes_from(const struct sessions *sessions, const struct session *session,
        const struct network *network)
{
	if (network_contains(network, &session->ends[0]) ||
	        network_contains(network, &session->ends[1]))
		return true;
	for (uint32_t i = session->lines; i; i = line_at(sessions, i)->next)
		if (network_contains(network, &line_at(sessions, i)->from))
			return true;
	return false;
}

uint32_t sessions_end_of(struct sessions *sessions, const struct network *network)
{
	struct list *const lists[] = {&sessions->early, &sessions->answered};
	uint32_t count = 0;
	for (size_t i = 0; i < 2; i++) {
		for (uint32_t at = lists[i]->front; at;
		        at = list_link_of(lists[i], at)->next) {
			const struct session *session = session_at(sessions, at);
			if (session->ending || !comes_from(sessions, session, network))
				continue;
			session_end(sessions, at);
			count++;
		}
	}
	return count;
}
