/*
 * Events on their way in, from sensors and from replays alike: kept, and told to whom it
 * concerns. From the threads that take them in.
 */
#ifndef RINGFENCE_API_INTAKE_H
#define RINGFENCE_API_INTAKE_H

#include "dashboard-api/api.h"

/* Of the api only feed, suppressions and messenger are used. */
enum archive_stored intake_take(struct api *api, struct archive *archive,
        struct archive_origin *origin, struct slice event);

#endif
