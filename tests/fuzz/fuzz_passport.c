/* Values of Identity: what is read lies in the text or in the memory for it. */
#include <stdint.h>

#include "engine/base/ensure.h"
#include "engine/decode/passport.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool within(struct slice text, const void *from, size_t len)
{
	const char *start = from;
	return text.data >= start && text.data + text.len <= start + len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct passport_memory memory;
	static struct passport_whole whole;
	struct passport passport;
	const bool fine = passport_parse(slice_of(data, size), &memory, &passport);

	ENSURE(fine == (passport.fault == PASSPORT_NONE));
	ENSURE(passport.dest_count <= LIMIT_PASSPORT_DESTS);
	for (unsigned i = 0; i < passport.dest_count; i++)
		ENSURE(within(passport.dest[i], &memory, sizeof(memory)));
	if (fine && !passport.compact)
		ENSURE(within(passport.signed_text, data, size) && passport.orig.len &&
		        passport.iat_s >= 0);
	if (fine && passport.compact)
		passport_complete(&passport, &whole, slice_of("1", 1), slice_of("2", 1),
		        passport_date(slice_of(data, size)) + 1);
	ENSURE(!slice_present(passport.signed_text) ||
	        within(passport.signed_text, data, size) ||
	        within(passport.signed_text, &whole, sizeof(whole)));
	return 0;
}
