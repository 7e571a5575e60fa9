#include "engine/detect/match.h"

#include "engine/detect/password.h"
#include "engine/detect/rule_sort.h"

static bool text_equal(struct slice a, struct slice b, bool nocase)
{
	return nocase ? slice_equal_nocase(a, b) : slice_equal(a, b);
}

/* Glob with * and ?: linear with one point to go back to. */
static bool text_like(struct slice text, struct slice glob)
{
	size_t at = 0;
	size_t star = SIZE_MAX;
	size_t back = 0;
	size_t g = 0;

	while (at < text.len) {
		if (g < glob.len && glob.data[g] == '*') {
			star = g++;
			back = at;
		} else if (g < glob.len &&
		           (glob.data[g] == '?' || glob.data[g] == text.data[at])) {
			g++;
			at++;
		} else if (star != SIZE_MAX) {
			g = star + 1;
			at = ++back;
		} else {
			return false;
		}
	}
	while (g < glob.len && glob.data[g] == '*')
		g++;
	return g == glob.len;
}

static bool text_contains(struct slice text, struct slice part, bool nocase)
{
	if (part.len > text.len)
		return false;
	if (part.len == 0)
		return true;
	if (nocase)
		return slice_find_nocase(text, part) < text.len;
	return slice_find(text, part) < text.len;
}

static bool text_matches(const struct rule_test *test, const struct rule_value *value,
        const struct pattern_ops *patterns, struct slice text)
{
	if (value->text.len && !text_contains(text, value->text, test->nocase))
		return false;
	return patterns->match(value->pattern, text);
}

static bool test_text(const struct rule_test *test, const struct rule_value *value,
        const struct pattern_ops *patterns, struct slice text)
{
	switch ((enum rule_op)test->op) {
	case OP_EQ:
		return text_equal(text, value->text, test->nocase);
	case OP_STARTS:
		return test->nocase ? slice_starts_nocase(text, value->text)
		                    : slice_starts(text, value->text);
	case OP_ENDS:
		return slice_ends(text, value->text);
	case OP_CONTAINS:
		return text_contains(text, value->text, test->nocase);
	case OP_LIKE:
		return text_like(text, value->text);
	case OP_MATCHES:
		return text_matches(test, value, patterns, text);
	case OP_EXISTS:
	case OP_GT:
	case OP_GE:
	case OP_LT:
	case OP_LE:
	case OP_BETWEEN:
	case OP_CIDR:
	case OP_SAME:
	case OP_PASSWORD:
	case OP_COUNT:
		break;
	}
	return false;
}

static bool numbers_equal(double a, double b)
{
	return !(a < b) && !(a > b);
}

bool match_number(const struct rule_test *test, double number)
{
	const double first = test->values[0].number;

	switch ((enum rule_op)test->op) {
	case OP_EQ:
		if (test->sorted)
			return rule_sorted_number(test, number);
		for (uint32_t i = 0; i < test->count; i++)
			if (numbers_equal(number, test->values[i].number))
				return true;
		return false;
	case OP_GT:
		return number > first;
	case OP_GE:
		return number >= first;
	case OP_LT:
		return number < first;
	case OP_LE:
		return number <= first;
	case OP_BETWEEN:
		return number >= first && number <= test->values[1].number;
	case OP_EXISTS:
	case OP_STARTS:
	case OP_ENDS:
	case OP_CONTAINS:
	case OP_LIKE:
	case OP_MATCHES:
	case OP_CIDR:
	case OP_SAME:
	case OP_PASSWORD:
	case OP_COUNT:
		break;
	}
	return false;
}

static bool values_same(const struct value *a, const struct value *b)
{
	if (a->type == VALUE_ADDRESS && b->type == VALUE_TEXT) {
		struct address ip;
		return address_parse(b->text, &ip) && address_equal(&a->ip, &ip);
	}
	if (a->type == VALUE_TEXT && b->type == VALUE_ADDRESS)
		return values_same(b, a);
	if (a->type != b->type)
		return false;
	if (a->type == VALUE_TEXT)
		return slice_equal(a->text, b->text);
	if (a->type == VALUE_ADDRESS)
		return address_equal(&a->ip, &b->ip);
	return numbers_equal(a->number, b->number);
}

static bool test_address(const struct rule_test *test, const struct address *ip)
{
	if (test->sorted)
		return rule_sorted_address(test, ip);
	for (uint32_t i = 0; i < test->count; i++)
		if (network_contains(&test->values[i].network, ip))
			return true;
	return false;
}

static bool lacks(const struct text_bytes *bytes, const struct text_bytes *needs)
{
	return (needs->words[0] & ~bytes->words[0]) ||
	       (needs->words[1] & ~bytes->words[1]);
}

/* Whether the place's text is short enough that looking through it pays. */
static bool looked_through(const struct rule_test *test)
{
	return (test->op == OP_CONTAINS || test->op == OP_MATCHES) &&
	       test->field.field != FIELD_RAW && test->field.field != FIELD_BODY &&
	       field_place(&test->field) < FIELD_PLACES;
}

static bool begins_wrong(const struct rule_test *test, struct slice text)
{
	return (test->op == OP_EQ || test->op == OP_STARTS) && text.len &&
	       !(test->begins >> (uint8_t)text.data[0] % 64 & 1);
}

/* bytes: those of the text, NULL = not looked through. */
static bool test_texts(const struct rule_test *test, const struct pattern_ops *patterns,
        const struct text_bytes *bytes, struct slice text)
{
	if (begins_wrong(test, text))
		return false;
	if (test->sorted)
		return rule_sorted_text(test, text);
	for (uint32_t i = 0; i < test->count; i++) {
		if (bytes && lacks(bytes, &test->values[i].needs))
			continue;
		if (test_text(test, &test->values[i], patterns, text))
			return true;
	}
	return false;
}

bool match_text(const struct rule_test *test, const struct pattern_ops *patterns,
        struct slice text)
{
	return test_texts(test, patterns, NULL, text);
}

/* What the credentials were made of is never kept: each candidate is tried. */
static bool test_password(const struct rule_test *test, const struct field_cache *cache)
{
	const struct sip_message *sip = cache->bases[BASE_SIP];

	for (uint32_t i = 0; sip && i < test->count; i++)
		if (password_fits(sip, test->values[i].text))
			return true;
	return false;
}

static bool test_holds(const struct rule_test *test, const struct pattern_ops *patterns,
        struct field_cache *cache)
{
	struct value spare;
	const struct value *value = field_kept(cache, &test->field, &spare);

	if (value->type == VALUE_ABSENT)
		return false;
	if (test->op == OP_EXISTS)
		return true;
	if (test->op == OP_PASSWORD)
		return test_password(test, cache);
	if (test->op == OP_SAME) {
		struct value other;
		field_value(cache, &test->values[0].field, &other);
		return values_same(value, &other);
	}
	if (test->length)
		return match_number(test, (double)value->text.len);
	if (value->type == VALUE_ADDRESS)
		return test_address(test, &value->ip);
	if (value->type != VALUE_TEXT)
		return match_number(test, value->number);
	return test_texts(test, patterns,
	        looked_through(test) ? field_bytes(cache, field_place(&test->field))
	                             : NULL,
	        value->text);
}

bool match_condition(const struct rule *rule, const struct pattern_ops *patterns,
        uint16_t entry, struct field_cache *cache)
{
	while (entry < RULE_REJECT) {
		const struct rule_test *test = &rule->tests[entry];
		entry = test_holds(test, patterns, cache) ? test->on_true
		                                          : test->on_false;
	}
	return entry == RULE_ACCEPT;
}
