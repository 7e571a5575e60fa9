/*
 * Poisoning of memory that is free but ours: in builds with AddressSanitizer a use of a
 * given-back item stops the program; in other builds this costs nothing.
 */
#ifndef RINGFENCE_BASE_POISON_H
#define RINGFENCE_BASE_POISON_H

#include <stddef.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define RINGFENCE_POISON 1
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define RINGFENCE_POISON 1
#endif

#ifdef RINGFENCE_POISON
#include <sanitizer/asan_interface.h>
#endif

static inline void poison_bytes(const void *data, size_t len)
{
#ifdef RINGFENCE_POISON
	__asan_poison_memory_region(data, len);
#else
	(void)data;
	(void)len;
#endif
}

static inline void unpoison_bytes(const void *data, size_t len)
{
#ifdef RINGFENCE_POISON
	__asan_unpoison_memory_region(data, len);
#else
	(void)data;
	(void)len;
#endif
}

#endif
