#include "engine/decode/tpkt.h"
#include "engine/decode/q931.h"
#include "engine/limits.h"

enum { REFERENCE_LEN_MAX = 15 };

static size_t length_at(struct slice bytes, size_t at)
{
	const uint8_t *data = (const uint8_t *)bytes.data + at;
	return (size_t)data[2] << 8 | data[3];
}

enum tpkt_result tpkt_read(struct slice bytes, struct slice *payload, size_t *consumed)
{
	const uint8_t *data = (const uint8_t *)bytes.data;

	*payload = (struct slice){0};
	*consumed = 0;
	if (bytes.len && data[0] != TPKT_VERSION)
		return TPKT_NO_VERSION;
	if (bytes.len < TPKT_HEADER)
		return TPKT_INCOMPLETE;
	const size_t len = length_at(bytes, 0);
	if (len < TPKT_HEADER)
		return TPKT_NO_LENGTH;
	if (len > bytes.len)
		return len > LIMIT_TPKT ? TPKT_HUGE : TPKT_INCOMPLETE;
	*consumed = len;
	*payload = slice_of(bytes.data + TPKT_HEADER, len - TPKT_HEADER);
	return len == TPKT_HEADER ? TPKT_EMPTY : TPKT_COMPLETE;
}

/* What stands at an offset, as far as it is there, is the head of a TPKT of Q.931. */
static bool q931_head(struct slice bytes, size_t at)
{
	const uint8_t *data = (const uint8_t *)bytes.data + at;
	const size_t len = bytes.len - at;

	if (data[0] != TPKT_VERSION || (len > 1 && data[1] != 0))
		return false;
	if (len >= TPKT_HEADER && length_at(bytes, at) < TPKT_HEADER + 4)
		return false;
	if (len > TPKT_HEADER && data[TPKT_HEADER] != Q931_DISCRIMINATOR)
		return false;
	return len <= TPKT_HEADER + 1 || data[TPKT_HEADER + 1] <= REFERENCE_LEN_MAX;
}

size_t tpkt_find_q931(struct slice bytes, size_t from)
{
	for (size_t at = from; at < bytes.len; at++)
		if (q931_head(bytes, at))
			return at;
	return bytes.len;
}

size_t tpkt_find_chain(struct slice bytes, size_t from)
{
	for (size_t at = from; at < bytes.len; at++) {
		const struct slice rest = slice_of(bytes.data + at, bytes.len - at);
		if (rest.data[0] != TPKT_VERSION)
			continue;
		if (rest.len < TPKT_HEADER)
			return at;
		const size_t len = length_at(rest, 0);
		if (rest.data[1] != 0 || len < TPKT_HEADER || len > LIMIT_TPKT)
			continue;
		if (len >= rest.len || rest.data[len] == TPKT_VERSION)
			return at;
	}
	return bytes.len;
}
