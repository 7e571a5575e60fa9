/*
 * What the tracker knows of H.323 beyond calls, media and registrations, which H.323 and
 * SIP share: devices, RAS transactions, admissions, logical channels and what a struct
 * call has no place for. Text lives in the arena of what holds it.
 */
#ifndef RINGFENCE_TRACK_H323_H
#define RINGFENCE_TRACK_H323_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/address.h"
#include "engine/base/list.h"
#include "engine/base/pool.h"
#include "engine/base/wheel.h"
#include "engine/decode/h323.h"
#include "engine/limits.h"
#include "engine/track/call.h"
#include "engine/track/chain.h"

/* One name or number of a device or party (H.225.0 AliasAddress). */
struct h323_name {
	struct slice text;    /* UTF-8; digits of numbers */
	uint16_t kind;        /* enum per_name: PER_dialledDigits, PER_h323_ID … */
	uint16_t number_type; /* PER_internationalNumber …; PER_NO_NAME = not said */
};

enum h323_role { ROLE_UNKNOWN, ROLE_TERMINAL, ROLE_GATEWAY, ROLE_MCU, ROLE_GATEKEEPER };
const char *h323_role_name(unsigned role);

/* Who made a device (H.225.0 VendorIdentifier, T.35 numbers). */
struct h323_vendor {
	bool known;
	uint8_t country;
	uint8_t extension;
	uint16_t manufacturer;
	struct slice product;
	struct slice version;
};

/* A device: found by its endpointIdentifier, else by its address. */
struct h323_device {
	struct list_link idle;
	struct chain_link by_identifier;
	struct chain_link by_address;
	uint64_t identifier_hash; /* of endpointIdentifier; 0 = has none */
	uint64_t address_hash;
	uint64_t first_us;
	uint64_t last_us;
	uint32_t names;          /* index of the first alias entry, 0 = none */
	uint32_t registration;   /* index, 0 = not registered */
	uint32_t time_to_live_s; /* 0 = not limited */
	uint32_t token_time_s;   /* of the newest token, 0 = none */
	int64_t token_random;
	uint16_t name_count;
	uint16_t alternate_gatekeepers;
	uint16_t changes;           /* of texts, since the arena was last tidied */
	uint8_t role;               /* enum h323_role */
	uint8_t version;            /* of H.225.0, 0 = not known */
	bool tokens;                /* speaks with H.235 tokens */
	struct endpoint ras;        /* as seen; none = never spoke RAS */
	struct endpoint signalling; /* as announced, else as seen */
	struct endpoint gatekeeper; /* where it is registered */
	struct endpoint alternate_gatekeeper; /* the first one it was told */
	struct arena arena;
	struct slice identifier; /* endpointIdentifier, or gatekeeperIdentifier of one */
	struct slice zone;       /* gatekeeperIdentifier */
	struct h323_vendor vendor;
};

/* An alias of a device, found by its text. */
struct h323_alias_entry {
	struct chain_link by_text;
	uint64_t hash;
	uint32_t next; /* the device's next, 0 = none */
	uint32_t device;
	struct h323_name name;
};

/* The requests of RAS, by the place of their three messages in RasMessage. */
enum ras_request {
	RAS_GATEKEEPER,
	RAS_REGISTRATION,
	RAS_UNREGISTRATION,
	RAS_ADMISSION,
	RAS_BANDWIDTH,
	RAS_DISENGAGE,
	RAS_LOCATION,
	RAS_INFO,
	RAS_RESOURCES,
	RAS_SERVICE_CONTROL,
	RAS_OTHER
};

enum ras_phase {
	RAS_REQUESTED,
	RAS_CONFIRMED,
	RAS_REJECTED,
	RAS_TIMED_OUT,
};
const char *ras_phase_name(unsigned phase);

enum { RAS_NAMES = 8 };

/* A RAS request and its answer (H.225.0 7.7 to 7.18). */
struct ras_transaction {
	struct wheel_timer timer;
	struct list_link age;
	uint64_t hash;
	uint64_t content; /* hash of the request: tells a copy from another */
	uint64_t start_us;
	uint64_t end_us; /* 0 = no answer yet */
	uint64_t first_packet;
	struct endpoint client; /* who asked */
	struct endpoint server;
	struct address answered_by;
	uint32_t device;  /* of the client, 0 = not known */
	uint16_t message; /* enum per_name of the request */
	uint16_t answer;  /* enum per_name, PER_NO_NAME = none */
	uint16_t reason;  /* of a rejection or of URQ, DRQ: enum per_name */
	uint16_t sequence;
	uint16_t copies;       /* retransmissions of the request */
	uint16_t reference;    /* ARQ, DRQ: call reference */
	uint8_t request;       /* enum ras_request */
	uint8_t phase;         /* enum ras_phase */
	uint8_t version;       /* protocolIdentifier of GRQ and RRQ, 0 = none */
	uint8_t role;          /* enum h323_role of GRQ and RRQ */
	bool answer_call;      /* ARQ, DRQ: of the called side */
	bool keep_alive;       /* RRQ: only refreshes */
	bool additive;         /* RRQ: adds aliases to those registered */
	bool tokens;           /* carries H.235 tokens or an ICV */
	bool token_replayed;   /* a token that the device sent before */
	bool token_downgrade;  /* the device used tokens before and now does not */
	bool alias_moved;      /* RRQ: an alias that is registered elsewhere */
	bool gatekeeper_moved; /* GCF: from another address than this gatekeeper's */
	bool foreign_source;   /* URQ, DRQ: not from the device that it names */
	bool private_address;  /* an address of a private network in it */
	bool proven;           /* the client's address is known to be real */
	bool has_call;         /* identifier and conference are there */
	uint32_t time_to_live_s;
	uint32_t bandwidth; /* units of 100 bit/s */
	uint32_t token_time_s;
	int64_t token_random;
	struct endpoint ras;        /* rasAddress, replyAddress */
	struct endpoint signalling; /* callSignalAddress, destCallSignalAddress */
	uint8_t identifier[16];     /* callIdentifier */
	uint8_t conference[16];
	struct arena arena;
	struct slice endpoint; /* endpointIdentifier; kept, with all below */
	struct slice zone;     /* gatekeeperIdentifier */
	struct h323_vendor vendor;
	uint8_t name_count;   /* RRQ, GRQ, URQ: own aliases; ARQ, LRQ: who is called */
	uint8_t source_count; /* ARQ, LRQ: who calls */
	struct h323_name *names;
	struct h323_name *sources;
};

/* What a gatekeeper was asked about a call, from ARQ to DRQ. */
struct h323_admission {
	struct wheel_timer timer;
	struct list_link age;
	struct chain_link by_call;
	uint64_t hash; /* of the callIdentifier */
	uint64_t asked_us;
	uint64_t admitted_us; /* 0 = not (yet) */
	uint64_t ended_us;    /* DRQ; 0 = not yet */
	uint64_t alerting_us; /* as the usage report of DRQ says, 0 = not said */
	uint64_t connected_us;
	uint64_t first_packet;
	uint16_t first_source;
	uint16_t reference;
	uint16_t reject_reason; /* enum per_name */
	uint16_t disengage_reason;
	uint8_t cause; /* Q.850, of terminationCause; 0 = none */
	bool answer_call;
	bool routed; /* callModel of the confirmation */
	bool joined; /* its call's signalling was seen */
	bool ended_by_gatekeeper;
	uint32_t bandwidth;
	struct endpoint client;
	struct endpoint gatekeeper;
	struct endpoint destination; /* destCallSignalAddress of the confirmation */
	uint8_t identifier[16];
	uint8_t conference[16];
	struct arena arena;
	struct slice endpoint; /* endpointIdentifier */
	struct h323_name called;
	struct h323_name calling;
};

/* A number as Q.931 writes it. */
struct h323_number {
	bool present;
	uint8_t type;         /* Q.931 table 4-9: 1 international, 2 national … */
	uint8_t plan;         /* 1 E.164 … */
	uint8_t presentation; /* 0 allowed, 1 restricted, 2 not available */
	uint8_t screening;
	uint8_t reason; /* of a redirection */
	struct slice digits;
};

enum h323_call_flag {
	H323_ADMITTED = 1,        /* a gatekeeper admitted this callIdentifier */
	H323_ROUTED = 2,          /* and routes it */
	H323_FROM_GATEKEEPER = 4, /* the Setup came from a gatekeeper's address */
	H323_CALLEE_REGISTERED =
	        8, /* the called address belongs to a registered device */
	H323_FAST_OFFERED = 16,
	H323_FAST_ACCEPTED = 32,
	H323_TUNNEL_OFFERED = 64,
	H323_TUNNEL_ACCEPTED = 128,
	H323_CONTROL_SEPARATE = 256, /* H.245 on a connection of its own */
	H323_CLI_MISMATCH = 512,     /* the caller's numbers contradict each other */
	H323_FORWARDED = 1024,       /* Facility callForwarded, or H.450.3 */
	H323_FOREIGN_RELEASE = 2048, /* a release from outside was ignored */
	H323_CONFERENCE = 4096,      /* joins or invites, or an MCU takes part */
	H323_CALLER_REGISTERED = 8192,
	H323_FAST_REFUSED = 16384,
	H323_MEDIA_GOES_ON = 32768, /* media of both sides long after the release */
};

/* What a struct call has no place for; the call has its index. */
struct h323_call {
	struct list_link idle;
	struct chain_link by_flow;
	struct chain_link by_control[2]; /* by enum call_side of who waits for H.245 */
	struct chain_link by_conference;
	uint64_t flow_hash;       /* of the signalling connection and reference */
	uint64_t control_hash[2]; /* of the addresses H.245 is expected at; 0 = none */
	uint64_t conference_hash;
	uint64_t asked_us; /* ARQ; 0 = none seen */
	uint64_t admitted_us;
	uint64_t proceeding_us;
	uint64_t alerting_us;
	uint32_t call;      /* index of the struct call */
	uint32_t channels;  /* first index, 0 = none */
	uint32_t bandwidth; /* admitted, units of 100 bit/s */
	uint16_t channel_count;
	uint16_t reference;
	uint16_t flags;          /* bits of enum h323_call_flag */
	uint16_t release_reason; /* enum per_name of ReleaseComplete's reason */
	uint16_t goal;           /* enum per_name of conferenceGoal */
	uint8_t released;        /* bit of each side that sent ReleaseComplete */
	uint8_t faded;           /* bit of each side that sent endSession */
	uint8_t version[2];      /* of H.225.0 by enum call_side, 0 = not told */
	uint8_t role[2];         /* enum h323_role */
	uint8_t identifier[16];  /* callIdentifier */
	uint8_t conference[16];
	struct endpoint control[2]; /* h245Address, by enum call_side of who said it */
	struct endpoint gatekeeper;
	struct arena arena;
	struct h323_vendor vendor[2];
	struct h323_name source; /* first of sourceAddress; numbers come before names */
	struct h323_name destination;
	struct h323_name connected;
	struct h323_name admitted;  /* who calls, as the gatekeeper was told */
	struct h323_number calling; /* Q.931 */
	struct h323_number called;
	struct h323_number redirecting;
	struct slice display[2];
	struct slice endpoint; /* endpointIdentifier of the caller */
};

enum h245_channel_state {
	CHANNEL_OFFERED,
	CHANNEL_OPEN,
	CHANNEL_REFUSED,
	CHANNEL_CLOSED
};

/* A logical channel, from OpenLogicalChannel or fastStart to its end. */
struct h245_channel {
	uint32_t next;   /* the call's next, 0 = none */
	uint16_t number; /* forwardLogicalChannelNumber */
	uint8_t opener;  /* enum call_side */
	uint8_t sender;  /* enum call_side: whose media flow in it */
	uint8_t session; /* sessionID: 1 audio, 2 video, 3 data */
	uint8_t state;   /* enum h245_channel_state */
	uint8_t codec;   /* index of the codec table */
	uint8_t payload_type;
	uint8_t kind; /* enum sdp_media_kind */
	bool fast;    /* of a fastStart */
	bool secure;  /* H.235 media */
	bool t38;
	uint8_t ptime_ms; /* 0 = not said */
};

/* What one message did: valid as long as its event. */
struct h323_step {
	uint16_t message;     /* enum per_name: PER_setup, PER_openLogicalChannel … */
	uint16_t reason;      /* enum per_name of a release or Facility */
	uint8_t way;          /* enum h323_way */
	uint8_t side;         /* enum call_side of the sender */
	uint8_t digits;       /* of user input */
	uint8_t cause;        /* Q.850 */
	bool foreign_source;  /* not from a party of the call */
	bool third_party;     /* names an address of neither party */
	bool private_address; /* names an address of a private network */
	struct endpoint at;   /* the address it names */
	const struct h245_channel *channel; /* may be NULL */
};

/* The callIdentifier, else the conferenceID, as text of 36 bytes. */
struct slice h323_call_id(
        const uint8_t identifier[16], const uint8_t conference[16], char bytes[40]);

#endif
