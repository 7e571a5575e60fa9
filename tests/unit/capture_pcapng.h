/*
 * Captures in pcapng, whole and broken, for the tests of the reader.
 */
#ifndef RINGFENCE_TESTS_CAPTURE_PCAPNG_H
#define RINGFENCE_TESTS_CAPTURE_PCAPNG_H

#include "tests/unit/capture_bytes.h"

static size_t block_begin(struct bytes *bytes, uint32_t type)
{
	put_u32(bytes, type);
	put_u32(bytes, 0);
	return bytes->len - 8;
}

static void block_end(struct bytes *bytes, size_t begin)
{
	const uint32_t len = (uint32_t)(bytes->len - begin) + 4;
	const size_t end = bytes->len;
	put_u32(bytes, len);
	bytes->len = begin + 4;
	put_u32(bytes, len);
	bytes->len = end + 4;
}

static void put_section(struct bytes *bytes)
{
	const size_t begin = block_begin(bytes, 0x0a0d0d0a);
	put_u32(bytes, 0x1a2b3c4d);
	put_u16(bytes, 1);
	put_u16(bytes, 0);
	put_number(bytes, UINT64_MAX, 8);
	block_end(bytes, begin);
}

/* resolution 0: no option for it; offset 0: none either. */
static void put_interface(
        struct bytes *bytes, uint16_t link, uint8_t resolution, uint64_t offset)
{
	const size_t begin = block_begin(bytes, 1);
	put_u16(bytes, link);
	put_u16(bytes, 0);
	put_u32(bytes, 0);
	if (resolution) {
		put_u16(bytes, 9);
		put_u16(bytes, 1);
		put_fill(bytes, resolution, 1);
		put_fill(bytes, 0, 3);
	}
	if (offset) {
		put_u16(bytes, 14);
		put_u16(bytes, 8);
		put_number(bytes, offset, 8);
	}
	block_end(bytes, begin);
}

static void put_enhanced(
        struct bytes *bytes, uint32_t interface, uint64_t stamp, uint32_t len)
{
	const size_t begin = block_begin(bytes, 6);
	put_u32(bytes, interface);
	put_u32(bytes, (uint32_t)(stamp >> 32));
	put_u32(bytes, (uint32_t)stamp);
	put_u32(bytes, len);
	put_u32(bytes, len + WIRE_MORE);
	put_fill(bytes, 0xaa, (len + 3) & ~3u);
	block_end(bytes, begin);
}

static void put_unknown(struct bytes *bytes)
{
	const size_t begin = block_begin(bytes, 0x12345678);
	put_fill(bytes, 0x55, 40);
	block_end(bytes, begin);
}

static void pcapng_little(struct bytes *bytes)
{
	put_section(bytes);
	put_interface(bytes, 1, 0, 0);
	put_unknown(bytes);
	put_enhanced(bytes, 0, start_us + 7, 61);
	put_enhanced(bytes, 0, start_us + 8, 0);
}

static void pcapng_big(struct bytes *bytes)
{
	bytes->big = true;
	pcapng_little(bytes);
}

static void pcapng_nanoseconds(struct bytes *bytes)
{
	put_section(bytes);
	put_interface(bytes, 1, 0, 0);
	put_interface(bytes, 101, 9, 0);
	put_enhanced(bytes, 1, start_us * 1000 + 7999, 60);
}

static void pcapng_binary_resolution(struct bytes *bytes)
{
	put_section(bytes);
	put_interface(bytes, 1, 0x80 | 20, 0);
	put_enhanced(bytes, 0, (1000000000ull << 20) + 8, 60);
}

static void pcapng_offset(struct bytes *bytes)
{
	put_section(bytes);
	put_interface(bytes, 1, 6, 999999999);
	put_enhanced(bytes, 0, 1000007, 60);
}

static void pcapng_offset_before_1970(struct bytes *bytes)
{
	put_section(bytes);
	put_interface(bytes, 1, 6, (uint64_t)INT64_MIN);
	put_enhanced(bytes, 0, 1000007, 60);
}

static void pcapng_far_future(struct bytes *bytes)
{
	put_section(bytes);
	put_interface(bytes, 1, 0x80, 0);
	put_enhanced(bytes, 0, UINT64_MAX, 60);
}

static void pcapng_two_sections(struct bytes *bytes)
{
	pcapng_little(bytes);
	bytes->big = true;
	put_section(bytes);
	put_interface(bytes, 113, 0, 0);
	put_enhanced(bytes, 0, start_us + 9, 33);
}

static void pcapng_simple(struct bytes *bytes)
{
	put_section(bytes);
	put_interface(bytes, 1, 0, 0);
	const size_t begin = block_begin(bytes, 3);
	put_u32(bytes, 65);
	put_fill(bytes, 0xaa, 60);
	block_end(bytes, begin);
}

static void pcapng_obsolete(struct bytes *bytes)
{
	put_section(bytes);
	put_interface(bytes, 1, 0, 0);
	const size_t begin = block_begin(bytes, 2);
	put_u16(bytes, 0);
	put_u16(bytes, 3);
	put_u32(bytes, (uint32_t)((start_us + 7) >> 32));
	put_u32(bytes, (uint32_t)(start_us + 7));
	put_u32(bytes, 60);
	put_u32(bytes, 60 + WIRE_MORE);
	put_fill(bytes, 0xaa, 60);
	block_end(bytes, begin);
}

static void pcapng_no_interface(struct bytes *bytes)
{
	put_section(bytes);
	put_enhanced(bytes, 0, start_us, 60);
	put_interface(bytes, 1, 0, 0);
	put_enhanced(bytes, 0, start_us + 7, 60);
}

static void pcapng_packet_longer_than_block(struct bytes *bytes)
{
	put_section(bytes);
	put_interface(bytes, 1, 0, 0);
	const size_t at = bytes->len;
	put_enhanced(bytes, 0, start_us, 60);
	bytes->data[at + 20] = 200;
	put_enhanced(bytes, 0, start_us + 7, 60);
}

static void pcapng_lengths_differ(struct bytes *bytes)
{
	put_section(bytes);
	put_interface(bytes, 1, 0, 0);
	put_enhanced(bytes, 0, start_us, 60);
	bytes->data[bytes->len - 4]++;
	put_enhanced(bytes, 0, start_us + 7, 60);
}

static void pcapng_rubbish_between(struct bytes *bytes)
{
	pcapng_little(bytes);
	put_fill(bytes, 0xff, 77);
	put_enhanced(bytes, 0, start_us + 9, 60);
}

static void pcapng_cut_in_block(struct bytes *bytes)
{
	pcapng_little(bytes);
	put_enhanced(bytes, 0, start_us + 9, 60);
	bytes->len -= 9;
}

static void pcapng_block_of_no_length(struct bytes *bytes)
{
	pcapng_little(bytes);
	put_u32(bytes, 6);
	put_u32(bytes, 0);
	put_u32(bytes, 0);
}

#endif
