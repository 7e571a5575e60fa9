/*
 * The summary's part about H.323: messages by the name that the ASN.1 gives them.
 */
#ifndef RINGFENCE_REPORT_SUMMARY_H323_H
#define RINGFENCE_REPORT_SUMMARY_H323_H

#include <stdint.h>

#include "engine/base/writer.h"
#include "engine/decode/h323.h"

enum summary_h323_group { SUMMARY_RAS, SUMMARY_H225, SUMMARY_H245, SUMMARY_H323_GROUPS };

struct summary_h323 {
	uint32_t counts[SUMMARY_H323_GROUPS][PER_NAME_COUNT];
};

/* Counts what the message is and every message that is nested in it. */
void summary_h323_add(struct summary_h323 *summary, const struct h323_message *message);

/* How often a message of this name (PER_setup …) was seen. */
uint64_t summary_h323_count(const struct summary_h323 *summary,
        enum summary_h323_group group, enum per_name name);

/* The member "h323". */
void summary_h323_write(const struct summary_h323 *summary, struct writer *out);

#endif
