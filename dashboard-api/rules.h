/*
 * /rules: what is judged by, read and checked by the same compiler as everywhere.
 */
#ifndef RINGFENCE_API_RULES_H
#define RINGFENCE_API_RULES_H

#include "dashboard-api/api.h"

void rules_get(struct visit *visit);
void rule_get(struct visit *visit);
/* Whether rules compile, together with the lists that come with ours. */
void rules_validate(struct visit *visit);
/* What a rule means, in plain words. */
void rule_explain_answer(struct visit *visit, const char *id);

#endif
