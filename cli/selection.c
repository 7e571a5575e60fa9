#include "cli/selection.h"

#include <stdlib.h>
#include <string.h>

/* Media goes on a little before the answer and behind the end. */
enum { MEDIA_SLACK_US = 2000000 };

/* How long before an alert its address is looked at, whatever the rule's window. */
static const uint64_t BEFORE_MIN_US = 10000000;
static const uint64_t BEFORE_MAX_US = 3600000000;

static void add_packet(struct selection *selection, struct packet_ref packet,
        uint32_t target, bool counted)
{
	if (selection->packet_count == selection->packet_room) {
		size_t larger = selection->packet_room ? selection->packet_room * 2 : 256;
		void *grown =
		        realloc(selection->packets, larger * sizeof(*selection->packets));
		if (!grown) {
			selection->exhausted = true;
			return;
		}
		selection->packets = grown;
		selection->packet_room = larger;
	}
	selection->packets[selection->packet_count++] =
	        (struct selection_packet){packet, target, counted};
}

static void add_media(struct selection *selection, const struct selection_media *media)
{
	if (selection->media_count == selection->media_room) {
		size_t larger = selection->media_room ? selection->media_room * 2 : 64;
		void *grown =
		        realloc(selection->media, larger * sizeof(*selection->media));
		if (!grown) {
			selection->exhausted = true;
			return;
		}
		selection->media = grown;
		selection->media_room = larger;
	}
	selection->media[selection->media_count++] = *media;
}

static void add_host(struct selection *selection, const struct selection_host *host)
{
	if (selection->host_count == selection->host_room) {
		size_t larger = selection->host_room ? selection->host_room * 2 : 64;
		void *grown =
		        realloc(selection->hosts, larger * sizeof(*selection->hosts));
		if (!grown) {
			selection->exhausted = true;
			return;
		}
		selection->hosts = grown;
		selection->host_room = larger;
	}
	selection->hosts[selection->host_count++] = *host;
}

/* What the alert's address did in the rule's window, before the alert and at it. */
static void add_before(
        struct selection *selection, const struct finding_alert *alert, uint32_t target)
{
	uint64_t span_us = alert->window_us;
	struct selection_host host = {.to_us = alert->time_us, .target = target};

	if (!address_parse(alert->entity, &host.ip))
		return;
	if (span_us < BEFORE_MIN_US)
		span_us = BEFORE_MIN_US;
	if (span_us > BEFORE_MAX_US)
		span_us = BEFORE_MAX_US;
	host.from_us = alert->time_us > span_us ? alert->time_us - span_us : 0;
	add_host(selection, &host);
}

static void add_leg(struct selection *selection, const struct findings *findings,
        const struct finding_call *call, uint32_t target)
{
	uint32_t number = findings_first_message(findings, call->id);
	while (number) {
		const struct finding_message *message = &findings->messages[number - 1];
		add_packet(selection, message->packet, target, false);
		number = message->next;
	}
	for (uint32_t i = 0; i < call->media_count; i++) {
		struct selection_media media = {call->media[i], call->start_us,
		        call->end_us + MEDIA_SLACK_US, target};
		add_media(selection, &media);
	}
}

void selection_call(struct selection *selection, const struct findings *findings,
        uint64_t call, uint32_t target)
{
	const struct finding_call *wanted = findings_call(findings, call);
	if (!wanted)
		return;
	for (size_t i = 0; i < findings->call_count; i++)
		if (findings->calls[i].correlation == wanted->correlation)
			add_leg(selection, findings, &findings->calls[i], target);
}

void selection_alert(struct selection *selection, const struct findings *findings,
        const struct finding_alert *alert, uint32_t target)
{
	for (uint32_t i = 0; i < alert->evidence_count; i++)
		add_packet(selection, alert->evidence[i], target, true);
	add_before(selection, alert, target);
	selection_call(selection, findings, alert->call, target);
}

static int compare_u64(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int compare_packets(const void *a, const void *b)
{
	const struct selection_packet *left = a;
	const struct selection_packet *right = b;
	int order = compare_u64(left->packet.source, right->packet.source);
	if (!order)
		order = compare_u64(left->packet.number, right->packet.number);
	if (!order)
		order = compare_u64(left->target, right->target);
	/* What counts comes first: the copy behind it is passed over. */
	return order ? order : (int)right->counted - (int)left->counted;
}

static int compare_endpoints(const struct endpoint *a, const struct endpoint *b)
{
	int order = memcmp(a->ip.bytes, b->ip.bytes, sizeof(a->ip.bytes));
	return order ? order : (int)a->port - (int)b->port;
}

static int compare_media(const void *a, const void *b)
{
	const struct selection_media *left = a;
	const struct selection_media *right = b;
	int order = compare_endpoints(&left->at, &right->at);
	return order ? order : compare_u64(left->target, right->target);
}

static int compare_hosts(const void *a, const void *b)
{
	const struct selection_host *left = a;
	const struct selection_host *right = b;
	int order = memcmp(left->ip.bytes, right->ip.bytes, sizeof(left->ip.bytes));
	return order ? order : compare_u64(left->target, right->target);
}

void selection_seal(struct selection *selection)
{
	if (selection->packet_count)
		qsort(selection->packets, selection->packet_count,
		        sizeof(*selection->packets), compare_packets);
	if (selection->media_count)
		qsort(selection->media, selection->media_count, sizeof(*selection->media),
		        compare_media);
	if (selection->host_count)
		qsort(selection->hosts, selection->host_count, sizeof(*selection->hosts),
		        compare_hosts);
}

size_t selection_find_packet(
        const struct selection *selection, const struct packet *packet)
{
	size_t low = 0;
	size_t high = selection->packet_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct packet_ref *ref = &selection->packets[middle].packet;
		if (ref->source < packet->source ||
		        (ref->source == packet->source && ref->number < packet->number))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

size_t selection_find_media(
        const struct selection *selection, const struct endpoint *endpoint)
{
	size_t low = 0;
	size_t high = selection->media_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (compare_endpoints(&selection->media[middle].at, endpoint) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

size_t selection_find_host(const struct selection *selection, const struct address *ip)
{
	size_t low = 0;
	size_t high = selection->host_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (memcmp(selection->hosts[middle].ip.bytes, ip->bytes,
		            sizeof(ip->bytes)) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void selection_clear(struct selection *selection)
{
	free(selection->packets);
	free(selection->media);
	free(selection->hosts);
	*selection = (struct selection){0};
}
