#include "engine/decode/rtp.h"

#include "engine/base/reader.h"

enum {
	RTP_HEADER_BYTES = 12,
	RTP_VERSION = 2,
	RTP_EVENT_BYTES = 4,
	/* RFC 5761 4: with the marker set these payload types are RTCP's packet types. */
	RTCP_TYPE_FIRST = 200,
	RTCP_TYPE_LAST = 207,
};

/* RFC 3550 5.3.1: the profile's 16 bits, a length in words, the words. */
static void read_extension(
        struct reader *reader, struct rtp_packet *packet, struct anomalies *anomalies)
{
	packet->extension_profile = reader_u16(reader);
	size_t bytes = (size_t)reader_u16(reader) * 4;
	if (reader->failed || bytes > reader_left(reader)) {
		anomaly_set(anomalies, ANOMALY_RTP_EXTENSION_BAD);
		bytes = reader_left(reader);
	}
	packet->extension = reader_slice(reader, bytes);
}

/* Encrypted payloads end with a tag, not with a count: a count that cannot be is noted.
 */
static void cut_padding(struct rtp_packet *packet, struct anomalies *anomalies)
{
	if (packet->payload.len == 0) {
		anomaly_set(anomalies, ANOMALY_RTP_PADDING_BAD);
		return;
	}
	const uint8_t count = (uint8_t)packet->payload.data[packet->payload.len - 1];
	if (count == 0 || count > packet->payload.len) {
		anomaly_set(anomalies, ANOMALY_RTP_PADDING_BAD);
		return;
	}
	packet->padding = count;
	packet->payload.len -= count;
}

bool rtp_parse(struct slice bytes, struct rtp_packet *packet, struct anomalies *anomalies)
{
	if (bytes.len < RTP_HEADER_BYTES)
		return false;
	struct reader reader = reader_of_slice(bytes);
	const uint8_t first = reader_u8(&reader);
	const uint8_t second = reader_u8(&reader);
	if (first >> 6 != RTP_VERSION)
		return false;
	if (second >= RTCP_TYPE_FIRST && second <= RTCP_TYPE_LAST)
		return false;
	const uint8_t csrc_count = first & 0x0f;
	*packet = (struct rtp_packet){
	        .payload_type = second & 0x7f,
	        .marker = second >> 7,
	        .csrc_count = csrc_count,
	        .sequence = reader_u16(&reader),
	};
	packet->timestamp = reader_u32(&reader);
	packet->ssrc = reader_u32(&reader);
	packet->csrc = reader_slice(&reader, (size_t)csrc_count * 4);
	if (reader.failed)
		return false;
	if (first & 0x10)
		read_extension(&reader, packet, anomalies);
	packet->payload = reader_rest(&reader);
	if (first & 0x20)
		cut_padding(packet, anomalies);
	return true;
}

bool rtp_event_parse(
        struct slice payload, struct rtp_event *event, struct anomalies *anomalies)
{
	if (payload.len == 0 || payload.len % RTP_EVENT_BYTES != 0)
		anomaly_set(anomalies, ANOMALY_RTP_EVENT_BAD);
	if (payload.len < RTP_EVENT_BYTES)
		return false;
	struct reader reader = reader_of_slice(payload);
	event->event = reader_u8(&reader);
	const uint8_t flags = reader_u8(&reader);
	event->end = flags >> 7;
	event->volume = flags & 0x3f;
	event->duration = reader_u16(&reader);
	return true;
}

char rtp_event_digit(uint8_t event)
{
	static const char digits[] = "0123456789*#ABCD";
	return event < sizeof(digits) - 1 ? digits[event] : '\0';
}
