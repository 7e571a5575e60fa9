#include "cli/evidence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/lines.h"
#include "cli/selection.h"
#include "platform/file.h"
#include "platform/memory.h"
#include "platform/pcapng_writer.h"

enum {
	FILES_AT_ONCE = 128, /* open files of one pass */
	FILES_MAX = 2048,    /* alerts that get a file */
	BEFORE_MAX = 1000,   /* packets of an alert's address before it */
	FRAME_MEMORY = 96 << 20,
	PATH_BYTES = 4096,
};

struct target {
	struct pcapng_writer *writer;
	struct packet_ref last; /* written: no packet twice */
	bool any;
	uint32_t before; /* packets that only went before the alert */
	char path[PATH_BYTES];
};

struct extraction {
	struct selection selection;
	struct memory memory;
	struct frame *frame;
	size_t count;
	struct target *targets;
	bool fine;
};

static void write_packet(struct extraction *extraction, uint32_t index,
        const struct packet *packet, struct slice why)
{
	struct target *target = &extraction->targets[index];
	struct packet_ref ref = {packet->number, packet->source};
	if (target->any && target->last.number == ref.number &&
	        target->last.source == ref.source)
		return;
	target->any = true;
	target->last = ref;
	(void)pcapng_writer_add(target->writer, packet, &why, 1);
}

static void take_media(struct extraction *extraction, const struct packet *packet,
        const struct endpoint *endpoint)
{
	const struct selection *selection = &extraction->selection;
	for (size_t i = selection_find_media(selection, endpoint);
	        i < selection->media_count &&
	        endpoint_equal(&selection->media[i].at, endpoint);
	        i++) {
		const struct selection_media *media = &selection->media[i];
		if (packet->time_us >= media->from_us && packet->time_us <= media->to_us)
			write_packet(extraction, media->target, packet,
			        SLICE("media of a call involved"));
	}
}

/* What else the address of an alert did before it. */
static void take_before(struct extraction *extraction, const struct packet *packet,
        const struct address *ip)
{
	const struct selection *selection = &extraction->selection;
	for (size_t i = selection_find_host(selection, ip);
	        i < selection->host_count && address_equal(&selection->hosts[i].ip, ip);
	        i++) {
		const struct selection_host *host = &selection->hosts[i];
		struct target *target = &extraction->targets[host->target];
		if (packet->time_us < host->from_us || packet->time_us > host->to_us ||
		        target->before == BEFORE_MAX)
			continue;
		target->before++;
		write_packet(extraction, host->target, packet,
		        SLICE("of the alert's address, before it"));
	}
}

static void take(void *context, const struct packet *packet)
{
	struct extraction *extraction = context;
	const struct selection *selection = &extraction->selection;
	struct datagram datagram;

	for (size_t i = selection_find_packet(selection, packet);
	        i < selection->packet_count &&
	        selection->packets[i].packet.number == packet->number &&
	        selection->packets[i].packet.source == packet->source;
	        i++)
		write_packet(extraction, selection->packets[i].target, packet,
		        selection->packets[i].counted
		                ? SLICE("counts towards the alert")
		                : SLICE("signalling of a call involved"));
	if (!selection->media_count && !selection->host_count)
		return;
	frame_open(extraction->frame, packet);
	while (frame_next(extraction->frame, &datagram)) {
		if (datagram.stream)
			frame_ignore(extraction->frame, datagram.stream);
		take_media(extraction, packet, &datagram.src);
		take_media(extraction, packet, &datagram.dst);
		take_before(extraction, packet, &datagram.src.ip);
		take_before(extraction, packet, &datagram.dst.ip);
	}
}

static bool target_open(struct target *target, const struct run *run)
{
	struct pcapng_writer_options options = {"ringfence", run->paths, run->count};
	struct pcapng_writer_error error;

	target->writer = pcapng_writer_open(target->path, &options, &error);
	if (!target->writer)
		fprintf(stderr, "ringfence: %s: %s\n", target->path, error.text);
	return target->writer != NULL;
}

static bool extract(struct extraction *extraction, const struct run *from)
{
	static const struct hash_key key = {0x0123456789abcdef, 0xfedcba9876543210};
	struct packet_taker taker = {extraction, take};
	struct run run = {0};
	bool fine = true;

	selection_seal(&extraction->selection);
	extraction->memory = memory_reserve(FRAME_MEMORY);
	if (extraction->memory.base)
		extraction->frame =
		        frame_new(&extraction->memory, FRAME_MEMORY - (8 << 20), &key);
	for (size_t i = 0; fine && i < extraction->count; i++)
		fine = target_open(&extraction->targets[i], from);
	fine = fine && extraction->frame && run_open_again(&run, from) &&
	       run_packets(&run, &taker);
	for (size_t i = 0; i < extraction->count; i++) {
		struct target *target = &extraction->targets[i];
		struct pcapng_writer_error error;
		if (target->writer && !pcapng_writer_close(&target->writer, &error)) {
			fprintf(stderr, "ringfence: %s: %s\n", target->path, error.text);
			fine = false;
		}
	}
	run_close(&run);
	memory_release(&extraction->memory);
	return fine && !extraction->selection.exhausted;
}

static bool rewindable(const struct run *run)
{
	for (size_t i = 0; i < run->count; i++) {
		if (strcmp(run->paths[i], "-") == 0) {
			fprintf(stderr, "ringfence: standard input cannot be read twice "
			                "for evidence\n");
			return false;
		}
	}
	return true;
}

/* The alerts from first on, as many as fit into one pass. */
static bool write_batch(const char *directory, const struct run *run,
        const struct findings *findings, size_t first)
{
	struct extraction extraction = {0};
	size_t left = findings->alert_count - first;

	extraction.count = left < FILES_AT_ONCE ? left : FILES_AT_ONCE;
	extraction.targets = calloc(extraction.count, sizeof(*extraction.targets));
	if (!extraction.targets)
		return false;
	for (size_t i = 0; i < extraction.count; i++) {
		const struct finding_alert *alert = &findings->alerts[first + i];
		char name[256];
		evidence_name(alert->id, alert->rule.id, name, sizeof(name));
		(void)snprintf(
		        extraction.targets[i].path, PATH_BYTES, "%s/%s", directory, name);
		selection_alert(&extraction.selection, findings, alert, (uint32_t)i);
	}
	bool fine = extract(&extraction, run);
	selection_clear(&extraction.selection);
	free(extraction.targets);
	return fine;
}

bool evidence_write(
        const char *directory, const struct run *run, const struct findings *findings)
{
	struct file_error error;
	bool fine = true;

	if (!rewindable(run))
		return false;
	if (!file_make_directories(directory, &error)) {
		fprintf(stderr, "ringfence: %s: %s\n", directory, error.text);
		return false;
	}
	for (size_t first = 0; first < findings->alert_count && first < FILES_MAX;
	        first += FILES_AT_ONCE)
		fine = write_batch(directory, run, findings, first) && fine;
	if (findings->alert_count > FILES_MAX)
		fprintf(stderr,
		        "ringfence: evidence is written for the first %d of %zu alerts\n",
		        FILES_MAX, findings->alert_count);
	return fine;
}

bool evidence_write_call(const char *path, const struct run *run,
        const struct findings *findings, const struct finding_call *call)
{
	struct extraction extraction = {.count = 1};

	if (!rewindable(run))
		return false;
	extraction.targets = calloc(1, sizeof(*extraction.targets));
	if (!extraction.targets)
		return false;
	(void)snprintf(extraction.targets[0].path, PATH_BYTES, "%s", path);
	selection_call(&extraction.selection, findings, call->id, 0);
	bool fine = extract(&extraction, run);
	selection_clear(&extraction.selection);
	free(extraction.targets);
	return fine;
}
