/*
 * Capture files: pcap (microseconds, nanoseconds, both byte orders, the modified formats
 * with longer record headers), pcapng (sections, interfaces, EPB, SPB, obsolete PB), ERF
 * and snoop, each of them plain or compressed by gzip or zstd. The content decides, not
 * the name. A plain file is mapped and its packets are not copied; a pipe and compressed
 * files go through a buffer that grows to the largest packet.
 *
 * Trouble never ends silently: a cut-off last packet and a damaged place are reported
 * once each, and reading goes on behind a damaged place where the next packet can be
 * found. A capture belongs to one thread.
 *
 * Sources: draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng, RFC 1761 (snoop), the
 * Endace extensible record format. A mapped file that somebody shortens while it is read
 * ends the process with SIGBUS, as with any mapping; capture tools only append.
 */
#ifndef RINGFENCE_PLATFORM_CAPTURE_H
#define RINGFENCE_PLATFORM_CAPTURE_H

#include <signal.h>
#include <stdint.h>

#include "engine/frame/packet.h"

struct capture;

enum capture_result {
	CAPTURE_PACKET,  /* *packet is set */
	CAPTURE_END,     /* and again whenever asked */
	CAPTURE_CUT_OFF, /* the file ends inside a packet; the end follows */
	CAPTURE_CORRUPT, /* a damaged place was passed; packets or the end follow */
};

enum {
	CAPTURE_PACKET_MAX = 1024 * 1024,     /* bytes captured of one packet */
	CAPTURE_BLOCK_MAX = 16 * 1024 * 1024, /* bytes of one pcapng block */
	CAPTURE_INTERFACES_MAX = 65536,       /* per pcapng section */
};

struct capture_error {
	uint64_t offset; /* bytes into the (decompressed) file */
	char text[192];  /* a sentence that goes behind "PATH: ", without a full stop */
};

/*
 * Opens the file; "-" is standard input. source becomes packet.source. NULL with *error
 * set when it is missing, unreadable, a directory, empty or no capture.
 */
struct capture *capture_open(
        const char *path, uint16_t source, struct capture_error *error);

/*
 * The same for a file that is still written: at its end, reading waits for more until
 * *stop is not zero. Packets appear as soon as they are complete.
 */
struct capture *capture_open_following(const char *path, uint16_t source,
        const volatile sig_atomic_t *stop, struct capture_error *error);

/* The next packet in the file's order; its data are borrowed until the next call. */
enum capture_result capture_next(struct capture *capture, struct packet *packet);

/* What the last CAPTURE_CUT_OFF or CAPTURE_CORRUPT was about. */
const struct capture_error *capture_problem(const struct capture *capture);

/* Bytes of the file that are done, and of all; total is 0 when it is not known. */
void capture_progress(const struct capture *capture, uint64_t *done, uint64_t *total);

/* "pcap", "pcapng", "ERF" or "snoop". */
const char *capture_format_name(const struct capture *capture);

/* Closes and clears; NULL inside is fine. */
void capture_close(struct capture **capture);

#endif
