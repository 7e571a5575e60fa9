/*
 * What stands to the right of an operator: values, lists and patterns, and what can be
 * told of them at a glance.
 */
#include "engine/detect/rule_read.h"
#include "engine/detect/rule_sort.h"

static const char *const methods[SIP_METHOD_COUNT] = {
#define X(name) [SIP_##name] = #name,
        SIP_METHODS(X)
#undef X
                [SIP_METHOD_OTHER] = "OTHER",
};

static bool read_method(
        struct compiler *compiler, const struct node *node, double *number)
{
	for (unsigned i = 1; i < SIP_METHOD_COUNT; i++) {
		if (slice_equal(node->text, slice_text(methods[i]))) {
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
		refuse(compiler, regex, "bad regular expression: $",
		        slice_text(error.text));
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

bool compile_list(
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
	rule_sort(test, values);
	return true;
}

bool compile_operands(
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
	rule_sort(test, values);
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
