/*
 * Bindings: what a registrar's answers add, refresh, remove and let expire.
 */
#include "tests/unit/track_kit.h"

#define A   "192.0.2.1:5060"
#define E   "203.0.113.66:5060"
#define R   "192.0.2.9:5060"
#define REG "REGISTER sip:b.example"
#define C1  "Contact: <sip:u@192.0.2.1>"
#define C2  "Contact: <sip:u@203.0.113.66>"

/* A REGISTER and its 200. */
struct exchange {
	uint64_t ms;
	const char *from;
	const char *asked;
	const char *granted; /* NULL = 403 */
	const char *words;
};

static void play(const struct exchange *rows, size_t count)
{
	struct kit *kit = kit_new(1 << 22);
	for (size_t i = 0; i < count; i++) {
		char branch[32];
		char cseq[32];
		snprintf(branch, sizeof(branch), "r%zu", i);
		snprintf(cseq, sizeof(cseq), "%zu REGISTER", i + 1);
		if (!rows[i].from) {
			kit_advance(kit, rows[i].ms);
			kit_expect(kit, rows[i].words);
			continue;
		}
		const struct kit_message ask = {rows[i].ms, rows[i].from, R, REG, cseq,
		        branch, "reg", "f", NULL, rows[i].asked};
		const struct kit_message answer = {rows[i].ms + 1, R, rows[i].from,
		        rows[i].granted ? "200" : "403", cseq, branch, "reg", "f", "t",
		        rows[i].granted};
		kit_message(kit, &ask);
		kit_message(kit, &answer);
		kit_expect(kit, rows[i].words);
	}
	kit_free(kit);
}

#define PLAY(rows) play((rows), sizeof(rows) / sizeof((rows)[0]))

static void register_refresh_unregister(void **state)
{
	(void)state;
	static const struct exchange ROWS[] = {
	        {0, A, C1 "\r\n", NULL, "REGISTER:403 "},
	        {10, A, C1 "\r\nExpires: 60\r\n", C1 ";expires=60\r\n",
	                "REGISTER:200 added:sip:u@192.0.2.1/1 "},
	        {9000, A, C1 "\r\nExpires: 60\r\n", C1 ";expires=60\r\n",
	                "REGISTER:200 refreshed:sip:u@192.0.2.1/1 "},
	        {19000, A, C1 "\r\nExpires: 0\r\n", "",
	                "REGISTER:200 removed:sip:u@192.0.2.1/0 "},
	        {29000, A, C1 "\r\nExpires: 60\r\n", C1 ";expires=60\r\n",
	                "REGISTER:200 added:sip:u@192.0.2.1/1 "},
	        {.ms = 95000, .words = "expired:sip:u@192.0.2.1/0 "},
	};
	PLAY(ROWS);
}

static void another_device_adds_and_wipes(void **state)
{
	(void)state;
	static const struct exchange ROWS[] = {
	        {0, A, C1 "\r\n", C1 ";expires=600\r\n",
	                "REGISTER:200 added:sip:u@192.0.2.1/1 "},
	        {10, E, C2 "\r\n", C1 ";expires=590\r\n" C2 ";expires=600\r\n",
	                "REGISTER:200 added:sip:u@203.0.113.66/2 "},
	        {20, E, "Contact: *\r\nExpires: 0\r\n", "",
	                "REGISTER:200 removed:sip:u@192.0.2.1/0/wiped "
	                "removed:sip:u@203.0.113.66/0/wiped "},
	};
	PLAY(ROWS);
}

static void a_stranger_ends_one_binding(void **state)
{
	(void)state;
	static const struct exchange ROWS[] = {
	        {0, A, C1 "\r\n", C1 ";expires=600\r\n",
	                "REGISTER:200 added:sip:u@192.0.2.1/1 "},
	        {10, E, C1 ";expires=0\r\n", "",
	                "REGISTER:200 removed:sip:u@192.0.2.1/0/wiped "},
	};
	PLAY(ROWS);
}

static void its_own_device_removes_all(void **state)
{
	(void)state;
	static const struct exchange ROWS[] = {
	        {0, A, C1 "\r\n", C1 ";expires=600\r\n",
	                "REGISTER:200 added:sip:u@192.0.2.1/1 "},
	        {10, A, "Contact: *\r\nExpires: 0\r\n", "",
	                "REGISTER:200 removed:sip:u@192.0.2.1/0 "},
	};
	PLAY(ROWS);
}

static void a_query_changes_nothing(void **state)
{
	(void)state;
	static const struct exchange ROWS[] = {
	        {0, A, C1 "\r\n", C1 ";expires=600\r\n",
	                "REGISTER:200 added:sip:u@192.0.2.1/1 "},
	        {10, A, "", C1 ";expires=500\r\n", "REGISTER:200 "},
	};
	PLAY(ROWS);
}

static void what_one_registration_keeps(void **state)
{
	(void)state;
	struct kit *kit = kit_new(1 << 22);
	const struct kit_message messages[] = {
	        {0, A, R, REG, "1 REGISTER", "r1", "reg", "f", NULL,
	                C1 "\r\nUser-Agent: Phone\r\n"},
	        {1, R, A, "200", "1 REGISTER", "r1", "reg", "f", "t",
	                C1 ";expires=600\r\n"},
	        {2, E, R, REG, "2 REGISTER", "r2", "reg", "f", NULL,
	                C2 "\r\nUser-Agent: Tool\r\n"},
	};
	KIT_PLAY(kit, messages);
	const struct kit_message last = {3, R, E, "200", "2 REGISTER", "r2", "reg", "f",
	        "t", C2 ";expires=600\r\n"};
	snprintf(kit->text, sizeof(kit->text), "%s", "");
	kit->words_len = 0;
	kit_message(kit, &last);
	/* The registrar dropped the old one; nobody asked it to. */
	kit_expect(kit, "REGISTER:200 removed:sip:u@192.0.2.1/1 "
	                "added:sip:u@203.0.113.66/1 ");
	kit_free(kit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(register_refresh_unregister),
	        cmocka_unit_test(another_device_adds_and_wipes),
	        cmocka_unit_test(a_stranger_ends_one_binding),
	        cmocka_unit_test(its_own_device_removes_all),
	        cmocka_unit_test(a_query_changes_nothing),
	        cmocka_unit_test(what_one_registration_keeps),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
