/*
 * The forms in which lists are to be had: a page of JSON, lines of JSON, CSV (RFC 4180).
 */
#ifndef RINGFENCE_API_FORMS_H
#define RINGFENCE_API_FORMS_H

#include "dashboard-api/api.h"

enum form { FORM_JSON, FORM_LINES, FORM_CSV, FORM_NONE };

/* What the client accepts of what we have. */
enum form form_wanted(const struct visit *visit);
const char *form_type(enum form form);
/* Refuses what is none of them; false. */
bool form_refuse(struct visit *visit);

/* A cell of CSV; what a spreadsheet would compute is kept text by an apostrophe. */
void form_cell(struct buffer *out, struct slice text);

/* Turns a page of JSON that was answered into the form that is wanted; other answers
 * stay as they are. */
void form_convert(struct visit *visit);

#endif
