/*
 * RTP streams: source, destination and SSRC, with all that is measured of them. A stream
 * is a candidate until signalling announces it or its own packets prove it; what it
 * counts includes the candidate's first packets. One thread; memory is taken at init; a
 * full table evicts the longest idle candidate, then the longest idle stream.
 */
#ifndef RINGFENCE_TRACK_STREAM_H
#define RINGFENCE_TRACK_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/address.h"
#include "engine/base/hash.h"
#include "engine/base/list.h"
#include "engine/base/memory.h"
#include "engine/decode/rtcp.h"
#include "engine/decode/rtp.h"
#include "engine/frame/datagram.h"
#include "engine/track/burst.h"
#include "engine/track/codec.h"
#include "engine/track/jitter.h"

enum {
	STREAM_PAYLOADS = 8,   /* announced payload types that are kept */
	STREAM_WINDOW = 256,   /* sequence numbers within which duplicates are told */
	STREAM_JUMP = 3000,    /* MAX_DROPOUT of RFC 3550 A.1 */
	STREAM_MISORDER = 100, /* MAX_MISORDER of the same */
	STREAM_PRINTS =
	        16, /* payloads that a second packet of their number is compared with */
	STREAM_FORGED_LEAST = 4,
	STREAM_FLOOD_TIMES = 5, /* the rate that the packets' length asks for */
	STREAM_INTERVAL_US = 10000000,
	STREAM_IDLE_US = 60000000, /* default */
};

/* What a packet brought about, as bits. */
enum stream_news {
	STREAM_NEW = 1,          /* its first packet */
	STREAM_CONFIRMED = 2,    /* no candidate from here on */
	STREAM_INTERVAL_DUE = 4, /* streams_interval() has a new record */
	STREAM_DTMF = 8,         /* a new digit (an event of RFC 4733) began */
	STREAM_JUMPED = 16,      /* sequence number jumped without a change of SSRC */
	STREAM_DUPLICATE = 32,
	STREAM_TALKSPURT = 64, /* marker after silence */
	STREAM_FORGED = 128,   /* so much contradicts it that another must be sending */
	STREAM_TYPED = 256,    /* another payload type than that of the packet before */
	STREAM_FLOODED = 512,  /* its busiest second so far is beyond all need */
};

/* What became of a stream among others, told by EVENT_RTP_CHANGE once each. */
enum stream_change {
	STREAM_CHANGE_SSRC,   /* took the place of another SSRC between these endpoints */
	STREAM_CHANGE_SECOND, /* of another host than the one that is sending there */
	STREAM_CHANGE_TWIN,   /* beside another SSRC between these endpoints */
	STREAM_CHANGE_CLASH,  /* the SSRC of another source that goes on sending there */
	STREAM_CHANGE_FORGED,
	STREAM_CHANGE_FLOOD,
	STREAM_CHANGE_ARRIVALS, /* one of hundreds that begin at one address of a call */
	STREAM_CHANGE_BLED, /* to a host that no side named, while the other side sends */
	STREAM_CHANGES
};

/* Why there is no MOS. */
enum quality_reason {
	QUALITY_GIVEN,
	QUALITY_FEW_PACKETS,
	QUALITY_UNKNOWN_CODEC,
	QUALITY_ENCRYPTED, /* and the codec is unknown */
	QUALITY_VIDEO,
	QUALITY_NO_AUDIO,  /* events, comfort noise, data */
	QUALITY_NOT_RATED, /* the codec has no published impairment */
	QUALITY_REASONS
};

struct stream_quality {
	uint8_t reason; /* enum quality_reason; the rest is 0 unless GIVEN */
	uint16_t r_x10[JITTER_COUNT]; /* by enum jitter_kind; never below 0 */
	uint16_t mos_x100[JITTER_COUNT];
};

/* Ten seconds of a stream. */
struct stream_interval {
	uint64_t start_us;
	uint64_t end_us;
	uint32_t packets; /* duplicates included */
	uint32_t expected;
	uint32_t lost;
	uint32_t late[JITTER_COUNT];
	uint32_t jitter_mean_us;
	uint32_t jitter_max_us;
	uint32_t octets; /* payload bytes */
	uint32_t resized;
	uint32_t stamp_jumps;
	struct stream_quality quality;
};

/* What stood when the running interval began. */
struct stream_mark {
	uint64_t jitter_sum;
	uint32_t packets;
	uint32_t unique;
	uint32_t expected;
	uint32_t late[JITTER_COUNT];
	uint32_t octets; /* modulo 2^32 */
	uint32_t resized;
	uint16_t stamp_jumps;
};

struct stream_payload {
	uint8_t type;
	uint8_t codec; /* index of the codec table */
};

/* Seven lines of 64 bytes: a packet in order touches the first four and the last. */
struct stream {
	_Alignas(64) struct endpoint src;
	struct endpoint dst;
	uint32_t ssrc;
	uint32_t highest;     /* extended sequence number, counted from 65536 */
	uint32_t timestamp;   /* of the last packet that is no event */
	uint32_t scale;       /* microseconds of a timestamp unit × 2^20; 0 = unknown */
	uint8_t payload_type; /* of the last packet */
	uint8_t codec;        /* of the audio or video */
	uint8_t good;         /* packets in a row that look like RTP */
	bool event : 1;       /* payload_type is telephone-event */
	bool listened : 1;    /* the tracker's: its sound is looked at */
	uint64_t last_us;     /* last packet */

	uint64_t media_us;   /* last packet that is no duplicate */
	uint32_t jitter;     /* RFC 3550 A.8, microseconds × 64 */
	uint32_t jitter_max; /* microseconds × 64 */
	uint64_t jitter_sum; /* over unique - 1 packets */
	int32_t transit_us;  /* relative to the first packet */
	uint32_t packets;    /* duplicates included */
	uint32_t unique;
	uint16_t step;     /* timestamp units from packet to packet */
	uint8_t odd_sizes; /* payloads of a size that only a tag behind them explains */
	bool confirmed;
	uint64_t octets;      /* payload bytes */
	uint64_t interval_us; /* when the running interval began */

	uint64_t window[STREAM_WINDOW / 64];
	uint32_t interval_jitter_max;
	uint32_t leg; /* the tracker's: index of the medium, 0 = none */
	struct jitter jitters;

	struct burst burst;
	bool after_noise : 1;  /* the packet before was comfort noise */
	bool adrift : 1;       /* the tracker's: its call has ended */
	bool second : 1;       /* the tracker's: another source was sending there */
	bool event_seen : 1;   /* event_timestamp holds */
	bool after_event : 1;  /* the packet before was an event */
	bool dscp_changed : 1; /* not all packets, or copies of one, had the same mark */
	uint8_t direction : 2; /* the tracker's: enum call_side of the sender */
	uint8_t announced;     /* payloads that are kept */
	uint16_t payload_len;  /* of the last audio or video packet */
	uint32_t touched;      /* when it last moved in idle order, units of 2^20 us */
	uint16_t touched_packets; /* that there were then, modulo 2^16 */
	uint16_t touched_unique;
	uint32_t resized; /* packets of another size than the one before */
	uint32_t hidden;  /* octets of header extensions and padding */

	uint32_t
	        gap_us; /* when packets were last found missing, modulo 2^32; 0 = never */
	uint32_t report_us;       /* when its last sender report passed, modulo 2^32 */
	uint32_t report_ntp;      /* middle 32 bits of that report's time */
	uint32_t undeclared_from; /* unique, when the type became one that was not
	                             negotiated; 0 = it is */
	uint64_t first_us;
	struct stream_mark mark;
	struct list_link idle;
	struct list_link created;
	uint32_t call;   /* the tracker's: index of the call, 0 = none */
	uint32_t lowest; /* of the current run of sequence numbers */
	uint32_t event_timestamp;
	int32_t remote_lost; /* as the receiver reports it */
	uint32_t remote_jitter_us;
	uint32_t round_trip_us; /* between our tap and the receiver, 0 = unknown */
	uint16_t reports;       /* RTCP blocks about it */
	uint16_t talkspurts;
	uint16_t comfort_noise; /* packets */
	uint16_t digits;
	uint16_t jumps;
	uint8_t remote_fraction; /* of 256 */
	bool bye;                /* RTCP BYE was seen */
	bool secure;             /* announced as SRTP */
	bool capture_gap;        /* set from outside: both directions gapped at once */
	uint8_t dscp;
	struct stream_payload payloads[STREAM_PAYLOADS];
	uint8_t watched; /* the tracker's: bits of 1 << enum stream_change */
	uint8_t told;    /* the tracker's: likewise */

	uint8_t prints[STREAM_PRINTS]; /* of the last payloads, by sequence number */
	uint32_t expected;             /* of the runs before a jump */
	uint32_t duplicates;
	uint32_t reordered;
	uint16_t undeclared;    /* packets of such types before */
	uint16_t forged;        /* packets that contradict others */
	uint16_t misordered;    /* more than STREAM_MISORDER behind */
	uint16_t stamp_jumps;   /* timestamps that neither numbers nor time explain */
	uint16_t left;          /* where the numbers jumped from last */
	uint16_t turned;        /* highest number when one was last misordered */
	uint16_t peak;          /* packets of the busiest second */
	uint16_t rival_packets; /* the tracker's: of who is watched, modulo 2^16 */
};

_Static_assert(sizeof(struct stream) == 448, "a stream is seven lines of 64 bytes");
_Static_assert(offsetof(struct stream, gap_us) == 256, "four lines for every packet");

struct stream_announcement {
	const struct stream_payload *payloads; /* borrowed */
	uint8_t count;
	bool secure;
};

struct streams;

/* share: bytes it may take of the memory. NULL when they do not suffice. */
struct streams *streams_new(
        struct memory *memory, size_t share, const struct hash_key *key);

/*
 * The packet's stream, found or created and updated. news: bits of enum stream_news.
 * Valid until the next call that may end streams. About 50 ns when it is in the cache.
 */
struct stream *streams_packet(struct streams *streams, const struct datagram *datagram,
        const struct rtp_packet *packet, unsigned *news);

/* Takes a report to the streams that it is about; the sender's own stream or NULL. */
struct stream *streams_rtcp(const struct streams *streams,
        const struct datagram *datagram, const struct rtcp_report *report);

/* Signalling knows of this stream: it is no candidate any more and its codecs are known.
 */
void streams_announce(struct streams *streams, struct stream *stream,
        const struct stream_announcement *announcement);

/* By number, for who keeps streams: 4 bytes instead of 8. Never 0. */
struct stream *streams_at(const struct streams *streams, uint32_t index);
uint32_t streams_index(const struct streams *streams, const struct stream *stream);

struct stream *streams_find(const struct streams *streams, const struct endpoint *src,
        const struct endpoint *dst, uint32_t ssrc);

/*
 * The next confirmed stream that ended: evicted, or idle for too long at now_us; NULL =
 * no more. Valid until the next call. Candidates that never proved themselves go
 * silently.
 */
const struct stream *streams_expired(struct streams *streams, uint64_t now_us);

/* The open streams in order of creation: after NULL the first; candidates too. */
const struct stream *streams_next(
        const struct streams *streams, const struct stream *stream);

/* The interval that the last STREAM_INTERVAL_DUE announced. */
const struct stream_interval *streams_interval(const struct streams *streams);

uint32_t streams_count(const struct streams *streams);
uint32_t streams_capacity(const struct streams *streams);
uint64_t streams_evicted(const struct streams *streams);

/* Of one stream. Expected less unique sequence numbers; never negative. */
uint32_t stream_expected(const struct stream *stream);
uint32_t stream_lost(const struct stream *stream);
double stream_jitter_max_ms(const struct stream *stream);
double stream_jitter_mean_ms(const struct stream *stream);
bool stream_secure_suspected(const struct stream *stream);
/* Packets of payload types that no side declared. */
uint32_t stream_undeclared(const struct stream *stream);
/* Milliseconds of media a packet: as its timestamps say, else as the codec has it. */
uint32_t stream_packet_ms(const struct stream *stream);
/* Packets a second that the medium asks for, 0 = unknown or video. */
uint32_t stream_needed_per_s(const struct stream *stream);
void stream_quality(const struct stream *stream, struct stream_quality *quality);

/* Idle order is kept to about a second: its links are cold memory. */
static inline uint32_t stream_touch(uint64_t time_us)
{
	return (uint32_t)(time_us >> 20);
}

/* Parts of streams_packet, apart for the tests: what the packet does to its stream. */
void stream_start(struct stream *stream, const struct datagram *datagram,
        const struct rtp_packet *packet);
unsigned stream_packet(struct stream *stream, const struct datagram *datagram,
        const struct rtp_packet *packet);
/* Closes the running interval and begins the next. */
void stream_interval_close(struct stream *stream, struct stream_interval *interval);
/* Payload types were announced: looks up again what the current one is. */
void stream_announced(
        struct stream *stream, const struct stream_announcement *announcement);

#endif
