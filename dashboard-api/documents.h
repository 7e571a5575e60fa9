/*
 * What the ledger keeps, shown as pages of JSON.
 */
#ifndef RINGFENCE_API_DOCUMENTS_H
#define RINGFENCE_API_DOCUMENTS_H

#include "dashboard-api/api.h"

enum { DOCUMENT_KEY_BYTES = 24 };

/* A new key: later ones sort behind earlier ones, none can be guessed. */
void document_key(uint64_t now_us, char key[DOCUMENT_KEY_BYTES]);
/* The space's documents, newest first, by the visit's limit and cursor. */
void documents_answer(struct visit *visit, const char *space);
/* One of them, by the key in the path; noun for the problem. */
void document_answer(struct visit *visit, const char *space, const char *noun);
/* Keeps the reply's body as a new document and answers 201 with it. */
bool document_keep_new(struct visit *visit, const char *space, const char *key);
/* Removes the one that the path names, audited: "<noun>.remove". */
bool document_remove(struct visit *visit, const char *space, const char *noun);

#endif
