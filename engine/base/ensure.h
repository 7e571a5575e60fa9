/*
 * ENSURE: a bug of ours stops the program at once, in release builds too. It is never
 * used on what comes from the wire, from a file or from a user.
 */
#ifndef RINGFENCE_BASE_ENSURE_H
#define RINGFENCE_BASE_ENSURE_H

#define ENSURE(condition)                                                                \
	do {                                                                             \
		if (__builtin_expect(!(condition), 0))                                   \
			__builtin_trap();                                                \
	} while (0)

#endif
