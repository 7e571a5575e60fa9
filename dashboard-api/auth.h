/*
 * Who is asking: a page by its session's cookie, a script by its token. There is no
 * password before the first start: a link that works once makes the first user.
 */
#ifndef RINGFENCE_API_AUTH_H
#define RINGFENCE_API_AUTH_H

#include "dashboard-api/api.h"

/*
 * Fills visit->who from cookie or token; nobody when there is neither. A wrong one is
 * refused (401), as is a change by a page of another origin (403).
 */
bool auth_identify(struct visit *visit);
/* Whether who may take this route; else the problem. */
bool auth_allow(struct visit *visit);

/* While there is no user: the secret of the set-up link; else false. */
bool auth_setup_secret(struct api *api, char secret[]);

void setup_post(struct visit *visit);
void session_get(struct visit *visit);
void session_post(struct visit *visit);
void session_delete(struct visit *visit);
void users_get(struct visit *visit);
void users_post(struct visit *visit);
void user_delete(struct visit *visit);
void tokens_get(struct visit *visit);
void tokens_post(struct visit *visit);
void token_delete(struct visit *visit);

#endif
