/*
 * The smaller parts of a rule: keys, responses, suppression, evidence, entity.
 */
#include "engine/detect/rule_read.h"

static const struct choice severities[] = {
        {"critical", SEVERITY_CRITICAL},
        {"high", SEVERITY_HIGH},
        {"medium", SEVERITY_MEDIUM},
        {"low", SEVERITY_LOW},
        {"info", SEVERITY_INFO},
};

static const struct choice entities[] = {
        {"ip", ENTITY_IP},
        {"account", ENTITY_ACCOUNT},
        {"number", ENTITY_NUMBER},
        {"trunk", ENTITY_TRUNK},
        {"device", ENTITY_DEVICE},
};

enum response {
	RESPOND_ALERT,
	RESPOND_PAGE,
	RESPOND_DROP,
	RESPOND_LIMIT,
	RESPOND_BLOCK,
	RESPOND_SCORE,
	RESPOND_MARK
};

static const struct choice responses[] = {
        {"alert", RESPOND_ALERT},
        {"page", RESPOND_PAGE},
        {"drop", RESPOND_DROP},
        {"limit", RESPOND_LIMIT},
        {"block", RESPOND_BLOCK},
        {"score", RESPOND_SCORE},
        {"mark", RESPOND_MARK},
};

#define COUNT_OF(table) (sizeof(table) / sizeof((table)[0]))

void compile_severity(struct compiler *compiler, const struct node *node)
{
	const int value = read_choice(compiler, node, severities, COUNT_OF(severities));
	if (value > 0)
		compiler->rule->severity = (enum severity)value;
}

/* FIELD or, of an address, FIELD/24 (IPv4) and FIELD/64 (IPv6). */
static void read_key(struct compiler *compiler, const struct node *node)
{
	struct rule *rule = compiler->rule;
	struct slice mask = node->text;
	struct rule_key key = {.prefix = 128};
	uint32_t bits = 0;

	if (rule->key_count == LIMIT_RULE_KEYS) {
		refuse(compiler, node, "a rule has at most four keys$", SLICE(""));
		return;
	}
	const struct slice name = slice_split(&mask, '/');
	if (!read_field(compiler, node, name, &key.field))
		return;
	key.type = (uint8_t)field_row((enum field)key.field.field)->type;
	if (slice_present(mask)) {
		if (key.type != VALUE_ADDRESS || !slice_to_u32(mask, &bits) || bits < 1 ||
		        bits > 128) {
			refuse(compiler, node, "'$' has a bad mask; write src.ip/24",
			        node->text);
			return;
		}
		key.prefix = (uint8_t)(bits <= 32 ? bits + 96 : bits);
	}
	rule->keys[rule->key_count++] = key;
}

void compile_keys(struct compiler *compiler, const struct node *node)
{
	compiler->rule->key_count = 0;
	if (node->kind == NODE_SCALAR) {
		read_key(compiler, node);
		return;
	}
	if (!read_kind(
	            compiler, node, NODE_SEQUENCE, "'$' is a field or a list of fields"))
		return;
	for (const struct node *part = node->first_child; part; part = part->next)
		if (read_kind(
		            compiler, part, NODE_SCALAR, "a key is the name of a field$"))
			read_key(compiler, part);
}

static void respond_with(
        struct compiler *compiler, enum response response, const struct node *settings)
{
	struct rule *rule = compiler->rule;
	enum verdict verdict = VERDICT_PASS;

	if (response == RESPOND_PAGE)
		rule->page = true;
	else if (response == RESPOND_MARK && settings)
		(void)read_duration(compiler, settings, &rule->mark_us);
	else if (response == RESPOND_SCORE && settings)
		(void)read_number(compiler, settings, &rule->score);
	else if (response == RESPOND_DROP)
		verdict = VERDICT_DROP;
	else if (response == RESPOND_LIMIT)
		verdict = VERDICT_LIMIT;
	else if (response == RESPOND_BLOCK)
		verdict = VERDICT_BLOCK;
	if (verdict > rule->verdict)
		rule->verdict = verdict;
	if (!settings || settings->kind != NODE_MAP)
		return;
	for (const struct node *node = settings->first_child; node; node = node->next) {
		static const char *const names[] = {"ttl", "needs_proof"};
		if (slice_equal(node->key, SLICE("ttl")))
			(void)read_duration(compiler, node, &rule->respond_us);
		else if (slice_equal(node->key, SLICE("needs_proof")))
			(void)read_bool(compiler, node, &rule->needs_proof);
		else
			refuse_key(compiler, node, "a response has no setting '$'",
			        (struct names){names, sizeof(names[0]), COUNT_OF(names)});
	}
}

void compile_respond(struct compiler *compiler, const struct node *node)
{
	compiler->rule->needs_proof = true;
	if (!read_kind(compiler, node, NODE_SEQUENCE, "'$' is a list of responses"))
		return;
	for (const struct node *part = node->first_child; part; part = part->next) {
		const struct node *settings = NULL;
		struct node named = *part;
		if (part->kind == NODE_MAP && part->count == 1) {
			settings = part->first_child;
			named = (struct node){.line = settings->key_line,
			        .column = settings->key_column,
			        .text = settings->key};
		}
		const int response =
		        read_choice(compiler, &named, responses, COUNT_OF(responses));
		if (response >= 0)
			respond_with(compiler, (enum response)response, settings);
	}
}

void compile_suppress(struct compiler *compiler, const struct node *node)
{
	static const char *const names[] = {"for", "backoff"};
	struct rule *rule = compiler->rule;

	if (!read_kind(
	            compiler, node, NODE_MAP, "'$' is a map: { for: 60s, backoff: 10 }"))
		return;
	for (const struct node *part = node->first_child; part; part = part->next) {
		if (slice_equal(part->key, SLICE("for")))
			(void)read_duration(compiler, part, &rule->suppress_us);
		else if (slice_equal(part->key, SLICE("backoff")))
			(void)read_count(compiler, part, 100, &rule->backoff);
		else
			refuse_key(compiler, part, "suppression has no setting '$'",
			        (struct names){names, sizeof(names[0]), COUNT_OF(names)});
	}
}

void compile_evidence(struct compiler *compiler, const struct node *node)
{
	static const char *const names[] = {"messages", "pcap", "redact"};
	struct rule *rule = compiler->rule;

	if (!read_kind(compiler, node, NODE_MAP, "'$' is a map: { messages: 20 }"))
		return;
	for (const struct node *part = node->first_child; part; part = part->next) {
		if (slice_equal(part->key, SLICE("messages")))
			(void)read_count(
			        compiler, part, ALERT_EVIDENCE_MAX, &rule->evidence);
		else if (slice_equal(part->key, SLICE("pcap")))
			(void)read_bool(compiler, part, &rule->evidence_pcap);
		else if (!slice_equal(part->key, SLICE("redact")))
			refuse_key(compiler, part, "evidence has no setting '$'",
			        (struct names){names, sizeof(names[0]), COUNT_OF(names)});
	}
}

/* TYPE, or { type: TYPE, field: FIELD }. */
void compile_entity(struct compiler *compiler, const struct node *node)
{
	struct rule *rule = compiler->rule;
	const struct node *type =
	        node->kind == NODE_MAP ? node_find(node, SLICE("type")) : node;
	const struct node *field = node_find(node, SLICE("field"));

	if (!type) {
		refuse(compiler, node, "'$' needs a type", node->key);
		return;
	}
	const int value = read_choice(compiler, type, entities, COUNT_OF(entities));
	if (value >= 0)
		rule->entity_type = (enum entity_type)value;
	if (field && field->kind == NODE_SCALAR)
		rule->entity_given =
		        read_field(compiler, field, field->text, &rule->entity);
}

void compile_exceptions(struct compiler *compiler, const struct node *node)
{
	struct rule *rule = compiler->rule;

	if (!read_kind(
	            compiler, node, NODE_SEQUENCE, "'$' is a list of named exceptions"))
		return;
	for (const struct node *part = node->first_child; part; part = part->next) {
		const struct node *name = node_find(part, SLICE("name"));
		if (!name || name->kind != NODE_SCALAR) {
			refuse(compiler, part, "an exception needs a name$", SLICE(""));
			continue;
		}
		if (rule->exception_count == LIMIT_RULE_EXCEPTIONS) {
			refuse(compiler, part, "a rule has too many exceptions$",
			        SLICE(""));
			return;
		}
		rule->exceptions[rule->exception_count++] = (struct rule_exception){
		        .name = name->text,
		        .when = compile_condition(compiler, part),
		};
	}
}
