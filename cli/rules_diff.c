#include "cli/rules_diff.h"

#include <stdio.h>

#include "cli/paint.h"
#include "engine/report/json.h"
#include "engine/report/rule_view.h"

struct diff {
	enum output output;
	size_t count;
};

/* One thing that differs; a rule that is NULL is not there. */
struct change {
	const char *kind;
	struct slice name;
	const struct rule *before;
	const struct rule *after;
	const char *what;
};

static void change_json(const struct change *change)
{
	char buffer[8192];
	struct writer out = writer_of(buffer, sizeof(buffer));
	const struct rule *shown = change->after ? change->after : change->before;
	json_object(&out, NULL);
	json_literal(&out, "kind", change->kind);
	json_string(&out, "id", change->name);
	json_literal(&out, "change", change->what);
	if (shown) {
		json_text(&out, "title", shown->title);
		json_literal(&out, "severity", report_severity(shown->severity));
	}
	if (change->before)
		json_u64(&out, "rev_before", change->before->rev);
	if (change->after)
		json_u64(&out, "rev_after", change->after->rev);
	json_object_end(&out);
	printf("%.*s", (int)out.len, out.data);
}

static void change_print(struct diff *diff, const struct change *change)
{
	const struct paint paint = paint_of(stdout);
	if (diff->output == OUTPUT_TABLE) {
		printf("%-8s %-5s ", change->what, change->kind);
		paint_text(&paint, change->name, 90);
		printf("\n");
	} else if (diff->output == OUTPUT_CSV) {
		printf("%s,%s,", change->what, change->kind);
		csv_text(change->name);
		printf("\n");
	} else {
		list_item(diff->output, (uint32_t)diff->count);
		change_json(change);
		if (diff->output == OUTPUT_NDJSON)
			printf("\n");
	}
	diff->count++;
}

/* Without what is below. */
static bool node_same(const struct node *one, const struct node *other)
{
	return one->kind == other->kind && one->count == other->count &&
	       one->quoted == other->quoted && slice_equal(one->key, other->key) &&
	       (one->kind != NODE_SCALAR || slice_equal(one->text, other->text));
}

/* Where the walk through two trees goes on above. */
struct walk {
	const struct node *one[LIMIT_DOCUMENT_DEPTH + 1];
	const struct node *other[LIMIT_DOCUMENT_DEPTH + 1];
	size_t depth;
};

/* Whether two trees say the same; those of a document are of bounded depth. */
static bool tree_same(const struct node *one, const struct node *other)
{
	struct walk walk = {{one->first_child}, {other->first_child}, 1};
	if (one->kind != other->kind || one->count != other->count ||
	        (one->kind == NODE_SCALAR && !slice_equal(one->text, other->text)))
		return false;
	while (walk.depth) {
		const size_t at = walk.depth - 1;
		const struct node *left = walk.one[at];
		const struct node *right = walk.other[at];
		if (!left || !right) {
			if (left || right)
				return false;
			walk.depth--;
			continue;
		}
		if (!node_same(left, right))
			return false;
		walk.one[at] = left->next;
		walk.other[at] = right->next;
		if (left->first_child && walk.depth <= LIMIT_DOCUMENT_DEPTH) {
			walk.one[walk.depth] = left->first_child;
			walk.other[walk.depth++] = right->first_child;
		}
	}
	return true;
}

/* As written, and as a site's overrides leave it. */
static bool rule_same(const struct rule *one, const struct rule *other)
{
	return one->enabled == other->enabled && one->severity == other->severity &&
	       one->rev == other->rev && tree_same(one->node, other->node);
}

static void rules_compare(
        struct diff *diff, const struct rule_set *before, const struct rule_set *after)
{
	for (uint32_t i = 0; i < rule_set_count(after); i++) {
		const struct rule *rule = rule_at(after, i);
		const struct rule *old = rule_find(before, rule->id);
		const struct change change = {
		        "rule", rule->id, old, rule, old ? "changed" : "added"};
		if (!old || !rule_same(old, rule))
			change_print(diff, &change);
	}
	for (uint32_t i = 0; i < rule_set_count(before); i++) {
		const struct rule *rule = rule_at(before, i);
		const struct change change = {"rule", rule->id, rule, NULL, "removed"};
		if (!rule_find(after, rule->id))
			change_print(diff, &change);
	}
}

static const struct rule_list *list_find(const struct rule_set *set, struct slice name)
{
	for (uint32_t i = 0; i < set->list_count; i++)
		if (slice_equal(set->lists[i].name, name))
			return &set->lists[i];
	return NULL;
}

static bool list_same(const struct rule_list *one, const struct rule_list *other)
{
	bool same = one->node_count == other->node_count;
	for (uint32_t i = 0; same && i < one->node_count; i++)
		same = tree_same(one->nodes[i], other->nodes[i]);
	return same;
}

static void lists_compare(
        struct diff *diff, const struct rule_set *before, const struct rule_set *after)
{
	for (uint32_t i = 0; i < after->list_count; i++) {
		const struct rule_list *list = &after->lists[i];
		const struct rule_list *old = list_find(before, list->name);
		const struct change change = {
		        "list", list->name, NULL, NULL, old ? "changed" : "added"};
		if (!old || !list_same(old, list))
			change_print(diff, &change);
	}
	for (uint32_t i = 0; i < before->list_count; i++) {
		const struct change change = {
		        "list", before->lists[i].name, NULL, NULL, "removed"};
		if (!list_find(after, change.name))
			change_print(diff, &change);
	}
}

size_t rules_diff(
        const struct rules *before, const struct rules *after, enum output output)
{
	struct diff diff = {.output = output};
	if (output == OUTPUT_CSV)
		printf("change,kind,id\n");
	rules_compare(&diff, &before->set, &after->set);
	lists_compare(&diff, &before->set, &after->set);
	list_end(output, (uint32_t)diff.count);
	if (output == OUTPUT_TABLE && !diff.count)
		printf("nothing differs\n");
	return diff.count;
}
