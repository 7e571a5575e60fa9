/*
 * Where reports go: one of the four seams. The engine calls the sink with each event and
 * each alert, in order; the sink copies what it keeps.
 */
#ifndef RINGFENCE_REPORT_SINK_H
#define RINGFENCE_REPORT_SINK_H

#include "engine/detect/detect.h"
#include "engine/track/event.h"

struct engine;

struct sink {
	void *context; /* handed to each function */
	void (*event)(
	        void *context, const struct engine *engine, const struct event *event);
	void (*alert)(
	        void *context, const struct engine *engine, const struct alert *alert);
};

#endif
