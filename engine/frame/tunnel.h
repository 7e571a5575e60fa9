/*
 * Tunnels over IP and UDP. A tunnel over UDP is recognised by its port and by content
 * that fits it; a datagram of that port which does not fit stays a datagram.
 */
#ifndef RINGFENCE_FRAME_TUNNEL_H
#define RINGFENCE_FRAME_TUNNEL_H

#include "engine/frame/layers.h"

/* GRE, RFC 2784, 2890, 2637, with ERSPAN types I to III behind it. */
void tunnel_gre(struct layers *l);
/* ESP with null encryption, RFC 2410 and 5879: by what its trailer says of the content.
 */
void tunnel_esp(struct layers *l);
/* L2TPv3 over IP, RFC 3931: the length of its cookie is tried. */
void tunnel_l2tpv3(struct layers *l);

/*
 * The payload of a UDP datagram whose ports are in l->out. True when it is a tunnel: the
 * cursor then stands on what is inside.
 */
bool tunnel_udp(struct layers *l);

#endif
