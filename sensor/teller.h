/*
 * The thread between the judge and the outlets: takes what is to be told out of the
 * judge's ring and gives it to the file and to each outlet that wants its kind.
 */
#ifndef RINGFENCE_SENSOR_TELLER_H
#define RINGFENCE_SENSOR_TELLER_H

#include "sensor/journal.h"
#include "sensor/outlet.h"

enum { OUTLETS_MAX = 4 };

struct teller {
	struct ring ring; /* of struct out_record, filled by the judge */
	struct bell bell;
	struct journal journal;
	struct outlet *outlets[OUTLETS_MAX];
	size_t outlet_count;
	const atomic_bool *judge_done;
	atomic_bool reopen;
	atomic_uint_fast64_t told;
	atomic_uint_fast64_t beats;
	pthread_t thread;
	bool started;
};

bool teller_open(struct teller *teller, size_t ring_bytes);
bool teller_start(struct teller *teller);
/* The kinds that the file or an outlet wants: bits of enum out_kind. */
unsigned teller_wants(const struct teller *teller);
/* Waits for the last line, which the judge's end brings. */
void teller_close(struct teller *teller);

#endif
