/*
 * What is kept of an alert.
 */
#include "cli/findings_inside.h"

#include <stdlib.h>
#include <string.h>

#include "engine/track/call.h"
#include "engine/track/registration.h"
#include "engine/track/transaction.h"

static struct packet_ref *keep_evidence(const struct alert *alert)
{
	size_t bytes = alert->evidence_count * sizeof(*alert->evidence);
	struct packet_ref *copy = bytes ? malloc(bytes) : NULL;
	if (copy)
		memcpy(copy, alert->evidence, bytes);
	return copy;
}

/* How long before the alert what it counts began: a bucket takes so many leaks to fill.
 */
static uint64_t window_of(const struct alert *alert)
{
	const bool leaks = slice_equal(alert->metric, SLICE("leaky"));
	return (uint64_t)(alert->window_s * (leaks ? alert->threshold : 1) * 1e6);
}

/* Whose account the event is about: by its credentials, or by its registration. */
static struct slice account_of(const struct event *event)
{
	if (event && event->registration)
		return event->registration->user;
	if (event && event->transaction)
		return transaction_text(event->transaction, TRANSACTION_AUTH_USER);
	return (struct slice){0};
}

static struct address requester_of(const struct event *event)
{
	if (event && event->registration)
		return event->registration->source.ip;
	if (event && event->transaction)
		return event->transaction->client.ip;
	return event && event->call ? event->call->caller.ip : (struct address){0};
}

void findings_alert(struct findings *findings, const struct alert *alert)
{
	const struct event *event = alert->event;
	struct finding_alert *items = findings_room(findings, findings->alerts,
	        findings->alert_count, sizeof(*findings->alerts));
	if (!items)
		return;
	findings->alerts = items;
	struct finding_alert *into = &items[findings->alert_count++];
	*into = (struct finding_alert){
	        .id = alert->id,
	        .time_us = alert->time_us,
	        .rule = rule_view(alert->rule),
	        .entity_type = alert->entity_type,
	        .entity = findings_keep(findings, alert->entity),
	        .key = findings_keep(findings, alert->key),
	        .explain = findings_keep(findings, alert->explain),
	        .account = findings_keep(findings, account_of(event)),
	        .requester = requester_of(event),
	        .count = alert->count,
	        .window_us = window_of(alert),
	        .would = alert->would,
	        .call = event && event->call ? event->call->id : 0,
	        .evidence = keep_evidence(alert),
	};
	if (into->evidence)
		into->evidence_count = alert->evidence_count;
	if (event && event->message && event->message->datagram) {
		into->has_flow = true;
		into->src = event->message->datagram->src;
		into->dst = event->message->datagram->dst;
	}
}
