/*
 * Words for the states and ends of calls, as reports write them.
 */
#ifndef RINGFENCE_REPORT_CALL_NAMES_H
#define RINGFENCE_REPORT_CALL_NAMES_H

#include "engine/track/call.h"

const char *call_state_name(const struct call *call);
const char *call_end_name(const struct call *call);
/* "caller", "callee" or "neither" */
const char *call_side_name(unsigned side);
/* From answer to end; 0 when it was not answered. */
double call_duration_s(const struct call *call);

#endif
