/*
 * What a message tells of address translation on its way.
 */
#ifndef RINGFENCE_TRACK_NAT_H
#define RINGFENCE_TRACK_NAT_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/decode/message.h"

/* The tests of Kamailio's nat_uac_test, by its bits. */
enum nat_bits {
	NAT_CONTACT_PRIVATE = 1,
	NAT_VIA_DIFFERS = 2,
	NAT_VIA_PRIVATE = 4,
	NAT_SDP_PRIVATE = 8,
	NAT_PORT_DIFFERS = 16,
	NAT_WEBSOCKET = 64,
	NAT_CONTACT_PORT = 128, /* of Contact and of the packet differ */
	NAT_SDP_DIFFERS = 256,  /* the media address is not the packet's source */
};

/* Bits of a SIP message. */
uint16_t nat_bits(const struct message *message);

/*
 * Whether Content-Length and the body differ by what private addresses in it grow or
 * shrink by when they are rewritten to the public one that it holds now: the helper of a
 * router changed the body and forgot its length.
 */
bool nat_length_forgotten(const struct message *message);

/* A network behind translation: RFC 1918, RFC 4193, RFC 6598, RFC 6333. */
bool nat_inside(const struct address *address);

#endif
