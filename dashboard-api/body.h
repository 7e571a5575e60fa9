/*
 * A request's JSON body, read member by member; what is missing, of the wrong kind or
 * unknown becomes a problem with its pointer.
 */
#ifndef RINGFENCE_API_BODY_H
#define RINGFENCE_API_BODY_H

#include "dashboard-api/api.h"
#include "engine/detect/document.h"

enum { BODY_ITEMS_MAX = 1000 };

/* The body as an object with no other members than known (ends with NULL); NULL with the
 * problem told. Freed by document_free. */
struct document *body_read(struct visit *visit, const char *const *known);

/* A text of 1 to len_max bytes; when it may be absent, *text is absent then. */
bool body_text(struct visit *visit, const struct document *body, const char *name,
        size_t len_max, struct slice *text);
bool body_optional_text(struct visit *visit, const struct document *body,
        const char *name, size_t len_max, struct slice *text);
/* An array of at most BODY_ITEMS_MAX texts: its node, or NULL (told when required). */
bool body_texts(struct visit *visit, const struct document *body, const char *name,
        bool required, const struct node **texts);

#endif
