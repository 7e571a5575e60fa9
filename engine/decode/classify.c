#include "engine/decode/classify.h"
#include "engine/decode/scan.h"
#include "engine/decode/sip.h"

enum {
	STUN_HEADER = 20,
	DTLS_HEADER = 13,
	RTP_HEADER = 12,
	RTCP_HEADER = 8,
	RTCP_TYPE_MIN =
	        192, /* of the second byte: with RTP it would be 64 to 95 with marker */
	RTCP_TYPE_MAX = 223,
	RAS_LEN_MIN = 3,
	RAS_ROOT_MAX = 24, /* the last alternative of the root: unknownMessageResponse */
	RAS_EXTENSION_MAX = 0x8f, /* eight are known; some more may come */
};

static bool blank(struct slice bytes)
{
	for (size_t i = 0; i < bytes.len; i++) {
		char c = bytes.data[i];
		if (c != 0 && c != '\r' && c != '\n')
			return false;
	}
	return true;
}

/* The magic cookie, or the length of a message of RFC 3489. */
static bool stun_header(const uint8_t *p, size_t len)
{
	static const uint8_t cookie[] = {0x21, 0x12, 0xa4, 0x42};
	if (len < STUN_HEADER || p[0] > 3)
		return false;
	if (memcmp(p + 4, cookie, sizeof(cookie)) == 0)
		return true;
	size_t length = (size_t)p[2] << 8 | p[3];
	unsigned type = (unsigned)p[0] << 8 | p[1];
	bool classic = type == 0x0001 || type == 0x0101 || type == 0x0111;
	return classic && length + STUN_HEADER == len;
}

/* Content type 20 to 26 and version 1.0 or 1.2, complemented (RFC 6347 4.1). */
static bool dtls_header(const uint8_t *p, size_t len)
{
	return len >= DTLS_HEADER && p[0] >= 20 && p[0] <= 26 && p[1] == 0xfe &&
	       (p[2] == 0xff || p[2] == 0xfd);
}

static enum payload_class rtp_class(const uint8_t *p, size_t len)
{
	if (len >= RTCP_HEADER && p[1] >= RTCP_TYPE_MIN && p[1] <= RTCP_TYPE_MAX) {
		size_t words = (size_t)p[2] << 8 | p[3];
		if ((words + 1) * 4 <= len)
			return CLASS_RTCP;
	}
	return len >= RTP_HEADER ? CLASS_RTP : CLASS_OTHER;
}

/*
 * The choice of RasMessage: an index of five bits; or an extension's of six behind two
 * bits, and then the length of an open type, which must be what is left.
 */
static bool ras_header(const uint8_t *p, size_t len)
{
	if (len < RAS_LEN_MIN)
		return false;
	if (!(p[0] & 0x80))
		return (p[0] >> 2 & 31) <= RAS_ROOT_MAX;
	if (p[0] > RAS_EXTENSION_MAX)
		return false;
	if (p[1] < 0x80)
		return p[1] + 2U == len;
	return p[1] < 0xc0 && ((size_t)(p[1] & 0x3f) << 8 | p[2]) + 3 == len;
}

/* A method and nothing else: what port scanners send to see who answers. */
static bool method_alone(struct slice bytes)
{
	enum { LONGEST = 16 };
	const struct slice word = slice_trim(bytes);
	return word.len && bytes.len <= LONGEST &&
	       sip_method_parse(word) != SIP_METHOD_OTHER;
}

enum payload_class classify(struct slice bytes)
{
	const uint8_t *p = (const uint8_t *)bytes.data;
	if (bytes.len && (p[0] & 0xc0) == 0x80 && !ras_header(p, bytes.len))
		return rtp_class(p, bytes.len);
	if (stun_header(p, bytes.len))
		return CLASS_STUN;
	if (dtls_header(p, bytes.len))
		return CLASS_DTLS;
	if (blank(bytes))
		return CLASS_BLANK;
	if (sip_looks_like(bytes))
		return CLASS_SIP;
	if (method_alone(bytes))
		return CLASS_METHOD;
	return ras_header(p, bytes.len) ? CLASS_RAS : CLASS_OTHER;
}
