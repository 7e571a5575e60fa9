/*
 * From datagrams to messages: classifies by content, never by port, frames streams.
 */
#ifndef RINGFENCE_DECODE_DECODE_H
#define RINGFENCE_DECODE_DECODE_H

#include <stdbool.h>

#include "engine/base/hash.h"
#include "engine/base/memory.h"
#include "engine/decode/message.h"
#include "engine/frame/frame.h"

struct decode;

/* NULL when the memory does not hold it. The frame is borrowed: streams are consumed
 * there. */
struct decode *decode_new(
        struct memory *memory, struct frame *frame, const struct hash_key *key);

/* Begins a datagram. What the one before gave is invalid from here on. */
void decode_open(struct decode *decode, const struct datagram *datagram);

/* The next message of the datagram; false when there is no more. */
bool decode_next(struct decode *decode, struct message *message);

#endif
