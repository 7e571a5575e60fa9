#include "nfq-filter/view.h"

#include <netinet/in.h>

#include "engine/base/reader.h"

enum { KEEPALIVE_BYTES_MAX = 8, EXTENSIONS_MAX = 8 };

static bool read_v4(struct view *view, struct reader *reader)
{
	const uint8_t *header = reader->data;
	const size_t bytes = (size_t)(header[0] & 15) * 4;
	if (bytes < 20 || reader_left(reader) < bytes)
		return false;
	view->protocol = header[9];
	reader_skip(reader, 12);
	view->src.ip = address_v4(reader_u32(reader));
	view->dst.ip = address_v4(reader_u32(reader));
	reader_skip(reader, bytes - 20);
	return !reader->failed;
}

static bool is_extension(uint8_t protocol)
{
	return protocol == IPPROTO_HOPOPTS || protocol == IPPROTO_ROUTING ||
	       protocol == IPPROTO_DSTOPTS || protocol == IPPROTO_FRAGMENT;
}

static bool read_v6(struct view *view, struct reader *reader)
{
	reader_skip(reader, 6);
	view->protocol = reader_u8(reader);
	reader_skip(reader, 1);
	const struct slice src = reader_slice(reader, 16);
	const struct slice dst = reader_slice(reader, 16);
	if (reader->failed)
		return false;
	view->src.ip = address_v6((const uint8_t *)src.data);
	view->dst.ip = address_v6((const uint8_t *)dst.data);
	for (int i = 0; i < EXTENSIONS_MAX && is_extension(view->protocol); i++) {
		const bool fragment = view->protocol == IPPROTO_FRAGMENT;
		view->protocol = reader_u8(reader);
		const uint8_t length = reader_u8(reader);
		reader_skip(reader, fragment ? 6 : (size_t)length * 8 + 6);
	}
	return !reader->failed;
}

static bool read_transport(struct view *view, struct reader *reader)
{
	view->src.port = reader_u16(reader);
	view->dst.port = reader_u16(reader);
	if (view->protocol == IPPROTO_UDP) {
		reader_skip(reader, 4);
		return !reader->failed;
	}
	if (view->protocol != IPPROTO_TCP)
		return false;
	reader_skip(reader, 8);
	const size_t bytes = (size_t)(reader_u8(reader) >> 4) * 4;
	if (bytes < 20)
		return false;
	reader_skip(reader, bytes - 13);
	return !reader->failed;
}

bool view_open(struct view *view, const uint8_t *data, uint32_t len)
{
	struct reader reader = reader_of(data, len);
	*view = (struct view){0};
	if (len < 20)
		return false;
	const bool fine = data[0] >> 4 == 4 ? read_v4(view, &reader)
	                                    : data[0] >> 4 == 6 && read_v6(view, &reader);
	if (!fine || !read_transport(view, &reader))
		return false;
	view->payload_at = (uint32_t)(len - reader_left(&reader));
	view->payload = reader_rest(&reader);
	return true;
}

bool view_keepalive(const struct view *view)
{
	if (view->payload.len > KEEPALIVE_BYTES_MAX)
		return slice_equal(slice_first(view->payload, 3), SLICE("jaK"));
	for (size_t i = 0; i < view->payload.len; i++) {
		const char byte = view->payload.data[i];
		if (byte != '\r' && byte != '\n' && byte != 0)
			return slice_starts(view->payload, SLICE("jaK"));
	}
	return true;
}
