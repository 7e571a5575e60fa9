/*
 * The audit log: every change and every download of packets, each entry with the SHA-256
 * of the one before, so that none can be taken out or altered unseen.
 */
#ifndef RINGFENCE_API_AUDIT_H
#define RINGFENCE_API_AUDIT_H

#include "dashboard-api/api.h"

/* Notes what the visit did to whom; false (with a problem) when it cannot be noted. */
bool audit_note(struct visit *visit, const char *action, struct slice object);
/* The same in front of a change that has been checked: false, too, with 204, when the
 * visit only asks what would be done (?dry_run=true). */
bool audit_change(struct visit *visit, const char *action, struct slice object);
void audit_get(struct visit *visit);

#endif
