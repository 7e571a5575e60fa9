/*
 * The inside of H.323 tracking, shared by its files alone. A message comes through
 * h323_track_message and goes to
 *
 *	h323_ras.c           requests and their answers, which then tell
 *	h323_registration.c  registrations, h323_gatekeeper.c discovery, and
 *	h323_device.c        the inventory
 *	h323_admission.c     what a gatekeeper was asked about a call
 *	h323_call.c          Setup to ReleaseComplete; h323_call_new.c the first of it
 *	h323_control.c       H.245, tunnelled or not; h323_channel.c its channels
 *	h323_service.c       H.450
 *	h323_read.c          fields that several of them take from the tape
 *
 * All tables have a fixed size; the oldest make room.
 */
#ifndef RINGFENCE_TRACK_H323_STATE_H
#define RINGFENCE_TRACK_H323_STATE_H

#include "engine/track/h323.h"
#include "engine/track/h323_track.h"
#include "engine/track/state.h"

enum h323_times {
	RAS_TIMEOUT_US = 12 * 1000000,    /* three tries of 3 s and some (H.225.0 7.19) */
	RAS_LINGER_US = 10 * 1000000,     /* for copies of the answer */
	RAS_DELAY_US = 60 * 1000000,      /* the most that requestInProgress asks for */
	ADMISSION_WAIT_US = 60 * 1000000, /* for the Setup */
	MEDIA_LATE_US = 2 * 1000000, /* what may still be on its way after a release */
	CALL_GRACE_US = 4 * 1000000, /* for the other side's ReleaseComplete and media */
};
static const uint64_t ADMISSION_IDLE_US = (uint64_t)2 * 3600 * 1000000;

enum {
	/* An evicted call keeps its place until its end was read. */
	H323_SPARE_CALLS = 16,
	DEVICE_NAMES = 16,
	DEVICE_WALK = 8,
	ALIAS_TEXT = 3 * 256
};

struct h323_track {
	struct slab transaction_slab;
	struct table transaction_table;
	struct wheel transaction_wheel;
	struct list transaction_age;

	struct slab device_slab;
	struct chain devices_by_identifier;
	struct chain devices_by_address;
	struct list device_idle;
	struct slab alias_slab;
	struct chain aliases_by_text;
	uint32_t device_told; /* at the end of the capture: index of the last one told */

	struct slab admission_slab;
	struct chain admissions_by_call;
	struct wheel admission_wheel;
	struct list admission_age;

	struct slab call_slab;
	struct list call_idle; /* longest idle first */
	struct chain calls_by_flow;
	struct chain calls_by_control[2]; /* by enum call_side of who waits */
	struct chain calls_by_conference;
	struct slab channel_slab;

	uint32_t step_next;
	struct h323_step steps[TRACK_EVENTS]; /* one for each place in the queue */
};

/* A message on its way, or a PDU of it. */
struct h323_seen {
	struct seen *seen;
	const struct h323_message *message;
	const struct per_tape *tape;
	const struct h323_pdu *pdu;
	struct h323_call *h323; /* of seen->call; NULL = none */
	uint8_t way;            /* enum h323_way */
};

/* Every child of a node, one after the other. */
#define h323_each(tape, parent, i)                                                       \
	(uint32_t i = (parent) + 1; i < (tape)->nodes[parent].next;                      \
	        i = (tape)->nodes[i].next)

static inline struct h323_device *device_at(const struct track *track, uint32_t index)
{
	return slab_at(&track->h323->device_slab, index);
}

static inline struct h323_admission *admission_at(
        const struct track *track, uint32_t index)
{
	return slab_at(&track->h323->admission_slab, index);
}

static inline struct h323_call *h323_call_at(const struct track *track, uint32_t index)
{
	return slab_at(&track->h323->call_slab, index);
}

static inline struct h245_channel *channel_at(const struct track *track, uint32_t index)
{
	return slab_at(&track->h323->channel_slab, index);
}

/* h323_read.c */
/* The alias, its text kept in the arena; false when it is none that has a text. */
bool h323_name_read(struct track *track, struct arena *arena, const struct per_tape *tape,
        uint32_t node, struct h323_name *name);
/* Up to max aliases of a list. */
unsigned h323_names_read(struct track *track, struct arena *arena,
        const struct per_tape *tape, uint32_t list, struct h323_name names[DEVICE_NAMES]);
bool h323_name_is_number(const struct h323_name *name);
/* The one that says most of names: a number, else the first. NULL when there is none. */
const struct h323_name *h323_name_best(const struct h323_name *names, unsigned count);
struct h323_name h323_name_keep(
        struct track *track, struct arena *arena, const struct h323_name *name);
void h323_vendor_read(struct track *track, struct arena *arena,
        const struct per_tape *tape, uint32_t node, struct h323_vendor *vendor);
void h323_vendor_keep(struct track *track, struct arena *arena,
        const struct h323_vendor *from, struct h323_vendor *into);
/* Without the NULs that C programs send behind displays and products. */
struct slice h323_label(struct slice text);
/* Product and version, as a User-Agent says them. */
struct slice h323_vendor_text(const struct h323_vendor *vendor, char *bytes, size_t size);
/* Of an EndpointType. */
enum h323_role h323_role_read(const struct per_tape *tape, uint32_t node);
/* UTF-16 of an identifier or the like as UTF-8, kept in the arena. */
struct slice h323_wide_keep(struct track *track, struct arena *arena,
        const struct per_tape *tape, uint32_t node);
/* The first address of a list of TransportAddress that can be reached. */
bool h323_first_address(
        const struct per_tape *tape, uint32_t list, struct endpoint *endpoint);
bool h323_identifier_read(struct slice from, uint8_t into[16]);
bool h323_address_private(const struct endpoint *at);

/* h323_ras.c */
bool ras_init(struct track *track, struct memory *memory, uint32_t capacity);
void ras_pdu(struct track *track, struct h323_seen *seen);
void ras_expired(struct track *track, uint32_t index);
void ras_release(struct track *track, uint32_t index);
/* h323_ras_read.c: what a request says, into the transaction. */
void ras_read_request(
        struct track *track, struct h323_seen *seen, struct ras_transaction *ras);

/* h323_device.c */
bool device_init(struct track *track, struct memory *memory, uint32_t capacity);
uint32_t device_by_identifier(const struct track *track, struct slice identifier,
        const struct address *gatekeeper);
/* With this address of RAS or signalling; of that IP alone when port is 0. */
uint32_t device_by_address(const struct track *track, const struct endpoint *at);
uint32_t device_by_name(
        const struct track *track, const struct h323_name *name, uint32_t but);
uint32_t device_new(struct track *track, uint64_t time_us, const struct endpoint *at);
void device_identify(struct track *track, uint32_t index, struct slice identifier);
void device_zone_set(struct track *track, uint32_t index, struct slice zone);
void device_move(struct track *track, uint32_t index, const struct endpoint *at);
void device_names_clear(struct track *track, uint32_t index);
void device_names_set(struct track *track, uint32_t index, const struct h323_name *names,
        unsigned count, bool add);
/* Texts that changed many times leave their old selves in the arena: they go. */
void device_tidy(struct track *track, uint32_t index);
void device_seen(struct track *track, uint32_t index, uint64_t time_us);
void device_tell(struct track *track, uint32_t index, const struct seen *seen,
        enum device_change change);
/* The next device that is told at the end; false when there is none. */
bool device_finish(struct track *track);

/* h323_registration.c */
void h323_register(
        struct track *track, struct h323_seen *seen, struct ras_transaction *ras);
void h323_unregister(struct track *track, const struct seen *seen, uint32_t device);

/* The alternate gatekeepers that an answer names. */
void h323_alternates_read(const struct h323_seen *seen, struct h323_device *device);
/* h323_gatekeeper.c */
void h323_gatekeeper_found(
        struct track *track, struct h323_seen *seen, struct ras_transaction *ras);

/* h323_admission.c */
bool admission_init(struct track *track, struct memory *memory, uint32_t capacity);
void admission_answered(
        struct track *track, struct h323_seen *seen, const struct ras_transaction *ras);
void admission_disengaged(
        struct track *track, struct h323_seen *seen, const struct ras_transaction *ras);
/* The newest admission of a call that is not of the called side; 0 = none. */
uint32_t admission_find(const struct track *track, const uint8_t identifier[16],
        const uint8_t conference[16]);
void admission_join(struct track *track, struct h323_call *h323);
void admission_merge(const struct h323_admission *admission, struct h323_call *h323);
void admission_expired(struct track *track, uint32_t index);
/* The next admission that is open at the end, ended; false when there is none. */
bool admission_finish(struct track *track);

/* h323_call.c */
bool h323_call_init(struct track *track, struct memory *memory, uint32_t capacity);
void h323_call_message(struct track *track, struct h323_seen *seen);
/* The number that sent the call on, when none is known yet. */
void h323_diverted(struct track *track, struct call *call, struct slice by);
void h323_call_free(struct track *track, struct call *call);
/* h323_release.c: endSession or a DRQ; the call ends soon when nothing better comes. */
void h323_call_fades(struct track *track, struct h323_seen *seen, uint8_t cause);
void h323_call_released(struct track *track, struct h323_seen *seen);
void h323_call_disengaged(struct track *track, struct h323_seen *seen,
        const struct h323_admission *admission);
/* The call is over: looks at its media while they are there. */
void h323_call_ends(struct track *track, struct call *call);
/* What the end means: fills end, cause and status of a call that has none yet. */
void h323_call_outcome(struct call *call, enum call_side by, uint8_t cause);
/* h323_call_find.c */
void h323_call_find(struct track *track, struct h323_seen *seen);
void h323_call_find_control(struct track *track, struct h323_seen *seen);
/* The first leg that has this callIdentifier; 0 = none. */
uint32_t h323_call_named(const struct track *track, const uint8_t identifier[16],
        const uint8_t conference[16]);
uint64_t h323_flow_hash(const struct track *track, const struct endpoint *a,
        const struct endpoint *b, uint16_t reference);
void h323_control_expect(struct track *track, struct h323_call *h323, enum call_side side,
        const struct endpoint *at);
/* h323_call_new.c */
void h323_call_new(struct track *track, struct h323_seen *seen);
/* The record of a call of which RAS alone was seen, ended at once. */
void h323_call_of_admission(struct track *track, const struct h323_admission *admission);
/* Tells the call's legs that the called side was admitted; false when there are none. */
bool h323_call_admitted(struct track *track, const struct h323_admission *admission);
/* h323_identity.c */
/* What RAS knows of both ends, as flags of the call; the caller's account. */
struct slice h323_devices_compare(struct track *track, struct h323_seen *seen);
/* Whether the numbers that speak for the caller contradict each other. */
bool h323_numbers_differ(const struct track *track, const struct h323_seen *seen);
/* Vendor, role and version of who sent a body of H.225.0. */
void h323_call_party(struct track *track, struct h323_seen *seen);
/* h323_cause.c: from H.225.0 to Q.850, and from there to SIP (RFC 3398). */
uint8_t h323_cause_of_release(uint16_t reason);
uint8_t h323_cause_of_admission(uint16_t reason);
uint16_t h323_status_of_cause(uint8_t cause);

/* h323_control.c */
void h245_pdu(struct track *track, struct h323_seen *seen);
/* h323_channel.c */
void channel_fast_start(struct track *track, struct h323_seen *seen);
void channel_open(struct track *track, struct h323_seen *seen, struct h323_step *step);
void channel_answer(struct track *track, struct h323_seen *seen, struct h323_step *step);
void channel_close(struct track *track, struct h323_seen *seen, struct h323_step *step);
void channels_free(struct track *track, struct h323_call *h323);
/* h323_codec.c: a DataType in the words of RTP. */
struct h323_media {
	const char *name; /* of RTP, "" = another */
	uint32_t clock_hz;
	uint8_t payload_type; /* CODEC_NO_TYPE = none of its own */
	uint8_t kind;         /* enum sdp_media_kind */
	uint8_t ptime_ms;     /* 0 = not said */
	bool present;         /* not nullData */
	bool secure;
	bool t38;
};
void h323_media_read(
        const struct per_tape *tape, uint32_t data_type, struct h323_media *media);
/* h323_service.c */
void h450_pdu(struct track *track, struct h323_seen *seen);

/* A zeroed step for an event that is pushed next. */
struct h323_step *h323_step_new(struct track *track, const struct h323_seen *seen);
/* What the address that the step names means. */
void h323_step_judge(
        struct track *track, const struct h323_seen *seen, struct h323_step *step);
/* The body of call signalling, NULL when there is none. */
const struct h323_pdu *h323_body(const struct h323_message *message);
/* NULL where a message has more H245_CHANNEL events than the queue bears: counted. */
struct event *h323_push(struct track *track, const struct h323_seen *seen,
        enum event_kind kind, const struct h323_step *step);

#endif
