#include <stddef.h>
#include <stdint.h>

#include "engine/base/ensure.h"
#include "engine/decode/stun.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct slice bytes = slice_of(data, size);
	struct anomalies anomalies = {0};
	struct stun_message packet;
	if (stun_parse(bytes, &packet, &anomalies))
		ENSURE(packet.username.len + packet.software.len < size);
	return 0;
}
