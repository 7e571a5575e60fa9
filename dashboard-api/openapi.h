/*
 * /openapi.json: OpenAPI 3.1, written from the table of routes and the archive's tables.
 */
#ifndef RINGFENCE_API_OPENAPI_H
#define RINGFENCE_API_OPENAPI_H

#include "dashboard-api/api.h"

void openapi_get(struct visit *visit);

#endif
