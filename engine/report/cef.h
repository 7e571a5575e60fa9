/*
 * Alerts in the Common Event Format (Micro Focus ArcSight, version 25), behind what
 * RFC 5424 wants to know of them: "<severity> <time> CEF:0|…".
 */
#ifndef RINGFENCE_REPORT_CEF_H
#define RINGFENCE_REPORT_CEF_H

#include "engine/report/event_json.h"

enum { CEF_BYTES_MAX = 8192 };

/* No line end. Text of the wire is escaped, and control characters are replaced. */
void alert_cef(const struct report_context *context, const struct alert *alert,
        struct writer *out);

#endif
