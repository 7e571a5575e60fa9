#include "cli/rule_words.h"

#include <string.h>

#include "engine/report/rule_view.h"

struct word_row {
	const char *name;
	const char *words;
};

/* Operators; those that take a field, a list or a length read on from what is here. */
static const struct word_row operators[] = {
        {"eq", "is"},
        {"ne", "is not"},
        {"in", "is one of"},
        {"not_in", "is none of"},
        {"in_list", "is in the list"},
        {"not_in_list", "is not in the list"},
        {"starts_list", "starts as in the list"},
        {"gt", "is more than"},
        {"ge", "is at least"},
        {"lt", "is less than"},
        {"le", "is at most"},
        {"between", "lies between"},
        {"starts", "starts with"},
        {"not_starts", "does not start with"},
        {"ends", "ends with"},
        {"contains", "contains"},
        {"not_contains", "does not contain"},
        {"like", "looks like"},
        {"matches", "matches"},
        {"not_matches", "does not match"},
        {"cidr", "lies in"},
        {"password_in_list", "has a password of the list"},
        {"same", "is the same as"},
        {"not_same", "is not the same as"},
        {"len_eq", "has a length of"},
        {"len_gt", "is longer than"},
        {"len_ge", "is at least as long as"},
        {"len_lt", "is shorter than"},
        {"len_le", "is at most as long as"},
        {"len_between", "has a length between"},
};

static const struct word_row streams[] = {
        {"sip.request", "SIP requests"},
        {"sip.response", "SIP responses"},
        {"sip.transaction", "SIP transactions, once answered or given up"},
        {"sip.dialog", "SIP dialogs that change"},
        {"registration", "registrations that change"},
        {"call.start", "calls that begin"},
        {"call.answer", "calls that are answered"},
        {"call.tick", "running calls, every 10 s"},
        {"call.end", "calls that end"},
        {"rtp.stream", "media streams that end"},
        {"rtp.interval", "media streams, every 10 s"},
        {"parse.error", "messages with something wrong in them"},
        {"sensor", "what the sensor says of itself"},
};

/* The line's name, in a column of its own. */
static void heading(FILE *to, const char *name)
{
	fprintf(to, "  %-10s", name);
}

static void text_print(FILE *to, struct slice text)
{
	fprintf(to, "%.*s", (int)text.len, text.data);
}

static void look_up(
        FILE *to, const struct word_row *rows, size_t count, struct slice name)
{
	for (size_t i = 0; i < count; i++) {
		if (slice_equal(name, slice_text(rows[i].name))) {
			fprintf(to, "%s", rows[i].words);
			return;
		}
	}
	text_print(to, name);
}

/* A value, or the values of a sequence. */
static void values_print(FILE *to, const struct node *node)
{
	if (node->kind == NODE_MAP)
		node = node_find(node, SLICE("regex"));
	if (!node)
		return;
	if (node->kind == NODE_SCALAR)
		text_print(to, node->text);
	for (const struct node *item = node->first_child; item; item = item->next) {
		if (item != node->first_child)
			fprintf(to, item->next ? ", " : " or ");
		text_print(to, item->text);
	}
}

static void operators_print(FILE *to, const struct node *entry)
{
	const char *between = "";
	for (const struct node *node = entry->first_child; node; node = node->next) {
		if (slice_equal(node->key, SLICE("nocase")))
			continue;
		fprintf(to, "%s", between);
		between = " and ";
		text_print(to, entry->key);
		fprintf(to, " ");
		if (slice_equal(node->key, SLICE("exists"))) {
			fprintf(to, slice_equal(node->text, SLICE("true")) ? "is there"
			                                                   : "is absent");
			continue;
		}
		look_up(to, operators, sizeof(operators) / sizeof(operators[0]),
		        node->key);
		fprintf(to, " ");
		values_print(to, node);
	}
}

static void condition_print(FILE *to, const struct node *map, const char *joint);

/* The alternatives of any, the parts of all, or what must not be. */
static void nested_print(FILE *to, const struct node *entry)
{
	const bool any = slice_equal(entry->key, SLICE("any"));

	if (slice_equal(entry->key, SLICE("not"))) {
		fprintf(to, "not (");
		condition_print(to, entry, " and ");
	} else {
		fprintf(to, "(");
		for (const struct node *part = entry->first_child; part;
		        part = part->next) {
			condition_print(to, part, " and ");
			fprintf(to, "%s", !part->next ? "" : any ? "; or " : "; and ");
		}
	}
	fprintf(to, ")");
}

/* Rules were compiled: conditions lie at most LIMIT_RULE_DEPTH inside each other. */
static void condition_print(FILE *to, const struct node *map, const char *joint)
{
	const char *between = "";
	for (const struct node *entry = map->first_child; entry; entry = entry->next) {
		/* An exception's own. */
		if (slice_equal(entry->key, SLICE("name")))
			continue;
		fprintf(to, "%s", between);
		between = joint;
		if (slice_equal(entry->key, SLICE("any")) ||
		        slice_equal(entry->key, SLICE("all")) ||
		        slice_equal(entry->key, SLICE("not"))) {
			nested_print(to, entry);
		} else if (entry->kind == NODE_MAP) {
			operators_print(to, entry);
		} else {
			text_print(to, entry->key);
			fprintf(to, " is ");
			values_print(to, entry);
		}
	}
}

static void streams_print(FILE *to, const struct node *on)
{
	enum { COUNT = sizeof(streams) / sizeof(streams[0]) };
	heading(to, "looks at");
	if (on->kind == NODE_SCALAR)
		look_up(to, streams, COUNT, on->text);
	for (const struct node *item = on->first_child; item; item = item->next) {
		look_up(to, streams, COUNT, item->text);
		fprintf(to, item->next ? "; " : "");
	}
	fprintf(to, "\n");
}

static void conditions_print(FILE *to, const struct node *rule)
{
	const struct node *when = node_find(rule, SLICE("when"));
	const struct node *except = node_find(rule, SLICE("except"));
	const struct node *quiet = node_find(rule, SLICE("quiet_if"));
	const struct node *resets = node_find(rule, SLICE("reset_on"));

	if (when) {
		heading(to, "where");
		condition_print(to, when, ",\n            ");
		fprintf(to, "\n");
	}
	for (const struct node *item = except ? except->first_child : NULL; item;
	        item = item->next) {
		const struct node *name = node_find(item, SLICE("name"));
		heading(to, "except");
		if (name)
			fprintf(to, "%.*s: ", (int)name->text.len, name->text.data);
		condition_print(to, item, ", ");
		fprintf(to, "\n");
	}
	if (quiet && node_find(quiet, SLICE("when"))) {
		heading(to, "silent");
		fprintf(to, "while of a key's events over ");
		values_print(to, node_find(quiet, SLICE("over")));
		fprintf(to, " are: ");
		condition_print(to, node_find(quiet, SLICE("when")), " and ");
		fprintf(to, "\n");
	}
	if (resets) {
		heading(to, "forgets");
		fprintf(to, "what it counted when ");
		condition_print(to, resets, " and ");
		fprintf(to, "\n");
	}
}

/* Sequences and prints are told one line each, other settings in one. */
static void settings_print(FILE *to, const struct node *trigger)
{
	for (const struct node *node = trigger->first_child; node; node = node->next) {
		if (node->kind != NODE_SEQUENCE) {
			fprintf(to, ", ");
			text_print(to, node->key);
			fprintf(to, " ");
			if (node->kind == NODE_MAP)
				condition_print(to, node, " ");
			else
				text_print(to, node->text);
			continue;
		}
		for (const struct node *part = node->first_child; part;
		        part = part->next) {
			const struct node *when = node_find(part, SLICE("when"));
			const struct node *id = node_find(part, SLICE("id"));
			const struct node *weight = node_find(part, SLICE("weight"));
			const struct node *count = node_find(part, SLICE("count"));
			fprintf(to, "\n              - ");
			if (id && weight)
				fprintf(to, "%.*s weighs %.*s: ", (int)id->text.len,
				        id->text.data, (int)weight->text.len,
				        weight->text.data);
			if (when)
				condition_print(to, when, " and ");
			if (count)
				fprintf(to, " (%.*s times)", (int)count->text.len,
				        count->text.data);
		}
	}
}

static void trigger_print(FILE *to, const struct rule *rule)
{
	static const char *const words[TRIGGER_KINDS] = {
	        [TRIGGER_FIRST] = "at once",
	        [TRIGGER_COUNT] = "at the n-th within the window",
	        [TRIGGER_LEAKY] = "when the bucket runs over, which leaks one each",
	        [TRIGGER_DISTINCT] = "at the n-th different value",
	        [TRIGGER_SUM] = "when the sum is over the limit",
	        [TRIGGER_RATIO] = "when the share is over the limit",
	        [TRIGGER_EWMA] = "when a window holds so many times more than usual",
	        [TRIGGER_ALIKE] = "when n values lie close together, half of all or more",
	        [TRIGGER_ABSENCE] = "when what must follow does not come",
	        [TRIGGER_SEQUENCE] = "when all steps came, in this order",
	        [TRIGGER_SCORE] = "when the weights reach the threshold",
	};
	const struct node *trigger = node_find(rule->node, SLICE("trigger"));

	heading(to, "counts");
	fprintf(to, "%.*ss", (int)rule->noun.len, rule->noun.data);
	for (unsigned i = 0; i < rule->key_count; i++)
		fprintf(to, "%s%s", i ? " and " : " for each ",
		        field_row((enum field)rule->keys[i].field.field)->name);
	fprintf(to, ", up to %u at once\n", rule->max_keys);
	heading(to, "fires");
	fprintf(to, "%s", words[rule->trigger.kind]);
	if (trigger && trigger->kind == NODE_MAP && trigger->first_child)
		settings_print(to, trigger->first_child);
	fprintf(to, "\n");
}

static void response_print(FILE *to, const struct rule *rule)
{
	static const char *const verdicts[] = {"alerts",
	        "alerts, and would limit the source",
	        "alerts, and would drop the message",
	        "alerts, and would block the source"};

	heading(to, "then");
	fprintf(to, "%s", verdicts[rule->verdict]);
	if (rule->respond_us)
		fprintf(to, " for %g s", (double)rule->respond_us / 1e6);
	if (rule->verdict == VERDICT_BLOCK && rule->needs_proof)
		fprintf(to, ", if its address is proven to be real (else limit it)");
	if (rule->page)
		fprintf(to, "; pages somebody");
	fprintf(to, "; then is silent for %g s", (double)rule->suppress_us / 1e6);
	if (rule->backoff > 1)
		fprintf(to, ", %u times as long while it goes on", rule->backoff);
	fprintf(to, "\n");
}

static void line_print(FILE *to, const char *name, struct slice text)
{
	if (!text.len)
		return;
	heading(to, name);
	text_print(to, text);
	fprintf(to, "\n");
}

void rule_words(const struct rule *rule, FILE *to)
{
	const struct node *on = node_find(rule->node, SLICE("on"));

	text_print(to, rule->id);
	fprintf(to, " (%s%s): ", report_severity(rule->severity),
	        rule->enabled ? "" : ", off");
	text_print(to, rule->title);
	fprintf(to, "\n");
	if (on)
		streams_print(to, on);
	conditions_print(to, rule->node);
	trigger_print(to, rule);
	response_print(to, rule);
	line_print(to, "ATT&CK", rule->attack);
	line_print(to, "CAPEC", rule->capec);
	line_print(to, "CWE", rule->cwe);
	line_print(to, "note", rule->doc);
	line_print(to, "advice", rule->advice);
}
