/*
 * One job: a replay in a process of its own, whose events are archived as they come.
 * Belongs to the jobs' thread.
 */
#ifndef RINGFENCE_API_JOB_H
#define RINGFENCE_API_JOB_H

#include <sys/types.h>

#include "dashboard-api/captures.h"
#include "platform/store.h"

enum { JOB_DOCUMENT_BYTES = 4096 };

/* The space of the ledger in which jobs are kept. */
#define JOB_SPACE "jobs"

/* What jobs work with: of the api only settings, log and feed, the rest is its thread's.
 */
struct worker {
	struct api *api;
	struct archive *archive;
	struct ledger *ledger;
};

/* Which rules are tried against which: digests of their texts. */
struct trial {
	char ruleset[CAPTURE_ID_BYTES]; /* "" = this is no trial but a replay */
	char before[SECRET_DIGEST_BYTES];
	char after[SECRET_DIGEST_BYTES];
	uint64_t base; /* the version it is compared with */
};

struct job {
	char id[CAPTURE_ID_BYTES];
	char capture[CAPTURE_ID_BYTES]; /* "" of a trial */
	struct trial trial;
	struct buffer result; /* of a trial, line by line */
	pid_t process;        /* 0 = this place is free */
	int output;
	bool cancelled;
	uint64_t events;  /* lines read */
	uint64_t stored;  /* of them kept */
	uint64_t packets; /* judged so far, by the last event that tells */
	uint64_t total_bytes;
	uint64_t begun_us;
	uint64_t told_ms;
	struct buffer lines; /* of its output, up to a whole line */
	char problem[256];
};

void job_json(
        const struct job *job, const char *state, uint64_t now_us, struct writer *out);
/* Keeps the job's state and tells the listeners. */
void job_tell(struct worker *worker, struct job *job, const char *state);
/* False when the program cannot be started. */
bool job_start(struct worker *worker, struct job *job);
/* Takes what the process has written; at its end the job is told and its place cleared.
 */
void job_read(struct worker *worker, struct job *job);
/* Waits for the process and tells how it ended. */
void job_end(struct worker *worker, struct job *job);

#endif
