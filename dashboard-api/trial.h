/*
 * A trial of a rule set: what it would have said of the uploaded captures, by a job. The
 * result lies in the ledger under the set's id.
 */
#ifndef RINGFENCE_API_TRIAL_H
#define RINGFENCE_API_TRIAL_H

#include "dashboard-api/job.h"

void ruleset_backtest(struct visit *visit);
void ruleset_backtest_get(struct visit *visit);

/* False when the program cannot be started. */
bool trial_start(struct worker *worker, struct job *job);
/* One line of the program: what differs in one capture. */
void trial_take(struct job *job, struct slice line);
/* Keeps the result of a trial that went through. */
void trial_keep(struct worker *worker, struct job *job);

#endif
