/*
 * What an alert's capture is about: made by the judge, where the call is known.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "engine/detect/rule.h"
#include "engine/track/call.h"
#include "sensor/witness.h"

static void add_media(struct witness_case *about, const struct endpoint *endpoint)
{
	if (address_none(&endpoint->ip) || !endpoint->port ||
	        about->media_count == WITNESS_ADDRESSES_MAX)
		return;
	for (uint32_t i = 0; i < about->media_count; i++)
		if (endpoint_equal(&about->media[i], endpoint))
			return;
	about->media[about->media_count++] = *endpoint;
}

static void add_call(
        struct witness_case *about, const struct track *track, const struct call *call)
{
	const struct slice id =
	        slice_first(call_text(call, CALL_TEXT_ID), WITNESS_CALL_ID_BYTES);
	uint32_t index = call->media;

	memcpy(about->call_id, id.data ? id.data : "", id.len);
	about->call_id_len = id.len;
	for (unsigned i = 0; index && i < LIMIT_MEDIA_PER_CALL; i++) {
		const struct media *media = track_media(track, index);
		if (!media)
			return;
		add_media(about, &media->at);
		add_media(about, &media->seen);
		index = media->next;
	}
}

/* 20260131T235959-node-17-rule.pcapng: names sort by time. */
static void name_file(
        const struct witness *witness, const struct alert *alert, char *name)
{
	const time_t seconds = (time_t)(alert->time_us / 1000000);
	const struct slice rule = alert->rule->id;
	struct tm utc;
	char stamp[32];

	(void)gmtime_r(&seconds, &utc);
	(void)strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%S", &utc);
	(void)snprintf(name, WITNESS_NAME_BYTES, "%s-%.60s-%llu-%.*s.pcapng", stamp,
	        witness->node, (unsigned long long)alert->id,
	        (int)(rule.len < 64 ? rule.len : 64), rule.data);
	for (char *at = name; *at; at++)
		if (*at == '/')
			*at = '_';
}

bool witness_alert(struct witness *witness, const struct engine *engine,
        const struct alert *alert, char name[WITNESS_NAME_BYTES])
{
	if (!witness->directory || !alert->rule->evidence_pcap)
		return false;
	const struct event *event = alert->event;
	const size_t bytes = sizeof(struct witness_record) + sizeof(struct witness_case);
	struct witness_record *record = ring_reserve(&witness->ring, bytes);
	if (!record) {
		atomic_fetch_add(&witness->refused, 1);
		return false;
	}
	*record = (struct witness_record){.is_case = true};
	struct witness_case *about = (struct witness_case *)(record + 1);
	*about = (struct witness_case){.until_us = alert->time_us + witness->after_us};
	name_file(witness, alert, about->name);
	memcpy(name, about->name, WITNESS_NAME_BYTES);
	(void)snprintf(about->why, sizeof(about->why), "%.*s",
	        (int)slice_first(alert->explain, sizeof(about->why) - 1).len,
	        alert->explain.data ? alert->explain.data : "");
	if (alert->entity_type == ENTITY_IP)
		(void)address_parse(alert->entity, &about->source);
	if (event && event->call)
		add_call(about, engine_track(engine), event->call);
	about->packet_count = alert->evidence_count;
	memcpy(about->packets, alert->evidence,
	        alert->evidence_count * sizeof(*alert->evidence));
	ring_commit(&witness->ring, bytes);
	return true;
}
