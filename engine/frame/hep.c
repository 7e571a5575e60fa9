#include "engine/frame/hep.h"

enum {
	CHUNK_HEAD = 6, /* vendor, type, length */
	CHUNKS_MAX = 64,
	FAMILY_V4 = 2,
	FAMILY_V6 = 10,
	PROTOCOL_TCP = 6,
	PROTOCOL_SCTP = 132,
};

/* Types of the generic chunks, vendor 0. */
enum chunk {
	CHUNK_FAMILY = 1,
	CHUNK_PROTOCOL = 2,
	CHUNK_SRC_V4 = 3,
	CHUNK_DST_V4 = 4,
	CHUNK_SRC_V6 = 5,
	CHUNK_DST_V6 = 6,
	CHUNK_SRC_PORT = 7,
	CHUNK_DST_PORT = 8,
	CHUNK_SECONDS = 9,
	CHUNK_MICROSECONDS = 10,
	CHUNK_PAYLOAD_TYPE = 11,
	CHUNK_AGENT = 12,
	CHUNK_PAYLOAD = 15,
};

size_t hep_length(const uint8_t head[HEP_HEAD])
{
	const size_t len = load_u16(head + 4);
	return memcmp(head, "HEP3", 4) == 0 && len >= HEP_HEAD ? len : 0;
}

static void read_v6(struct reader *reader, struct address *address)
{
	const struct slice bytes = reader_slice(reader, 16);
	if (slice_present(bytes))
		*address = address_v6((const uint8_t *)bytes.data);
}

static void read_chunk(struct hep *hep, uint16_t type, struct reader value)
{
	switch (type) {
	case CHUNK_PROTOCOL:
		hep->protocol = reader_u8(&value);
		break;
	case CHUNK_SRC_V4:
		hep->src.ip = address_v4(reader_u32(&value));
		break;
	case CHUNK_DST_V4:
		hep->dst.ip = address_v4(reader_u32(&value));
		break;
	case CHUNK_SRC_V6:
		read_v6(&value, &hep->src.ip);
		break;
	case CHUNK_DST_V6:
		read_v6(&value, &hep->dst.ip);
		break;
	case CHUNK_SRC_PORT:
		hep->src.port = reader_u16(&value);
		break;
	case CHUNK_DST_PORT:
		hep->dst.port = reader_u16(&value);
		break;
	case CHUNK_SECONDS:
		hep->time_us += (uint64_t)reader_u32(&value) * 1000000;
		break;
	case CHUNK_MICROSECONDS:
		hep->time_us += reader_u32(&value) % 1000000;
		break;
	case CHUNK_PAYLOAD_TYPE:
		hep->payload_type = reader_u8(&value);
		break;
	case CHUNK_AGENT:
		hep->agent = reader_u32(&value);
		break;
	case CHUNK_PAYLOAD:
		hep->payload = reader_rest(&value);
		break;
	default:
		/* Correlation ids, keys of agents and the vendors' own do not matter. */
		break;
	}
}

bool hep_read(struct slice bytes, struct hep *hep)
{
	struct reader reader = reader_of_slice(bytes);
	*hep = (struct hep){0};
	if (bytes.len < HEP_HEAD)
		return false;
	const size_t len = hep_length(reader.data);
	if (len == 0 || len > bytes.len)
		return false;
	reader = reader_of(reader.data + HEP_HEAD, len - HEP_HEAD);
	for (int i = 0; i < CHUNKS_MAX && reader_left(&reader) >= CHUNK_HEAD; i++) {
		const uint16_t vendor = reader_u16(&reader);
		const uint16_t type = reader_u16(&reader);
		const uint16_t chunk_len = reader_u16(&reader);
		if (chunk_len < CHUNK_HEAD)
			return false;
		const struct reader value = reader_sub(&reader, chunk_len - CHUNK_HEAD);
		if (reader.failed)
			return false;
		if (vendor == 0)
			read_chunk(hep, type, value);
	}
	return slice_present(hep->payload) && !address_none(&hep->src.ip) &&
	       !address_none(&hep->dst.ip);
}

static void put_u16(struct writer *out, unsigned value)
{
	writer_byte(out, (char)(value >> 8));
	writer_byte(out, (char)value);
}

static void put_u32(struct writer *out, uint32_t value)
{
	put_u16(out, value >> 16);
	put_u16(out, value & 0xffff);
}

static void put_head(struct writer *out, enum chunk type, size_t len)
{
	put_u16(out, 0);
	put_u16(out, type);
	put_u16(out, (unsigned)(CHUNK_HEAD + len));
}

static void put_byte(struct writer *out, enum chunk type, uint8_t value)
{
	put_head(out, type, 1);
	writer_byte(out, (char)value);
}

static void put_long(struct writer *out, enum chunk type, uint32_t value)
{
	put_head(out, type, 4);
	put_u32(out, value);
}

static void put_address(
        struct writer *out, enum chunk v4, enum chunk v6, const struct address *address)
{
	const bool short_one = address_is_v4(address);
	const struct slice bytes = short_one ? slice_of(address->bytes + 12, 4)
	                                     : slice_of(address->bytes, 16);
	put_head(out, short_one ? v4 : v6, bytes.len);
	writer_slice(out, bytes);
}

static void put_port(struct writer *out, enum chunk type, uint16_t port)
{
	put_head(out, type, 2);
	put_u16(out, port);
}

void hep_write(struct writer *out, const struct hep *hep)
{
	const bool v4 = address_is_v4(&hep->src.ip);
	const size_t begin = out->len;

	writer_slice(out, SLICE("HEP3"));
	put_u16(out, 0);
	put_byte(out, CHUNK_FAMILY, v4 ? FAMILY_V4 : FAMILY_V6);
	put_byte(out, CHUNK_PROTOCOL, hep->protocol);
	put_address(out, CHUNK_SRC_V4, CHUNK_SRC_V6, &hep->src.ip);
	put_address(out, CHUNK_DST_V4, CHUNK_DST_V6, &hep->dst.ip);
	put_port(out, CHUNK_SRC_PORT, hep->src.port);
	put_port(out, CHUNK_DST_PORT, hep->dst.port);
	put_long(out, CHUNK_SECONDS, (uint32_t)(hep->time_us / 1000000));
	put_long(out, CHUNK_MICROSECONDS, (uint32_t)(hep->time_us % 1000000));
	put_byte(out, CHUNK_PAYLOAD_TYPE, hep->payload_type);
	put_long(out, CHUNK_AGENT, hep->agent);
	put_head(out, CHUNK_PAYLOAD, hep->payload.len);
	writer_slice(out, hep->payload);
	const size_t len = out->len - begin;
	if (out->truncated || len > HEP_BYTES_MAX) {
		out->truncated = true;
		return;
	}
	out->data[begin + 4] = (char)(len >> 8);
	out->data[begin + 5] = (char)len;
}

void hep_open(struct layers *l)
{
	struct hep hep;
	l->next = LAYER_NONE;
	if (!hep_read(reader_rest(&l->at), &hep))
		return;
	l->out->src = hep.src;
	l->out->dst = hep.dst;
	if (hep.protocol == PROTOCOL_TCP)
		l->out->transport = TRANSPORT_TCP;
	else if (hep.protocol == PROTOCOL_SCTP)
		l->out->transport = TRANSPORT_SCTP;
	l->at = reader_of_slice(hep.payload);
	l->next = LAYER_PAYLOAD;
}
