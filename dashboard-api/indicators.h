/*
 * /indicators: the addresses that open alerts of level high and critical are about, as a
 * bundle of STIX 2.1 (OASIS) for those who share what they know.
 */
#ifndef RINGFENCE_API_INDICATORS_H
#define RINGFENCE_API_INDICATORS_H

#include "dashboard-api/api.h"

void indicators_get(struct visit *visit);

#endif
