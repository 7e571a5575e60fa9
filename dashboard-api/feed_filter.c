#include "dashboard-api/feed_filter.h"

#include <stdlib.h>

#include "dashboard-api/problem.h"
#include "dashboard-api/route.h"
#include "dashboard-api/search.h"

/* Topics whose events the archive has fields for. */
static const struct {
	enum topic topic;
	enum archive_kind kind;
} TABLED[] = {{TOPIC_ALERTS, ARCHIVE_ALERTS}, {TOPIC_CALLS, ARCHIVE_CALLS}};

enum { TABLED_COUNT = sizeof(TABLED) / sizeof(TABLED[0]) };

struct feed_filter {
	unsigned topics; /* of which any event can match */
	struct search searches[TABLED_COUNT];
};

/* Words alone are looked for in any event. */
static bool words_only(const struct search *search)
{
	for (size_t i = 0; i < search->query.term_count; i++)
		if (search->query.terms[i].comparison != ARCHIVE_HOLDS)
			return false;
	return true;
}

bool feed_filter_read(struct visit *visit, unsigned topics, struct feed_filter **filter)
{
	const struct slice text = slice_trim(visit_parameter(visit, "q"));
	struct search_problem trouble = {""};
	*filter = NULL;
	if (!text.len)
		return true;
	struct feed_filter *wanted = calloc(1, sizeof(*wanted));
	if (!wanted)
		return problem(visit, 503, "out of memory");
	for (size_t i = 0; i < TABLED_COUNT; i++) {
		if (!search_keep(&wanted->searches[i], TABLED[i].kind, text, &trouble))
			continue;
		wanted->topics |= topics & (unsigned)TABLED[i].topic;
		if (words_only(&wanted->searches[i]))
			wanted->topics |= topics;
	}
	if (!wanted->topics) {
		free(wanted);
		return problem_at(visit, 400, "?q", "%s",
		        trouble.text[0] ? trouble.text
		                        : "these topics have no fields to search");
	}
	*filter = wanted;
	return true;
}

bool feed_filter_match(
        const struct feed_filter *filter, enum topic topic, struct slice event)
{
	size_t i = 0;
	if (!filter)
		return true;
	if (!(filter->topics & topic))
		return false;
	while (i + 1 < TABLED_COUNT && TABLED[i].topic != topic)
		i++;
	return archive_match(&filter->searches[i].query, event);
}
