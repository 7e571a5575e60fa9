/*
 * The inside of the tracker, shared by its files alone. A message goes through
 * track_message, which fills struct seen and hands it from file to file:
 *
 *	transaction.c   which exchange it belongs to, and whether it is a copy
 *	proof.c         whether its source is real
 *	call.c          the call it belongs to; dialog.c, call_leg.c, media_endpoint.c
 *	registration.c  bindings, from the registrar's answers
 *
 * All that changes is told through event_push. What an event points to lives until the
 * event after it is asked for: an item that ends is given back by then (release).
 */
#ifndef RINGFENCE_TRACK_STATE_H
#define RINGFENCE_TRACK_STATE_H

#include "engine/base/list.h"
#include "engine/base/slab.h"
#include "engine/base/table.h"
#include "engine/base/wheel.h"
#include "engine/track/chain.h"
#include "engine/track/stream.h"
#include "engine/track/track.h"

enum track_limits {
	TRACK_EVENTS = 256,    /* queue; one message makes a dozen at most */
	NAT_TAPS = 64,     /* newest requests that are compared with copies of them */
	TRACK_REFERS = 64,     /* transfers whose new call has not come yet */
	TRACK_LEG_WALK = 8,    /* newest calls of one number, newest media of one
	                          address, that are looked at */
	TRACK_EVICT_TRIES = 4, /* for text, per message */
};

enum track_times {
	TRANSACTION_TIMEOUT_US = 32 * 1000000,     /* 64 × T1 (RFC 3261 17.1) */
	TRANSACTION_LINGER_US = 32 * 1000000,      /* timers H and J */
	TRANSACTION_PROCEEDING_US = 190 * 1000000, /* beyond timer C */
	CALL_NO_ANSWER_US = 180 * 1000000,
	CALL_RETRY_US = 10 * 1000000, /* for credentials, after a challenge */
	CALL_CLEAR_US = 32 * 1000000, /* for the answer to BYE or CANCEL */
	CALL_TICK_US = 10 * 1000000,
	LEG_WINDOW_US = 2 * 1000000,
	REFER_WINDOW_US = 60 * 1000000,
};
static const uint64_t CALL_IDLE_US = (uint64_t)2 * 3600 * 1000000;
static const uint64_t CALL_UNHEARD_US = (uint64_t)12 * 3600 * 1000000;
static const uint64_t PROOF_VALID_US = (uint64_t)3600 * 1000000;

/* What ends with an event, and is given back once the event has been read. */
enum release { RELEASE_NONE, RELEASE_TRANSACTION, RELEASE_CALL, RELEASE_RAS, RELEASE_REGISTRATION };

struct queued {
	struct event event;
	enum release release;
	uint32_t index;
};

/* The tables of which evictions are told. */
enum track_table {
	TABLE_TRANSACTIONS,
	TABLE_CALLS,
	TABLE_REGISTRATIONS,
	TABLE_STREAMS,
	TABLE_DEVICES,
	TABLE_COUNT
};

struct proof_source {
	struct list_link idle;
	uint64_t time_us;
	uint64_t registered_until_us;
	bool answers; /* it has answered a challenge */
	struct address address;
	struct address registrar; /* that it registered with last; or none */
};

/* A nonce that was sent to an address; both are kept as keyed hashes of 64 bits. */
struct proof_nonce {
	struct list_link idle;
	uint64_t hash;  /* of address and nonce */
	uint64_t nonce; /* of the nonce alone, to compare */
	struct address address;
};

struct refer {
	uint64_t time_us;
	uint64_t target; /* hash of the user of Refer-To */
	uint32_t call;
	struct address referee;
};

/* A request on its way from inside a network to outside; texts as keyed hashes. */
struct nat_tap {
	uint64_t time_us;
	uint64_t request; /* Call-ID, From-tag, CSeq */
	uint64_t branch;
	uint64_t via;
	uint64_t contact_host;
	uint64_t media;
	struct endpoint src;
	struct endpoint dst;
	uint16_t contact_port;
	int32_t max_forwards;
};

/* What the sensor notices of itself, in windows of ten seconds. */
struct self {
	uint64_t last_us; /* of the message before, 0 = none yet */
	uint64_t window_us;
	uint64_t clients; /* bits of those that asked, or were answered */
	uint64_t dropped;
	uint64_t both_us; /* when both directions were seen last, 0 = never */
	uint32_t messages;
	uint32_t requests; /* of SIP */
	uint32_t responses;
	bool media;  /* the message before was */
	bool losing; /* told in this window */
};

struct track {
	struct hash_key key;
	struct self self;
	uint64_t now_us;
	uint64_t began_us; /* first message of all, 0 = none yet */
	uint64_t next_call_id;
	uint64_t overload_us[TABLE_COUNT]; /* of the newest SENSOR event of each */
	struct track_counters counters;
	struct pool pool;

	struct slab transaction_slab;
	struct table transaction_table;
	struct wheel transaction_wheel;
	struct list transaction_done; /* completed: the first to go */
	struct list transaction_unproven;
	struct list transaction_proven;
	uint32_t told; /* finished by the message before: its texts go, 0 = none */

	struct slab call_slab;
	struct chain calls_by_call_id;
	struct chain calls_by_number;
	struct chain calls_by_session;
	struct wheel call_wheel;
	struct list call_unanswered; /* longest idle first */
	struct list call_answered;
	struct list call_waiting; /* ended, but not their streams: first to go */
	struct list call_age;
	struct slab quality_slab;
	struct slab dialog_slab;
	struct streams *streams;
	struct h323_track *h323;
	const struct stream *finished; /* by track_finish, told last */
	struct slab media_slab;
	struct chain media_by_address;

	struct slab registration_slab;
	struct table registration_table;
	struct wheel registration_wheel;
	struct list registration_idle;

	struct slab source_slab;
	struct table source_table;
	struct list source_idle;
	struct slab nonce_slab;
	struct table nonce_table;
	struct list nonce_idle;

	/* Calls of 10 s and more: what the place of the capture lets see. */
	struct {
		uint32_t silent;   /* no media of either side */
		uint32_t one_way;
		uint32_t both_ways;
	} watched;

	struct slab reach_slab;
	struct table reach_table;
	struct list reach_idle;
	struct nat_tap taps[NAT_TAPS];
	uint32_t tap_next;
	uint64_t tap_us; /* of the newest */

	struct refer refers[TRACK_REFERS];
	uint32_t refer_next;
	uint32_t refer_count;

	bool finishing;
	uint32_t event_read;
	uint32_t event_count;
	struct queued delivered; /* the event that was read last */
	struct queued events[TRACK_EVENTS];
};

/* A SIP message on its way through the tracker. */
struct seen {
	const struct message *message;
	const struct sip_message *sip;
	const struct datagram *datagram;
	uint64_t time_us;
	uint64_t call_id_hash;
	uint64_t transaction_hash;
	struct transaction *transaction; /* may be NULL */
	struct call *call;               /* may be NULL */
	struct dialog *dialog;           /* may be NULL */
	uint32_t call_index;
	enum call_side side; /* of the call: who sent this */
	bool retransmission;
	bool final; /* the first final response of its transaction */
	bool registered; /* somebody behind the source is */
	bool proven;
	bool nonce_known; /* the credentials' nonce was seen on its way to the source */
	bool call_new; /* this message began the call */
	struct event_oddities odd;
};

static inline struct transaction *transaction_at(
        const struct track *track, uint32_t index)
{
	return slab_at(&track->transaction_slab, index);
}

static inline struct call *call_at(const struct track *track, uint32_t index)
{
	return slab_at(&track->call_slab, index);
}

static inline struct dialog *dialog_at(const struct track *track, uint32_t index)
{
	return slab_at(&track->dialog_slab, index);
}

static inline struct media *media_at(const struct track *track, uint32_t index)
{
	return slab_at(&track->media_slab, index);
}

static inline struct registration *registration_at(
        const struct track *track, uint32_t index)
{
	return slab_at(&track->registration_slab, index);
}

/* Counts up without wrapping. */
static inline void count_up(uint16_t *count)
{
	if (*count < UINT16_MAX)
		++*count;
}

/* event.c: a zeroed event at the queue's end; a full queue loses and counts it. */
struct event *event_push(struct track *track, enum event_kind kind, uint64_t time_us);
/* The same for an event that a message caused. */
struct event *event_push_seen(
        struct track *track, enum event_kind kind, const struct seen *seen);
/* Ties the end of an item to the newest event. */
void event_release(struct track *track, enum release release, uint32_t index);
/* Gives back what the event that was read last ended. */
void event_release_read(struct track *track);
/* An eviction: a SENSOR event, once a second for each table. */
void event_overload(struct track *track, enum track_table table, uint64_t evicted);

/*
 * text.c: a copy in the arena, or a part of what the arena holds already: have lists
 * count slices of it. Counts when the pool is exhausted.
 */
struct slice text_keep(struct track *track, struct arena *arena, struct slice text);
struct slice text_share(struct track *track, struct arena *arena, struct slice text,
        const struct slice *have, size_t count);
/* The texts of one owner; what is lost of them is counted. */
struct texts *texts_keep(struct track *track, const struct slice *slices, uint16_t count,
        const struct texts_later *later);
/* The first texts of a call, by enum call_text. */
void text_begin(
        struct track *track, struct call *call, const struct slice texts[CALL_TEXTS]);
/* Keeps a text of the call, under a number or without one. */
struct text text_add(struct track *track, struct call *call, struct slice text);
void text_set(struct track *track, struct call *call, enum call_text number,
        struct slice text);
/* Keeps bytes in place of those before; see texts_put. */
bool text_put(struct track *track, struct call *call, struct text *place,
        struct slice bytes);
/* Evicts open transactions while text runs short. */
void text_make_room(struct track *track);

/* transaction.c */
bool transaction_init(struct track *track, struct memory *memory, uint32_t capacity);
/* Fills the hash and looks its slot up ahead of use. */
void transaction_prepare(struct track *track, struct seen *seen);
void transaction_request(struct track *track, struct seen *seen);
void transaction_response(struct track *track, struct seen *seen);
bool transaction_evict_open(struct track *track);
/* A transaction that has been told: of its texts nothing is needed any more. */
void transaction_forget_texts(struct track *track, uint32_t index);
/* Its client is known to be real from here on: it is kept longer than others. */
void transaction_prove(struct track *track, struct transaction *transaction);
void transaction_expired(struct track *track, uint32_t index);

/* proof.c */
bool proof_init(struct track *track, struct memory *memory, uint32_t capacity);
/* Whether this source has answered a challenge: what only guesses names never does. */
bool proof_answers(const struct track *track, const struct address *address);
void proof_challenge_sent(struct track *track, const struct seen *seen);
/* Judges a request: TCP, an answered nonce; tags are judged where they are known. */
bool proof_request(struct track *track, struct seen *seen);
/* A registrar has taken a binding of this address. */
void proof_registered(
        struct track *track, const struct address *address, uint64_t until_us);
/* With whom an address that is kept registers; and with whom it did last. */
void proof_registers_with(struct track *track, const struct address *source,
        const struct address *registrar);
bool proof_registrar(const struct track *track, const struct address *source,
        struct address *registrar);
void proof_tag_echoed(struct track *track, struct seen *seen);

/* call.c */
bool call_init(struct track *track, struct memory *memory, uint32_t capacity);
void call_message(struct track *track, struct seen *seen);
void call_end_now(struct track *track, uint32_t index, struct event *event);
void call_expired(struct track *track, uint32_t index);
void call_finish(struct track *track, uint32_t index);
void call_release(struct track *track, uint32_t index);
/* Lets go of a call that ended and waits for its streams alone; false when none does. */
bool call_forget_ended(struct track *track);
/* A message of the call: it is not idle. */
void call_touch(const struct seen *seen);
/* The called side answered: tells it. */
void call_answered(struct track *track, const struct seen *seen);
/* call_dial.c: the called side said more than "trying", and asked for no credentials. */
void call_dialled(struct track *track, const struct seen *seen);
/* call_find.c: which call (and who sent it); fills seen. */
void call_find(struct track *track, struct seen *seen);
/* call_new.c: the first INVITE; 0 when no room could be made. */
uint32_t call_new(struct track *track, struct seen *seen);
/* Parts of it: a place for a call, 0 = none; and the call becomes known to the tables. */
uint32_t call_take(struct track *track);
void call_publish(struct track *track, struct seen *seen);
bool call_evict(struct track *track);
/* The longest idle of H.323. */
void call_evict_h323(struct track *track);

/* dialog.c */
struct dialog *dialog_find(
        const struct track *track, const struct call *call, struct slice to_tag);
/* A response to INVITE: the dialog that its To-tag names, made when it is new. */
struct dialog *dialog_response(struct track *track, struct seen *seen);
/* A request of the dialog: an ACK may be a copy. */
void dialog_ack(struct seen *seen);
void dialogs_free(struct track *track, struct call *call);

/* call_leg.c */
void call_leg_started(struct track *track, struct seen *seen);
void call_leg_media(struct track *track, uint32_t call, uint32_t media);
void call_leg_refer(struct track *track, const struct seen *seen);
/* The referee will call this number: that call is a leg of this one. */
void call_leg_referred(struct track *track, const struct seen *seen, struct slice number,
        const struct address *referee);
/* The calls of one conference of H.323. */
void call_leg_conference(struct track *track, uint32_t call);
/* The same last digits, or the same name. */
bool call_numbers_alike(struct slice a, struct slice b);
void call_leg_forget(struct track *track, uint32_t call);
uint64_t call_number_hash(const struct track *track, struct slice user);
uint64_t call_session_hash(const struct track *track, struct slice session_id);

/* cause.c */
uint8_t cause_of_status(uint16_t status);
/* Of a Reason header's value: its Q.850 cause, or that of its SIP cause; 0 = none. */
uint8_t cause_of_reason(struct slice reason);

/* media_endpoint.c */
bool media_endpoint_init(struct track *track, struct memory *memory, uint32_t capacity);
void media_describe(struct track *track, struct seen *seen);
struct sdp_media;
/* One line, by its number; seen->side is who wants to receive there. */
void media_describe_line(struct track *track, struct seen *seen,
        const struct sdp_media *said, uint8_t line);
/* No stream shall find them any more. */
void media_unlist(struct track *track, const struct call *call);
void media_free(struct track *track, struct call *call);

/* media_sum.c: a stream ended, or its call: what the side that sent it is told to have. */
void media_sum(struct track *track, struct call *call, const struct stream *stream,
        uint8_t side);
/* The streams of this medium's address that other legs hold. */
void media_sum_shared(struct track *track, struct call *call, const struct media *mine);
/* Counts the packets of the streams of a call that run, those of shared addresses too. */
void media_watch_streams(
        const struct track *track, const struct call *call, struct call_watch *watch);
/* The next medium of another call that this stream runs to as well; 0 = none. */
uint32_t media_sharing(
        const struct track *track, const struct stream *stream, uint32_t after);
/* The medium of the same line on the other side; 0 = none. */
uint32_t media_peer(const struct track *track, const struct media *media);

/* sound.c: whether the stream of this call is worth listening to; a packet of one that
 * is; and the end of a call, before its streams go. */
bool sound_wanted(const struct call *call, const struct stream *stream);
void sound_packet(struct track *track, const struct seen *seen, struct stream *stream);
void sound_ends(const struct track *track, struct call *call);

/* media_stream.c: streams and the calls that they belong to */
void media_stream_rtp(struct track *track, struct seen *seen);
/* A side described this line (anew): its streams hear what their payload types mean. */
void media_stream_described(struct track *track, const struct call *call, uint8_t line);
void media_stream_rtcp(struct track *track, struct seen *seen);
/* The next stream that ended, told; false when there is none. */
bool media_stream_expired(struct track *track);
/* The next of the streams that are open at the end, told; false when there is none. */
bool media_stream_finish(struct track *track);
/* When the last packet came of what a side sends, 0 = never. */
uint64_t media_stream_heard_us(
        const struct track *track, const struct call *call, enum call_side side);
/* The stream at one of the places of a medium; NULL = none. */
struct stream *media_held(
        const struct track *track, const struct media *media, int place);
bool media_holds(const struct track *track, const struct call *call);
/* Lets go of the streams of a call. */
void media_stream_forget(struct track *track, const struct call *call);
/* Sums up the streams of a call that ends; they go to another leg, or are adrift. */
void media_stream_call_ends(struct track *track, struct call *call);

/* nat_taps.c: what a router changed of a request that was seen inside of it; or NULL. */
const char *nat_taps_request(struct track *track, const struct seen *seen);

/* nat_reach.c */
size_t nat_reach_bytes(void);
bool nat_reach_init(struct track *track, struct memory *memory, uint32_t capacity);
void nat_reach_registered(struct track *track, const struct registration *registration);
/* The device said something by itself: a keep-alive. */
void nat_reach_heard(struct track *track, const struct endpoint *device);
/* A transaction got no answer at all. */
void nat_reach_failed(struct track *track, const struct transaction *transaction);
/*
 * A transaction was answered. Seconds of silence after which the call before it had been
 * lost, when only a new REGISTER lay between them; else 0.
 */
uint32_t nat_reach_answered(struct track *track, const struct transaction *transaction);

/* call_watch.c: looks at the media of a call that was answered, or is 10 s older. */
void call_watch(struct track *track, struct call *call);

/* dialog_judge.c: what is odd about a message of a call, before the call takes it. */
void dialog_judge_request(struct track *track, struct seen *seen);
void dialog_judge_response(const struct track *track, struct seen *seen);
/* The hosts that a message of the call names, from which others may come. */
void dialog_path_learn(struct track *track, const struct seen *seen);

/* self.c */
enum { SELF_BACK_US = 1000000, SELF_FORWARD_US = 600000000, SELF_WINDOW_US = 10000000 };
void self_stepped(struct track *track, uint64_t time_us);
void self_window(struct track *track, uint64_t time_us);
void self_signalling(struct track *track, const struct seen *seen);

/* Each message: whether time goes on as it should. */
static inline void self_message(struct track *track, uint64_t time_us, bool media)
{
	struct self *self = &track->self;
	const bool steps = time_us + SELF_BACK_US < self->last_us ||
	                   time_us > self->last_us + SELF_FORWARD_US;
	if (__builtin_expect(steps, 0))
		self_stepped(track, time_us);
	self->last_us = time_us;
	self->media = media;
	self->messages++;
	if (__builtin_expect(time_us > self->window_us + SELF_WINDOW_US, 0))
		self_window(track, time_us);
}

/* registration_find.c: by address of record; 0 = none. */
uint64_t registration_hash(const struct track *track, const struct sip_uri *aor,
        const struct endpoint *registrar);
uint32_t registration_find(const struct track *track, const struct sip_uri *aor,
        const struct endpoint *registrar, uint64_t hash);
/* Whether one of its contacts was registered from there. */
bool registration_binds(
        const struct registration *registration, const struct address *source);
/* Whether the caller's user is bound to the address that calls. */
bool registration_of_caller(const struct track *track, const struct call *call);

/* The newest medium with this address; 0 = none. */
uint32_t media_find(const struct track *track, const struct endpoint *at);

/* media_watch.c: streams that stand against one another */
/* A host that neither side of the medium named, nor speaks for one, nor passed ICE. */
bool media_stranger(
        const struct track *track, const struct media *media, const struct address *ip);
/* A stream is about to be held by this medium, of its destination or its source. */
void media_watch_joined(struct track *track, struct stream *stream,
        const struct media *media, bool by_destination);
/* The first packet of a stream, which has joined by now if it can. */
void media_watch_new(struct track *track, const struct seen *seen, struct stream *stream);
/* Another packet of one that is watched, or that has news for us. */
void media_watch_packet(struct track *track, const struct seen *seen,
        struct stream *stream, unsigned news);
/* The stream's payload type or what was negotiated is another now. */
void media_watch_declared(struct track *track, struct stream *stream);
/* A datagram too short for media, which probes send. */
void media_watch_runt(struct track *track, const struct seen *seen);
/* RTCP without a stream: whether it speaks for one of another host. */
bool media_watch_rtcp(const struct track *track, const struct seen *seen);
void media_watch_stun(struct track *track, const struct seen *seen);
void media_watch_dtls(struct track *track, struct seen *seen);

/* registration.c */
bool registration_init(struct track *track, struct memory *memory, uint32_t capacity);
void registration_response(struct track *track, struct seen *seen);
/* A registration that the registrar, who sent the message, has not had before. */
uint32_t registration_new(struct track *track, const struct seen *seen, uint64_t hash);
/* Until the first of its bindings expires. */
void registration_arm(struct track *track, uint32_t index);
void registration_expired(struct track *track, uint32_t index);
void registration_release(struct track *track, uint32_t index);

#endif
