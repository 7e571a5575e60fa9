#include "engine/detect/rule_sort.h"

static int number_order(double a, double b)
{
	return (a > b) - (a < b);
}

static int order(
        enum value_type type, const struct rule_value *a, const struct rule_value *b)
{
	if (type == VALUE_TEXT)
		return slice_compare(a->text, b->text);
	if (type != VALUE_ADDRESS)
		return number_order(a->number, b->number);
	const int ip = memcmp(
	        a->network.ip.bytes, b->network.ip.bytes, sizeof(a->network.ip.bytes));
	return ip ? ip : (int)a->network.prefix - (int)b->network.prefix;
}

static void sift(
        enum value_type type, struct rule_value *values, size_t root, size_t count)
{
	for (size_t child; (child = 2 * root + 1) < count; root = child) {
		if (child + 1 < count &&
		        order(type, &values[child], &values[child + 1]) < 0)
			child++;
		if (order(type, &values[root], &values[child]) >= 0)
			return;
		const struct rule_value moved = values[root];
		values[root] = values[child];
		values[child] = moved;
	}
}

/* Heapsort: no memory, no recursion, no bad case. */
static void sort(enum value_type type, struct rule_value *values, size_t count)
{
	for (size_t i = count / 2; i-- > 0;)
		sift(type, values, i, count);
	for (size_t last = count; last-- > 1;) {
		const struct rule_value greatest = values[0];
		values[0] = values[last];
		values[last] = greatest;
		sift(type, values, 0, last);
	}
}

/* Bits beyond the prefix tell nothing and would disturb the order. */
static void mask(struct network *network)
{
	for (unsigned bit = network->prefix; bit < 128; bit++)
		network->ip.bytes[bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
}

static uint32_t networks_reduce(struct rule_value *values, uint32_t count)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < count; i++) {
		const struct rule_value *last = kept ? &values[kept - 1] : NULL;
		if (last && last->network.prefix <= values[i].network.prefix &&
		        network_contains(&last->network, &values[i].network.ip))
			continue;
		values[kept++] = values[i];
	}
	return kept;
}

void rule_sort(struct rule_test *test, struct rule_value *values)
{
	const enum value_type type =
	        test->length ? VALUE_NUMBER : (enum value_type)test->type;
	const bool text = type == VALUE_TEXT;

	if (test->count < SORTED_LEAST || (text && test->nocase) ||
	        !(test->op == OP_EQ || (text && test->op == OP_STARTS) ||
	                test->op == OP_CIDR))
		return;
	/* Prefixes are looked for length by length. */
	for (uint32_t i = 0; test->op == OP_STARTS && i < test->count; i++)
		if (values[i].text.len > SORTED_PREFIX_MAX)
			return;
	for (uint32_t i = 0; type == VALUE_ADDRESS && i < test->count; i++)
		mask(&values[i].network);
	sort(type, values, test->count);
	if (type == VALUE_ADDRESS)
		test->count = networks_reduce(values, test->count);
	test->sorted = true;
}

/* The last value that is not beyond the wanted one; NULL = all are. */
static const struct rule_value *last_before(const struct rule_test *test,
        enum value_type type, const struct rule_value *wanted)
{
	uint32_t from = 0;
	uint32_t to = test->count;

	while (from < to) {
		const uint32_t middle = from + (to - from) / 2;
		if (order(type, &test->values[middle], wanted) <= 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from ? &test->values[from - 1] : NULL;
}

bool rule_sorted_text(const struct rule_test *test, struct slice text)
{
	const size_t most = text.len < SORTED_PREFIX_MAX ? text.len : SORTED_PREFIX_MAX;
	struct rule_value wanted = {.text = text};
	const struct rule_value *found = last_before(test, VALUE_TEXT, &wanted);

	if (test->op == OP_EQ)
		return found && slice_equal(found->text, text);
	for (size_t len = most + 1; len-- > 0;) {
		wanted.text = slice_first(text, len);
		found = last_before(test, VALUE_TEXT, &wanted);
		if (found && slice_equal(found->text, wanted.text))
			return true;
	}
	return false;
}

bool rule_sorted_number(const struct rule_test *test, double number)
{
	const struct rule_value wanted = {.number = number};
	const struct rule_value *found = last_before(test, VALUE_NUMBER, &wanted);

	return found && number_order(found->number, number) == 0;
}

bool rule_sorted_address(const struct rule_test *test, const struct address *ip)
{
	const struct rule_value wanted = {.network = {.ip = *ip, .prefix = 128}};
	const struct rule_value *found = last_before(test, VALUE_ADDRESS, &wanted);

	return found && network_contains(&found->network, ip);
}
