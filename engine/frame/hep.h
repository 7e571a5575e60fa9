/*
 * HEP3, the Homer Encapsulation Protocol (github.com/sipcapture/HEP, revision 3): a
 * message that somebody else captured, with the addresses, the time and the transport it
 * had. Pure reading and writing; a packet of LINK_HEP3 is one such message.
 */
#ifndef RINGFENCE_FRAME_HEP_H
#define RINGFENCE_FRAME_HEP_H

#include "engine/base/address.h"
#include "engine/base/writer.h"
#include "engine/frame/layers.h"

enum {
	HEP_HEAD = 6,          /* "HEP3" and the length of all */
	HEP_BYTES_MAX = 65535, /* as the length has 16 bits */
	HEP_PAYLOAD_SIP = 1,   /* payload_type */
};

struct hep {
	struct endpoint src;
	struct endpoint dst;
	uint64_t time_us; /* 0 = it had none */
	uint8_t protocol; /* IANA's number of the transport */
	uint8_t payload_type;
	uint32_t agent;
	struct slice payload; /* borrowed from the bytes */
};

/* Whole length of the message that begins with these HEP_HEAD bytes; 0 = it is none. */
size_t hep_length(const uint8_t head[HEP_HEAD]);

/* False when it is no HEP3, is cut off, or lacks addresses or payload. */
bool hep_read(struct slice bytes, struct hep *hep);
void hep_write(struct writer *out, const struct hep *hep);

/* The layer of a packet of LINK_HEP3. */
void hep_open(struct layers *l);

#endif
