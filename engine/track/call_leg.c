/*
 * Which legs are one call: what joins them, and how sure that is. A leg joins the
 * correlation of the best earlier leg and both remember why.
 */
#include <string.h>

#include "engine/track/h323_state.h"

enum {
	TAIL_DIGITS = 7,
	SCORE_CALL_ID = 100,
	SCORE_REPLACES = 100,
	SCORE_SESSION_ID = 95,
	SCORE_X_CID = 95,
	SCORE_MEDIA = 90,
	SCORE_REFER = 90,
	SCORE_CONFERENCE = 90,
	SCORE_NUMBER_BOTH = 85, /* numbers, and the hops meet at one address */
	SCORE_NUMBER_HOP = 70,
	SCORE_NUMBER_CALLER = 65, /* numbers of both parties */
};

static bool digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

/* The last digits of a number; prefixes and formats differ from leg to leg. */
static struct slice digits_tail(struct slice user, char tail[TAIL_DIGITS])
{
	size_t count = 0;
	for (size_t i = user.len; i > 0 && count < TAIL_DIGITS; i--)
		if (digit(user.data[i - 1]))
			tail[count++] = user.data[i - 1];
	/* A name, or a number too short to tell anything. */
	return count >= 3 ? slice_of(tail, count) : user;
}

uint64_t call_number_hash(const struct track *track, struct slice user)
{
	char tail[TAIL_DIGITS];
	return hash_slice(&track->key, digits_tail(user, tail));
}

/* RFC 7989 5: the sender's UUID is in front of the parameters. */
uint64_t call_session_hash(const struct track *track, struct slice session_id)
{
	return hash_slice(&track->key, slice_trim(slice_split(&session_id, ';')));
}

bool call_numbers_alike(struct slice a, struct slice b)
{
	char tail_a[TAIL_DIGITS];
	char tail_b[TAIL_DIGITS];
	return a.len && b.len &&
	       slice_equal(digits_tail(a, tail_a), digits_tail(b, tail_b));
}

static void join(
        struct call *call, struct call *other, enum call_leg_reason reason, int score)
{
	call->leg_reasons |= (uint8_t)reason;
	other->leg_reasons |= (uint8_t)reason;
	if (score > call->leg_score) {
		call->leg_score = (uint8_t)score;
		if (call->correlation == call->id)
			call->correlation = other->correlation;
	}
	if (score > other->leg_score)
		other->leg_score = (uint8_t)score;
}

static uint32_t find_call_id(
        const struct track *track, struct slice call_id, const struct call *but)
{
	if (!call_id.len)
		return 0;
	const uint64_t hash = hash_slice(&track->key, call_id);
	uint32_t i = chain_first(&track->calls_by_call_id, hash);
	for (int walked = 0; i && walked < LIMIT_CALL_LEGS; walked++) {
		const struct call *call = call_at(track, i);
		if (call != but && slice_equal(call_text(call, CALL_TEXT_ID), call_id))
			return i;
		i = chain_next(&track->calls_by_call_id, i);
	}
	return 0;
}

static void join_call_id(struct track *track, struct call *call, struct slice call_id,
        enum call_leg_reason reason)
{
	const uint32_t other = find_call_id(track, call_id, call);
	if (other)
		join(call, call_at(track, other), reason,
		        reason == LEG_X_CID ? SCORE_X_CID : SCORE_CALL_ID);
}

static void join_session(struct track *track, struct call *call)
{
	struct slice rest = call_text(call, CALL_TEXT_SESSION_ID);
	if (!slice_present(rest))
		return;
	const uint64_t hash = call_session_hash(track, rest);
	const struct slice mine = slice_trim(slice_split(&rest, ';'));
	uint32_t i = chain_first(&track->calls_by_session, hash);
	for (int walked = 0; i && walked < TRACK_LEG_WALK; walked++) {
		struct call *other = call_at(track, i);
		rest = call_text(other, CALL_TEXT_SESSION_ID);
		if (slice_equal_nocase(slice_trim(slice_split(&rest, ';')), mine)) {
			join(call, other, LEG_SESSION_ID, SCORE_SESSION_ID);
			return;
		}
		i = chain_next(&track->calls_by_session, i);
	}
}

static void join_number(struct track *track, struct call *call)
{
	int best = 0;
	struct call *found = NULL;
	const struct slice number = call_text(call, CALL_TEXT_REQUEST_USER);
	const struct slice from = call_text(call, CALL_TEXT_FROM_USER);
	uint32_t i =
	        chain_first(&track->calls_by_number, call_number_hash(track, number));
	for (int walked = 0; i && walked < TRACK_LEG_WALK; walked++) {
		struct call *other = call_at(track, i);
		i = chain_next(&track->calls_by_number, i);
		if (call->start_us - other->start_us > LEG_WINDOW_US ||
		        !call_numbers_alike(
		                number, call_text(other, CALL_TEXT_REQUEST_USER)))
			continue;
		const bool meet = address_equal(&other->callee.ip, &call->caller.ip) &&
		                  !address_equal(&other->caller.ip, &call->caller.ip);
		const bool caller =
		        call_numbers_alike(from, call_text(other, CALL_TEXT_FROM_USER)) &&
		        !endpoint_equal(&other->caller, &call->caller);
		const int score = meet && caller ? SCORE_NUMBER_BOTH
		                  : meet         ? SCORE_NUMBER_HOP
		                  : caller       ? SCORE_NUMBER_CALLER
		                                 : 0;
		if (score > best) {
			best = score;
			found = other;
		}
	}
	if (found)
		join(call, found, LEG_NUMBER, best);
}

static void join_refer(struct track *track, const struct seen *seen)
{
	if (!track->refer_count)
		return;
	const uint64_t target =
	        hash_slice(&track->key, call_text(seen->call, CALL_TEXT_REQUEST_USER));
	for (uint32_t i = 0; i < TRACK_REFERS; i++) {
		struct refer *refer = &track->refers[i];
		if (!refer->call || refer->target != target ||
		        seen->time_us - refer->time_us > REFER_WINDOW_US ||
		        !address_equal(&refer->referee, &seen->datagram->src.ip))
			continue;
		join(seen->call, call_at(track, refer->call), LEG_REFER, SCORE_REFER);
		*refer = (struct refer){0};
		track->refer_count--;
		return;
	}
}

static void join_replaced(struct track *track, const struct seen *seen)
{
	struct slice replaces = sip_value(seen->sip, SIP_HEADER_REPLACES);
	if (!slice_present(replaces))
		return;
	const struct slice call_id = slice_trim(slice_split(&replaces, ';'));
	const uint32_t other = find_call_id(track, call_id, seen->call);
	if (!other)
		return;
	call_at(track, other)->transferred = true;
	join_call_id(track, seen->call, call_id, LEG_REPLACES);
}

void call_leg_conference(struct track *track, uint32_t call)
{
	const struct chain *chain = &track->h323->calls_by_conference;
	static const uint8_t none[16];
	const struct h323_call *mine = h323_call_at(track, call_at(track, call)->h323);
	if (memcmp(mine->conference, none, 16) == 0)
		return;
	uint32_t i = chain_first(chain, mine->conference_hash);
	for (int walked = 0; i && walked < TRACK_LEG_WALK; walked++) {
		const struct h323_call *other = h323_call_at(track, i);
		if (memcmp(other->conference, mine->conference, 16) == 0 &&
		        memcmp(other->identifier, mine->identifier, 16) != 0) {
			join(call_at(track, call), call_at(track, other->call),
			        LEG_CONFERENCE, SCORE_CONFERENCE);
			return;
		}
		i = chain_next(chain, i);
	}
}

void call_leg_started(struct track *track, struct seen *seen)
{
	struct call *call = seen->call;
	join_call_id(track, call, call_text(call, CALL_TEXT_ID), LEG_CALL_ID);
	join_session(track, call);
	join_call_id(track, call, call_text(call, CALL_TEXT_X_CID), LEG_X_CID);
	if (seen->sip)
		join_replaced(track, seen);
	join_refer(track, seen);
	join_number(track, call);
}

void call_leg_media(struct track *track, uint32_t call, uint32_t media)
{
	const struct media *mine = media_at(track, media);
	uint32_t i = chain_next(&track->media_by_address, media);
	for (int walked = 0; i && walked < TRACK_LEG_WALK; walked++) {
		const struct media *other = media_at(track, i);
		if (other->call != call && endpoint_equal(&other->at, &mine->at)) {
			join(call_at(track, call), call_at(track, other->call), LEG_MEDIA,
			        SCORE_MEDIA);
			return;
		}
		i = chain_next(&track->media_by_address, i);
	}
}

void call_leg_referred(struct track *track, const struct seen *seen, struct slice number,
        const struct address *referee)
{
	struct refer *refer = &track->refers[track->refer_next++ % TRACK_REFERS];
	if (!refer->call)
		track->refer_count++;
	*refer = (struct refer){
	        .time_us = seen->time_us,
	        .target = hash_slice(&track->key, number),
	        .call = seen->call_index,
	        .referee = *referee,
	};
}

void call_leg_refer(struct track *track, const struct seen *seen)
{
	struct slice rest = sip_value(seen->sip, SIP_HEADER_REFER_TO);
	struct sip_address target;
	struct anomalies ignored = {0};
	seen->call->transferred = true;
	if (!slice_present(rest) ||
	        !sip_address_parse(sip_list_next(&rest), &target, &ignored))
		return;
	call_leg_referred(track, seen, target.uri.user, &seen->datagram->dst.ip);
}

void call_leg_forget(struct track *track, uint32_t call)
{
	if (!track->refer_count)
		return;
	for (uint32_t i = 0; i < TRACK_REFERS; i++) {
		if (track->refers[i].call != call)
			continue;
		track->refers[i] = (struct refer){0};
		track->refer_count--;
	}
}
