/*
 * From lines to pinholes: each line of the caller with each line of the same number of
 * the callees.
 */
#include "nfq-filter/session_inside.h"

enum { CONTROL_RATE = 50 };

uint64_t session_lease_ms(const struct sessions *sessions, const struct session *session)
{
	const struct settings *settings = sessions->settings;
	if (!session->answered)
		return settings->early_ms;
	/* A tenth more than the session timer (RFC 4028 10). */
	return session->expires_s ? session->expires_s * 1100 : settings->lease_ms;
}

static struct use *use_find(
        const struct sessions *sessions, const struct session *session, uint32_t pinhole)
{
	for (uint32_t i = session->uses; i; i = use_at(sessions, i)->next)
		if (use_at(sessions, i)->pinhole == pinhole)
			return use_at(sessions, i);
	return NULL;
}

bool session_use(struct sessions *sessions, struct session *session, uint32_t pinhole)
{
	const uint32_t index = session->use_count < SESSION_USES_MAX
	                               ? slab_take(&sessions->use_slab)
	                               : 0;
	if (!index) {
		sessions->counters.limited++;
		return false;
	}
	*use_at(sessions, index) = (struct use){
	        .next = session->uses, .pinhole = pinhole, .wanted = sessions->round};
	session->uses = index;
	session->use_count++;
	return true;
}

static void want(struct sessions *sessions, struct session *session,
        const struct pinhole_wish *wish)
{
	if (address_none(&wish->to.ip) || address_none(&wish->from) || !wish->to.port ||
	        address_is_v4(&wish->to.ip) != address_is_v4(&wish->from))
		return;
	const uint32_t pinhole = pinhole_take(
	        sessions->pinholes, wish, session_lease_ms(sessions, session));
	if (!pinhole)
		return;
	struct use *use = use_find(sessions, session, pinhole);
	if (use) {
		/* Taken once is enough. */
		pinhole_give(sessions->pinholes, pinhole, sessions->now_us);
		use->wanted = sessions->round;
		return;
	}
	if (!session_use(sessions, session, pinhole))
		pinhole_give(sessions->pinholes, pinhole, sessions->now_us);
}

/* What `to` gets from `from`. */
static void want_way(struct sessions *sessions, struct session *session,
        const struct line *to, const struct line *from)
{
	struct pinhole_wish wish = {
	        .to = to->at,
	        .from = from->from,
	        .from_port = from->at.port,
	        .class = to->raw || from->raw ? PINHOLE_RAW : PINHOLE_RTP,
	        .nat = from->nat,
	        .rate = to->rate > from->rate ? to->rate : from->rate,
	        .call = session->call,
	        .tag = session->tag,
	        .side = to->side,
	        .line = to->number,
	};
	/* Where it really is shows by what it sends: the way there opens with that. */
	if (to->nat)
		return;
	const bool mux = to->mux && from->mux;
	if (mux)
		wish.rate += CONTROL_RATE;
	want(sessions, session, &wish);
	if (mux || !to->control.port)
		return;
	wish.to = to->control;
	wish.control = true;
	wish.rate = CONTROL_RATE;
	wish.from_port = from->control.port;
	if (!from->nat && !address_none(&from->control.ip))
		wish.from = from->control.ip;
	want(sessions, session, &wish);
}

/*
 * Who offers must be ready to receive (RFC 3264 5.1), and who answers may send before its
 * answer has passed the queue. That way alone is open from the offer on, to the offerer's
 * own address, from where the offer went to.
 */
static void want_early(
        struct sessions *sessions, struct session *session, const struct line *offered)
{
	const struct address *peer =
	        &session->ends[offered->side == CALL_CALLER ? CALL_CALLEE : CALL_CALLER];
	if (!offered->offered || offered->candidate ||
	        !address_equal(&offered->at.ip, &session->ends[offered->side]))
		return;
	const struct line answerer = {.from = *peer,
	        .control.ip = *peer,
	        .rate = offered->rate,
	        .mux = offered->mux};
	want_way(sessions, session, offered, &answerer);
}

/* Gives up what this round did not want. */
static void sweep(struct sessions *sessions, struct session *session)
{
	uint32_t *link = &session->uses;
	while (*link) {
		const uint32_t index = *link;
		struct use *use = use_at(sessions, index);
		if (use->wanted == sessions->round) {
			link = &use->next;
			continue;
		}
		*link = use->next;
		pinhole_give(sessions->pinholes, use->pinhole, sessions->now_us);
		slab_give(&sessions->use_slab, index);
		session->use_count--;
	}
}

void session_follow(struct sessions *sessions, uint32_t index)
{
	struct session *session = session_at(sessions, index);
	sessions->round++;
	for (uint32_t i = session->ending ? 0 : session->lines; i;
	        i = line_at(sessions, i)->next) {
		const struct line *caller = line_at(sessions, i);
		if (sessions->settings->before_answer)
			want_early(sessions, session, caller);
		if (caller->side != CALL_CALLER || caller->offered)
			continue;
		for (uint32_t j = session->lines; j; j = line_at(sessions, j)->next) {
			const struct line *callee = line_at(sessions, j);
			if (callee->side != CALL_CALLEE || callee->offered ||
			        callee->number != caller->number)
				continue;
			want_way(sessions, session, caller, callee);
			want_way(sessions, session, callee, caller);
		}
	}
	sweep(sessions, session);
}

void session_renew(struct sessions *sessions, const struct session *session)
{
	const uint64_t lease_ms = session_lease_ms(sessions, session);
	for (uint32_t i = session->uses; i; i = use_at(sessions, i)->next)
		pinhole_renew(sessions->pinholes, use_at(sessions, i)->pinhole, lease_ms);
}

void session_release(struct sessions *sessions, struct session *session)
{
	sessions->round++;
	sweep(sessions, session);
}
