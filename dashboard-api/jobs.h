/*
 * Long work: replays of captures, a few at once, by a thread of their own. A job is a
 * document in the ledger, so that it is remembered when the program ends; one that was
 * running then has failed.
 */
#ifndef RINGFENCE_API_JOBS_H
#define RINGFENCE_API_JOBS_H

#include "dashboard-api/api.h"

/* Starts the thread; NULL with the reason told in the log. */
struct jobs *jobs_start(struct api *api);
void jobs_stop(struct jobs **jobs);

struct trial;

/* Queues the replay of a capture (or a trial of rules: capture is "" then, else trial is
 * NULL) and answers 202 with the job. */
void job_begin(struct visit *visit, const char *capture, const struct trial *trial);
void jobs_get(struct visit *visit);
void job_get(struct visit *visit);
void job_cancel(struct visit *visit);

#endif
