/*
 * Block lists as texts: /blocks/import takes one from elsewhere, /blocks/export tells
 * all.
 */
#ifndef RINGFENCE_API_BLOCKS_BULK_H
#define RINGFENCE_API_BLOCKS_BULK_H

#include "dashboard-api/api.h"

void blocks_import(struct visit *visit);
void blocks_export(struct visit *visit);

#endif
