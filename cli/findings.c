#include "cli/findings_inside.h"

#include <stdlib.h>
#include <string.h>

#include "engine/detect/party.h"
#include "engine/detect/rule.h"
#include "engine/report/call_names.h"
#include "engine/track/registration.h"
#include "engine/track/stream.h"

enum { TEXT_BLOCK_BYTES = 1 << 18 };

struct text_block {
	struct text_block *next;
	size_t used;
	size_t size;
	char bytes[];
};

struct slice findings_keep(struct findings *findings, struct slice text)
{
	struct text_block *block = findings->text;
	if (!text.len)
		return SLICE("");
	if (!block || block->size - block->used < text.len) {
		size_t size = text.len > TEXT_BLOCK_BYTES ? text.len : TEXT_BLOCK_BYTES;
		block = malloc(sizeof(*block) + size);
		if (!block) {
			findings->exhausted = true;
			return SLICE("");
		}
		*block = (struct text_block){.next = findings->text, .size = size};
		findings->text = block;
	}
	char *at = block->bytes + block->used;
	memcpy(at, text.data, text.len);
	block->used += text.len;
	return slice_of(at, text.len);
}

void *findings_room(struct findings *findings, void *items, size_t count, size_t size)
{
	if (count != 0 && (count & (count - 1)) != 0)
		return items;
	void *larger = realloc(items, (count ? count * 2 : 1) * size);
	if (!larger)
		findings->exhausted = true;
	return larger;
}

/* The link of a call, made when it is new; NULL without memory. */
static struct finding_link *link_of(struct findings *findings, uint64_t id)
{
	if (id < findings->link_count)
		return &findings->links[id];
	size_t larger = findings->link_count ? findings->link_count * 2 : 1024;
	while (larger <= id)
		larger *= 2;
	struct finding_link *links = realloc(findings->links, larger * sizeof(*links));
	if (!links) {
		findings->exhausted = true;
		return NULL;
	}
	memset(links + findings->link_count, 0,
	        (larger - findings->link_count) * sizeof(*links));
	findings->links = links;
	findings->link_count = larger;
	return &links[id];
}

void findings_message_link(
        struct findings *findings, const struct finding_message *message)
{
	const uint32_t number = (uint32_t)(message - findings->messages) + 1;
	struct finding_link *link = link_of(findings, message->call);
	if (!link)
		return;
	if (link->last_message)
		findings->messages[link->last_message - 1].next = number;
	else
		link->first_message = number;
	link->last_message = number;
}

struct finding_message *findings_message_new(struct findings *findings)
{
	if (findings->message_count == FINDINGS_MESSAGES_MAX)
		return NULL;
	struct finding_message *items = findings_room(findings, findings->messages,
	        findings->message_count, sizeof(*findings->messages));
	if (!items)
		return NULL;
	findings->messages = items;
	return &items[findings->message_count++];
}

static void keep_message(struct findings *findings, const struct event *event)
{
	const struct message *message = event->message;
	if (!findings->with_messages || !event->call || !message || !message->sip)
		return;
	struct finding_message *into = findings_message_new(findings);
	if (!into)
		return;
	const struct sip_message *sip = message->sip;
	struct slice line =
	        slice_trim(slice_first(sip->raw, slice_index(sip->raw, '\n')));
	/* A response's line without "SIP/2.0 " is its code and reason. */
	struct slice label = sip->is_request ? sip->method_text : slice_from(line, 8);
	*into = (struct finding_message){
	        .call = event->call->id,
	        .time_us = event->time_us,
	        .packet = {event->packet ? event->packet->number : 0,
	                event->packet ? event->packet->source : 0},
	        .src = message->datagram->src,
	        .dst = message->datagram->dst,
	        .label = findings_keep(findings, slice_first(label, 64)),
	        .status = sip->status,
	        .sdp = message->sdp != NULL,
	        .retransmission = event->retransmission,
	};
	findings_message_link(findings, into);
}

static void add_media(struct finding_call *call, const struct endpoint *endpoint)
{
	if (address_none(&endpoint->ip) || !endpoint->port ||
	        call->media_count == FINDING_MEDIA_MAX)
		return;
	for (uint32_t i = 0; i < call->media_count; i++)
		if (endpoint_equal(&call->media[i], endpoint))
			return;
	call->media[call->media_count++] = *endpoint;
}

static void keep_media(
        struct finding_call *into, const struct track *track, const struct call *call)
{
	uint32_t index = call->media;
	for (unsigned i = 0; index && i < LIMIT_MEDIA_PER_CALL; i++) {
		const struct media *media = track_media(track, index);
		if (!media)
			return;
		add_media(into, &media->at);
		add_media(into, &media->seen);
		index = media->next;
	}
}

/* Whose call it was, where it went and what it cost, as the site tells. */
static void keep_party(struct findings *findings, struct finding_call *into,
        const struct track *track, const struct call *call)
{
	struct parties parties;
	parties_read(findings->rules ? &findings->rules->site : &SITE_UNKNOWN, call,
	        call->h323 ? track_h323(track, call->h323) : NULL, call->last_us,
	        &parties);
	into->account = findings_keep(findings, parties.account);
	const struct slice country = number_region_name(parties.called.number.region);
	if (parties.called.number.len && country.len == sizeof(into->country))
		memcpy(into->country, country.data, sizeof(into->country));
	if (!parties.tariff)
		return;
	memcpy(into->currency, parties.tariff->currency, sizeof(into->currency));
	into->cost =
	        number_entry_cost(parties.tariff, call_lasted_s(call, call->last_us));
}

static void keep_call(
        struct findings *findings, const struct track *track, const struct call *call)
{
	struct finding_call *items = findings_room(findings, findings->calls,
	        findings->call_count, sizeof(*findings->calls));
	if (!items)
		return;
	findings->calls = items;
	struct finding_call *into = &items[findings->call_count++];
	*into = (struct finding_call){
	        .id = call->id,
	        .correlation = call->correlation,
	        .call_id = findings_keep(findings, call_text(call, CALL_TEXT_ID)),
	        .from_user =
	                findings_keep(findings, call_text(call, CALL_TEXT_FROM_USER)),
	        .from_host =
	                findings_keep(findings, call_text(call, CALL_TEXT_FROM_HOST)),
	        .to_user = findings_keep(findings, call_text(call, CALL_TEXT_TO_USER)),
	        .to_host = findings_keep(findings, call_text(call, CALL_TEXT_TO_HOST)),
	        .caller = call->caller,
	        .callee = call->callee,
	        .start_us = call->start_us,
	        .answer_us = call->answer_us,
	        .end_us = call->end_us,
	        .duration_s = call_duration_s(call),
	        .status = call->status,
	        .state = call->answer_us ? "answered" : call_state_name(call),
	        .end = call_end_name(call),
	        .released_by = call_side_name(call->released_by),
	};
	for (unsigned side = 0; side < 2; side++) {
		into->user_agent[side] = findings_keep(
		        findings, texts_get(call->texts, CALL_TEXT_CALLER_AGENT + side));
		const struct call_quality *quality =
		        call_quality(call, (enum call_side)side);
		into->packets[side] = quality->packets;
		into->lost[side] = quality->lost;
		into->mos_x100[side] = quality->mos_x100;
	}
	keep_media(into, track, call);
	keep_party(findings, into, track, call);
	struct finding_link *link = link_of(findings, call->id);
	if (link)
		link->call = (uint32_t)findings->call_count;
}

static bool known_registration(
        const struct findings *findings, const struct registration *registration)
{
	for (size_t i = 0; i < findings->registration_count; i++) {
		const struct finding_registration *known = &findings->registrations[i];
		if (slice_equal(known->user, registration->user) &&
		        slice_equal(known->host, registration->host) &&
		        endpoint_equal(&known->source, &registration->source))
			return true;
	}
	return false;
}

static void keep_registration(struct findings *findings, const struct event *event)
{
	const struct registration *registration = event->registration;
	if (!registration || event->change != BINDING_ADDED ||
	        findings->registration_count == FINDINGS_REGISTRATIONS_MAX ||
	        known_registration(findings, registration))
		return;
	struct finding_registration *items =
	        findings_room(findings, findings->registrations,
	                findings->registration_count, sizeof(*findings->registrations));
	if (!items)
		return;
	findings->registrations = items;
	items[findings->registration_count++] = (struct finding_registration){
	        .user = findings_keep(findings, registration->user),
	        .host = findings_keep(findings, registration->host),
	        .contact = event->binding
	                           ? findings_keep(findings, event->binding->contact)
	                           : SLICE(""),
	        .user_agent = findings_keep(findings, registration->user_agent),
	        .source = registration->source,
	        .registrar = registration->registrar,
	        .time_us = event->time_us,
	};
}

static void keep_interval(struct findings *findings, const struct event *event)
{
	const struct stream *stream = event->stream;
	const struct stream_interval *interval = event->interval;
	if (!findings->with_messages || !stream || !interval ||
	        findings->interval_count == FINDINGS_INTERVALS_MAX)
		return;
	struct finding_interval *items = findings_room(findings, findings->intervals,
	        findings->interval_count, sizeof(*findings->intervals));
	if (!items)
		return;
	findings->intervals = items;
	items[findings->interval_count++] = (struct finding_interval){
	        .src = stream->src,
	        .dst = stream->dst,
	        .ssrc = stream->ssrc,
	        .expected = interval->expected,
	        .lost = interval->lost,
	        .jitter_us = interval->jitter_mean_us,
	        .mos_x100 = interval->quality.mos_x100[JITTER_ADAPTIVE],
	        .start_us = interval->start_us,
	        .end_us = interval->end_us,
	};
}

static void count_message(struct findings *findings, const struct event *event)
{
	const struct message *message = event->message;
	if (!message || !message->sip)
		return;
	const unsigned status = message->sip->status;
	timeline_add(&findings->timeline, event->time_us,
	        !status        ? TIMELINE_REQUEST
	        : status < 400 ? TIMELINE_ACCEPTED
	                       : TIMELINE_REFUSED);
}

void findings_event(
        struct findings *findings, const struct engine *engine, const struct event *event)
{
	deeds_event(&findings->deeds, event);
	if (event->kind == EVENT_SIP_REQUEST || event->kind == EVENT_SIP_RESPONSE) {
		count_message(findings, event);
		keep_message(findings, event);
	} else if (event->kind == EVENT_H323_MESSAGE ||
	           event->kind == EVENT_RAS_TRANSACTION)
		findings_h323(findings, event);
	else if (event->kind == EVENT_RTP_INTERVAL)
		keep_interval(findings, event);
	else if (event->kind == EVENT_CALL_END && event->call)
		keep_call(findings, engine_track(engine), event->call);
	else if (event->kind == EVENT_REGISTRATION)
		keep_registration(findings, event);
}

static int earlier(const void *a, const void *b)
{
	const struct finding_call *left = a;
	const struct finding_call *right = b;
	return (int)(left->id > right->id) - (int)(left->id < right->id);
}

void findings_seal(struct findings *findings)
{
	if (findings->call_count)
		qsort(findings->calls, findings->call_count, sizeof(*findings->calls),
		        earlier);
	for (size_t i = 0; i < findings->call_count; i++)
		if (findings->calls[i].id < findings->link_count)
			findings->links[findings->calls[i].id].call = (uint32_t)i + 1;
	findings_h323_seal(findings);
}

const struct finding_call *findings_call(const struct findings *findings, uint64_t id)
{
	if (id >= findings->link_count || !findings->links[id].call)
		return NULL;
	return &findings->calls[findings->links[id].call - 1];
}

uint32_t findings_first_message(const struct findings *findings, uint64_t id)
{
	return id < findings->link_count ? findings->links[id].first_message : 0;
}

void findings_clear(struct findings *findings)
{
	for (size_t i = 0; i < findings->alert_count; i++)
		free(findings->alerts[i].evidence);
	free(findings->alerts);
	free(findings->calls);
	free(findings->messages);
	free(findings->links);
	free(findings->registrations);
	free(findings->intervals);
	deeds_clear(&findings->deeds);
	while (findings->text) {
		struct text_block *next = findings->text->next;
		free(findings->text);
		findings->text = next;
	}
	*findings = (struct findings){0};
}
