#include "engine/detect/rule_read.h"

static const struct section {
	const char *name;
} sections[] = {
        {"rules"}, {"lists"}, {"overrides"}, {"version"}, {"templates"}, {"site"}};

const struct rule_list *list_find(const struct rule_set *set, struct slice name)
{
	for (uint32_t i = 0; i < set->list_count; i++)
		if (slice_equal(set->lists[i].name, name))
			return &set->lists[i];
	return NULL;
}

static struct rule_list *list_of(struct compiler *compiler, const struct node *node)
{
	struct rule_set *set = compiler->set;

	for (uint32_t i = 0; i < set->list_count; i++)
		if (slice_equal(set->lists[i].name, node->key))
			return &set->lists[i];
	if (set->list_count == LIMIT_RULE_LISTS) {
		refuse(compiler, node, "too many lists$", SLICE(""));
		return NULL;
	}
	struct rule_list *list = &set->lists[set->list_count++];
	*list = (struct rule_list){.name = node->key};
	return list;
}

/* A list of the same name in a further document adds to it. */
static void collect_lists(struct compiler *compiler, const struct node *lists)
{
	if (!lists || !read_kind(compiler, lists, NODE_MAP, "'$' is a map of lists"))
		return;
	for (const struct node *node = lists->first_child; node; node = node->next) {
		if (!read_kind(
		            compiler, node, NODE_SEQUENCE, "the list '$' is no sequence"))
			continue;
		struct rule_list *list = list_of(compiler, node);
		if (!list)
			return;
		if (list->node_count == sizeof(list->nodes) / sizeof(list->nodes[0])) {
			refuse(compiler, node, "the list '$' has too many parts",
			        node->key);
			continue;
		}
		list->nodes[list->node_count++] = node;
		list->count += node->count;
	}
}

static const struct node *rules_of(const struct document *document)
{
	if (document->root->kind == NODE_SEQUENCE)
		return document->root;
	return node_find(document->root, SLICE("rules"));
}

static void check_sections(struct compiler *compiler, const struct node *root)
{
	if (root->kind == NODE_SEQUENCE || node_null(root))
		return;
	if (!read_kind(
	            compiler, root, NODE_MAP, "a rule file is a list of rules or a map$"))
		return;
	for (const struct node *node = root->first_child; node; node = node->next) {
		bool known = false;
		for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
			known |= slice_equal(node->key, slice_text(sections[i].name));
		if (!known)
			refuse_key(compiler, node, "a rule file has no section '$'",
			        (struct names){sections, sizeof(sections[0]),
			                sizeof(sections) / sizeof(sections[0])});
	}
}

static struct rule *rule_named(struct rule_set *set, struct slice id)
{
	for (uint32_t i = 0; i < set->count; i++)
		if (slice_equal(set->rules[i].id, id))
			return &set->rules[i];
	return NULL;
}

static void compile_rules(struct compiler *compiler, const struct node *rules)
{
	struct rule_set *set = compiler->set;

	if (!rules ||
	        !read_kind(compiler, rules, NODE_SEQUENCE, "'$' is a list of rules"))
		return;
	for (const struct node *node = rules->first_child; node; node = node->next) {
		if (set->count == LIMIT_RULES) {
			refuse(compiler, node, "too many rules$", SLICE(""));
			return;
		}
		compiler->rule = &set->rules[set->count];
		if (!compile_rule(compiler, node))
			continue;
		if (rule_named(set, compiler->rule->id)) {
			refuse(compiler, node, "the rule '$' occurs twice",
			        compiler->rule->id);
			continue;
		}
		set->count++;
	}
}

static void compile_overrides(struct compiler *compiler, const struct node *overrides)
{
	if (!overrides ||
	        !read_kind(compiler, overrides, NODE_MAP, "'$' is a map of rule ids"))
		return;
	for (const struct node *node = overrides->first_child; node; node = node->next) {
		compiler->rule = rule_named(compiler->set, node->key);
		if (compiler->rule)
			compile_override(compiler, node);
		else
			refuse_key(compiler, node, "no rule '$'", (struct names){0});
	}
}

static struct compiler *compiler_new(struct memory *memory, struct rule_set *set)
{
	struct compiler *compiler = memory_take(memory, sizeof(*compiler));
	struct rule *rules = memory_take(memory, (LIMIT_RULES + 1) * sizeof(*rules));
	void **compiled = memory_take(memory, LIMIT_RULE_PATTERNS * sizeof(*compiled));

	if (!compiler || !rules || !compiled)
		return NULL;
	set->rules = rules;
	set->compiled = compiled;
	compiler->memory = memory;
	compiler->set = set;
	return compiler;
}

bool rule_set_compile(struct memory *memory, const struct document *const *documents,
        size_t count, const struct pattern_ops *patterns, struct rule_set *set,
        struct rule_errors *errors)
{
	*set = (struct rule_set){.patterns = patterns, .site = SITE_UNKNOWN};
	errors->count = 0;
	errors->lost = 0;
	struct compiler *compiler = compiler_new(memory, set);
	if (!compiler) {
		errors->count = 1;
		errors->errors[0] = (struct rule_error){
		        .path = "", .text = "the memory is too small for the rules"};
		return false;
	}
	compiler->errors = errors;
	for (size_t i = 0; i < count; i++) {
		compiler->path = documents[i]->path;
		check_sections(compiler, documents[i]->root);
		collect_lists(compiler, node_find(documents[i]->root, SLICE("lists")));
		compile_site(compiler, node_find(documents[i]->root, SLICE("site")));
	}
	compile_site_end(compiler);
	for (size_t i = 0; i < count; i++) {
		compiler->path = documents[i]->path;
		compile_rules(compiler, rules_of(documents[i]));
	}
	for (size_t i = 0; i < count; i++) {
		compiler->path = documents[i]->path;
		compile_overrides(
		        compiler, node_find(documents[i]->root, SLICE("overrides")));
	}
	return errors->count == 0;
}

void rule_set_clear(struct rule_set *set)
{
	for (uint32_t i = 0; i < set->compiled_count; i++)
		set->patterns->free(set->compiled[i]);
	*set = (struct rule_set){0};
}

uint32_t rule_set_count(const struct rule_set *set)
{
	return set->count;
}

const struct rule *rule_at(const struct rule_set *set, uint32_t index)
{
	return index < set->count ? &set->rules[index] : NULL;
}

const struct rule *rule_find(const struct rule_set *set, struct slice id)
{
	for (uint32_t i = 0; i < set->count; i++)
		if (slice_equal(set->rules[i].id, id))
			return &set->rules[i];
	return NULL;
}

bool rule_prints_only(const struct rule *rule)
{
	return rule->trigger.kind == TRIGGER_SCORE && rule->trigger.prints &&
	       !rule->trigger.half_life_us;
}
