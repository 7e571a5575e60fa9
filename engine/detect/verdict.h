/*
 * What to do with a packet; ordered by strength.
 */
#ifndef RINGFENCE_DETECT_VERDICT_H
#define RINGFENCE_DETECT_VERDICT_H

enum verdict {
	VERDICT_PASS,
	VERDICT_LIMIT, /* rate-limit the source */
	VERDICT_DROP,  /* this message */
	VERDICT_BLOCK, /* this message and its source for a time */
};

#endif
