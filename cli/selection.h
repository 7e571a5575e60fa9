/*
 * Which packets go to which evidence file: named ones by their number, media by the
 * endpoints and the time of a call, what else an address did by the time before an alert.
 * Lists are sorted once and then searched.
 */
#ifndef RINGFENCE_CLI_SELECTION_H
#define RINGFENCE_CLI_SELECTION_H

#include "cli/findings.h"

struct selection_packet {
	struct packet_ref packet;
	uint32_t target; /* index of an evidence file */
	bool counted;    /* counts towards the alert: else it belongs to its call */
};

struct selection_media {
	struct endpoint at;
	uint64_t from_us;
	uint64_t to_us;
	uint32_t target;
};

struct selection_host {
	struct address ip;
	uint64_t from_us;
	uint64_t to_us;
	uint32_t target;
};

struct selection {
	struct selection_packet *packets;
	size_t packet_count;
	size_t packet_room;
	struct selection_media *media;
	size_t media_count;
	size_t media_room;
	struct selection_host *hosts;
	size_t host_count;
	size_t host_room;
	bool exhausted;
};

void selection_alert(struct selection *selection, const struct findings *findings,
        const struct finding_alert *alert, uint32_t target);
/* The call and those with the same correlation. */
void selection_call(struct selection *selection, const struct findings *findings,
        uint64_t call, uint32_t target);
/* Sorts: to be called once between adding and finding. */
void selection_seal(struct selection *selection);
/* Index of the first entry of the packet or endpoint; the count when there is none. */
size_t selection_find_packet(
        const struct selection *selection, const struct packet *packet);
size_t selection_find_media(
        const struct selection *selection, const struct endpoint *endpoint);
size_t selection_find_host(const struct selection *selection, const struct address *ip);
void selection_clear(struct selection *selection);

#endif
