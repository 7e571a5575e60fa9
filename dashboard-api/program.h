/*
 * Work on captures is done by the program ringfence in a process of its own: a hostile
 * capture can hurt that one only, and the server's thread never waits.
 */
#ifndef RINGFENCE_API_PROGRAM_H
#define RINGFENCE_API_PROGRAM_H

#include <sys/types.h>

#include "dashboard-api/api.h"

enum { PROGRAM_ARGUMENTS_MAX = 24, PROGRAMS_AT_ONCE_MAX = 8 };

/* Starts a program with its standard output in *output, errors in *errors (NULL:
 * dropped), nothing else open; -1 when it cannot be started. */
pid_t program_start(const char *const *arguments, int *output, int *errors);

/*
 * Answers the visit with what the program prints, or with the file it writes (written,
 * removed afterwards; NULL = its standard output). content_type NULL: it prints lines of
 * JSON, which become a page. The visit is handled again when the program has ended.
 */
void program_answer(struct visit *visit, const char *const *arguments,
        const char *content_type, const char *written);

/* What a program said; borrowed as long as the visit. */
struct program_output {
	int code; /* its exit code */
	struct slice printed;
	struct slice complaint;
};

/* For visits that answer themselves: false until the program has ended (the visit is
 * handled again then), and when it cannot be run (told). */
bool program_ran(
        struct visit *visit, const char *const *arguments, struct program_output *output);

/* Lines of JSON as the items of an array. */
void lines_items(struct buffer *out, struct slice lines);

/* What the visit still holds of a program. */
void program_forget(struct visit *visit);

/* Waits until no program of program_answer runs any more. */
void programs_wait(struct api *api);

#endif
