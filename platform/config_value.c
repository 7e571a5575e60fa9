#include "platform/config_inside.h"

#include <string.h>

#include "platform/document.h"

/* A suffix of a number and what it multiplies by. */
struct unit {
	const char *suffix;
	uint64_t factor;
};

static const struct unit BYTE_UNITS[] = {{"", 1}, {"K", 1ull << 10}, {"M", 1ull << 20},
        {"G", 1ull << 30}, {"T", 1ull << 40}};

static const struct unit TIME_UNITS[] = {{"ms", 1}, {"s", 1000}, {"m", 60000},
        {"h", 3600000}, {"d", 86400000}, {"w", 604800000}};

static const struct unit NO_UNITS[] = {{"", 1}};

#define UNITS_OF(table) (table), sizeof(table) / sizeof((table)[0])

static const char *const KIND_TEXTS[] = {
        [SETTING_TEXT] = "a text",
        [SETTING_FLAG] = "true or false",
        [SETTING_COUNT] = "a number",
        [SETTING_BYTES] = "a size (64K, 512M, 2G)",
        [SETTING_DURATION] = "a duration (250ms, 10s, 5m, 12h, 30d)",
        [SETTING_CHOICE] = "one of the choices",
        [SETTING_LIST] = "a list of texts",
        [SETTING_TREE] = "a structure of its own",
};

const char *setting_kind_text(enum setting_kind kind)
{
	return KIND_TEXTS[kind];
}

static bool number_parse(
        struct slice text, const struct unit *units, size_t unit_count, uint64_t *value)
{
	size_t digits = 0;
	while (digits < text.len && text.data[digits] >= '0' && text.data[digits] <= '9')
		digits++;
	const struct slice suffix = slice_from(text, digits);
	uint64_t number;
	if (!slice_to_u64(slice_first(text, digits), &number))
		return false;
	for (size_t i = 0; i < unit_count; i++) {
		const char *name = units[i].suffix;
		if (!slice_equal(suffix, slice_text(name)))
			continue;
		return !__builtin_mul_overflow(number, units[i].factor, value);
	}
	return false;
}

static bool number_of(const struct setting *setting, struct slice text, uint64_t *value)
{
	switch (setting->kind) {
	case SETTING_BYTES:
		return number_parse(text, UNITS_OF(BYTE_UNITS), value);
	case SETTING_DURATION:
		return number_parse(text, UNITS_OF(TIME_UNITS), value);
	case SETTING_COUNT:
		return number_parse(text, UNITS_OF(NO_UNITS), value);
	case SETTING_TEXT:
	case SETTING_FLAG:
	case SETTING_CHOICE:
	case SETTING_LIST:
	case SETTING_TREE:
		break;
	}
	return false;
}

static bool ranged_parse(const struct setting *setting, struct slice text,
        struct setting_value *value, struct document_error *why)
{
	if (!number_of(setting, text, &value->number))
		return document_refuse(why, 0, 0, "takes %s, not '%.*s'",
		        KIND_TEXTS[setting->kind], (int)slice_first(text, 60).len,
		        text.data);
	if (!setting->max ||
	        (value->number >= setting->min && value->number <= setting->max))
		return true;
	return document_refuse(why, 0, 0, "is outside its range of %llu to %llu%s",
	        (unsigned long long)setting->min, (unsigned long long)setting->max,
	        setting->kind == SETTING_DURATION ? " ms" : "");
}

static bool choice_parse(const struct setting *setting, struct slice text,
        struct setting_value *value, struct document_error *why)
{
	char known[160] = "";
	for (uint64_t i = 0; setting->choices[i]; i++) {
		const char *choice = setting->choices[i];
		if (slice_equal(text, slice_text(choice))) {
			value->number = i;
			return true;
		}
		const size_t used = strlen(known);
		(void)snprintf(known + used, sizeof(known) - used, "%s%s", i ? ", " : "",
		        choice);
	}
	return document_refuse(why, 0, 0, "is one of %s, not '%.*s'", known,
	        (int)slice_first(text, 60).len, text.data);
}

static bool flag_parse(
        struct slice text, struct setting_value *value, struct document_error *why)
{
	value->flag = slice_equal(text, SLICE("true")) || slice_equal(text, SLICE("yes"));
	if (value->flag || slice_equal(text, SLICE("false")) ||
	        slice_equal(text, SLICE("no")))
		return true;
	return document_refuse(why, 0, 0, "takes true or false, not '%.*s'",
	        (int)slice_first(text, 60).len, text.data);
}

static bool text_keep(struct config *config, struct slice text, const char **kept,
        struct document_error *why)
{
	if (text.len && memchr(text.data, 0, text.len))
		return document_refuse(why, 0, 0, "holds a zero byte");
	*kept = document_keep(config->texts, text).data;
	return *kept || document_refuse(why, 0, 0, "found no memory");
}

/* A list in the file; a single text is a list of one. */
static bool list_of_node(struct config *config, const struct node *node,
        struct setting_value *value, struct document_error *why)
{
	const size_t count = node->kind == NODE_SEQUENCE ? node->count : 1;
	const char **items = document_take(config->texts, (count + 1) * sizeof(*items));
	if (!items)
		return document_refuse(why, 0, 0, "found no memory");
	const struct node *item = node->kind == NODE_SEQUENCE ? node->first_child : node;
	for (size_t i = 0; i < count; i++, item = item->next) {
		if (item->kind != NODE_SCALAR)
			return document_refuse(
			        why, item->line, item->column, "takes a list of texts");
		if (!text_keep(config, item->text, &items[i], why))
			return false;
	}
	value->list = (struct setting_list){items, count};
	return true;
}

/* A fallback's list: its items stand between commas. */
static bool list_of_text(struct config *config, struct slice text,
        struct setting_value *value, struct document_error *why)
{
	size_t count = text.len ? 1 : 0;
	for (size_t i = 0; i < text.len; i++)
		count += text.data[i] == ',';
	const char **items = document_take(config->texts, (count + 1) * sizeof(*items));
	if (!items)
		return document_refuse(why, 0, 0, "found no memory");
	for (size_t i = 0; i < count; i++)
		if (!text_keep(
		            config, slice_trim(slice_split(&text, ',')), &items[i], why))
			return false;
	value->list = (struct setting_list){items, count};
	return true;
}

bool setting_parse(struct config *config, const struct setting *setting,
        const struct node *node, struct setting_value *value, struct document_error *why)
{
	const char *fallback = setting->fallback ? setting->fallback : "";
	const struct slice text = node ? node->text : slice_text(fallback);

	*value = (struct setting_value){0};
	switch (setting->kind) {
	case SETTING_TREE:
		value->tree = node;
		return true;
	case SETTING_LIST:
		if (node && !node_null(node))
			return list_of_node(config, node, value, why);
		return list_of_text(config, node ? SLICE("") : text, value, why);
	case SETTING_TEXT:
	case SETTING_FLAG:
	case SETTING_COUNT:
	case SETTING_BYTES:
	case SETTING_DURATION:
	case SETTING_CHOICE:
		break;
	}
	if (node && node->kind != NODE_SCALAR)
		return document_refuse(why, 0, 0, "takes %s", KIND_TEXTS[setting->kind]);
	if (setting->kind == SETTING_TEXT)
		return text_keep(config, text, &value->text, why);
	if (setting->kind == SETTING_FLAG)
		return flag_parse(text, value, why);
	if (setting->kind == SETTING_CHOICE)
		return choice_parse(setting, text, value, why);
	return ranged_parse(setting, text, value, why);
}

void setting_store(
        const struct setting *setting, const struct setting_value *value, void *settings)
{
	void *into = (char *)settings + setting->into;
	switch (setting->kind) {
	case SETTING_TEXT:
		*(const char **)into = value->text;
		break;
	case SETTING_FLAG:
		*(bool *)into = value->flag;
		break;
	case SETTING_COUNT:
	case SETTING_BYTES:
	case SETTING_DURATION:
		*(uint64_t *)into = value->number;
		break;
	case SETTING_CHOICE:
		*(unsigned *)into = (unsigned)value->number;
		break;
	case SETTING_LIST:
		*(struct setting_list *)into = value->list;
		break;
	case SETTING_TREE:
		*(const struct node **)into = value->tree;
		break;
	}
}
