/*
 * Conditions are compiled from the back: where a comparison leads is known before the
 * comparison is written, so that any, all and not need no patching and judging no stack.
 */
#include "engine/base/ensure.h"
#include "engine/detect/rule_read.h"

enum { NEGATES = 1, LENGTH = 2, LISTED = 4 };

enum { COST_MAX = 31 };

static const struct operation {
	const char *name;
	uint8_t op;
	uint8_t flags;
	uint8_t cost;
} operators[] = {
        {"eq", OP_EQ, 0, 2},
        {"ne", OP_EQ, NEGATES, 2},
        {"in", OP_EQ, 0, 4},
        {"not_in", OP_EQ, NEGATES, 4},
        {"in_list", OP_EQ, LISTED, 6},
        {"not_in_list", OP_EQ, LISTED | NEGATES, 6},
        {"gt", OP_GT, 0, 1},
        {"ge", OP_GE, 0, 1},
        {"lt", OP_LT, 0, 1},
        {"le", OP_LE, 0, 1},
        {"between", OP_BETWEEN, 0, 1},
        {"starts", OP_STARTS, 0, 3},
        {"starts_list", OP_STARTS, LISTED, 6},
        {"not_starts", OP_STARTS, NEGATES, 3},
        {"ends", OP_ENDS, 0, 3},
        {"contains", OP_CONTAINS, 0, 10},
        {"not_contains", OP_CONTAINS, NEGATES, 10},
        {"like", OP_LIKE, 0, 12},
        {"matches", OP_MATCHES, 0, 30},
        {"not_matches", OP_MATCHES, NEGATES, 30},
        {"exists", OP_EXISTS, 0, 1},
        {"cidr", OP_CIDR, 0, 5},
        {"password_in_list", OP_PASSWORD, LISTED, 31},
        {"same", OP_SAME, 0, 4},
        {"not_same", OP_SAME, NEGATES, 4},
        {"len_eq", OP_EQ, LENGTH, 1},
        {"len_gt", OP_GT, LENGTH, 1},
        {"len_ge", OP_GE, LENGTH, 1},
        {"len_lt", OP_LT, LENGTH, 1},
        {"len_le", OP_LE, LENGTH, 1},
        {"len_between", OP_BETWEEN, LENGTH, 1},
};

enum { OPERATORS = sizeof(operators) / sizeof(operators[0]) };

/* Where a comparison leads. */
struct exits {
	uint16_t yes;
	uint16_t no;
};

static const char *const value_names[] = {
        [VALUE_ABSENT] = "nothing",
        [VALUE_TEXT] = "text",
        [VALUE_NUMBER] = "a number",
        [VALUE_BOOL] = "true or false",
        [VALUE_ADDRESS] = "an address",
        [VALUE_METHOD] = "a method",
};

static uint16_t emit(struct compiler *compiler, const struct node *node,
        const struct rule_test *test, struct exits exits)
{
	if (compiler->test_count >= LIMIT_RULE_TESTS) {
		refuse(compiler, node, "a rule has too many comparisons$", SLICE(""));
		return RULE_REJECT;
	}
	struct rule_test *placed = &compiler->tests[compiler->test_count];
	*placed = *test;
	placed->on_true = test->negated ? exits.no : exits.yes;
	placed->on_false = test->negated ? exits.yes : exits.no;
	return (uint16_t)compiler->test_count++;
}

static bool op_fits(const struct operation *op, enum value_type type)
{
	if (op->flags & LENGTH)
		return type == VALUE_TEXT;
	switch ((enum rule_op)op->op) {
	case OP_EXISTS:
	case OP_EQ:
	case OP_SAME:
	case OP_COUNT:
		return true;
	case OP_GT:
	case OP_GE:
	case OP_LT:
	case OP_LE:
	case OP_BETWEEN:
		return type == VALUE_NUMBER;
	case OP_STARTS:
	case OP_ENDS:
	case OP_CONTAINS:
	case OP_LIKE:
	case OP_MATCHES:
	case OP_PASSWORD:
		return type == VALUE_TEXT;
	case OP_CIDR:
		return type == VALUE_ADDRESS;
	}
	return false;
}

static const struct operation *operator_find(struct slice name)
{
	for (size_t i = 0; i < OPERATORS; i++)
		if (slice_equal(name, slice_text(operators[i].name)))
			return &operators[i];
	return NULL;
}

static uint16_t compile_test(struct compiler *compiler, const struct node *node,
        struct rule_test *test, const struct operation *op, struct exits exits)
{
	test->op = op->op;
	test->cost = op->cost;
	test->negated = op->flags & NEGATES;
	test->length = op->flags & LENGTH;
	if (!op_fits(op, (enum value_type)test->type)) {
		const char *name = value_names[test->type];
		refuse_key(compiler, node, "operator '$' does not fit the field's type",
		        (struct names){&name, sizeof(name), 0});
		return RULE_REJECT;
	}
	const bool fine = op->flags & LISTED ? compile_list(compiler, node, test)
	                                     : compile_operands(compiler, node, test);
	if (fine && test->op == OP_EXISTS && test->values[0].number < 1)
		test->negated = true;
	return fine ? emit(compiler, node, test, exits) : RULE_REJECT;
}

/* Operators on one field: all must hold. Cheap ones are judged first. */
static uint16_t compile_operators(struct compiler *compiler, const struct node *map,
        struct rule_test *base, struct exits exits)
{
	const struct node *nocase = node_find(map, SLICE("nocase"));
	uint16_t entry = exits.yes;

	if (nocase && !read_bool(compiler, nocase, &base->nocase))
		return RULE_REJECT;
	for (unsigned cost = COST_MAX; cost-- > 0;) {
		for (const struct node *node = map->first_child; node;
		        node = node->next) {
			const struct operation *op = operator_find(node->key);
			if (!op || op->cost != cost + 1)
				continue;
			struct rule_test test = *base;
			entry = compile_test(compiler, node, &test, op,
			        (struct exits){entry, exits.no});
		}
	}
	for (const struct node *node = map->first_child; node; node = node->next) {
		const struct operation *op = operator_find(node->key);
		/* One that costs more would have been left out, and the rule too wide. */
		ENSURE(!op || (op->cost >= 1 && op->cost <= COST_MAX));
		if (node != nocase && !op)
			refuse_key(compiler, node, "no operator '$'",
			        (struct names){
			                operators, sizeof(operators[0]), OPERATORS});
	}
	return entry;
}

static uint16_t compile_field(
        struct compiler *compiler, const struct node *node, struct exits exits)
{
	struct rule_test test = {0};

	if (!read_field(compiler, node, node->key, &test.field))
		return RULE_REJECT;
	test.type = (uint8_t)field_row((enum field)test.field.field)->type;
	if (node->kind == NODE_MAP)
		return compile_operators(compiler, node, &test, exits);
	return compile_test(compiler, node, &test, &operators[0], exits);
}

static uint16_t compile_map(struct compiler *compiler, const struct node *map,
        struct exits exits, unsigned depth);

/* What is cheap and tells most comes first: method, status, then single comparisons. */
static unsigned rank(const struct node *node)
{
	if (slice_equal(node->key, SLICE("method")))
		return 0;
	if (slice_equal(node->key, SLICE("status")))
		return 1;
	if (slice_equal(node->key, SLICE("any")) ||
	        slice_equal(node->key, SLICE("all")) ||
	        slice_equal(node->key, SLICE("not")))
		return 5;
	if (node->kind != NODE_MAP)
		return 2;
	return node_find(node, SLICE("matches")) || node_find(node, SLICE("contains"))
	               ? 4
	               : 3;
}

/* A sequence of maps under any or all; it is walked from its end. */
static uint16_t compile_choice(struct compiler *compiler, const struct node *node,
        struct exits exits, unsigned depth)
{
	const struct node *parts[LIMIT_RULE_CONDITIONS];
	const bool any = slice_equal(node->key, SLICE("any"));
	uint32_t count = 0;
	uint16_t entry = any ? exits.no : exits.yes;

	if (!read_kind(
	            compiler, node, NODE_SEQUENCE, "'$' needs a sequence of conditions"))
		return RULE_REJECT;
	for (const struct node *part = node->first_child; part; part = part->next) {
		if (count == LIMIT_RULE_CONDITIONS) {
			refuse(compiler, part, "'$' has too many conditions", node->key);
			return RULE_REJECT;
		}
		parts[count++] = part;
	}
	while (count-- > 0)
		entry = compile_map(compiler, parts[count],
		        any ? (struct exits){exits.yes, entry}
		            : (struct exits){entry, exits.no},
		        depth + 1);
	return entry;
}

static uint16_t compile_entry(struct compiler *compiler, const struct node *node,
        struct exits exits, unsigned depth)
{
	if (slice_equal(node->key, SLICE("any")) || slice_equal(node->key, SLICE("all")))
		return compile_choice(compiler, node, exits, depth);
	if (slice_equal(node->key, SLICE("not")))
		return compile_map(
		        compiler, node, (struct exits){exits.no, exits.yes}, depth + 1);
	return compile_field(compiler, node, exits);
}

static uint16_t compile_map(struct compiler *compiler, const struct node *map,
        struct exits exits, unsigned depth)
{
	uint16_t entry = exits.yes;

	if (depth > LIMIT_RULE_DEPTH) {
		refuse(compiler, map, "conditions are nested too deep$", SLICE(""));
		return RULE_REJECT;
	}
	if (!read_kind(compiler, map, NODE_MAP,
	            "a condition is a map of fields; '$' is none"))
		return RULE_REJECT;
	for (unsigned turn = 6; turn-- > 0;)
		for (const struct node *node = map->first_child; node; node = node->next)
			if (rank(node) == turn && !slice_equal(node->key, SLICE("name")))
				entry = compile_entry(compiler, node,
				        (struct exits){entry, exits.no}, depth);
	return entry;
}

uint16_t compile_condition(struct compiler *compiler, const struct node *node)
{
	return compile_map(compiler, node, (struct exits){RULE_ACCEPT, RULE_REJECT}, 0);
}
