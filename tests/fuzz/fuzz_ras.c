/*
 * The first byte chooses between a RAS datagram and the payload of an H.245 TPKT.
 */
#include <stdint.h>

#include "tests/fuzz/h323_kit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct h323_decoder *decoder = h323_kit_decoder();

	if (size == 0)
		return 0;
	if (data[0] & 1)
		h323_control_parse(decoder, slice_of(data + 1, size - 1));
	else
		h323_ras_parse(decoder, slice_of(data + 1, size - 1));
	h323_kit_check(&decoder->message);
	return 0;
}
