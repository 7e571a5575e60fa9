/*
 * Messages between pages that nobody may touch: directly behind the one before, and
 * directly in front of the one behind. A decoder that reads one octet outside of its
 * message ends the program, with or without sanitizers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "engine/decode/h323_inside.h"

enum { PAGE = 4096, LINE = 32768, MEMORY = 4 << 20, MUTANTS = 8 };

struct guard {
	char *page; /* one that may be read between two that may not */
	struct h323_decoder decoder;
	uint32_t random; /* of mutations; a constant at first */
};

static void decode_all(struct guard *guard, char kind, struct slice bytes)
{
	struct h323_decoder *decoder = &guard->decoder;

	switch (kind) {
	case 'R':
		h323_ras_parse(decoder, bytes);
		break;
	case 'H':
		h323_control_parse(decoder, bytes);
		break;
	case 'O':
		(void)per_decode(PER_TYPE_OpenLogicalChannel, bytes, &decoder->tape);
		break;
	default:
		(void)per_decode(PER_TYPE_H323_UserInformation, bytes, &decoder->tape);
		(void)h323_call_parse(decoder, bytes);
		break;
	}
	assert_true(decoder->tape.count <= decoder->tape.size);
}

static void at_both_ends(struct guard *guard, char kind, const uint8_t *bytes, size_t len)
{
	char *const places[] = {guard->page, guard->page + PAGE - len};

	for (size_t i = 0; i < 2; i++) {
		memcpy(places[i], bytes, len);
		decode_all(guard, kind, slice_of(places[i], len));
	}
}

/* The message, its first parts, and some with an octet changed. */
static void torment(struct guard *guard, char kind, uint8_t *bytes, size_t len)
{
	at_both_ends(guard, kind, bytes, len);
	for (size_t part = 0; part < len && part < 16; part++)
		at_both_ends(guard, kind, bytes, len * part / 16);
	for (unsigned i = 0; i < MUTANTS && len; i++) {
		guard->random = guard->random * 1664525u + 1013904223u;
		size_t at = (guard->random >> 8) % len;
		uint8_t kept = bytes[at];
		bytes[at] = (uint8_t)(guard->random >> 24);
		at_both_ends(guard, kind, bytes, len);
		bytes[at] = kept;
	}
}

/* "> ROOT hex" as bytes in the line's place; their count, 0 for other lines. */
static size_t line_parse(char *line, uint8_t *bytes)
{
	char *hex = strncmp(line, "> ", 2) == 0 ? strchr(line + 2, ' ') : NULL;
	size_t len = 0;

	for (char *at = hex ? hex + 1 : line; hex && at[0] > ' ' && at[1] > ' ';
	        at += 2) {
		const char digits[3] = {at[0], at[1], '\0'};
		bytes[len++] = (uint8_t)strtoul(digits, NULL, 16);
	}
	return len;
}

static void guard_init(struct guard *guard)
{
	static _Alignas(64) uint8_t region[MEMORY];
	struct memory memory = {.base = region, .bytes = sizeof(region)};
	char *pages = mmap(NULL, 3 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_true(pages != MAP_FAILED);
	assert_int_equal(mprotect(pages + PAGE, PAGE, PROT_READ | PROT_WRITE), 0);
	guard->page = pages + PAGE;
	assert_true(h323_init(&guard->decoder, &memory));
}

static void test_vectors(void **state)
{
	static struct guard guard = {.random = 1};
	static char line[LINE];
	static uint8_t bytes[LINE / 2];
	FILE *file = fopen(SOURCE_DIR "/tests/golden/per_vectors.txt", "r");
	size_t count = 0;
	(void)state;

	assert_non_null(file);
	guard_init(&guard);
	while (fgets(line, sizeof(line), file)) {
		size_t len = line_parse(line, bytes);
		if (!len || len > PAGE)
			continue;
		torment(&guard, line[2], bytes, len);
		count++;
	}
	(void)fclose(file);
	assert_true(count > 1000);
	assert_int_equal(munmap(guard.page - PAGE, 3 * PAGE), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_vectors),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
