#include "engine/detect/rule_read.h"

#include "engine/base/writer.h"

enum { NEAR_LEN = 40, NEAR_COST = 3 };

static struct rule_error *error_new(
        struct compiler *compiler, uint32_t line, uint32_t column)
{
	struct rule_errors *errors = compiler->errors;

	if (errors->count >= LIMIT_RULE_ERRORS) {
		errors->lost++;
		return NULL;
	}
	struct rule_error *error = &errors->errors[errors->count++];
	*error = (struct rule_error){
	        .path = compiler->path,
	        .line = line,
	        .column = column,
	};
	return error;
}

static void error_write(
        struct rule_error *error, const char *text, struct slice what, struct slice near)
{
	struct writer writer = writer_of(error->text, sizeof(error->text) - 1);

	for (const char *at = text; *at; at++) {
		if (*at == '$')
			writer_slice(&writer, slice_first(what, 80));
		else
			writer_byte(&writer, *at);
	}
	if (near.len) {
		writer_string(&writer, "; did you mean '");
		writer_slice(&writer, near);
		writer_string(&writer, "'?");
	}
	error->text[writer.len] = 0;
}

/* Levenshtein's distance of short texts; long ones are far from everything. */
static unsigned distance(struct slice a, struct slice b)
{
	unsigned row[NEAR_LEN + 1];

	if (a.len > NEAR_LEN || b.len > NEAR_LEN)
		return NEAR_LEN;
	for (unsigned j = 0; j <= b.len; j++)
		row[j] = j;
	for (unsigned i = 1; i <= a.len; i++) {
		unsigned corner = row[0];
		row[0] = i;
		for (unsigned j = 1; j <= b.len; j++) {
			const unsigned change =
			        corner + (a.data[i - 1] != b.data[j - 1] ? 1 : 0);
			corner = row[j];
			const unsigned gap =
			        (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
			row[j] = change < gap ? change : gap;
		}
	}
	return row[b.len];
}

static struct slice nearest(struct slice text, struct names names)
{
	struct slice best = {0};
	unsigned least = NEAR_COST + 1;

	for (size_t i = 0; i < names.count; i++) {
		const char *const *name =
		        (const void *)((const uint8_t *)names.rows + i * names.stride);
		if (!*name)
			continue;
		const unsigned cost = distance(text, slice_text(*name));
		if (cost > 0 && cost < least && 2 * cost <= text.len) {
			least = cost;
			best = slice_text(*name);
		}
	}
	return best;
}

void refuse(struct compiler *compiler, const struct node *node, const char *text,
        struct slice what)
{
	struct rule_error *error = error_new(compiler, node->line, node->column);

	if (error)
		error_write(error, text, what, (struct slice){0});
}

void refuse_key(struct compiler *compiler, const struct node *node, const char *text,
        struct names names)
{
	const bool keyed = slice_present(node->key);
	struct rule_error *error =
	        error_new(compiler, keyed ? node->key_line : node->line,
	                keyed ? node->key_column : node->column);

	if (error)
		error_write(error, text, keyed ? node->key : node->text,
		        nearest(keyed ? node->key : node->text, names));
}

void refuse_value(struct compiler *compiler, const struct node *node, const char *text,
        struct names names)
{
	struct rule_error *error = error_new(compiler, node->line, node->column);

	if (error)
		error_write(error, text, node->text, nearest(node->text, names));
}

bool read_kind(struct compiler *compiler, const struct node *node, enum node_kind kind,
        const char *text)
{
	if (node->kind == kind)
		return true;
	refuse(compiler, node, text, node->key);
	return false;
}

bool read_text(struct compiler *compiler, const struct node *node, struct slice *text)
{
	if (!read_kind(compiler, node, NODE_SCALAR, "'$' must be text"))
		return false;
	*text = node->text;
	return true;
}

bool read_bool(struct compiler *compiler, const struct node *node, bool *truth)
{
	if (node->kind == NODE_SCALAR && slice_equal(node->text, SLICE("true")))
		*truth = true;
	else if (node->kind == NODE_SCALAR && slice_equal(node->text, SLICE("false")))
		*truth = false;
	else {
		refuse(compiler, node, "'$' must be true or false", node->key);
		return false;
	}
	return true;
}

/* Digits with an optional fraction at the front of *rest; false when there is none. */
static bool take_number(struct slice *rest, double *number)
{
	double value = 0;
	double unit = 1;
	size_t at = 0;

	while (at < rest->len && at < 18 && rest->data[at] >= '0' &&
	        rest->data[at] <= '9')
		value = value * 10 + (rest->data[at++] - '0');
	if (at == 0)
		return false;
	if (at + 1 < rest->len && rest->data[at] == '.') {
		size_t digit = at + 1;
		while (digit < rest->len && digit < at + 9 && rest->data[digit] >= '0' &&
		        rest->data[digit] <= '9') {
			unit /= 10;
			value += (rest->data[digit++] - '0') * unit;
		}
		at = digit;
	}
	*rest = slice_from(*rest, at);
	*number = value;
	return true;
}

bool read_number(struct compiler *compiler, const struct node *node, double *number)
{
	struct slice rest = node->kind == NODE_SCALAR ? node->text : SLICE("");
	const bool minus = rest.len && rest.data[0] == '-';
	double value;

	if (minus)
		rest = slice_from(rest, 1);
	if (!take_number(&rest, &value) || rest.len) {
		refuse(compiler, node, "'$' is no number", node->text);
		return false;
	}
	*number = minus ? -value : value;
	return true;
}

bool read_count(
        struct compiler *compiler, const struct node *node, uint32_t max, uint32_t *count)
{
	uint32_t value;

	if (node->kind != NODE_SCALAR || !slice_to_u32(node->text, &value) || value < 1) {
		refuse(compiler, node, "'$' must be a whole number of 1 or more",
		        node->key);
		return false;
	}
	if (value > max) {
		refuse(compiler, node, "'$' is more than the limit allows", node->key);
		return false;
	}
	*count = value;
	return true;
}

bool read_duration(struct compiler *compiler, const struct node *node, uint64_t *time_us)
{
	static const struct unit {
		const char *name;
		double us;
	} units[] = {{"us", 1}, {"ms", 1e3}, {"s", 1e6}, {"m", 60e6}, {"h", 3600e6},
	        {"d", 86400e6}};
	struct slice rest = node->kind == NODE_SCALAR ? node->text : SLICE("");
	double value;

	if (take_number(&rest, &value) && value > 0 && value < 1e6)
		for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
			if (slice_equal(rest, slice_text(units[i].name))) {
				*time_us = (uint64_t)(value * units[i].us);
				return true;
			}
	refuse(compiler, node, "'$' is no duration; write 500ms, 10s, 5m, 1h or 1d",
	        node->text);
	return false;
}

int read_choice(struct compiler *compiler, const struct node *node,
        const struct choice *choices, size_t count)
{
	if (node->kind == NODE_SCALAR)
		for (size_t i = 0; i < count; i++)
			if (slice_equal(node->text, slice_text(choices[i].name)))
				return choices[i].value;
	char text[160];
	struct writer writer = writer_of(text, sizeof(text) - 1);
	writer_string(&writer, "'$' is none of ");
	for (size_t i = 0; i < count; i++) {
		writer_string(&writer, i ? ", " : "");
		writer_string(&writer, choices[i].name);
	}
	text[writer.len] = 0;
	refuse_value(
	        compiler, node, text, (struct names){choices, sizeof(*choices), count});
	return -1;
}

bool read_field(struct compiler *compiler, const struct node *node, struct slice name,
        struct field_ref *ref)
{
	if (!field_find(name, ref)) {
		const struct node named = {
		        .line = node->key_line ? node->key_line : node->line,
		        .column = node->key_line ? node->key_column : node->column,
		        .text = name};
		refuse_value(compiler, &named, "no field '$'",
		        (struct names){
		                field_row(0), sizeof(struct field_row), FIELD_COUNT});
		return false;
	}
	/* Without any stream, that was refused already. */
	if (compiler->rule->streams &&
	        !(field_row((enum field)ref->field)->streams & compiler->rule->streams)) {
		const struct node named = {
		        .line = node->key_line ? node->key_line : node->line,
		        .column = node->key_line ? node->key_column : node->column};
		refuse(compiler, &named, "no stream of this rule carries the field '$'",
		        name);
		return false;
	}
	return true;
}

void *rule_take(struct compiler *compiler, size_t bytes)
{
	static const struct node nowhere = {0};
	void *taken = memory_take(compiler->memory, bytes ? bytes : 1);

	if (!taken)
		refuse(compiler, &nowhere, "the memory is too small for the rules",
		        (struct slice){0});
	return taken;
}
