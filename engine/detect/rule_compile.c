#include "engine/detect/rule_read.h"

/* X(ENUM, "name", required) */
#define RULE_PARTS(X)                                                                    \
	X(ID, "id", true)                                                                \
	X(REV, "rev", false)                                                             \
	X(TITLE, "title", true)                                                          \
	X(CATEGORY, "category", true)                                                    \
	X(SEVERITY, "severity", true)                                                    \
	X(ON, "on", true)                                                                \
	X(WHEN, "when", false)                                                           \
	X(EXCEPT, "except", false)                                                       \
	X(KEY, "key", false)                                                             \
	X(TRIGGER, "trigger", true)                                                      \
	X(RESET_ON, "reset_on", false)                                                   \
	X(QUIET_IF, "quiet_if", false)                                                   \
	X(SUPPRESS, "suppress", false)                                                   \
	X(EVIDENCE, "evidence", false)                                                   \
	X(RESPOND, "respond", false)                                                     \
	X(MAX_KEYS, "max_keys", false)                                                   \
	X(ENTITY, "entity", false)                                                       \
	X(MAP, "map", false)                                                             \
	X(ADVICE, "advice", false)                                                       \
	X(NOUN, "noun", false)                                                           \
	X(SHOW, "show", false)                                                           \
	X(DOC, "doc", false)                                                             \
	X(TESTS, "tests", false)                                                         \
	X(ENABLED, "enabled", false)

enum part {
#define X(id, name, required) PART_##id,
	RULE_PARTS(X)
#undef X
	        PART_COUNT
};

static const struct part_row {
	const char *name;
	bool required;
} parts[PART_COUNT] = {
#define X(id, name, required) [PART_##id] = {name, required},
        RULE_PARTS(X)
#undef X
};

static const struct stream_row {
	const char *name;
} streams[EVENT_COUNT] = {
#define X(id, name) [EVENT_##id] = {name},
        EVENT_KINDS(X)
#undef X
};

enum { MAX_KEYS_DEFAULT = 4096, MAX_KEYS_LIMIT = 1 << 20, EVIDENCE_DEFAULT = 16 };

static void read_stream(struct compiler *compiler, const struct node *node)
{
	for (unsigned i = 0; i < EVENT_COUNT; i++) {
		if (node->kind == NODE_SCALAR &&
		        slice_equal(node->text, slice_text(streams[i].name))) {
			compiler->rule->streams |= 1u << i;
			return;
		}
	}
	refuse_value(compiler, node, "no stream '$'",
	        (struct names){streams, sizeof(streams[0]), EVENT_COUNT});
}

static void read_streams(struct compiler *compiler, const struct node *node)
{
	if (node->kind != NODE_SEQUENCE) {
		read_stream(compiler, node);
		return;
	}
	for (const struct node *part = node->first_child; part; part = part->next)
		read_stream(compiler, part);
}

static void read_quiet(struct compiler *compiler, const struct node *node)
{
	const struct node *when = node_find(node, SLICE("when"));
	const struct node *over = node_find(node, SLICE("over"));

	if (!when || !over) {
		refuse(compiler, node, "'$' needs { when: …, over: … }", node->key);
		return;
	}
	compiler->rule->quiet_when = compile_condition(compiler, when);
	(void)read_number(compiler, over, &compiler->rule->quiet_over);
}

static void read_map(struct compiler *compiler, const struct node *node)
{
	static const char *const names[] = {"attack", "capec", "cwe"};
	struct rule *rule = compiler->rule;

	if (!read_kind(compiler, node, NODE_MAP, "'$' is a map: { attack: T1110 }"))
		return;
	for (const struct node *part = node->first_child; part; part = part->next) {
		if (slice_equal(part->key, SLICE("attack")))
			(void)read_text(compiler, part, &rule->attack);
		else if (slice_equal(part->key, SLICE("capec")))
			(void)read_text(compiler, part, &rule->capec);
		else if (slice_equal(part->key, SLICE("cwe")))
			(void)read_text(compiler, part, &rule->cwe);
		else
			refuse_key(compiler, part, "no catalogue '$'",
			        (struct names){names, sizeof(names[0]), 3});
	}
}

static void read_condition(
        struct compiler *compiler, const struct node *node, enum part part)
{
	struct rule *rule = compiler->rule;

	if (part == PART_WHEN)
		rule->when = compile_condition(compiler, node);
	else if (part == PART_RESET_ON)
		rule->reset_on = compile_condition(compiler, node);
	else if (part == PART_QUIET_IF)
		read_quiet(compiler, node);
	else if (part == PART_EXCEPT)
		compile_exceptions(compiler, node);
	else if (part == PART_KEY)
		compile_keys(compiler, node);
	else if (part == PART_TRIGGER)
		compile_trigger(compiler, node);
	else if (part == PART_ENTITY)
		compile_entity(compiler, node);
	else if (read_kind(compiler, node, NODE_SCALAR, "'$' names a field"))
		rule->show_given = read_field(compiler, node, node->text, &rule->show);
}

static void read_part(struct compiler *compiler, const struct node *node, enum part part)
{
	struct rule *rule = compiler->rule;

	switch (part) {
	case PART_ID:
		(void)read_text(compiler, node, &rule->id);
		break;
	case PART_REV:
		(void)read_count(compiler, node, 1000000, &rule->rev);
		break;
	case PART_TITLE:
		(void)read_text(compiler, node, &rule->title);
		break;
	case PART_CATEGORY:
		(void)read_text(compiler, node, &rule->category);
		break;
	case PART_ADVICE:
		(void)read_text(compiler, node, &rule->advice);
		break;
	case PART_NOUN:
		(void)read_text(compiler, node, &rule->noun);
		break;
	case PART_DOC:
		(void)read_text(compiler, node, &rule->doc);
		break;
	case PART_SEVERITY:
		compile_severity(compiler, node);
		break;
	case PART_SUPPRESS:
		compile_suppress(compiler, node);
		break;
	case PART_EVIDENCE:
		compile_evidence(compiler, node);
		break;
	case PART_RESPOND:
		compile_respond(compiler, node);
		break;
	case PART_MAX_KEYS:
		(void)read_count(compiler, node, MAX_KEYS_LIMIT, &rule->max_keys);
		break;
	case PART_MAP:
		read_map(compiler, node);
		break;
	case PART_ENABLED:
		(void)read_bool(compiler, node, &rule->enabled);
		break;
	case PART_WHEN:
	case PART_EXCEPT:
	case PART_KEY:
	case PART_TRIGGER:
	case PART_RESET_ON:
	case PART_QUIET_IF:
	case PART_ENTITY:
	case PART_SHOW:
		read_condition(compiler, node, part);
		break;
	case PART_ON:
	case PART_TESTS:
	case PART_COUNT:
		break;
	}
}

/* A number that stays when rules come and go: of the id's bytes (FNV-1a), 7 digits. */
static uint32_t signature_number(struct slice id)
{
	uint32_t hash = 2166136261u;
	for (size_t i = 0; i < id.len; i++)
		hash = (hash ^ (uint8_t)id.data[i]) * 16777619u;
	return 1000000 + hash % 9000000;
}

static enum part part_find(struct slice name)
{
	for (unsigned i = 0; i < PART_COUNT; i++)
		if (slice_equal(name, slice_text(parts[i].name)))
			return (enum part)i;
	return PART_COUNT;
}

static bool rule_finish(struct compiler *compiler)
{
	struct rule *rule = compiler->rule;
	struct rule_test *tests =
	        rule_take(compiler, compiler->test_count * sizeof(*tests));

	if (!tests)
		return false;
	memcpy(tests, compiler->tests, compiler->test_count * sizeof(*tests));
	rule->tests = tests;
	rule->test_count = (uint16_t)compiler->test_count;
	rule->number = signature_number(rule->id);
	return true;
}

bool compile_rule(struct compiler *compiler, const struct node *node)
{
	const uint32_t errors = compiler->errors->count;
	struct rule *rule = compiler->rule;

	if (!read_kind(compiler, node, NODE_MAP, "a rule is a map$"))
		return false;
	*rule = (struct rule){.rev = 1,
	        .enabled = true,
	        .path = compiler->path,
	        .line = node->line,
	        .when = RULE_ACCEPT,
	        .reset_on = RULE_REJECT,
	        .quiet_when = RULE_REJECT,
	        .noun = SLICE("event"),
	        .severity = SEVERITY_INFO,
	        .backoff = 1,
	        .suppress_us = 60000000,
	        .evidence = EVIDENCE_DEFAULT,
	        .max_keys = MAX_KEYS_DEFAULT,
	        .node = node};
	compiler->test_count = 0;
	const struct node *on = node_find(node, SLICE("on"));
	if (on)
		read_streams(compiler, on);
	for (unsigned i = 0; i < PART_COUNT; i++)
		if (parts[i].required && !node_find(node, slice_text(parts[i].name)))
			refuse(compiler, node, "a rule needs '$'",
			        slice_text(parts[i].name));
	for (const struct node *entry = node->first_child; entry; entry = entry->next) {
		const enum part part = part_find(entry->key);
		if (part == PART_COUNT)
			refuse_key(compiler, entry, "a rule has no '$'",
			        (struct names){parts, sizeof(parts[0]), PART_COUNT});
		else
			read_part(compiler, entry, part);
	}
	return compiler->errors->count == errors && rule_finish(compiler);
}
