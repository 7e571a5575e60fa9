/*
 * Refusals as application/problem+json (RFC 9457). The first one of a visit holds.
 */
#ifndef RINGFENCE_API_PROBLEM_H
#define RINGFENCE_API_PROBLEM_H

#include "dashboard-api/api.h"

/* Returns false, so that it can be returned. */
__attribute__((format(printf, 3, 4))) bool problem(
        struct visit *visit, unsigned status, const char *format, ...);

/* With the place of what is wrong: a JSON pointer into the body ("/name"), or the name of
 * a parameter ("?limit"). */
__attribute__((format(printf, 4, 5))) bool problem_at(struct visit *visit,
        unsigned status, const char *pointer, const char *format, ...);

const char *status_title(unsigned status);

#endif
