#include "platform/memory.h"

#include <sys/mman.h>

#include "engine/base/poison.h"

enum { PAGE_BYTES = 4096, HUGE_PAGE_BYTES = 2 * 1024 * 1024 };

struct memory memory_reserve(size_t bytes)
{
	if (bytes == 0 || bytes > SIZE_MAX - PAGE_BYTES)
		return (struct memory){0};
	bytes = (bytes + PAGE_BYTES - 1) & ~(size_t)(PAGE_BYTES - 1);
	void *base = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
	        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (base == MAP_FAILED)
		return (struct memory){0};
	/* Advice only: tables are hit at random, and huge pages save the TLB's misses. */
	if (bytes >= HUGE_PAGE_BYTES)
		(void)madvise(base, bytes, MADV_HUGEPAGE);
	return (struct memory){.base = base, .bytes = bytes};
}

void memory_release(struct memory *memory)
{
	if (memory->base) {
		/* What is mapped at this address next is somebody else's. */
		unpoison_bytes(memory->base, memory->bytes);
		(void)munmap(memory->base, memory->bytes);
	}
	*memory = (struct memory){0};
}
