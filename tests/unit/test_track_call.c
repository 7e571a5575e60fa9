/*
 * Calls: what one call is, and what ends it. A row is a message, its effect in words:
 * start:ID answer:ID end:ID:HOW:STATUS:Q850:SIDE (0 caller, 1 callee, 2 neither),
 * METHOD:STATUS of a transaction, dialog:STATE, copy for a retransmission.
 */
#include "tests/unit/track_kit.h"

#define A   "192.0.2.1:5060"
#define B   "192.0.2.2:5060"
#define INV "INVITE sip:2005550@b.example"
#define BYE "BYE sip:2005550@192.0.2.2"
#define ACK "ACK sip:2005550@192.0.2.2"

struct step {
	struct kit_message message;
	const char *words;
};

static void run(const struct step *steps, size_t count)
{
	struct kit *kit = kit_new(1 << 22);
	for (size_t i = 0; i < count; i++) {
		if (steps[i].message.line)
			kit_message(kit, &steps[i].message);
		else
			kit_advance(kit, steps[i].message.ms);
		kit_expect(kit, steps[i].words);
	}
	kit_free(kit);
}

#define RUN(steps) run((steps), sizeof(steps) / sizeof((steps)[0]))

static void basic_call(void **state)
{
	(void)state;
	static const struct step STEPS[] = {
	        {{0, A, B, INV, "1 INVITE", "i", "c1", "f", NULL, NULL, "192.0.2.1:4000"},
	                "start:1 "},
	        {{10, B, A, "100", "1 INVITE", "i", "c1", "f"}, ""},
	        {{90, B, A, "180", "1 INVITE", "i", "c1", "f", "t"}, "dialog:1 "},
	        {{900, B, A, "200", "1 INVITE", "i", "c1", "f", "t", NULL,
	                 "192.0.2.2:5000"},
	                "INVITE:200 dialog:2 answer:1 "},
	        {{950, A, B, ACK, "1 ACK", "k", "c1", "f", "t"}, ""},
	        {{11000}, "tick "},
	        {{12000, B, A, BYE, "9 BYE", "y", "c1", "t", "f"}, "dialog:3 "},
	        {{12010, A, B, "200", "9 BYE", "y", "c1", "t", "f"},
	                "BYE:200 end:1:bye:200:16:1 "},
	        {{13000, B, A, BYE, "9 BYE", "y", "c1", "t", "f"}, "copy "},
	        {{13010, A, B, "200", "9 BYE", "y", "c1", "t", "f"}, "copy "},
	        {{100000}, ""},
	};
	RUN(STEPS);
}

static void retransmissions_are_told_and_change_nothing(void **state)
{
	(void)state;
	static const struct step STEPS[] = {
	        {{0, A, B, INV, "1 INVITE", "i", "c1", "f"}, "start:1 "},
	        {{500, A, B, INV, "1 INVITE", "i", "c1", "f"}, "copy "},
	        {{600, B, A, "200", "1 INVITE", "i", "c1", "f", "t"},
	                "INVITE:200 dialog:2 answer:1 "},
	        {{1100, B, A, "200", "1 INVITE", "i", "c1", "f", "t"}, "copy "},
	        {{1200, A, B, ACK, "1 ACK", "k", "c1", "f", "t"}, ""},
	        {{1300, A, B, ACK, "1 ACK", "k", "c1", "f", "t"}, "copy "},
	};
	RUN(STEPS);
}

static void challenge_and_retry_are_one_call(void **state)
{
	(void)state;
	static const char AUTH[] = "Proxy-Authorization: Digest username=\"u\", "
	                           "realm=\"r\", nonce=\"n\", uri=\"sip:b\", "
	                           "response=\"00000000000000000000000000000000\"\r\n";
	static const struct step STEPS[] = {
	        {{0, A, B, INV, "1 INVITE", "i", "c1", "f"}, "start:1 "},
	        {{10, B, A, "407", "1 INVITE", "i", "c1", "f", "x",
	                 "Proxy-Authenticate: Digest realm=\"r\", nonce=\"n\"\r\n"},
	                "INVITE:407 "},
	        {{20, A, B, "ACK sip:2005550@b.example", "1 ACK", "i", "c1", "f", "x"},
	                ""},
	        {{30, A, B, INV, "2 INVITE", "j", "c1", "f", NULL, AUTH}, ""},
	        {{90, B, A, "200", "2 INVITE", "j", "c1", "f", "t"},
	                "INVITE:200 dialog:2 answer:1 "},
	};
	RUN(STEPS);
}

static void challenge_without_retry_ends_rejected(void **state)
{
	(void)state;
	static const struct step STEPS[] = {
	        {{0, A, B, INV, "1 INVITE", "i", "c1", "f"}, "start:1 "},
	        {{10, B, A, "401", "1 INVITE", "i", "c1", "f", "x"}, "INVITE:401 "},
	        {{11000}, "end:1:rejected:401:21:1 "},
	};
	RUN(STEPS);
}

static void forks_are_dialogs_of_one_call(void **state)
{
	(void)state;
	static const struct step STEPS[] = {
	        {{0, A, B, INV, "1 INVITE", "i", "c1", "f"}, "start:1 "},
	        {{10, B, A, "180", "1 INVITE", "i", "c1", "f", "t1"}, "dialog:1 "},
	        {{20, B, A, "180", "1 INVITE", "i", "c1", "f", "t2"}, "dialog:1 "},
	        {{30, B, A, "200", "1 INVITE", "i", "c1", "f", "t2"},
	                "INVITE:200 dialog:2 answer:1 "},
	        {{40, B, A, "200", "1 INVITE", "i", "c1", "f", "t1"}, "dialog:2 "},
	        {{50, A, B, BYE, "2 BYE", "y", "c1", "f", "t1"}, "dialog:3 "},
	        {{60, B, A, "200", "2 BYE", "y", "c1", "f", "t1"}, "BYE:200 "},
	        {{70, A, B, BYE, "3 BYE", "z", "c1", "f", "t2"}, "dialog:3 "},
	        {{80, B, A, "200", "3 BYE", "z", "c1", "f", "t2"},
	                "BYE:200 end:1:bye:200:16:0 "},
	};
	RUN(STEPS);
}

static void cancel_ends_with_487(void **state)
{
	(void)state;
	static const struct step STEPS[] = {
	        {{0, A, B, INV, "1 INVITE", "i", "c1", "f"}, "start:1 "},
	        {{10, B, A, "180", "1 INVITE", "i", "c1", "f", "t"}, "dialog:1 "},
	        {{20, A, B, "CANCEL sip:2005550@b.example", "1 CANCEL", "i", "c1", "f"},
	                ""},
	        {{30, B, A, "200", "1 CANCEL", "i", "c1", "f", "t"}, "CANCEL:200 "},
	        {{40, B, A, "487", "1 INVITE", "i", "c1", "f", "t"},
	                "INVITE:487 end:1:cancel:487:16:0 "},
	};
	RUN(STEPS);
}

static void reject_maps_the_cause(void **state)
{
	(void)state;
	static const struct step STEPS[] = {
	        {{0, A, B, INV, "1 INVITE", "i", "c1", "f"}, "start:1 "},
	        {{10, B, A, "486", "1 INVITE", "i", "c1", "f", "t"},
	                "INVITE:486 end:1:rejected:486:17:1 "},
	        {{20, A, B, INV, "1 INVITE", "i2", "c2", "f"}, "start:2 "},
	        {{30, B, A, "500", "1 INVITE", "i2", "c2", "f", "t",
	                 "Reason: SIP;cause=600, Q.850 ;cause=34\r\n"},
	                "INVITE:500 end:2:rejected:500:34:1 "},
	};
	RUN(STEPS);
}

static void never_answered_times_out(void **state)
{
	(void)state;
	static const struct step STEPS[] = {
	        {{0, A, B, INV, "1 INVITE", "i", "c1", "f"}, "start:1 "},
	        {{33000}, "INVITE:0 "},
	        {{181000}, "end:1:timeout:0:102:2 "},
	};
	RUN(STEPS);
}

static void no_call_is_made_up_from_its_middle(void **state)
{
	(void)state;
	static const struct step STEPS[] = {
	        {{0, B, A, "200", "1 INVITE", "i", "c1", "f", "t"}, ""},
	        {{10, A, B, INV, "2 INVITE", "r", "c1", "f", "t"}, ""},
	        {{20, A, B, BYE, "3 BYE", "y", "c1", "f", "t"}, ""},
	        {{30, B, A, "200", "3 BYE", "y", "c1", "f", "t"}, "BYE:200 "},
	};
	RUN(STEPS);
}

static void refused_bye_lets_the_call_go_on(void **state)
{
	(void)state;
	static const struct step STEPS[] = {
	        {{0, A, B, INV, "1 INVITE", "i", "c1", "f"}, "start:1 "},
	        {{10, B, A, "200", "1 INVITE", "i", "c1", "f", "t"},
	                "INVITE:200 dialog:2 answer:1 "},
	        {{20, A, B, BYE, "2 BYE", "y", "c1", "f", "t"}, "dialog:3 "},
	        {{30, B, A, "403", "2 BYE", "y", "c1", "f", "t"}, "BYE:403 "},
	        {{10040}, "tick "},
	};
	RUN(STEPS);
}

static void hold_early_media_and_refer_are_kept(void **state)
{
	(void)state;
	static const struct kit_message MESSAGES[] = {
	        {0, A, B, INV, "1 INVITE", "i", "c1", "f", NULL, NULL, "192.0.2.1:4000"},
	        {10, B, A, "183", "1 INVITE", "i", "c1", "f", "t", NULL,
	                "192.0.2.2:5000"},
	        {20, B, A, "200", "1 INVITE", "i", "c1", "f", "t", NULL,
	                "192.0.2.2:5000"},
	        {30, A, B, INV, "2 INVITE", "r", "c1", "f", "t", "X-Hold: yes\r\n",
	                "192.0.2.1:4002"},
	        {40, B, A, "200", "2 INVITE", "r", "c1", "f", "t", NULL,
	                "192.0.2.2:5000"},
	        {50, A, B, "REFER sip:2005550@192.0.2.2", "3 REFER", "x", "c1", "f", "t",
	                "Refer-To: <sip:300@b.example>\r\n"},
	        /* The referee calls the target. */
	        {90, B, "192.0.2.9:5060", "INVITE sip:300@b.example", "1 INVITE", "n",
	                "c2", "g"},
	};
	struct kit *kit = kit_new(1 << 22);
	KIT_PLAY(kit, MESSAGES);
	const struct call *call = track_call(kit->track, 1);
	assert_true(call->early_media);
	assert_true(call->held);
	assert_true(call->transferred);
	assert_int_equal(call->reinvites, 1);
	assert_int_equal(call->media_count, 2);
	const struct call *referred = track_call(kit->track, 2);
	assert_int_equal(referred->correlation, call->id);
	assert_int_equal(referred->leg_reasons, LEG_REFER);
	kit_free(kit);
}

static void capture_end_ends_calls_in_order(void **state)
{
	(void)state;
	static const struct kit_message MESSAGES[] = {
	        {0, A, B, INV, "1 INVITE", "i", "c1", "f"},
	        {10, A, B, INV, "1 INVITE", "j", "c2", "g"},
	        {20, B, A, "200", "1 INVITE", "i", "c1", "f", "t"},
	};
	struct kit *kit = kit_new(1 << 22);
	KIT_PLAY(kit, MESSAGES);
	kit_expect(kit, "start:1 start:2 INVITE:200 dialog:2 answer:1 ");
	track_finish(kit->track);
	kit_drain(kit);
	kit_expect(kit, "end:1:capture:200:0:2 end:2:capture:0:0:2 ");
	assert_int_equal(track_counters(kit->track)->calls, 2);
	kit_free(kit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(basic_call),
	        cmocka_unit_test(retransmissions_are_told_and_change_nothing),
	        cmocka_unit_test(challenge_and_retry_are_one_call),
	        cmocka_unit_test(challenge_without_retry_ends_rejected),
	        cmocka_unit_test(forks_are_dialogs_of_one_call),
	        cmocka_unit_test(cancel_ends_with_487),
	        cmocka_unit_test(reject_maps_the_cause),
	        cmocka_unit_test(never_answered_times_out),
	        cmocka_unit_test(no_call_is_made_up_from_its_middle),
	        cmocka_unit_test(refused_bye_lets_the_call_go_on),
	        cmocka_unit_test(hold_early_media_and_refer_are_kept),
	        cmocka_unit_test(capture_end_ends_calls_in_order),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
