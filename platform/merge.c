#include "platform/merge.h"

#include <stdbool.h>
#include <stdlib.h>

struct merge {
	struct capture *const *captures;
	size_t count;
	size_t begun;   /* captures whose first packet was fetched */
	bool taken;     /* the front packet was handed out */
	size_t waiting; /* length of the heap */
	size_t *heap;   /* of captures, by the stamp of their packet, then in order */
	struct packet *packets; /* of each capture, the one that waits */
};

struct merge *merge_new(struct capture *const *captures, size_t count)
{
	struct merge *merge = calloc(1, sizeof(*merge));
	if (!merge)
		return NULL;
	merge->captures = captures;
	merge->count = count;
	merge->heap = calloc(count + 1, sizeof(*merge->heap));
	merge->packets = calloc(count + 1, sizeof(*merge->packets));
	if (!merge->heap || !merge->packets)
		merge_free(&merge);
	return merge;
}

static bool comes_before(const struct merge *merge, size_t a, size_t b)
{
	const uint64_t time_a = merge->packets[a].time_us;
	const uint64_t time_b = merge->packets[b].time_us;
	return time_a < time_b || (time_a == time_b && a < b);
}

static void heap_add(struct merge *merge, size_t index)
{
	size_t at = merge->waiting++;
	while (at > 0) {
		const size_t parent = (at - 1) / 2;
		if (!comes_before(merge, index, merge->heap[parent]))
			break;
		merge->heap[at] = merge->heap[parent];
		at = parent;
	}
	merge->heap[at] = index;
}

/* Puts index in the place of the front. */
static void heap_replace_front(struct merge *merge, size_t index)
{
	size_t at = 0;
	for (;;) {
		size_t child = 2 * at + 1;
		if (child >= merge->waiting)
			break;
		if (child + 1 < merge->waiting &&
		        comes_before(merge, merge->heap[child + 1], merge->heap[child]))
			child++;
		if (!comes_before(merge, merge->heap[child], index))
			break;
		merge->heap[at] = merge->heap[child];
		at = child;
	}
	merge->heap[at] = index;
}

static void heap_remove_front(struct merge *merge)
{
	merge->waiting--;
	if (merge->waiting)
		heap_replace_front(merge, merge->heap[merge->waiting]);
}

/* Fetches the packet behind the one that was handed out. */
static enum capture_result refill_front(struct merge *merge)
{
	const size_t index = merge->heap[0];
	const enum capture_result result =
	        capture_next(merge->captures[index], &merge->packets[index]);
	if (result == CAPTURE_PACKET)
		heap_replace_front(merge, index);
	else if (result == CAPTURE_END)
		heap_remove_front(merge);
	merge->taken = result == CAPTURE_CUT_OFF || result == CAPTURE_CORRUPT;
	return result;
}

/* Fetches the first packet of the next capture. */
static enum capture_result begin_next(struct merge *merge)
{
	const size_t index = merge->begun;
	const enum capture_result result =
	        capture_next(merge->captures[index], &merge->packets[index]);
	if (result == CAPTURE_PACKET)
		heap_add(merge, index);
	if (result == CAPTURE_PACKET || result == CAPTURE_END)
		merge->begun++;
	return result;
}

enum capture_result merge_next(struct merge *merge, struct packet *packet, size_t *index)
{
	if (merge->count == 1) {
		*index = 0;
		return capture_next(merge->captures[0], packet);
	}
	while (merge->taken || merge->begun < merge->count) {
		*index = merge->taken ? merge->heap[0] : merge->begun;
		const enum capture_result result =
		        merge->taken ? refill_front(merge) : begin_next(merge);
		if (result == CAPTURE_CUT_OFF || result == CAPTURE_CORRUPT)
			return result;
	}
	if (!merge->waiting)
		return CAPTURE_END;
	*index = merge->heap[0];
	*packet = merge->packets[merge->heap[0]];
	merge->taken = true;
	return CAPTURE_PACKET;
}

void merge_free(struct merge **merge)
{
	if (!*merge)
		return;
	free((*merge)->heap);
	free((*merge)->packets);
	free(*merge);
	*merge = NULL;
}
