#include "cli/against.h"

#include "engine/report/rule_view.h"
#include "platform/memory.h"

enum { AGAINST_MEMORY = 128 << 20 };

static struct against_count *count_of(struct against *against, struct slice id)
{
	for (size_t i = 0; i < against->count; i++)
		if (slice_equal(against->counts[i].rule_id, id))
			return &against->counts[i];
	against->counts[against->count] = (struct against_count){.rule_id = id};
	return &against->counts[against->count++];
}

bool against_open(struct against *against, const char *directory, const char *site,
        const struct rule_set *first)
{
	static const struct hash_key key = {0x0123456789abcdef, 0xfedcba9876543210};
	if (!rules_load(&against->rules, directory, site))
		return false;
	if (first) {
		against->rules.set.geo = first->geo;
		against->rules.set.certificates = first->certificates;
	}
	against->memory = memory_reserve(AGAINST_MEMORY);
	if (against->memory.base)
		against->detect = detect_new(&against->memory, AGAINST_MEMORY - (1 << 20),
		        &key, &against->rules.set);
	if (!against->detect)
		fprintf(stderr, "ringfence: no memory for the second set of rules\n");
	return against->detect != NULL;
}

void against_event(struct against *against, const struct event *event)
{
	const struct alert *alert;
	detect_advance(against->detect, event->time_us);
	detect_event(against->detect, event);
	while ((alert = detect_next(against->detect)))
		count_of(against, rule_view_id(alert->rule))->theirs++;
}

void against_alert(struct against *against, const struct alert *alert)
{
	count_of(against, rule_view_id(alert->rule))->ours++;
}

void against_print(const struct against *against, FILE *to)
{
	size_t differing = 0;
	fprintf(to, "\nAgainst the other rules\n");
	for (size_t i = 0; i < against->count; i++) {
		const struct against_count *row = &against->counts[i];
		if (row->ours == row->theirs)
			continue;
		const char *what = !row->theirs ? "only in these rules"
		                   : !row->ours ? "only in the other rules"
		                                : "in both";
		fprintf(to, "  %-32.*s %6llu → %-6llu %s\n", (int)row->rule_id.len,
		        row->rule_id.data, (unsigned long long)row->ours,
		        (unsigned long long)row->theirs, what);
		differing++;
	}
	if (!differing)
		fprintf(to,
		        "  nothing would have changed: %zu rules raised the same "
		        "alerts\n",
		        against->count);
}

void against_close(struct against *against)
{
	memory_release(&against->memory);
	rules_clear(&against->rules);
	against->detect = NULL;
}
