#include "engine/decode/stun.h"

#include "engine/base/reader.h"

enum {
	STUN_HEADER_BYTES = 20,
	STUN_COOKIE = 0x2112a442,
	STUN_FAMILY_V4 = 1,
	STUN_FAMILY_V6 = 2,
};

/* RFC 8489 18.3 and the registry that it founds. */
enum stun_attribute {
	STUN_MAPPED_ADDRESS = 0x0001,
	STUN_USERNAME = 0x0006,
	STUN_MESSAGE_INTEGRITY = 0x0008,
	STUN_ERROR_CODE = 0x0009,
	STUN_MESSAGE_INTEGRITY_SHA256 = 0x001c,
	STUN_XOR_MAPPED_ADDRESS = 0x0020,
	STUN_USE_CANDIDATE = 0x0025,
	STUN_XOR_MAPPED_ADDRESS_OLD = 0x8020, /* of the drafts, still sent by servers */
	STUN_SOFTWARE = 0x8022,
};

/*
 * MAPPED-ADDRESS, or XOR-MAPPED-ADDRESS when mask is given: the 16 bytes of cookie and
 * transaction (RFC 8489 14.2).
 */
static bool read_address(
        struct reader *reader, const uint8_t *mask, struct endpoint *endpoint)
{
	uint8_t bytes[16] = {0};
	reader_skip(reader, 1);
	const uint8_t family = reader_u8(reader);
	uint16_t port = reader_u16(reader);
	const size_t len = family == STUN_FAMILY_V6 ? 16 : 4;
	const struct slice ip = reader_slice(reader, len);
	if (reader->failed || !ip.data ||
	        (family != STUN_FAMILY_V4 && family != STUN_FAMILY_V6))
		return false;
	for (size_t i = 0; i < len; i++)
		bytes[i] = (uint8_t)ip.data[i] ^ (mask ? mask[i] : 0);
	if (mask)
		port ^= (uint16_t)(STUN_COOKIE >> 16);
	endpoint->port = port;
	if (family == STUN_FAMILY_V6)
		endpoint->ip = address_v6(bytes);
	else
		endpoint->ip =
		        address_v4((uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
		                   (uint32_t)bytes[2] << 8 | bytes[3]);
	return true;
}

static bool read_error(struct reader *reader, struct stun_message *message)
{
	reader_skip(reader, 2);
	const uint8_t hundreds = reader_u8(reader) & 7;
	const uint8_t rest = reader_u8(reader);
	message->error = (uint16_t)(hundreds * 100 + rest);
	return !reader->failed && rest < 100;
}

/* False when the attribute is not what its kind demands. */
static bool read_attribute(uint16_t kind, struct reader *value, const uint8_t *mask,
        struct stun_message *message)
{
	struct endpoint mapped = {0};
	switch (kind) {
	case STUN_MAPPED_ADDRESS:
		if (!read_address(value, NULL, &mapped))
			return false;
		/* The XORed form is the one that no NAT has rewritten. */
		if (message->mapped.port == 0)
			message->mapped = mapped;
		return true;
	case STUN_XOR_MAPPED_ADDRESS:
	case STUN_XOR_MAPPED_ADDRESS_OLD:
		if (!read_address(value, mask, &mapped))
			return false;
		message->mapped = mapped;
		return true;
	case STUN_USERNAME:
		message->username = reader_rest(value);
		return true;
	case STUN_SOFTWARE:
		message->software = reader_rest(value);
		return true;
	case STUN_ERROR_CODE:
		return read_error(value, message);
	case STUN_USE_CANDIDATE:
		message->use_candidate = true;
		return true;
	case STUN_MESSAGE_INTEGRITY:
	case STUN_MESSAGE_INTEGRITY_SHA256:
		message->integrity = true;
		return true;
	default:
		return true;
	}
}

static void read_attributes(struct reader *reader, const uint8_t *mask,
        struct stun_message *message, struct anomalies *anomalies)
{
	while (reader_left(reader) > 0) {
		const uint16_t kind = reader_u16(reader);
		const size_t len = reader_u16(reader);
		struct reader value = reader_sub(reader, len);
		if (reader->failed) {
			anomaly_set(anomalies, ANOMALY_STUN_LENGTH_BAD);
			return;
		}
		if (!read_attribute(kind, &value, mask, message))
			anomaly_set(anomalies, ANOMALY_STUN_BAD);
		const size_t padding = (4 - len % 4) % 4;
		/* RFC 3489 knew no padding: the last attribute may lack it. */
		reader_skip(reader,
		        padding < reader_left(reader) ? padding : reader_left(reader));
	}
}

/* Without the cookie there is little to go by: a known type and an exact length. */
static bool classic_plausible(uint16_t type, size_t length, size_t left)
{
	const uint16_t method = type & 0x0f;
	return (type & 0xfeef) == method && (method == 1 || method == 2) &&
	       length == left;
}

bool stun_parse(
        struct slice bytes, struct stun_message *message, struct anomalies *anomalies)
{
	if (bytes.len < STUN_HEADER_BYTES || (uint8_t)bytes.data[0] >= 0x40)
		return false;
	struct reader reader = reader_of_slice(bytes);
	const uint16_t type = reader_u16(&reader);
	size_t length = reader_u16(&reader);
	const uint8_t *mask = reader.data;
	const bool cookie = reader_u32(&reader) == STUN_COOKIE;
	if (!cookie && !classic_plausible(type, length, bytes.len - STUN_HEADER_BYTES))
		return false;
	*message = (struct stun_message){
	        /* RFC 8489 5: the class's two bits stand inside the method's twelve. */
	        .method = (uint16_t)((type & 0x000f) | (type & 0x00e0) >> 1 |
	                             (type & 0x3e00) >> 2),
	        .message_class = (uint8_t)((type >> 4 & 1) | (type >> 7 & 2)),
	        .classic = !cookie,
	};
	if (!cookie)
		reader = reader_of(mask, bytes.len - 4);
	message->transaction = reader_slice(&reader, cookie ? 12 : 16);
	if (length > reader_left(&reader)) {
		anomaly_set(anomalies, ANOMALY_STUN_LENGTH_BAD);
		length = reader_left(&reader);
	}
	struct reader attributes = reader_sub(&reader, length);
	read_attributes(&attributes, mask, message, anomalies);
	return true;
}
