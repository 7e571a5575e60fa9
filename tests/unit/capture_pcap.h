/*
 * Captures in the format of libpcap, whole and broken, for the tests of the reader.
 */
#ifndef RINGFENCE_TESTS_CAPTURE_PCAP_H
#define RINGFENCE_TESTS_CAPTURE_PCAP_H

#include "tests/unit/capture_bytes.h"

static void pcap_little(struct bytes *bytes)
{
	put_pcap_header(bytes, 0xa1b2c3d4, 1);
	put_pcap_packet(bytes, 7, 60, 0);
	put_pcap_packet(bytes, 8, 0, 0);
}

static void pcap_big(struct bytes *bytes)
{
	bytes->big = true;
	pcap_little(bytes);
}

static void pcap_nanoseconds(struct bytes *bytes)
{
	put_pcap_header(bytes, 0xa1b23c4d, 113);
	put_pcap_packet(bytes, 7999, 60, 0);
}

static void pcap_nanoseconds_big(struct bytes *bytes)
{
	bytes->big = true;
	pcap_nanoseconds(bytes);
}

static void pcap_modified(struct bytes *bytes)
{
	put_pcap_header(bytes, 0xa1b2cd34, 1);
	put_pcap_packet(bytes, 7, 60, 8);
	put_pcap_packet(bytes, 8, 61, 8);
}

static void pcap_modified_long(struct bytes *bytes)
{
	put_pcap_header(bytes, 0xa1b2cd34, 1);
	put_pcap_packet(bytes, 7, 60, 12);
	put_pcap_packet(bytes, 8, 61, 12);
}

static void pcap_checksum_bits(struct bytes *bytes)
{
	put_pcap_header(bytes, 0xa1b2c3d4, 0x24000001);
	put_pcap_packet(bytes, 7, 60, 0);
}

static void pcap_only_header(struct bytes *bytes)
{
	put_pcap_header(bytes, 0xa1b2c3d4, 1);
}

static void pcap_cut_in_packet(struct bytes *bytes)
{
	pcap_little(bytes);
	put_pcap_packet(bytes, 9, 100, 0);
	bytes->len -= 1;
}

static void pcap_cut_in_header(struct bytes *bytes)
{
	pcap_little(bytes);
	put_u32(bytes, 1000000000);
}

/* A record that claims 2 GiB, then rubbish, then good packets again. */
static void pcap_damaged(struct bytes *bytes)
{
	pcap_little(bytes);
	put_u32(bytes, 1000000000);
	put_u32(bytes, 9);
	put_u32(bytes, 0x7fffffff);
	put_u32(bytes, 0x7fffffff);
	put_fill(bytes, 0xff, 333);
	for (uint32_t i = 0; i < 4; i++)
		put_pcap_packet(bytes, 10 + i, 50, 0);
}

static void pcap_damaged_to_the_end(struct bytes *bytes)
{
	pcap_little(bytes);
	put_fill(bytes, 0xff, 333);
}

#endif
