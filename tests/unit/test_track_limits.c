/*
 * Full tables, and which sources are believed to be real.
 */
#include "tests/unit/track_kit.h"

#define A   "192.0.2.1:5060"
#define B   "192.0.2.2:5060"
#define INV "INVITE sip:2005550@b.example"

static bool proven(const struct kit *kit, const char *at)
{
	const struct endpoint endpoint = kit_endpoint(at);
	return track_source_proven(kit->track, &endpoint.ip);
}

static void a_flood_evicts_and_is_told_once_a_second(void **state)
{
	(void)state;
	struct kit *kit = kit_new(1 << 18);
	const struct kit_message kept[] = {
	        {0, A, B, INV, "1 INVITE", "i", "kept", "f"},
	        {1, B, A, "200", "1 INVITE", "i", "kept", "f", "t"},
	};
	KIT_PLAY(kit, kept);
	for (int i = 0; i < 2000; i++) {
		char call[32];
		char from[32];
		snprintf(call, sizeof(call), "flood%d", i);
		snprintf(from, sizeof(from), "198.51.%d.%d:5060", i / 200, i % 200 + 1);
		const struct kit_message message = {
		        2, from, B, INV, "1 INVITE", call, call, call};
		kit_message(kit, &message);
	}
	const struct track_counters *counters = track_counters(kit->track);
	assert_true(counters->evicted_calls > 1000);
	assert_true(counters->evicted_transactions > 1000);
	assert_int_equal(counters->lost_events, 0);
	const char *first = strstr(kit->words, "overload:calls");
	assert_non_null(first);
	assert_null(strstr(first + 1, "overload:calls"));
	/* The answered call outlives the flood. */
	kit->words_len = 0;
	const struct kit_message bye[] = {
	        {9, A, B, "BYE sip:b", "2 BYE", "y", "kept", "f", "t"},
	        {9, B, A, "200", "2 BYE", "y", "kept", "f", "t"},
	};
	KIT_PLAY(kit, bye);
	assert_non_null(strstr(kit->words, "end:1:bye:200"));
	kit_free(kit);
}

static void one_call_id_from_everywhere_stays_bounded(void **state)
{
	(void)state;
	struct kit *kit = kit_new(1 << 20);
	for (int i = 0; i < 100; i++) {
		char from[32];
		snprintf(from, sizeof(from), "198.51.100.%d:5060", i + 1);
		const struct kit_message message = {
		        0, from, B, INV, "1 INVITE", "same", "same", "f"};
		kit_message(kit, &message);
	}
	assert_int_equal(track_counters(kit->track)->calls, LIMIT_CALL_LEGS);
	assert_int_equal(track_counters(kit->track)->limited_legs, 100 - LIMIT_CALL_LEGS);
	kit_free(kit);
}

static void a_source_proven_halfway_keeps_the_lists_whole(void **state)
{
	(void)state;
	struct kit *kit = kit_new(1 << 20);
	const struct kit_message messages[] = {
	        {0, A, B, "OPTIONS sip:b.example", "1 OPTIONS", "z", "lost", "f"},
	        {1, A, B, "OPTIONS sip:b.example", "1 OPTIONS", "o", "probe", "f"},
	        {2, A, B, INV, "1 INVITE", "i", "call", "f"},
	        {3, B, A, "200", "1 INVITE", "i", "call", "f", "t"},
	        {4, A, B, "ACK sip:b", "1 ACK", "a", "call", "f", "t"},
	        {6, A, B, "OPTIONS sip:b.example", "1 OPTIONS", "o", "probe", "f"},
	        {7, B, A, "200", "1 OPTIONS", "o", "probe", "f", "t"},
	        {60000, A, B, "OPTIONS sip:b.example", "2 OPTIONS", "q", "late", "f"},
	};
	KIT_PLAY(kit, messages);
	assert_true(proven(kit, A));
	kit_advance(kit, 300000);
	assert_non_null(strstr(kit->words, "OPTIONS:"));
	kit_free(kit);
}

static void memory_comes_back(void **state)
{
	(void)state;
	struct kit *kit = kit_new(1 << 20);
	for (int i = 0; i < 5000; i++) {
		char call[32];
		snprintf(call, sizeof(call), "c%d", i);
		const uint64_t ms = (uint64_t)i * 100;
		const struct kit_message messages[] = {
		        {ms, A, B, INV, "1 INVITE", call, call, "f", NULL, NULL,
		                "192.0.2.1:4000"},
		        {ms + 1, B, A, "200", "1 INVITE", call, call, "f", "t", NULL,
		                "192.0.2.2:4000"},
		        {ms + 2, A, B, "BYE sip:b", "2 BYE", call, call, "f", "t"},
		        {ms + 3, B, A, "200", "2 BYE", call, call, "f", "t"},
		};
		KIT_PLAY(kit, messages);
		kit->words_len = 0;
	}
	kit_advance(kit, 5000 * 100 + 100000);
	const struct track_counters *counters = track_counters(kit->track);
	assert_int_equal(counters->calls, 5000);
	assert_int_equal(counters->evicted_calls, 0);
	assert_int_equal(counters->text_exhausted, 0);
	assert_int_equal(counters->limited_media, 0);
	kit_free(kit);
}

static void answering_a_challenge_proves_a_source(void **state)
{
	(void)state;
	static const char AUTH[] = "Authorization: Digest username=\"u\", realm=\"r\", "
	                           "nonce=\"%s\", uri=\"sip:b\", response=\"0\"\r\n";
	struct kit *kit = kit_new(1 << 20);
	char good[200];
	char bad[200];
	snprintf(good, sizeof(good), AUTH, "sent");
	snprintf(bad, sizeof(bad), AUTH, "guessed");
	const struct kit_message spoofed[] = {
	        {0, A, B, "REGISTER sip:b", "1 REGISTER", "a", "c", "f"},
	        {1, B, A, "401", "1 REGISTER", "a", "c", "f", "t",
	                "WWW-Authenticate: Digest realm=\"r\", nonce=\"sent\"\r\n"},
	        {2, A, B, "REGISTER sip:b", "2 REGISTER", "b", "c", "f", NULL, bad},
	        /* The nonce went to A, not to this one. */
	        {3, "192.0.2.7:5060", B, "REGISTER sip:b", "2 REGISTER", "b", "c", "f",
	                NULL, good},
	};
	KIT_PLAY(kit, spoofed);
	assert_false(proven(kit, A));
	assert_false(proven(kit, "192.0.2.7:5060"));
	const struct kit_message real = {
	        4, A, B, "REGISTER sip:b", "3 REGISTER", "d", "c", "f", NULL, good};
	kit_message(kit, &real);
	assert_true(proven(kit, A));
	kit_advance(kit, 2 * 3600 * 1000);
	assert_false(proven(kit, A));
	kit_free(kit);
}

static void repeating_a_tag_proves_a_source(void **state)
{
	(void)state;
	struct kit *kit = kit_new(1 << 20);
	const struct kit_message messages[] = {
	        {0, A, B, INV, "1 INVITE", "i", "c", "f"},
	        {1, B, A, "486", "1 INVITE", "i", "c", "f", "sent"},
	        {2, A, B, "ACK sip:b", "1 ACK", "i", "c", "f", "guessed"},
	};
	KIT_PLAY(kit, messages);
	assert_false(proven(kit, A));
	const struct kit_message ack = {
	        3, A, B, "ACK sip:b", "1 ACK", "i", "c", "f", "sent"};
	kit_message(kit, &ack);
	assert_true(proven(kit, A));
	kit_free(kit);
}

static void one_branch_for_all_is_not_one_transaction(void **state)
{
	(void)state;
	struct kit *kit = kit_new(1 << 20);
	const struct kit_message messages[] = {
	        {0, A, B, "OPTIONS sip:1@b", "1 OPTIONS", "same", "c1", "f"},
	        {1, A, B, "OPTIONS sip:2@b", "1 OPTIONS", "same", "c2", "f"},
	        {2, A, B, "OPTIONS sip:2@b", "2 OPTIONS", "same", "c2", "f"},
	        {3, A, B, "OPTIONS sip:2@b", "2 OPTIONS", "same", "c2", "f"},
	};
	KIT_PLAY(kit, messages);
	kit_expect(kit, "copy ");
	assert_int_equal(track_counters(kit->track)->transactions, 3);
	kit_free(kit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(a_flood_evicts_and_is_told_once_a_second),
	        cmocka_unit_test(one_call_id_from_everywhere_stays_bounded),
	        cmocka_unit_test(a_source_proven_halfway_keeps_the_lists_whole),
	        cmocka_unit_test(memory_comes_back),
	        cmocka_unit_test(answering_a_challenge_proves_a_source),
	        cmocka_unit_test(repeating_a_tag_proves_a_source),
	        cmocka_unit_test(one_branch_for_all_is_not_one_transaction),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
