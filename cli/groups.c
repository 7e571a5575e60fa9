#include "cli/groups.h"

#include <stdlib.h>
#include <string.h>

static int compare_text(struct slice a, struct slice b)
{
	const size_t len = a.len < b.len ? a.len : b.len;
	const int order = len ? memcmp(a.data, b.data, len) : 0;
	return order ? order : (int)(a.len > b.len) - (int)(a.len < b.len);
}

static int compare_ids(const struct finding_alert *a, const struct finding_alert *b)
{
	return (int)(a->id > b->id) - (int)(a->id < b->id);
}

static int by_rule(const void *a, const void *b)
{
	const struct finding_alert *left = *(const struct finding_alert *const *)a;
	const struct finding_alert *right = *(const struct finding_alert *const *)b;
	const int order = compare_text(left->rule.id, right->rule.id);
	return order ? order : compare_ids(left, right);
}

static int worse(const void *a, const void *b)
{
	const struct finding_alert *left = ((const struct group *)a)->alerts[0];
	const struct finding_alert *right = ((const struct group *)b)->alerts[0];
	if (left->rule.severity != right->rule.severity)
		return left->rule.severity < right->rule.severity ? -1 : 1;
	return compare_ids(left, right);
}

bool groups_of(struct groups *groups, const struct findings *findings)
{
	const size_t count = findings->alert_count;

	*groups = (struct groups){0};
	groups->order = malloc((count + 1) * sizeof(*groups->order));
	groups->items = malloc((count + 1) * sizeof(*groups->items));
	if (!groups->order || !groups->items)
		return false;
	for (size_t i = 0; i < count; i++) {
		groups->order[i] = &findings->alerts[i];
		groups->levels[findings->alerts[i].rule.severity]++;
	}
	qsort(groups->order, count, sizeof(*groups->order), by_rule);
	for (size_t i = 0; i < count; i++) {
		struct group *last =
		        groups->count ? &groups->items[groups->count - 1] : NULL;
		if (last &&
		        slice_equal(last->alerts[0]->rule.id, groups->order[i]->rule.id))
			last->count++;
		else
			groups->items[groups->count++] =
			        (struct group){&groups->order[i], 1};
	}
	qsort(groups->items, groups->count, sizeof(*groups->items), worse);
	return true;
}

void groups_clear(struct groups *groups)
{
	free(groups->order);
	free(groups->items);
	*groups = (struct groups){0};
}
