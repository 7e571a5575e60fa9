/*
 * /notifiers: who is told of alerts.
 */
#ifndef RINGFENCE_API_NOTIFIERS_H
#define RINGFENCE_API_NOTIFIERS_H

#include "dashboard-api/api.h"

void notifiers_get(struct visit *visit);
void notifiers_post(struct visit *visit);
void notifier_get(struct visit *visit);
void notifier_delete(struct visit *visit);
void notifier_test(struct visit *visit);

#endif
