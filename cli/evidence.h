/*
 * Captures that prove alerts: a second pass over the files takes, for each alert, the
 * packets that count towards it, what else its address did in the rule's window before,
 * and all packets of the calls involved, signalling and media.
 */
#ifndef RINGFENCE_CLI_EVIDENCE_H
#define RINGFENCE_CLI_EVIDENCE_H

#include "cli/findings.h"
#include "cli/run.h"

/* Writes DIR/<alert id>-<rule id>.pcapng each; false, told, when one is not complete. */
bool evidence_write(
        const char *directory, const struct run *run, const struct findings *findings);

/* All packets of one call (and of its other legs) to one file. */
bool evidence_write_call(const char *path, const struct run *run,
        const struct findings *findings, const struct finding_call *call);

#endif
