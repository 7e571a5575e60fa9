/*
 * Which call a message belongs to. Call-ID and the caller's tag name the call, the
 * addresses its leg: a call that passes a proxy is seen once on each side of it.
 */
#include "engine/track/state.h"

enum { WALK_MAX = 4 * LIMIT_CALL_LEGS };

/* The side that sent the message, by the tags; CALL_NEITHER: not of this call. */
static enum call_side sender(const struct call *call, const struct seen *seen)
{
	const struct sip_message *sip = seen->sip;
	const struct address *src = &seen->datagram->src.ip;
	const struct slice tag = call_text(call, CALL_TEXT_FROM_TAG);
	bool by_caller;
	if (!tag.len && !sip->from.tag.len)
		return address_equal(src, &call->caller.ip) ? CALL_CALLER : CALL_CALLEE;
	if (slice_equal(sip->from.tag, tag))
		by_caller = true;
	else if (tag.len && slice_equal(sip->to.tag, tag))
		by_caller = false;
	else
		return CALL_NEITHER;
	return by_caller == sip->is_request ? CALL_CALLER : CALL_CALLEE;
}

static int likeness(const struct endpoint *a, const struct endpoint *b)
{
	if (!address_equal(&a->ip, &b->ip))
		return 0;
	return a->port == b->port ? 3 : 2;
}

/* How well the addresses fit: 0 to 6, plus one; 0 = cannot be. */
static int fit(const struct call *call, const struct seen *seen, enum call_side side)
{
	const bool from_caller = side == CALL_CALLER;
	const struct endpoint *src = from_caller ? &call->caller : &call->callee;
	const struct endpoint *dst = from_caller ? &call->callee : &call->caller;
	const int at_src = likeness(src, &seen->datagram->src);
	const int at_dst = likeness(dst, &seen->datagram->dst);
	const struct sip_message *sip = seen->sip;
	const bool opening =
	        sip->is_request && sip->method == SIP_INVITE && !sip->to.tag.len;
	/* A first INVITE on another hop is another leg; only its source port may vary. */
	if (opening && (!from_caller || !at_src || at_dst < 3))
		return 0;
	return at_src + at_dst + 1;
}

/* The callee's tag, wherever the message has it. */
static struct slice callee_tag(const struct seen *seen)
{
	const bool asked_by_caller = (seen->side == CALL_CALLER) == seen->sip->is_request;
	return asked_by_caller ? seen->sip->to.tag : seen->sip->from.tag;
}

static void judge_tags(struct track *track, struct seen *seen)
{
	const struct call *call = seen->call;
	const struct address *src = &seen->datagram->src.ip;
	if (!seen->sip->is_request || !seen->sip->to.tag.len)
		return;
	if (seen->side == CALL_CALLER && seen->dialog &&
	        address_equal(src, &call->caller.ip))
		proof_tag_echoed(track, seen);
	if (seen->side == CALL_CALLEE && address_equal(src, &call->callee.ip))
		proof_tag_echoed(track, seen);
}

void call_find(struct track *track, struct seen *seen)
{
	int best = 0;
	uint32_t i = chain_first(&track->calls_by_call_id, seen->call_id_hash);
	for (int walked = 0; i && walked < WALK_MAX; walked++) {
		struct call *call = call_at(track, i);
		enum call_side side = CALL_NEITHER;
		if (slice_equal(call_text(call, CALL_TEXT_ID), seen->sip->call_id))
			side = sender(call, seen);
		const int score = side == CALL_NEITHER ? 0 : fit(call, seen, side);
		if (score >= best && score > 0) {
			best = score;
			seen->call = call;
			seen->call_index = i;
			seen->side = side;
		}
		i = chain_next(&track->calls_by_call_id, i);
	}
	if (!seen->call)
		return;
	seen->dialog = dialog_find(track, seen->call, callee_tag(seen));
	judge_tags(track, seen);
}
