/*
 * Conditions are compiled from the back: where a comparison leads is known before the
 * comparison is written, so that any, all and not need no patching and judging no stack.
 */
#include "engine/detect/rule_read.h"

enum { NEGATES = 1, LENGTH = 2, LISTED = 4 };

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

static const char *const methods[SIP_METHOD_COUNT] = {
#define X(name) [SIP_##name] = #name,
        SIP_METHODS(X)
#undef X
                [SIP_METHOD_OTHER] = "OTHER",
};

static const char *const value_names[] = {
        [VALUE_ABSENT] = "nothing",
        [VALUE_TEXT] = "text",
        [VALUE_NUMBER] = "a number",
        [VALUE_BOOL] = "true or false",
        [VALUE_ADDRESS] = "an address",
        [VALUE_METHOD] = "a method",
};

static struct slice text_of(const char *text)
{
	return slice_of(text, strlen(text));
}

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

static bool read_method(
        struct compiler *compiler, const struct node *node, double *number)
{
	for (unsigned i = 1; i < SIP_METHOD_COUNT; i++) {
		if (slice_equal(node->text, text_of(methods[i]))) {
			*number = i;
			return true;
		}
	}
	refuse_value(compiler, node, "no method '$' that rules know; use method.text",
	        (struct names){methods + 1, sizeof(methods[0]), SIP_METHOD_COUNT - 1});
	return false;
}

static bool read_network(
        struct compiler *compiler, const struct node *node, struct network *network)
{
	if (network_parse(node->text, network))
		return true;
	refuse(compiler, node, "'$' is no address or network", node->text);
	return false;
}

static bool read_typed(struct compiler *compiler, const struct node *node,
        enum value_type type, struct rule_value *value)
{
	bool truth = false;

	if (!read_kind(compiler, node, NODE_SCALAR, "a single value is wanted here$"))
		return false;
	switch (type) {
	case VALUE_TEXT:
	case VALUE_ABSENT:
		value->text = node->text;
		return true;
	case VALUE_NUMBER:
		return read_number(compiler, node, &value->number);
	case VALUE_METHOD:
		return read_method(compiler, node, &value->number);
	case VALUE_ADDRESS:
		return read_network(compiler, node, &value->network);
	case VALUE_BOOL:
		if (!read_bool(compiler, node, &truth))
			return false;
		value->number = truth ? 1 : 0;
		return true;
	}
	return false;
}

static bool read_pattern(struct compiler *compiler, const struct node *node,
        struct rule_test *test, struct rule_value *value)
{
	const bool map = node->kind == NODE_MAP;
	const struct node *regex = map ? node_find(node, SLICE("regex")) : node;
	const struct node *literal = map ? node_find(node, SLICE("literal")) : NULL;
	struct rule_set *set = compiler->set;
	struct pattern_error error = {0};

	if (!regex || regex->kind != NODE_SCALAR) {
		refuse(compiler, node, "'matches' needs a regular expression$",
		        SLICE(""));
		return false;
	}
	if (literal && literal->kind == NODE_SCALAR)
		value->text = literal->text;
	else if (test->field.field == FIELD_RAW || test->field.field == FIELD_BODY) {
		refuse(compiler, node,
		        "'matches' on a whole message needs a literal: "
		        "{ regex: …, literal: … }$",
		        SLICE(""));
		return false;
	}
	if (!compiler->set->patterns || set->compiled_count >= LIMIT_RULE_PATTERNS) {
		refuse(compiler, node, "no room for another regular expression$",
		        SLICE(""));
		return false;
	}
	value->pattern = set->patterns->compile(regex->text, test->nocase, &error);
	if (!value->pattern) {
		error.text[sizeof(error.text) - 1] = 0;
		refuse(compiler, regex, "bad regular expression: $", text_of(error.text));
		return false;
	}
	set->compiled[set->compiled_count++] = value->pattern;
	return true;
}

static bool is_letter(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

/* Which bytes any text must have in which this one occurs, letters aside if need be. */
static struct text_bytes needs_of(struct slice text, bool nocase)
{
	struct text_bytes needs = {{0, 0}};

	for (size_t i = 0; i < text.len; i++) {
		if (nocase && is_letter(text.data[i]))
			continue;
		const struct text_bytes one = text_bytes_of(slice_of(text.data + i, 1));
		needs.words[0] |= one.words[0];
		needs.words[1] |= one.words[1];
	}
	return needs;
}

/* First bytes of a text that can equal or start with the value, folded to 64. */
static uint64_t begins_of(struct slice text, bool nocase)
{
	if (!text.len)
		return UINT64_MAX;
	const uint64_t bit = (uint64_t)1 << (uint8_t)text.data[0] % 64;
	return nocase && is_letter(text.data[0])
	               ? bit | (uint64_t)1 << (uint8_t)(text.data[0] ^ 32) % 64
	               : bit;
}

/* What tells at a glance that most texts do not satisfy the test. */
static void glance(struct rule_test *test, struct rule_value *values)
{
	test->begins = 0;
	for (uint32_t i = 0; i < test->count; i++) {
		test->begins |= begins_of(values[i].text, test->nocase);
		values[i].needs = needs_of(values[i].text, test->nocase);
	}
}

static bool read_value(struct compiler *compiler, const struct node *node,
        struct rule_test *test, struct rule_value *value)
{
	if (test->op == OP_MATCHES)
		return read_pattern(compiler, node, test, value);
	if (test->op == OP_SAME)
		return read_text(compiler, node, &value->text) &&
		       read_field(compiler, node, node->text, &value->field);
	if (test->op == OP_CIDR)
		return read_kind(compiler, node, NODE_SCALAR,
		               "a network is wanted here$") &&
		       read_network(compiler, node, &value->network);
	if (test->op == OP_EXISTS)
		return read_typed(compiler, node, VALUE_BOOL, value);
	return read_typed(compiler, node,
	        test->length ? VALUE_NUMBER : (enum value_type)test->type, value);
}

static bool read_sequence(struct compiler *compiler, const struct node *first,
        struct rule_test *test, struct rule_value *values)
{
	for (const struct node *node = first; node; node = node->next)
		if (!read_value(compiler, node, test, &values[test->count++]))
			return false;
	return true;
}

static bool read_list(
        struct compiler *compiler, const struct node *node, struct rule_test *test)
{
	const struct rule_list *list =
	        node->kind == NODE_SCALAR ? list_find(compiler->set, node->text) : NULL;
	if (!list) {
		refuse(compiler, node, "no list '$'", node->text);
		return false;
	}
	struct rule_value *values = rule_take(compiler, list->count * sizeof(*values));
	if (!values)
		return false;
	test->values = values;
	for (uint32_t i = 0; i < list->node_count; i++)
		if (!read_sequence(compiler, list->nodes[i]->first_child, test, values))
			return false;
	glance(test, values);
	return true;
}

static bool read_operands(
        struct compiler *compiler, const struct node *node, struct rule_test *test)
{
	const bool several = node->kind == NODE_SEQUENCE;
	const uint32_t count = several ? node->count : 1;
	struct rule_value *values = rule_take(compiler, count * sizeof(*values));

	if (!values)
		return false;
	test->values = values;
	if (several) {
		if (!read_sequence(compiler, node->first_child, test, values))
			return false;
	} else if (!read_value(compiler, node, test, &values[test->count++])) {
		return false;
	}
	glance(test, values);
	if (test->op == OP_BETWEEN && test->count != 2)
		refuse(compiler, node, "'between' needs two numbers: [from, to]$",
		        SLICE(""));
	else if (test->op != OP_BETWEEN && test->op >= OP_GT && test->op <= OP_LE &&
	         test->count != 1)
		refuse(compiler, node, "one number is wanted here$", SLICE(""));
	else
		return true;
	return false;
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
		return type == VALUE_TEXT;
	case OP_CIDR:
		return type == VALUE_ADDRESS;
	}
	return false;
}

static const struct operation *operator_find(struct slice name)
{
	for (size_t i = 0; i < OPERATORS; i++)
		if (slice_equal(name, text_of(operators[i].name)))
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
	const bool fine = op->flags & LISTED ? read_list(compiler, node, test)
	                                     : read_operands(compiler, node, test);
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
	for (unsigned cost = 31; cost-- > 0;) {
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
	for (const struct node *node = map->first_child; node; node = node->next)
		if (node != nocase && !operator_find(node->key))
			refuse_key(compiler, node, "no operator '$'",
			        (struct names){
			                operators, sizeof(operators[0]), OPERATORS});
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
	if (!read_kind(compiler, map, NODE_MAP, "a condition is a map of fields$"))
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
