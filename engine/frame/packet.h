/*
 * A packet as a source delivers it: a file, an interface or a queue.
 */
#ifndef RINGFENCE_FRAME_PACKET_H
#define RINGFENCE_FRAME_PACKET_H

#include <stdint.h>

/* Link-layer types, numbered as in the pcap file format's registry (LINKTYPE_). */
enum link_type {
	LINK_NULL = 0,
	LINK_ETHERNET = 1,
	LINK_PPP = 9,
	LINK_PPP_HDLC = 50,
	LINK_PPPOE = 51,
	LINK_RAW_BSD12 = 12,
	LINK_RAW_BSD14 = 14,
	LINK_CHDLC = 104,
	LINK_RAW = 101,
	LINK_LOOP = 108,
	LINK_LINUX_SLL = 113,
	LINK_HEP3 = 147, /* a whole HEP3 message; LINKTYPE_USER0 */
	LINK_ERF = 197,
	LINK_IPV4 = 228,
	LINK_IPV6 = 229,
	LINK_NFLOG = 239,
	LINK_LINUX_SLL2 = 276,
};

struct packet {
	uint64_t time_us;     /* since 1970, UTC, the capture's stamp */
	const uint8_t *data;  /* borrowed until the next packet */
	uint32_t len;         /* bytes captured */
	uint32_t wire_len;    /* bytes on the wire, >= len */
	uint64_t number;      /* counted from 1 in its source, as Wireshark's frame.number */
	uint16_t source;      /* which file or interface, counted from 0 in the run */
	uint16_t link;        /* enum link_type; others are counted as undecoded */
};

#endif
