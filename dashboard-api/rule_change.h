/*
 * One rule of the set in force, changed, added or taken out: the whole set is checked and
 * published as the next version, when nobody else published meanwhile (If-Match).
 */
#ifndef RINGFENCE_API_RULE_CHANGE_H
#define RINGFENCE_API_RULE_CHANGE_H

#include "dashboard-api/api.h"

void rule_put(struct visit *visit);
void rule_post(struct visit *visit);
void rule_delete(struct visit *visit);

#endif
