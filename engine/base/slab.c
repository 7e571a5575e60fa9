#include "engine/base/slab.h"

#include "engine/base/ensure.h"
#include "engine/base/poison.h"

bool slab_init(
        struct slab *slab, struct memory *memory, size_t item_bytes, uint32_t capacity)
{
	ENSURE(item_bytes >= sizeof(uint32_t));
	const size_t rounded = (item_bytes + 7) & ~(size_t)7;
	if (capacity == UINT32_MAX ||
	        rounded > memory_left(memory) / ((size_t)capacity + 1))
		return false;
	/* Item 0 is never handed out, so that index 0 can mean "none". */
	uint8_t *items = memory_take(memory, rounded * ((size_t)capacity + 1));
	if (!items)
		return false;
	*slab = (struct slab){
	        .items = items, .item_bytes = rounded, .capacity = capacity};
	return true;
}

uint32_t slab_take(struct slab *slab)
{
	uint32_t index = slab->free;
	if (index) {
		void *item = slab_at(slab, index);
		unpoison_bytes(item, slab->item_bytes);
		slab->free = *(uint32_t *)item;
	} else if (slab->fresh < slab->capacity) {
		index = ++slab->fresh;
	} else {
		return 0;
	}
	slab->count++;
	return index;
}

void slab_give(struct slab *slab, uint32_t index)
{
	ENSURE(index > 0 && index <= slab->fresh);
	void *item = slab_at(slab, index);
	*(uint32_t *)item = slab->free;
	poison_bytes(item, slab->item_bytes);
	slab->free = index;
	slab->count--;
}
