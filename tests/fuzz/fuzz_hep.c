#include <stddef.h>
#include <stdint.h>

#include "engine/base/ensure.h"
#include "engine/frame/hep.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was read is written and read again: the same message. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char bytes[HEP_BYTES_MAX + 256];
	struct writer out = writer_of(bytes, sizeof(bytes));
	struct hep hep;
	struct hep again;

	if (!hep_read(slice_of(data, size), &hep))
		return 0;
	ENSURE(hep.payload.len < size);
	/* Two families, or a time of several chunks, have no way back. */
	if (address_is_v4(&hep.src.ip) != address_is_v4(&hep.dst.ip) ||
	        hep.time_us / 1000000 > UINT32_MAX)
		return 0;
	hep_write(&out, &hep);
	if (out.truncated)
		return 0;
	ENSURE(hep_read(writer_text(&out), &again));
	ENSURE(slice_equal(hep.payload, again.payload));
	ENSURE(endpoint_equal(&hep.src, &again.src) && hep.time_us == again.time_us);
	return 0;
}
