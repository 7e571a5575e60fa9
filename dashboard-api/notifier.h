/*
 * Who is told of alerts, how, and how that goes. Kept in the ledger with its secret,
 * shown without.
 */
#ifndef RINGFENCE_API_NOTIFIER_H
#define RINGFENCE_API_NOTIFIER_H

#include "dashboard-api/documents.h"
#include "dashboard-api/search.h"
#include "engine/base/writer.h"
#include "engine/detect/document.h"
#include "platform/notice.h"

enum { NOTIFIER_BYTES_MAX = 16384, NOTIFIER_PER_HOUR_MAX = 3600 };

#define NOTIFIER_SPACE "notifiers"

struct notifier {
	char id[DOCUMENT_KEY_BYTES];
	char name[101];
	struct notice_target target;
	struct search search; /* which alerts */
	uint64_t per_hour;    /* at most */
	bool removed;
	/* How it goes; not kept. */
	uint64_t sent, failed, held;
	uint64_t hour_us; /* when the hour began in which were told */
	uint64_t hour_sent, hour_held;
	uint64_t last_sent_us, last_problem_us;
	char last_problem[NOTICE_PROBLEM_BYTES];
	struct notifier *next;
};

/* What is wrong with a document, and where. */
struct notifier_problem {
	const char *pointer;
	char text[NOTICE_PROBLEM_BYTES];
};

/* Of a body, or of what was kept; the id is the caller's. It must not be moved. */
bool notifier_read(const struct node *root, struct notifier *notifier,
        struct notifier_problem *problem);
/* As it is kept, or as it is shown. */
void notifier_keep(const struct notifier *notifier, struct writer *out);
void notifier_show(const struct notifier *notifier, struct writer *out);

#endif
