#include "dashboard-api/rule_text.h"

#include "platform/document.h"
#include "platform/yaml.h"

/* The rules of a pack: a list, or a map that has one under "rules". */
static const struct node *pack_rules(const struct node *pack)
{
	if (pack->kind == NODE_SEQUENCE)
		return pack;
	const struct node *rules =
	        pack->kind == NODE_MAP ? node_find(pack, SLICE("rules")) : NULL;
	return rules && rules->kind == NODE_SEQUENCE ? rules : NULL;
}

static const struct node *rule_of_pack(const struct node *pack, struct slice id)
{
	const struct node *rules = pack_rules(pack);
	for (const struct node *rule = rules ? rules->first_child : NULL; rule;
	        rule = rule->next) {
		const struct node *name =
		        rule->kind == NODE_MAP ? node_find(rule, SLICE("id")) : NULL;
		if (name && (!slice_present(id) || slice_equal(name->text, id)))
			return rule;
	}
	return NULL;
}

static const struct node *rule_node(const struct node *root, struct slice id)
{
	const struct node *packs =
	        root->kind == NODE_MAP ? node_find(root, SLICE("packs")) : NULL;
	if (!packs)
		return rule_of_pack(root, id);
	for (const struct node *pack = packs->first_child; pack; pack = pack->next) {
		const struct node *rule = rule_of_pack(pack, id);
		if (rule)
			return rule;
	}
	return NULL;
}

static size_t spaces(struct slice line)
{
	size_t count = 0;
	while (count < line.len && line.data[count] == ' ')
		count++;
	return count;
}

static bool says_nothing(struct slice line)
{
	const struct slice said = slice_trim(line);
	return said.len == 0 || said.data[0] == '#';
}

/* The lines from this one on (counted from 1) up to the next that is as far left. */
static bool lines_find(struct slice set, uint32_t line, struct rule_place *place)
{
	struct slice rest = set;
	uint32_t number = 1;
	while (number < line && slice_present(rest)) {
		(void)slice_split(&rest, '\n');
		number++;
	}
	if (!slice_present(rest))
		return false;
	place->begin = (size_t)(rest.data - set.data);
	struct slice first = slice_split(&rest, '\n');
	place->indent = spaces(first);
	if (!slice_starts(slice_from(first, place->indent), SLICE("- ")))
		return false;
	place->end = slice_present(rest) ? (size_t)(rest.data - set.data) : set.len;
	while (slice_present(rest) && rest.len) {
		const struct slice next = slice_split(&rest, '\n');
		if (!says_nothing(next) && spaces(next) <= place->indent)
			break;
		/* Comments and empty lines belong to what follows them. */
		if (!says_nothing(next))
			place->end = slice_present(rest) ? (size_t)(rest.data - set.data)
			                                 : set.len;
	}
	return true;
}

enum rule_found rule_place_find(
        struct slice set, struct slice id, struct rule_place *place)
{
	struct document_error error;
	struct document *document = yaml_parse("set", set, &error);
	const struct node *rule = document ? rule_node(document->root, id) : NULL;
	enum rule_found found = document ? RULE_MISSING : RULE_UNWRITTEN;
	if (rule)
		found = lines_find(set, rule->line, place) ? RULE_FOUND : RULE_UNWRITTEN;
	document_free(&document);
	return found;
}

struct slice rule_text_id(struct slice text, struct buffer *kept)
{
	struct document_error error;
	struct document *document = yaml_parse("rule", text, &error);
	const struct node *rule = document ? document->root : NULL;
	if (rule && rule->kind == NODE_SEQUENCE)
		rule = rule->count == 1 ? rule->first_child : NULL;
	const struct node *id =
	        rule && rule->kind == NODE_MAP ? node_find(rule, SLICE("id")) : NULL;
	const bool named = id && id->kind == NODE_SCALAR && id->text.len;
	*kept = buffer_of(1 << 16);
	if (named)
		buffer_slice(kept, id->text);
	document_free(&document);
	return named ? buffer_text(kept) : (struct slice){0};
}

static void indent_write(struct buffer *out, size_t count)
{
	while (count-- > 0)
		buffer_string(out, " ");
}

/* The rule's lines, moved to where the dashes of the set stand. */
static void rule_write(struct buffer *out, size_t indent, struct slice rule)
{
	size_t left = SIZE_MAX; /* of the rule's own first line */
	while (slice_present(rule)) {
		struct slice line = slice_split(&rule, '\n');
		while (line.len && (line.data[line.len - 1] == '\r' ||
		                           line.data[line.len - 1] == ' '))
			line.len--;
		if (left == SIZE_MAX) {
			if (says_nothing(line))
				continue;
			left = spaces(line);
			if (slice_starts(slice_from(line, left), SLICE("- "))) {
				left++;
				while (left < line.len && line.data[left] == ' ')
					left++;
			}
			indent_write(out, indent);
			buffer_string(out, "- ");
			buffer_slice(out, slice_from(line, left));
			buffer_string(out, "\n");
			continue;
		}
		if (line.len) {
			const size_t own = spaces(line);
			indent_write(out, indent + 2);
			buffer_slice(out, slice_from(line, own < left ? own : left));
		}
		if (line.len || (slice_present(rule) && slice_trim(rule).len))
			buffer_string(out, "\n");
	}
}

void rule_splice(struct slice set, const struct rule_place *place, struct slice rule,
        struct buffer *out)
{
	buffer_slice(out, slice_first(set, place->begin));
	if (slice_present(rule))
		rule_write(out, place->indent, rule);
	buffer_slice(out, slice_from(set, place->end));
}
