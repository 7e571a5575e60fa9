/*
 * What reports show of an RTP stream: the one place of this room that knows how the
 * tracker keeps one.
 */
#ifndef RINGFENCE_REPORT_STREAM_VIEW_H
#define RINGFENCE_REPORT_STREAM_VIEW_H

#include "engine/report/summary.h"

/* False for what never turned out to be a stream (and for NULL). */
bool stream_view(const struct stream *stream, struct summary_stream *view);

#endif
