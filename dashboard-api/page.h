/*
 * The page: three files that are built from page/ and live in the program.
 */
#ifndef RINGFENCE_API_PAGE_H
#define RINGFENCE_API_PAGE_H

#include "dashboard-api/api.h"

void page_get(struct visit *visit);
void page_script_get(struct visit *visit);
void page_style_get(struct visit *visit);

#endif
