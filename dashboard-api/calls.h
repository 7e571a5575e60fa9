/*
 * /calls: the records, and what is left of a call in its capture.
 */
#ifndef RINGFENCE_API_CALLS_H
#define RINGFENCE_API_CALLS_H

#include "dashboard-api/api.h"

void call_get(struct visit *visit);
void call_ladder(struct visit *visit);
void call_legs(struct visit *visit);
void call_quality_get(struct visit *visit);
void call_messages(struct visit *visit);
void call_pcap(struct visit *visit);
void call_audio(struct visit *visit);

#endif
