/*
 * Two legs of one call through a B2BUA: by what each pair of them is joined, and which
 * pairs are not.
 */
#include "tests/unit/track_kit.h"

#define A "192.0.2.1:5060"
#define X "192.0.2.5:5060"
#define B "192.0.2.2:5060"

struct row {
	const char *name;
	struct kit_message first;
	struct kit_message second;
	int reasons; /* of the second leg */
	int score;
};

static const struct row ROWS[] = {
        {"same_call_id_on_the_next_hop",
                {0, A, X, "INVITE sip:1@x", "1 INVITE", "i", "c1", "f"},
                {9, X, B, "INVITE sip:2@b", "1 INVITE", "j", "c1", "f"}, LEG_CALL_ID,
                100},
        {"session_id",
                {0, A, X, "INVITE sip:111@x", "1 INVITE", "i", "c1", "f", NULL,
                        "Session-ID: ab30317f1a784dc48ff824d0d3715d86;remote=0\r\n"},
                {9, "192.0.2.6:5060", B, "INVITE sip:222@b", "1 INVITE", "j", "c2", "g",
                        NULL, "Session-ID: ab30317f1a784dc48ff824d0d3715d86\r\n"},
                LEG_SESSION_ID, 95},
        {"x_cid_names_the_other",
                {0, A, X, "INVITE sip:111@x", "1 INVITE", "i", "c1", "f"},
                {9, "192.0.2.6:5060", B, "INVITE sip:222@b", "1 INVITE", "j", "c2", "g",
                        NULL, "X-CID: c1\r\n"},
                LEG_X_CID, 95},
        {"replaces", {0, A, X, "INVITE sip:111@x", "1 INVITE", "i", "c1", "f"},
                {9, "192.0.2.6:5060", B, "INVITE sip:222@b", "1 INVITE", "j", "c2", "g",
                        NULL, "Replaces: c1;to-tag=t;from-tag=f\r\n"},
                LEG_REPLACES, 100},
        {"media_passed_through",
                {0, A, X, "INVITE sip:111@x", "1 INVITE", "i", "c1", "f", NULL, NULL,
                        "192.0.2.1:4000"},
                {9, "192.0.2.6:5060", B, "INVITE sip:222@b", "1 INVITE", "j", "c2", "g",
                        NULL, NULL, "192.0.2.1:4000"},
                LEG_MEDIA, 90},
        {"number_and_meeting_hop",
                {0, A, X, "INVITE sip:+492215550@x", "1 INVITE", "i", "c1", "f"},
                {1500, X, B, "INVITE sip:02215550@b", "1 INVITE", "j", "c2", "g"},
                LEG_NUMBER, 85},
        {"number_too_late",
                {0, A, X, "INVITE sip:+492215550@x", "1 INVITE", "i", "c1", "f"},
                {2500, X, B, "INVITE sip:02215550@b", "1 INVITE", "j", "c2", "g"}, 0, 0},
        {"another_number",
                {0, A, X, "INVITE sip:+492215550@x", "1 INVITE", "i", "c1", "f"},
                {9, X, B, "INVITE sip:02215551@b", "1 INVITE", "j", "c2", "g"}, 0, 0},
};

static void legs(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
		const struct row *row = &ROWS[i];
		struct kit *kit = kit_new(1 << 22);
		kit_message(kit, &row->first);
		kit_message(kit, &row->second);
		const struct call *first = track_call(kit->track, 1);
		const struct call *second = track_call(kit->track, 2);
		if (second->leg_reasons != row->reasons ||
		        second->leg_score != row->score)
			fail_msg("%s: reasons %d score %d", row->name,
			        second->leg_reasons, second->leg_score);
		assert_int_equal(first->leg_reasons, row->reasons);
		assert_int_equal(
		        second->correlation, row->reasons ? first->id : second->id);
		kit_free(kit);
	}
}

static void one_call_id_on_two_hops_ends_leg_by_leg(void **state)
{
	(void)state;
	static const struct kit_message MESSAGES[] = {
	        {0, A, X, "INVITE sip:1@x", "1 INVITE", "i", "c1", "f"},
	        {1, X, B, "INVITE sip:1@b", "1 INVITE", "j", "c1", "f"},
	        {5, B, X, "200", "1 INVITE", "j", "c1", "f", "t"},
	        {6, X, A, "200", "1 INVITE", "i", "c1", "f", "t"},
	        {7, A, X, "BYE sip:1@b", "2 BYE", "y", "c1", "f", "t"},
	        {8, X, B, "BYE sip:1@b", "2 BYE", "z", "c1", "f", "t"},
	        {9, B, X, "200", "2 BYE", "z", "c1", "f", "t"},
	        {10, X, A, "200", "2 BYE", "y", "c1", "f", "t"},
	};
	struct kit *kit = kit_new(1 << 22);
	KIT_PLAY(kit, MESSAGES);
	kit_expect(kit,
	        "start:1 start:2 INVITE:200 dialog:2 answer:2 INVITE:200 dialog:2 "
	        "answer:1 dialog:3 dialog:3 BYE:200 end:2:bye:200:16:0 BYE:200 "
	        "end:1:bye:200:16:0 ");
	kit_free(kit);
}

static void bye_past_the_proxy_ends_both_legs(void **state)
{
	(void)state;
	static const struct kit_message MESSAGES[] = {
	        {0, A, X, "INVITE sip:1@x", "1 INVITE", "i", "c1", "f"},
	        {1, X, B, "INVITE sip:1@b", "1 INVITE", "j", "c1", "f"},
	        {5, B, X, "200", "1 INVITE", "j", "c1", "f", "t"},
	        {6, X, A, "200", "1 INVITE", "i", "c1", "f", "t"},
	        {7, B, A, "BYE sip:1@a", "2 BYE", "y", "c1", "t", "f"},
	        {8, A, B, "200", "2 BYE", "y", "c1", "t", "f"},
	};
	struct kit *kit = kit_new(1 << 22);
	KIT_PLAY(kit, MESSAGES);
	kit_expect(kit,
	        "start:1 start:2 INVITE:200 dialog:2 answer:2 INVITE:200 dialog:2 "
	        "answer:1 dialog:3 BYE:200 end:1:bye:200:16:1 end:2:bye:200:16:1 ");
	kit_free(kit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(legs),
	        cmocka_unit_test(one_call_id_on_two_hops_ends_leg_by_leg),
	        cmocka_unit_test(bye_past_the_proxy_ends_both_legs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
