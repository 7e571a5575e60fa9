/*
 * The thread that tells notifiers of alerts: by their searches, at most so many an hour,
 * again after a pause when it did not work. What waits is lost when the program ends;
 * the alerts themselves are in the archive.
 */
#ifndef RINGFENCE_API_MESSENGER_H
#define RINGFENCE_API_MESSENGER_H

#include "dashboard-api/notifier.h"

struct messenger;

/* NULL when it cannot run. */
struct messenger *messenger_start(struct api *api);
void messenger_stop(struct messenger **messenger);
/* An alert, which is copied; from any thread. */
void messenger_take(struct messenger *messenger, struct slice alert);

/* Of the server's thread. The notifier is taken over. */
void messenger_add(struct messenger *messenger, struct notifier *notifier);
void messenger_remove(struct messenger *messenger, struct slice id);
/* Sends a notice that says it is a trial; false when there is no such notifier. */
bool messenger_try(struct messenger *messenger, struct slice id);
/* Appends one (id present) or all of them as JSON, a comma between; how many. */
size_t messenger_show(struct messenger *messenger, struct slice id, struct buffer *out);

#endif
