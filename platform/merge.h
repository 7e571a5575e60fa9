/*
 * Several captures as one, in the order of their stamps. Packets with the same stamp come
 * in the order of the files; within one file its own order is kept, also where its stamps
 * go back.
 */
#ifndef RINGFENCE_PLATFORM_MERGE_H
#define RINGFENCE_PLATFORM_MERGE_H

#include <stddef.h>

#include "platform/capture.h"

struct merge;

/* captures and what it points to are borrowed; NULL when there is no memory. */
struct merge *merge_new(struct capture *const *captures, size_t count);

/*
 * The next packet of all, or the trouble of one capture; *index says of which one. Ends
 * when all have ended. Packet data are borrowed until the next call.
 */
enum capture_result merge_next(struct merge *merge, struct packet *packet, size_t *index);

void merge_free(struct merge **merge);

#endif
