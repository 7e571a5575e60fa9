#include <stddef.h>
#include <stdint.h>

#include "engine/base/ensure.h"
#include "engine/decode/rtcp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct slice bytes = slice_of(data, size);
	struct anomalies anomalies = {0};
	struct rtcp_report packet;
	if (rtcp_parse(bytes, &packet, &anomalies))
		ENSURE(packet.block_count <= LIMIT_RTCP_REPORTS &&
		        packet.packet_count <= LIMIT_RTCP_PACKETS);
	return 0;
}
