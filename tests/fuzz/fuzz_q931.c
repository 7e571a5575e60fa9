/*
 * A Q.931 message with all that is nested in it. Whatever comes: the elements lie inside
 * the message, the tape is well formed over all its roots, and each PDU names a node.
 */
#include <stdint.h>

#include "engine/base/ensure.h"
#include "tests/fuzz/h323_kit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void elements_check(
        const struct q931_message *q931, const uint8_t *data, size_t size)
{
	ENSURE(q931->element_count <= LIMIT_Q931_ELEMENTS);
	for (uint32_t i = 0; i < q931->element_count; i++) {
		const uint8_t *at = (const uint8_t *)q931->elements[i].content.data;
		ENSURE(at >= data && at + q931->elements[i].content.len <= data + size);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct h323_decoder *decoder = h323_kit_decoder();

	if (h323_call_parse(decoder, slice_of(data, size)))
		elements_check(&decoder->q931, data, size);
	h323_kit_check(&decoder->message);
	return 0;
}
