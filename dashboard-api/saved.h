/*
 * /saved-searches: searches under a name, for all who use the page.
 */
#ifndef RINGFENCE_API_SAVED_H
#define RINGFENCE_API_SAVED_H

#include "dashboard-api/api.h"

void saved_get(struct visit *visit);
void saved_post(struct visit *visit);
void saved_delete(struct visit *visit);

#endif
