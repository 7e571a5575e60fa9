/*
 * A call: one leg as it is seen between two addresses, SIP or H.323 alike, with its
 * dialogs (forks), media and times. Legs of one call through a B2BUA carry the same
 * correlation id.
 */
#ifndef RINGFENCE_TRACK_CALL_H
#define RINGFENCE_TRACK_CALL_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/address.h"
#include "engine/base/list.h"
#include "engine/base/texts.h"
#include "engine/base/wheel.h"
#include "engine/decode/sip.h"
#include "engine/track/chain.h"

enum call_protocol { CALL_SIP, CALL_H323 };

enum call_state {
	CALL_TRYING,
	CALL_RINGING,  /* 180 or 183 */
	CALL_ANSWERED,
	CALL_ENDED,
};

enum call_side { CALL_CALLER, CALL_CALLEE, CALL_NEITHER };

enum call_end {
	CALL_END_NONE,
	CALL_END_BYE,        /* or ReleaseComplete */
	CALL_END_CANCEL,
	CALL_END_REJECTED,   /* final status >= 300 */
	CALL_END_TIMEOUT,    /* no answer, or idle for too long */
	CALL_END_CAPTURE,    /* the capture ended first */
	CALL_END_EVICTED,
};

enum call_leg_reason {
	LEG_SESSION_ID = 1, /* RFC 7989 */
	LEG_X_CID = 2,      /* X-CID and the like name the other's Call-ID */
	LEG_MEDIA = 4,      /* the same media address in both */
	LEG_NUMBER = 8,     /* same numbers, started within 2 s */
	LEG_CALL_ID = 16,   /* the same Call-ID on another hop */
	LEG_REPLACES = 32,
	LEG_REFER = 64,
	LEG_CONFERENCE = 128, /* the same conferenceID of H.323 */
};

struct dialog {
	uint32_t next;              /* index of the call's next dialog, 0 = none */
	struct text to_tag;         /* of the call's texts */
	uint32_t acked_cseq;        /* of the newest ACK */
	uint8_t state;              /* enum call_state */
	bool acked;
};

enum { MEDIA_STREAMS = 3, MEDIA_PAYLOADS = 24, MEDIA_CANDIDATES = 16 };
enum { CALL_PATH = 12 };

struct media_payload {
	uint8_t type;
	uint8_t codec;              /* index of the codec table */
};

/* Where one side said it wants its media (SDP, fastStart, OLC) and what arrived there. */
struct media {
	uint32_t next;              /* the call's next medium, 0 = none */
	uint32_t call;
	struct chain_link by_address;
	uint32_t streams[MEDIA_STREAMS]; /* that this side sends or gets here, 0 = none */
	struct text payloads;       /* pairs of type and codec, among the call's texts */
	struct endpoint at;         /* as signalled */
	struct endpoint seen;       /* source of what this side sends, as seen; none = nothing */
	struct text candidate_ips;  /* addresses of ICE, among the call's texts */
	struct address checked;     /* whom this side last answered a check of ICE; or none */
	uint64_t arrivals_us;       /* since when arrivals are counted */
	uint16_t arrivals;          /* streams that began to arrive here */
	uint8_t side;               /* enum call_side of who announced it */
	uint8_t kind;               /* enum sdp_media_kind */
	uint8_t line;               /* m= line, counted from 0 */
	uint8_t direction;          /* enum sdp_direction */
	bool secure;
	bool t38;
	bool candidates;            /* of ICE were named */
	uint8_t payload_count;
	uint8_t ptime_ms;           /* that this side wants to receive; 0 = not said */
	uint8_t maxptime_ms;
	uint8_t candidate_count;
};

/* What can be said of a running call's media: judged each 10 s from its answer on. */
struct call_watch {
	uint32_t sent[2];           /* packets of each side until now, by enum call_side */
	uint32_t recent[2];         /* those of the last 10 s */
	struct address media_ip;    /* of the caller; none = no description */
	uint8_t ice;                /* sides that named candidates */
	bool one_sided;             /* by the descriptions not both are to send */
	bool fax;                   /* T.38 */
	bool noise;                 /* comfort noise: a side is silent on purpose */
	bool events;                /* both described telephone-event */
	bool hairpin;               /* both want media at one public address, their own */
	bool dual_nat;              /* both are behind translation and tell private addresses */
	bool tap_deaf;              /* media of no call passes here */
	bool tap_one_sided;         /* media of one direction alone passes here */
};

/* Sums of the streams that one side sent, filled as streams end. */
struct call_quality {
	uint32_t packets;
	uint32_t lost;
	uint32_t duplicates;
	uint32_t reordered;
	uint32_t jitter_max_ms_x100;
	uint32_t jitter_mean_ms_x100;
	uint16_t r_x10;             /* 0 = no value */
	uint16_t mos_x100;          /* 0 = no value */
	uint8_t reason;             /* why there is none */
	uint8_t codec;
	uint16_t burst_x10;
	uint16_t rtt_ms;
};

/* The texts that a call keeps. */
enum call_text {
	CALL_TEXT_ID,           /* Call-ID */
	CALL_TEXT_FROM_TAG,
	CALL_TEXT_FROM_USER,
	CALL_TEXT_FROM_HOST,
	CALL_TEXT_TO_USER,
	CALL_TEXT_TO_HOST,
	CALL_TEXT_REQUEST_USER,
	CALL_TEXT_REQUEST_HOST,
	CALL_TEXT_CALLER_AGENT,
	CALL_TEXT_CALLEE_AGENT,
	CALL_TEXT_AUTH_USER,    /* the account */
	CALL_TEXT_REASON,       /* Reason header of the end */
	CALL_TEXT_DIVERSION,    /* user of the first Diversion or History-Info */
	CALL_TEXTS_LATE,        /* those before may come after the first INVITE */
	CALL_TEXT_FROM_DISPLAY = CALL_TEXTS_LATE,
	CALL_TEXT_ASSERTED,     /* P-Asserted-Identity's user */
	CALL_TEXT_PREFERRED,
	CALL_TEXT_REMOTE_PARTY,
	CALL_TEXT_SESSION_ID,
	CALL_TEXT_X_CID,
	CALL_TEXTS
};

/* What the callee sends to a caller who was answered at once, and when it falls silent. */
struct call_sound {
	uint16_t frames; /* listened to in the first six seconds */
	uint16_t silent;
	uint16_t tones; /* as of ringing */
	uint32_t quiet_ms; /* between the callee's last packet and the end */
};

struct call {
	struct wheel_timer timer;
	struct list_link idle;
	struct list_link age;       /* order of beginning */
	struct chain_link by_call_id;
	struct chain_link by_number;
	struct chain_link by_session;
	uint64_t hash;              /* of the Call-ID, or of what H.323 goes by */
	uint64_t id;                /* counted from 1 in the run: deterministic */
	uint64_t correlation;       /* id of the first leg, itself when alone */
	uint64_t start_us;
	uint64_t ring_us;           /* 0 = did not happen */
	uint64_t answer_us;
	uint64_t end_us;
	uint64_t last_us;
	uint16_t status;            /* final status, or the last provisional one */
	uint8_t protocol;           /* enum call_protocol */
	uint8_t state;              /* enum call_state */
	uint8_t end;                /* enum call_end */
	uint8_t released_by;        /* enum call_side */
	uint8_t q850;               /* cause, 0 = none */
	uint8_t transport;
	uint8_t leg_reasons;        /* bits of enum call_leg_reason */
	uint8_t leg_score;          /* 0 to 100 */
	uint16_t retransmissions;
	uint16_t messages;
	uint16_t reinvites;
	uint16_t dtmf_count;
	uint16_t nat_bits;          /* nat_uac_test bits of the INVITE */
	bool early_media;
	bool acked;                 /* the answer was acknowledged */
	bool held;                  /* was on hold at some time */
	bool on_hold;               /* is on hold now */
	bool retry_due;             /* challenged: the next INVITE goes on with this call */
	bool transferred;
	bool authenticated;         /* the INVITE carried credentials that were accepted */
	bool registered;            /* the caller's user is bound to its address; from call.dial on */
	bool dialled;               /* call.dial was told */
	bool waits;                 /* has ended and been told, but not its streams */
	bool active;                /* had a message since it was last at an end of its list */
	bool capture_gap;           /* both directions gapped at once: the capture dropped */
	bool described[2];          /* by side: it has described its media */
	bool secure[2];             /* by side: its first medium as SRTP, last time */
	uint8_t dscp;
	uint32_t invite_cseq;
	uint32_t cseq[2];           /* highest of each side's requests; 0 = none yet */
	uint64_t invite_branch;     /* keyed hash of the Via branch; 0 = it had none */
	struct text path;           /* marks of hosts that Contact and Record-Route named */
	uint8_t path_count;
	bool path_open;             /* there is a name among them, or no room was left */
	uint32_t session_expires_s; /* of Session-Expires, 0 = none */
	uint16_t dialog_count;
	uint16_t media_count;
	struct endpoint caller;     /* signalling addresses */
	struct endpoint callee;
	uint32_t dialogs;           /* first index, 0 = none */
	uint32_t media;             /* first index, 0 = none */
	uint32_t h323;              /* index of its struct h323_call, 0 = a call of SIP */
	struct call_watch watch;
	struct call_sound sound;
	struct call_quality *quality; /* of both sides; NULL = no stream ended yet */
	struct texts *texts;        /* by enum call_text; NULL = no room was left */
};

static inline uint8_t call_other_side(uint8_t side)
{
	return side == CALL_CALLER ? CALL_CALLEE : CALL_CALLER;
}

/* Absent when the call has no such text; good until the tracker is used again. */
static inline struct slice call_text(const struct call *call, enum call_text text)
{
	return texts_get(call->texts, text);
}

/* Of what a side sent, as far as its streams ended; all 0 before one has. */
const struct call_quality *call_quality(const struct call *call, enum call_side side);

/* Seconds since its answer, up to its end or this time; 0 when it was not answered. */
static inline double call_lasted_s(const struct call *call, uint64_t now_us)
{
	const uint64_t end_us = call->end_us ? call->end_us : now_us;

	if (!call->answer_us || end_us <= call->answer_us)
		return 0;
	return (double)(end_us - call->answer_us) / 1e6;
}

/* The payload types of a medium: payload_count of them. */
static inline const struct media_payload *media_payloads(
        const struct call *call, const struct media *media)
{
	return (const void *)texts_slice(call->texts, media->payloads).data;
}

#endif
