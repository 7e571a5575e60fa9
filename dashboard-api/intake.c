#include "dashboard-api/intake.h"

#include <stdio.h>

#include "dashboard-api/feed.h"
#include "dashboard-api/messenger.h"
#include "dashboard-api/suppressions.h"
#include "platform/instant.h"

struct archive *api_archive(const struct settings *settings, struct archive_error *error)
{
	char path[4096];
	if (settings->archive[0])
		return archive_open(settings->archive, error);
	(void)snprintf(path, sizeof(path), "%s/archive.db", settings->directory);
	return archive_open(path, error);
}

enum archive_stored intake_take(struct api *api, struct archive *archive,
        struct archive_origin *origin, struct slice event)
{
	const bool alert = feed_topic(event) == TOPIC_ALERTS;
	const bool quiet =
	        alert && suppressions_match(api->suppressions, event, instant_now_us());
	if (quiet)
		origin->state = SLICE("suppressed");
	const enum archive_stored stored = archive_store(archive, origin, event);
	if (quiet || (stored != ARCHIVE_STORED && stored != ARCHIVE_IGNORED))
		return stored;
	feed_publish_event(api->feed, event);
	/* Whoever looks at an old capture need not be woken at night. */
	if (alert && stored == ARCHIVE_STORED && !slice_present(origin->capture))
		messenger_take(api->messenger, event);
	return stored;
}
