/*
 * One decoded message, whatever its protocol: what decode gives and track takes.
 */
#ifndef RINGFENCE_DECODE_MESSAGE_H
#define RINGFENCE_DECODE_MESSAGE_H

#include "engine/decode/anomaly.h"
#include "engine/decode/h323.h"
#include "engine/decode/rtcp.h"
#include "engine/decode/rtp.h"
#include "engine/decode/sdp.h"
#include "engine/decode/sip.h"
#include "engine/decode/stun.h"
#include "engine/frame/datagram.h"

enum message_kind {
	MESSAGE_SIP,
	MESSAGE_RTP,        /* bytes that may be RTP: track knows whether they are */
	MESSAGE_RTCP,       /* likewise */
	MESSAGE_STUN,
	MESSAGE_DTLS,
	MESSAGE_H323,       /* RAS, Q.931 or H.245, one TPKT or datagram */
	MESSAGE_KEEPALIVE,  /* empty, CRLF or NUL bytes, an empty TPKT */
	MESSAGE_ERROR,      /* meant to be of our protocols, but not decodable */
	MESSAGE_OTHER,      /* a datagram of something else: only its addresses matter */
};

struct message {
	enum message_kind kind;
	const struct datagram *datagram;
	const struct anomalies *anomalies; /* of the protocol's own structure, never NULL */
	const struct sip_message *sip;     /* MESSAGE_SIP */
	const struct sdp *sdp;             /* MESSAGE_SIP with a session description, else NULL */
	const struct rtp_packet *rtp;      /* MESSAGE_RTP */
	const struct rtcp_report *rtcp;    /* MESSAGE_RTCP */
	const struct stun_message *stun;   /* MESSAGE_STUN */
	const struct h323_message *h323;   /* MESSAGE_H323 */
	struct slice bytes;                /* of this message */
};

#endif
