/*
 * /captures: files that analysts upload, replayed on demand; what their replay found is
 * archived under the capture's name.
 */
#ifndef RINGFENCE_API_CAPTURES_H
#define RINGFENCE_API_CAPTURES_H

#include "dashboard-api/api.h"

enum { CAPTURE_ID_BYTES = 24, CAPTURE_PATH_BYTES = 4096 };

/* What is kept of a capture beside its packets. */
enum capture_part { CAPTURE_PACKETS, CAPTURE_REPORT, CAPTURE_EVIDENCE };

bool capture_path(const struct api *api, const char *id, enum capture_part part,
        char path[CAPTURE_PATH_BYTES]);

void captures_get(struct visit *visit);
void captures_post(struct visit *visit);
void capture_get(struct visit *visit);
void capture_delete(struct visit *visit);
void capture_replay(struct visit *visit);
void capture_report(struct visit *visit);
/* One of the files that the capture's replay kept as evidence. */
void capture_evidence_answer(struct visit *visit, const char *id, struct slice file);

#endif
