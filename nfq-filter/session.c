#include "nfq-filter/session.h"

#include <stddef.h>

#include "nfq-filter/session_inside.h"

/* Parts of a session each: most calls have one line and two forks at most. */
enum { LINES_EACH = 6, USES_EACH = 8 };

bool sessions_init(struct sessions *sessions, struct memory *memory, uint32_t capacity,
        const struct hash_key *key)
{
	sessions->hash_key = *key;
	if (!slab_init(&sessions->slab, memory, sizeof(struct session), capacity) ||
	        !slab_init(&sessions->line_slab, memory, sizeof(struct line),
	                capacity * LINES_EACH) ||
	        !slab_init(&sessions->use_slab, memory, sizeof(struct use),
	                capacity * USES_EACH) ||
	        !table_init(&sessions->table, memory, capacity))
		return false;
	list_init(&sessions->early, &sessions->slab, offsetof(struct session, idle));
	list_init(&sessions->answered, &sessions->slab, offsetof(struct session, idle));
	list_init(&sessions->changed, &sessions->slab, offsetof(struct session, changed));
	wheel_init(&sessions->wheel, &sessions->slab, offsetof(struct session, timer));
	return true;
}

static struct list *list_of(struct sessions *sessions, const struct session *session)
{
	return session->answered ? &sessions->answered : &sessions->early;
}

void session_free(struct sessions *sessions, uint32_t index)
{
	struct session *session = session_at(sessions, index);
	session_going(sessions, index);
	session_release(sessions, session);
	lines_remove(sessions, session, 0);
	wheel_disarm(&sessions->wheel, index);
	list_remove(list_of(sessions, session), index);
	table_remove(&sessions->table, session->call, index);
	slab_give(&sessions->slab, index);
}

void session_arm(struct sessions *sessions, uint32_t index, uint64_t after_us)
{
	wheel_arm(&sessions->wheel, index, sessions->now_us + after_us);
}

uint32_t session_new(struct sessions *sessions, uint64_t call, uint64_t tag)
{
	if (slab_full(&sessions->slab)) {
		const uint32_t oldest = sessions->early.front ? sessions->early.front
		                                              : sessions->answered.front;
		sessions->counters.evicted++;
		session_free(sessions, oldest);
	}
	const uint32_t index = slab_take(&sessions->slab);
	struct session *session = session_at(sessions, index);
	*session = (struct session){.call = call,
	        .tag = tag,
	        .id = ++sessions->next_id,
	        .media_us = sessions->now_us};
	(void)table_insert(&sessions->table, call, index);
	list_push_back(&sessions->early, index);
	session_arm(sessions, index, sessions->settings->early_ms * 1000);
	return index;
}

static uint64_t text_hash(const struct sessions *sessions, struct slice text)
{
	return text.len ? hash_slice(&sessions->hash_key, text) : 0;
}

/* How well the addresses fit: 2 both, 1 one of them, 0 none. */
static int fit(const struct session *session, const struct datagram *datagram)
{
	const struct address *src = &datagram->src.ip, *dst = &datagram->dst.ip;
	const struct address *caller = &session->ends[CALL_CALLER];
	const struct address *callee = &session->ends[CALL_CALLEE];
	if (session->inherited)
		return 2;
	const int one_way = address_equal(src, caller) + address_equal(dst, callee);
	const int other_way = address_equal(src, callee) + address_equal(dst, caller);
	return one_way > other_way ? one_way : other_way;
}

/* The session of a message, with who sent it. */
static bool session_find(
        const struct sessions *sessions, struct seen *seen, int least_fit)
{
	const struct sip_message *sip = seen->sip;
	const uint64_t call = text_hash(sessions, sip->call_id);
	const uint64_t from = text_hash(sessions, sip->from.tag);
	const uint64_t to = text_hash(sessions, sip->to.tag);
	int best = least_fit - 1;
	struct table_cursor cursor;
	for (uint32_t i = table_first(&sessions->table, call, &cursor); i;
	        i = table_next(&sessions->table, &cursor)) {
		struct session *session = session_at(sessions, i);
		if (session->call != call ||
		        (session->tag != from && (!to || session->tag != to)))
			continue;
		const int fits = fit(session, seen->message->datagram);
		if (fits <= best)
			continue;
		best = fits;
		const bool caller_asks = session->tag == from;
		seen->session = session;
		seen->index = i;
		seen->sender = caller_asks == sip->is_request ? CALL_CALLER : CALL_CALLEE;
		seen->fork = caller_asks ? to : from;
	}
	return seen->session != NULL;
}

static struct seen seen_of(const struct message *message)
{
	return (struct seen){
	        .message = message, .sip = message->sip, .sdp = message->sdp};
}

bool session_known(struct sessions *sessions, const struct message *message)
{
	struct seen seen = seen_of(message);
	return session_find(sessions, &seen, 1);
}

static void offer(struct sessions *sessions, const struct seen *seen)
{
	struct session *session = seen->session;
	lines_offer(sessions, seen);
	session->offering = true;
	session->asked = false;
	session->offer_side = (uint8_t)seen->sender;
	session->offer_cseq = seen->sip->cseq;
	session_follow(sessions, seen->index);
}

static void answer(struct sessions *sessions, const struct seen *seen)
{
	lines_answer(sessions, seen);
	seen->session->on_hold = seen->sdp->hold;
	session_follow(sessions, seen->index);
}

void session_end(struct sessions *sessions, uint32_t index)
{
	struct session *session = session_at(sessions, index);
	if (!session->ending)
		sessions->counters.ends++;
	session->ending = true;
	session_follow(sessions, index);
	session_arm(sessions, index, SESSION_ENDED_US);
}

static void end(struct sessions *sessions, const struct seen *seen)
{
	session_end(sessions, seen->index);
}

/* The call goes on after all. */
static void resume(struct sessions *sessions, const struct seen *seen)
{
	if (!seen->session->ending)
		return;
	seen->session->ending = false;
	session_follow(sessions, seen->index);
	session_arm(sessions, seen->index, sessions->settings->early_ms * 1000);
}

static bool from_its_end(const struct seen *seen)
{
	return address_equal(&seen->message->datagram->src.ip,
	               &seen->session->ends[seen->sender]) ||
	       seen->session->inherited;
}

static void see_bye(struct sessions *sessions, const struct seen *seen)
{
	struct session *session = seen->session;
	if (!from_its_end(seen) && fit(session, seen->message->datagram) < 1)
		return;
	if (session->answered && seen->fork &&
	        lines_other_fork(sessions, session, seen->fork)) {
		lines_remove(sessions, session, seen->fork);
		session_follow(sessions, seen->index);
		return;
	}
	end(sessions, seen);
}

static void see_invite(struct sessions *sessions, struct seen *seen)
{
	struct session *session = seen->session;
	session->invited = true;
	if (!session->answered) {
		/* Anew, with credentials perhaps: what failed is forgotten. */
		session->ending = false;
		session_arm(sessions, seen->index, sessions->settings->early_ms * 1000);
	}
	if (seen->sdp) {
		offer(sessions, seen);
		return;
	}
	session->asked = true;
	session->offer_side = (uint8_t)seen->sender;
	session->offer_cseq = seen->sip->cseq;
}

/* The answer to an offer that came in a response (RFC 3261 13.2.1, RFC 3262 5). */
static bool answers_offer(const struct seen *seen)
{
	const struct session *session = seen->session;
	return session->offering && session->offer_side != (uint8_t)seen->sender;
}

static void see_request(struct sessions *sessions, struct seen *seen)
{
	switch (seen->sip->method) {
	case SIP_INVITE:
		see_invite(sessions, seen);
		return;
	case SIP_BYE:
		see_bye(sessions, seen);
		return;
	case SIP_CANCEL:
		if (!seen->session->answered && from_its_end(seen))
			end(sessions, seen);
		return;
	case SIP_ACK:
	case SIP_PRACK:
		if (seen->sdp && answers_offer(seen)) {
			answer(sessions, seen);
			seen->session->offering = false;
		} else if (seen->sdp && seen->sip->method == SIP_PRACK) {
			offer(sessions, seen);
		}
		return;
	case SIP_UPDATE:
		if (seen->sdp)
			offer(sessions, seen);
		return;
	case SIP_METHOD_NONE:
	case SIP_REGISTER:
	case SIP_OPTIONS:
	case SIP_INFO:
	case SIP_REFER:
	case SIP_MESSAGE:
	case SIP_SUBSCRIBE:
	case SIP_NOTIFY:
	case SIP_PUBLISH:
	case SIP_METHOD_OTHER:
	case SIP_METHOD_COUNT:
		return;
	}
}

static uint64_t expires_of(const struct sip_message *sip)
{
	uint64_t seconds = 0;
	struct slice rest = sip_value(sip, SIP_HEADER_SESSION_EXPIRES);
	if (slice_present(rest))
		(void)slice_to_u64(slice_trim(slice_split(&rest, ';')), &seconds);
	return seconds > 86400 ? 86400 : seconds;
}

void session_confirm(struct sessions *sessions, uint32_t index)
{
	struct session *session = session_at(sessions, index);
	if (!session->answered) {
		list_remove(&sessions->early, index);
		session->answered = true;
		list_push_back(&sessions->answered, index);
	}
	session->media_us = sessions->now_us;
	session_renew(sessions, session);
	const uint64_t idle_us = sessions->settings->idle_ms * 1000;
	const uint64_t lease_us = session_lease_ms(sessions, session) * 1000;
	const uint64_t look_us = idle_us < lease_us / 2 ? idle_us : lease_us / 2;
	session_arm(sessions, index,
	        look_us < SESSION_FIRST_LOOK_US ? look_us : SESSION_FIRST_LOOK_US);
}

static void see_answered(struct sessions *sessions, const struct seen *seen)
{
	struct session *session = seen->session;
	const uint64_t expires_s = expires_of(seen->sip);
	session->invited = false;
	resume(sessions, seen);
	if (!session->answered || expires_s)
		session->expires_s = expires_s;
	session_confirm(sessions, seen->index);
}

/* Descriptions in responses: to an offer, or an offer that was asked for. */
static void see_described(struct sessions *sessions, const struct seen *seen)
{
	struct session *session = seen->session;
	const bool of_the_asker = session->offer_side != (uint8_t)seen->sender &&
	                          session->offer_cseq == seen->sip->cseq;
	if (of_the_asker && session->asked) {
		offer(sessions, seen);
	} else if (of_the_asker && session->offering) {
		answer(sessions, seen);
	} else {
		sessions->counters.unasked++;
	}
}

static void see_failure(struct sessions *sessions, const struct seen *seen)
{
	struct session *session = seen->session;
	if (seen->sip->cseq_method == SIP_BYE) {
		/* Refused, not unknown (RFC 3261 15.1.1): it goes on. */
		if (seen->sip->status != 481 && seen->sip->status != 408)
			resume(sessions, seen);
		return;
	}
	if (session->offer_cseq != seen->sip->cseq)
		return;
	lines_withdraw(sessions, session);
	session->offering = false;
	session->asked = false;
	sessions->counters.refused_offers++;
	if (seen->sip->cseq_method == SIP_INVITE && !session->answered)
		end(sessions, seen);
	else
		session_follow(sessions, seen->index);
}

static void see_response(struct sessions *sessions, struct seen *seen)
{
	const uint16_t status = seen->sip->status;
	const enum sip_method method = seen->sip->cseq_method;
	if (status >= 300) {
		see_failure(sessions, seen);
		return;
	}
	const bool describes =
	        method == SIP_INVITE || method == SIP_UPDATE || method == SIP_PRACK;
	if (seen->sdp && status > 100 && describes)
		see_described(sessions, seen);
	if (method == SIP_INVITE && status >= 200)
		see_answered(sessions, seen);
}

void session_event(struct sessions *sessions, const struct event *event)
{
	struct seen seen = seen_of(event->message);
	const struct sip_message *sip = seen.sip;
	sessions->now_us = event->time_us;
	wheel_advance(&sessions->wheel, event->time_us);
	const bool opening =
	        sip->is_request && sip->method == SIP_INVITE && !sip->to.tag.len;
	const bool found =
	        session_find(sessions, &seen, sip->is_request && !opening ? 1 : 2);
	if (!found && opening && sip->call_id.len) {
		seen.index = session_new(sessions, text_hash(sessions, sip->call_id),
		        text_hash(sessions, sip->from.tag));
		seen.session = session_at(sessions, seen.index);
		seen.session->ends[CALL_CALLER] = event->message->datagram->src.ip;
		seen.session->ends[CALL_CALLEE] = event->message->datagram->dst.ip;
		seen.sender = CALL_CALLER;
	}
	if (!seen.session)
		return;
	list_remove(list_of(sessions, seen.session), seen.index);
	list_push_back(list_of(sessions, seen.session), seen.index);
	if (sip->is_request)
		see_request(sessions, &seen);
	else if (event->transaction || seen.session->inherited || seen.session->carried)
		see_response(sessions, &seen);
	else
		sessions->counters.unasked++;
	session_changed(sessions, seen.index);
}

uint32_t session_of(const struct sessions *sessions, uint64_t call, uint64_t tag)
{
	struct table_cursor cursor;
	uint32_t index = table_first(&sessions->table, call, &cursor);
	while (index && (session_at(sessions, index)->call != call ||
	                        session_at(sessions, index)->tag != tag))
		index = table_next(&sessions->table, &cursor);
	return index;
}

uint32_t session_begin(
        struct sessions *sessions, uint64_t call, uint64_t tag, const struct call *ends)
{
	const uint32_t index = session_new(sessions, call, tag);
	session_at(sessions, index)->ends[CALL_CALLER] = ends->caller.ip;
	session_at(sessions, index)->ends[CALL_CALLEE] = ends->callee.ip;
	return index;
}
