/*
 * Somebody who is sent datagrams or a stream: udp://host:port, tcp://host:port,
 * unix:/path (datagrams). Blocking with limits; for threads that may wait.
 */
#ifndef RINGFENCE_PLATFORM_FAR_END_H
#define RINGFENCE_PLATFORM_FAR_END_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "engine/base/slice.h"

enum far_kind { FAR_UDP, FAR_TCP, FAR_UNIX };

struct far_end {
	enum far_kind kind;
	char host[256]; /* or the path */
	char port[8];
	bool public_only; /* refuses addresses that are not public; of datagrams and
	                     streams */
	int fd;           /* -1 = closed */
	char problem[200];
};

/* False when the text names nobody. */
bool far_parse(const char *text, struct far_end *far);
/* "address:port", "[address]:port" or ":port" apart; false when it is neither. */
bool far_split(const char *text, char host[256], char port[8]);

/* Whether a socket address is a public one (RFC 6890). */
bool far_public(const struct sockaddr *native);
/* Opens when it is closed. False: *problem says why. */
bool far_open(struct far_end *far, uint32_t limit_ms);
/* All of the bytes, as one datagram or into the stream; else it is closed. */
bool far_send(struct far_end *far, struct slice bytes, uint32_t limit_ms);
/*
 * Whether all that was sent has arrived: of a stream, that the far end's kernel has it
 * and did not hang up. Datagrams cannot tell and are taken for arrived.
 */
bool far_arrived(struct far_end *far, uint32_t limit_ms);
void far_close(struct far_end *far);

#endif
