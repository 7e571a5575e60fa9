/* Session descriptions. */
#include <stdint.h>

#include "engine/base/ensure.h"
#include "engine/decode/sdp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct sdp sdp;
	struct anomalies anomalies = {{0}};
	(void)sdp_parse(slice_of(data, size), &sdp, &anomalies);
	ENSURE(sdp.media_count <= LIMIT_SDP_MEDIA);
	for (unsigned i = 0; i < sdp.media_count; i++) {
		ENSURE(sdp.media[i].payload_count <= LIMIT_SDP_PAYLOADS);
		ENSURE(sdp.media[i].candidate_count <= LIMIT_SDP_CANDIDATES);
	}
	return 0;
}
