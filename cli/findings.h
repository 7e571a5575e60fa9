/*
 * What a run found, kept on the heap for reports that need the whole of it: alerts, calls
 * with their messages, registrations. Text is copied as it came from the wire: whoever
 * prints it makes it harmless.
 */
#ifndef RINGFENCE_CLI_FINDINGS_H
#define RINGFENCE_CLI_FINDINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/deeds.h"
#include "cli/timeline.h"
#include "engine/engine.h"
#include "engine/report/rule_view.h"

enum {
	FINDINGS_MESSAGES_MAX = 4000000,
	FINDINGS_REGISTRATIONS_MAX = 500,
	FINDINGS_INTERVALS_MAX = 1000000,
	FINDING_MEDIA_MAX = 8,
};

struct finding_alert {
	uint64_t id;
	uint64_t time_us;
	struct rule_view rule;
	enum entity_type entity_type;
	struct slice entity;
	struct slice key;
	struct slice explain;
	struct slice account;     /* whose credentials or registration its event showed */
	struct address requester; /* who asked for what its event tells; may be none */
	uint64_t count;
	uint64_t window_us; /* of the rule, 0 = none */
	enum verdict would;
	bool has_flow;
	struct endpoint src;
	struct endpoint dst;
	uint64_t call; /* id, 0 = none */
	uint32_t evidence_count;
	struct packet_ref *evidence;
};

struct finding_call {
	uint64_t id;
	uint64_t correlation;
	struct slice call_id;
	struct slice from_user, from_host, to_user, to_host;
	struct slice user_agent[2];
	struct endpoint caller;
	struct endpoint callee;
	uint64_t start_us;
	uint64_t answer_us;
	uint64_t end_us;
	double duration_s;
	struct slice account;
	char country[2];  /* of the called number, NUL bytes = not known */
	char currency[3]; /* of the tariff, NUL bytes = none */
	double cost;      /* in it */
	uint16_t status;
	const char *state;
	const char *end;
	const char *released_by;
	uint64_t lost[2];
	uint64_t packets[2];
	uint16_t mos_x100[2];
	uint32_t media_count;
	struct endpoint media[FINDING_MEDIA_MAX]; /* signalled and seen */
};

struct finding_message {
	uint64_t call;
	uint32_t next; /* index + 1 of the call's next message, 0 = none */
	uint64_t time_us;
	struct packet_ref packet;
	struct endpoint src;
	struct endpoint dst;
	struct slice label;   /* "INVITE", "200 OK" or "H.225 setup" */
	struct slice call_id; /* RAS: of which call it speaks */
	uint16_t status;      /* 0 = a request */
	bool sdp;
	bool retransmission;
};

struct finding_registration {
	struct slice user;
	struct slice host;
	struct slice contact;
	struct slice user_agent;
	struct endpoint source;
	struct endpoint registrar;
	uint64_t time_us;
};

/* Ten seconds of a stream, or what was left of it at its end. */
struct finding_interval {
	struct endpoint src;
	struct endpoint dst;
	uint32_t ssrc;
	uint32_t expected;
	uint32_t lost;
	uint32_t jitter_us; /* mean */
	uint16_t mos_x100;  /* 0 = no value */
	uint64_t start_us;
	uint64_t end_us;
};

/* By the id of a call: where it and its messages are, as index + 1. */
struct finding_link {
	uint32_t call;
	uint32_t first_message;
	uint32_t last_message;
};

struct text_block;

struct findings {
	struct text_block *text;
	size_t alert_count;
	struct finding_alert *alerts;
	size_t call_count;
	struct finding_call *calls;
	size_t link_count; /* by id, ids count from 1 */
	struct finding_link *links;
	size_t message_count;
	size_t unlinked_count; /* messages of RAS about calls */
	struct finding_message *messages;
	size_t registration_count;
	struct finding_registration *registrations;
	size_t interval_count;
	struct finding_interval *intervals;
	struct timeline timeline;
	struct deeds deeds;
	const char *evidence; /* borrowed: where a page finds the captures of alerts; NULL
	                         = nowhere */
	const struct rule_set
	        *rules;     /* borrowed: the site and its places; NULL = not known */
	bool with_messages; /* set before the run: keep messages of calls, and intervals
	                     */
	bool exhausted;     /* something found no memory */
};

void findings_event(struct findings *findings, const struct engine *engine,
        const struct event *event);
void findings_alert(struct findings *findings, const struct alert *alert);
/* After the run: puts the calls in the order of their beginnings. */
void findings_seal(struct findings *findings);
void findings_clear(struct findings *findings);

/* The call with this id, or NULL while it goes on. */
const struct finding_call *findings_call(const struct findings *findings, uint64_t id);
/* Index + 1 of the call's first message, 0 = none; the others follow by their next. */
uint32_t findings_first_message(const struct findings *findings, uint64_t id);

#endif
