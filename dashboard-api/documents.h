/*
 * What the ledger keeps, shown as pages of JSON.
 */
#ifndef RINGFENCE_API_DOCUMENTS_H
#define RINGFENCE_API_DOCUMENTS_H

#include "dashboard-api/api.h"

/* A new key: later ones sort behind earlier ones, none can be guessed. */
void document_key(uint64_t now_us, char key[24]);
/* The space's documents, newest first, by the visit's limit and cursor. */
void documents_answer(struct visit *visit, const char *space);
/* One of them, by the key in the path; noun for the problem. */
void document_answer(struct visit *visit, const char *space, const char *noun);

#endif
