/*
 * Words for alerts and rules.
 */
#ifndef RINGFENCE_DETECT_EXPLAIN_H
#define RINGFENCE_DETECT_EXPLAIN_H

#include "engine/detect/trigger.h"

/* One sentence with the numbers: "6th failed credential in 0.031 s; capacity 5, leak 10
 * s". */
void explain_alert(const struct rule *rule, const struct trigger_result *result,
        struct writer *writer);

#endif
