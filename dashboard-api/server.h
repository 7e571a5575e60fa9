/*
 * A request's way: limit, route, who, may they, answer. Every reply passes here, so that
 * its headers are right.
 */
#ifndef RINGFENCE_API_SERVER_H
#define RINGFENCE_API_SERVER_H

#include "dashboard-api/api.h"

/* The handler of the HTTP server; context is the api. */
struct http_handler server_handler(struct api *api);

#endif
