#include <stddef.h>
#include <stdint.h>

#include "engine/base/ensure.h"
#include "engine/decode/rtp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct slice bytes = slice_of(data, size);
	struct anomalies anomalies = {0};
	struct rtp_packet packet;
	if (rtp_parse(bytes, &packet, &anomalies))
		ENSURE(packet.payload.len + packet.padding + packet.extension.len +
		                packet.csrc.len + 12 <=
		        size);
	struct rtp_event event;
	if (rtp_event_parse(bytes, &event, &anomalies))
		(void)rtp_event_digit(event.event);
	return 0;
}
