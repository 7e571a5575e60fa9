#include "engine/detect/path.h"

static const struct paths ANYTHING = {.count = 1, .paths = {{.sufficient = true}}};
static const struct paths NOTHING = {.count = 0};
static const struct paths UNKNOWN = {.count = 1};

const struct paths *paths_at(const struct paths *all, uint16_t entry)
{
	if (entry == RULE_ACCEPT)
		return &ANYTHING;
	return entry == RULE_REJECT ? &NOTHING : &all[entry];
}

bool literal_possible(const struct rule *rule, struct path_literal literal)
{
	const struct rule_test *test = &rule->tests[literal.test];
	const bool listed =
	        test->op != OP_EXISTS && test->op != OP_SAME && test->op != OP_PASSWORD;

	return !literal.truth || !listed || test->count > 0;
}

static bool has(const struct path *path, struct path_literal literal)
{
	for (unsigned i = 0; i < path->count; i++)
		if (path->literals[i].test == literal.test &&
		        path->literals[i].truth == literal.truth)
			return true;
	return false;
}

/* Whether a holds wherever b does. */
static bool wider(const struct path *a, const struct path *b)
{
	for (unsigned i = 0; i < a->count; i++)
		if (!has(b, a->literals[i]))
			return false;
	return true;
}

static bool covered(const struct paths *paths, const struct path *path)
{
	for (unsigned i = 0; i < paths->count; i++)
		if (paths->paths[i].sufficient && wider(&paths->paths[i], path))
			return true;
	return false;
}

/* Adds the path unless another is wider, and drops those that it is wider than. */
static void add(struct paths *paths, const struct path *path)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < paths->count; i++)
		if (wider(&paths->paths[i], path))
			return;
	for (unsigned i = 0; i < paths->count; i++)
		if (!wider(path, &paths->paths[i]))
			paths->paths[kept++] = paths->paths[i];
	paths->count = (uint8_t)kept;
	if (paths->count == PATHS_MAX)
		*paths = UNKNOWN;
	else
		paths->paths[paths->count++] = *path;
}

/* A literal beyond the room is left out: the path then holds too often. */
static struct path longer(const struct path *path, struct path_literal literal)
{
	struct path result = *path;

	if (has(path, literal))
		return result;
	if (result.count == PATH_LITERALS)
		result.sufficient = false;
	else
		result.literals[result.count++] = literal;
	return result;
}

/*
 * Where the comparison must turn out as its author wrote it, the path says so. The other
 * way leads past it, to the next of several choices, and need not be told: it holds all
 * the same when the comparison does, if that leads to no less.
 */
static void compute(const struct rule *rule, struct paths *all, uint16_t entry)
{
	const struct rule_test *test = &rule->tests[entry];
	const struct path_literal literal = {.test = entry, .truth = !test->negated};
	const uint16_t onward = test->negated ? test->on_false : test->on_true;
	const uint16_t past = test->negated ? test->on_true : test->on_false;
	const struct paths *with = paths_at(all, onward);
	const struct paths *without = paths_at(all, past);
	struct paths *paths = &all[entry];

	for (unsigned i = 0; i < without->count; i++) {
		struct path path = without->paths[i];
		path.sufficient = path.sufficient && covered(with, &path);
		add(paths, &path);
	}
	if (!literal_possible(rule, literal))
		return;
	for (unsigned i = 0; i < with->count; i++) {
		const struct path path = longer(&with->paths[i], literal);
		add(paths, &path);
	}
}

struct paths *paths_of(const struct rule *rule, struct memory *memory)
{
	struct paths *all =
	        memory_take(memory, (rule->test_count + 1u) * sizeof(struct paths));

	/* Comparisons are compiled from the back: each leads to earlier ones only. */
	for (uint16_t i = 0; all && i < rule->test_count; i++)
		compute(rule, all, i);
	return all;
}
