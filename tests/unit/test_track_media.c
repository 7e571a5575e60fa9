/*
 * Offers, answers and the streams that follow them, or come before them.
 */
#include "tests/unit/track_kit.h"

#define A     "192.0.2.1:5060"
#define B     "192.0.2.2:5060"
#define A_RTP "192.0.2.1:4000"
#define B_RTP "192.0.2.2:5000"
#define INV   "INVITE sip:2005550@b.example"

/* count packets of G.711 A-law from a time on, all but those of the gap. */
struct flow {
	uint64_t ms;
	const char *from;
	const char *to;
	uint32_t ssrc;
	uint16_t first;
	uint16_t count;
	uint16_t gap_at;
	uint16_t gap;
};

static void flow(struct kit *kit, const struct flow *flow)
{
	static const char PAYLOAD[160];
	for (uint16_t i = 0; i < flow->count; i++) {
		if (i >= flow->gap_at && i < flow->gap_at + flow->gap)
			continue;
		const struct rtp_packet rtp = {
		        .ssrc = flow->ssrc,
		        .timestamp = 160u * i,
		        .sequence = (uint16_t)(flow->first + i),
		        .payload_type = 8,
		        .payload = slice_of(PAYLOAD, sizeof(PAYLOAD)),
		};
		const struct anomalies none = {0};
		const struct datagram datagram = {
		        .time_us = kit->start_us + (flow->ms + 20u * i) * 1000,
		        .packet = &kit->packet,
		        .src = kit_endpoint(flow->from),
		        .dst = kit_endpoint(flow->to),
		        .payload = rtp.payload,
		};
		const struct message message = {.kind = MESSAGE_RTP,
		        .datagram = &datagram,
		        .anomalies = &none,
		        .rtp = &rtp,
		        .bytes = rtp.payload};
		track_message(kit->track, &message);
		kit_drain(kit);
	}
}

static const struct kit_message OFFER = {
        0, A, B, INV, "1 INVITE", "i", "c1", "f", NULL, NULL, A_RTP};
static const struct kit_message ANSWER = {
        500, B, A, "200", "1 INVITE", "i", "c1", "f", "t", NULL, B_RTP};

static void streams_join_their_call_and_side(void **state)
{
	(void)state;
	struct kit *kit = kit_new(1 << 22);
	kit_message(kit, &OFFER);
	kit_message(kit, &ANSWER);
	flow(kit, &(struct flow){600, A_RTP, B_RTP, 7, 100, 200, 50, 10});
	flow(kit, &(struct flow){5000, B_RTP, A_RTP, 8, 100, 100, 0, 0});
	const struct kit_message bye[] = {
	        {20000, A, B, "BYE sip:b", "2 BYE", "y", "c1", "f", "t"},
	};
	KIT_PLAY(kit, bye);
	const struct kit_message done = {
	        20010, B, A, "200", "2 BYE", "y", "c1", "f", "t"};
	const struct call *call = track_call(kit->track, 1);
	assert_int_equal(call->media_count, 2);
	kit_message(kit, &done);
	assert_int_equal(kit->last_quality[CALL_CALLER].packets, 190);
	assert_int_equal(kit->last_quality[CALL_CALLER].lost, 10);
	assert_true(kit->last_quality[CALL_CALLER].mos_x100 > 100);
	assert_int_equal(kit->last_quality[CALL_CALLEE].packets, 100);
	assert_int_equal(kit->last_quality[CALL_CALLEE].lost, 0);
	kit_free(kit);
}

static void rtp_before_sdp_joins_when_the_offer_comes(void **state)
{
	(void)state;
	struct kit *kit = kit_new(1 << 22);
	kit_message(kit, &OFFER);
	/* The callee talks before its answer, and to an address that is announced. */
	flow(kit, &(struct flow){100, A_RTP, B_RTP, 7, 100, 10, 0, 0});
	kit_message(kit, &ANSWER);
	flow(kit, &(struct flow){600, A_RTP, B_RTP, 7, 110, 10, 0, 0});
	track_finish(kit->track);
	kit_drain(kit);
	assert_int_equal(kit->last_quality[CALL_CALLER].packets, 20);
	kit_free(kit);
}

static void early_media_is_told_by_its_packets(void **state)
{
	(void)state;
	struct kit *kit = kit_new(1 << 22);
	kit_message(kit, &OFFER);
	assert_false(track_call(kit->track, 1)->early_media);
	flow(kit, &(struct flow){100, B_RTP, A_RTP, 7, 100, 10, 0, 0});
	assert_true(track_call(kit->track, 1)->early_media);
	kit_free(kit);
}

static void the_source_behind_a_nat_is_kept_as_seen(void **state)
{
	(void)state;
	struct kit *kit = kit_new(1 << 22);
	kit_message(kit, &OFFER);
	kit_message(kit, &ANSWER);
	flow(kit, &(struct flow){600, "198.51.100.1:61000", B_RTP, 7, 100, 10, 0, 0});
	const struct endpoint nat = kit_endpoint("198.51.100.1:61000");
	const struct call *call = track_call(kit->track, 1);
	const struct media *media = track_media(kit->track, call->media);
	while (media && media->side != CALL_CALLER)
		media = track_media(kit->track, media->next);
	assert_non_null(media);
	assert_true(endpoint_equal(&media->seen, &nat));
	kit_free(kit);
}

static void gaps_in_both_directions_are_the_captures(void **state)
{
	(void)state;
	static const bool BOTH[] = {true, false};
	for (size_t i = 0; i < 2; i++) {
		struct kit *kit = kit_new(1 << 22);
		kit_message(kit, &OFFER);
		kit_message(kit, &ANSWER);
		const struct flow there = {600, A_RTP, B_RTP, 7, 100, 100, 50, 20};
		struct flow back = {600, B_RTP, A_RTP, 8, 100, 100, 50, 20};
		back.gap = BOTH[i] ? 20 : 0;
		flow(kit, &there);
		flow(kit, &back);
		track_finish(kit->track);
		kit_drain(kit);
		assert_int_equal(kit->last_capture_gap, BOTH[i]);
		kit_free(kit);
	}
}

static void sources_that_follow_one_another_sum_up_on_their_side(void **state)
{
	(void)state;
	enum { SOURCES = MEDIA_STREAMS + 2, EACH = 30 };
	struct kit *kit = kit_new(1 << 22);
	kit_message(kit, &OFFER);
	kit_message(kit, &ANSWER);
	for (uint32_t i = 0; i < SOURCES; i++)
		flow(kit, &(struct flow){
		                  600 + i * 700, A_RTP, B_RTP, 7 + i, 100, EACH, 10, 1});
	track_finish(kit->track);
	kit_drain(kit);
	assert_int_equal(kit->last_quality[CALL_CALLER].packets, SOURCES * (EACH - 1));
	assert_int_equal(kit->last_quality[CALL_CALLER].lost, SOURCES);
	assert_true(kit->last_quality[CALL_CALLER].mos_x100 > 100);
	assert_int_equal(kit->last_quality[CALL_CALLEE].packets, 0);
	assert_int_equal(kit->last_quality[CALL_CALLEE].mos_x100, 0);
	kit_free(kit);
}

static const struct kit_message BYE_1[] = {
        {9000, A, B, "BYE sip:b", "2 BYE", "y", "c1", "f", "t"},
        {9010, B, A, "200", "2 BYE", "y", "c1", "f", "t"},
};

static void a_stream_that_outlives_its_call_names_it(void **state)
{
	(void)state;
	struct kit *kit = kit_new(1 << 22);
	kit_message(kit, &OFFER);
	kit_message(kit, &ANSWER);
	flow(kit, &(struct flow){600, A_RTP, B_RTP, 7, 100, 100, 0, 0});
	KIT_PLAY(kit, BYE_1);
	assert_int_equal(kit->last_quality[CALL_CALLER].packets, 100);
	kit_advance(kit, 20000);
	assert_int_equal(kit->last_stream_call, 0);
	kit_advance(kit, 80000);
	assert_int_equal(kit->last_stream_call, 1);
	kit_free(kit);
}

/* A proxy that passes the addresses on: both of its legs have had the packets. */
static void legs_that_share_media_sum_it_up_each(void **state)
{
	(void)state;
	static const struct kit_message HOP[] = {
	        {10, B, "192.0.2.3:5060", INV, "1 INVITE", "j", "c2", "g", NULL, NULL,
	                A_RTP},
	        {490, "192.0.2.3:5060", B, "200", "1 INVITE", "j", "c2", "g", "u", NULL,
	                B_RTP},
	};
	static const struct kit_message BYE_2[] = {
	        {8000, B, "192.0.2.3:5060", "BYE sip:b", "2 BYE", "z", "c2", "g", "u"},
	        {8010, "192.0.2.3:5060", B, "200", "2 BYE", "z", "c2", "g", "u"},
	};
	for (int first = 0; first < 2; first++) {
		struct kit *kit = kit_new(1 << 22);
		kit_message(kit, &OFFER);
		KIT_PLAY(kit, HOP);
		kit_message(kit, &ANSWER);
		flow(kit, &(struct flow){600, A_RTP, B_RTP, 7, 100, 100, 0, 0});
		flow(kit, &(struct flow){2700, B_RTP, A_RTP, 8, 100, 50, 0, 0});
		for (int i = 0; i < 2; i++) {
			memset(kit->last_quality, 0, sizeof(kit->last_quality));
			if (i == first)
				KIT_PLAY(kit, BYE_1);
			else
				KIT_PLAY(kit, BYE_2);
			assert_int_equal(kit->last_quality[CALL_CALLER].packets, 100);
			assert_int_equal(kit->last_quality[CALL_CALLEE].packets, 50);
		}
		kit_advance(kit, 90000);
		assert_int_not_equal(kit->last_stream_call, 0);
		kit_free(kit);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(streams_join_their_call_and_side),
	        cmocka_unit_test(rtp_before_sdp_joins_when_the_offer_comes),
	        cmocka_unit_test(early_media_is_told_by_its_packets),
	        cmocka_unit_test(the_source_behind_a_nat_is_kept_as_seen),
	        cmocka_unit_test(gaps_in_both_directions_are_the_captures),
	        cmocka_unit_test(a_stream_that_outlives_its_call_names_it),
	        cmocka_unit_test(legs_that_share_media_sum_it_up_each),
	        cmocka_unit_test(sources_that_follow_one_another_sum_up_on_their_side),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
