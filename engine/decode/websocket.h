/*
 * SIP over WebSocket (RFC 6455, RFC 7118): the HTTP upgrade to the sub-protocol "sip" and
 * the frames behind it. Stateless: a message is read when all of its frames are there.
 */
#ifndef RINGFENCE_DECODE_WEBSOCKET_H
#define RINGFENCE_DECODE_WEBSOCKET_H

#include <stddef.h>

#include "engine/base/slice.h"

enum websocket_result {
	WEBSOCKET_NOT,        /* no upgrade to SIP, or no frame at all */
	WEBSOCKET_INCOMPLETE, /* more bytes are needed; *consumed is 0 */
	WEBSOCKET_CONTROL,    /* ping, pong, close: *consumed bytes are done with */
	WEBSOCKET_MESSAGE, /* a message, or an upgrade; *consumed bytes are done with */
};

/* Memory of the caller's for one unmasked message. */
struct websocket_buffer {
	char *data;
	size_t size;
};

/* Do the bytes begin with a request or response that upgrades to SIP over WebSocket? */
enum websocket_result websocket_upgrade(struct slice bytes, size_t *consumed);

/*
 * The first message of the bytes, its fragments joined and unmasked in the buffer; NOT
 * when it is longer than the buffer. Control frames between fragments are passed over.
 */
enum websocket_result websocket_read(struct slice bytes,
        const struct websocket_buffer *buffer, struct slice *message, size_t *consumed);

#endif
