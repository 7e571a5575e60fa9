/*
 * The settings' reference: what holds and where it came from, a sample file, a JSON
 * Schema.
 */
#include <string.h>

#include "platform/config_inside.h"

static void text_print(FILE *to, struct slice text)
{
	fputc('"', to);
	for (size_t i = 0; i < text.len; i++) {
		const unsigned char byte = (unsigned char)text.data[i];
		if (byte == '"' || byte == '\\')
			fprintf(to, "\\%c", byte);
		else if (byte < 0x20)
			fprintf(to, "\\u%04x", byte);
		else
			fputc(byte, to);
	}
	fputc('"', to);
}

static void string_print(FILE *to, const char *text)
{
	text_print(to, slice_text(text));
}

static void list_print(FILE *to, const struct setting_list *list)
{
	fputc('[', to);
	for (size_t i = 0; i < list->count; i++) {
		if (i)
			fputs(", ", to);
		string_print(to, list->items[i]);
	}
	fputc(']', to);
}

/* As it would stand in a file. */
static void value_print(
        FILE *to, const struct setting *setting, const struct setting_value *value)
{
	switch (setting->kind) {
	case SETTING_TEXT:
		string_print(to, value->text);
		break;
	case SETTING_FLAG:
		fputs(value->flag ? "true" : "false", to);
		break;
	case SETTING_COUNT:
	case SETTING_BYTES:
		fprintf(to, "%llu", (unsigned long long)value->number);
		break;
	case SETTING_DURATION:
		fprintf(to, "%llums", (unsigned long long)value->number);
		break;
	case SETTING_CHOICE:
		fputs(setting->choices[value->number], to);
		break;
	case SETTING_LIST:
		list_print(to, &value->list);
		break;
	case SETTING_TREE:
		fputs(value->tree ? "(see the file)" : "null", to);
		break;
	}
}

void config_show(const struct config *config, bool set_only, FILE *to)
{
	for (size_t i = 0; i < config->count; i++) {
		const struct setting_origin *origin = &config->origins[i];
		if (set_only && !origin->node)
			continue;
		fprintf(to, "%s: ", config->table[i].key);
		value_print(to, &config->table[i], &config->values[i]);
		if (origin->node)
			fprintf(to, "  # %s:%u:%u\n", origin->document->path,
			        origin->node->line, origin->node->column);
		else
			fputs("  # built in\n", to);
	}
}

/* How many bytes of two keys are the same sections. */
static size_t sections_shared(const char *a, const char *b)
{
	size_t shared = 0;
	for (size_t i = 0; a[i] && a[i] == b[i]; i++)
		if (a[i] == '.')
			shared = i + 1;
	return shared;
}

static int sections_count(const char *key, size_t from)
{
	int count = 0;
	for (size_t i = from; key[i]; i++)
		count += key[i] == '.';
	return count;
}

static void indent(FILE *to, int depth)
{
	for (int i = 0; i < depth; i++)
		fputs("  ", to);
}

void config_sample(const struct setting *table, size_t count, FILE *to)
{
	const char *before = "";
	for (size_t i = 0; i < count; i++) {
		const char *key = table[i].key;
		size_t at = sections_shared(before, key);
		int depth = sections_count(key, 0) - sections_count(key, at);
		for (const char *dot; (dot = strchr(key + at, '.')); depth++) {
			indent(to, depth);
			fprintf(to, "%.*s:\n", (int)(dot - key - (long)at), key + at);
			at = (size_t)(dot - key) + 1;
		}
		indent(to, depth);
		fprintf(to, "# %s (%s)\n", table[i].help,
		        setting_kind_text(table[i].kind));
		indent(to, depth);
		if (!table[i].fallback)
			fprintf(to, "%s:   # must be set\n", key + at);
		else if (table[i].kind == SETTING_LIST)
			fprintf(to, "# %s: [%s]\n", key + at, table[i].fallback);
		else
			fprintf(to, "# %s: %s\n", key + at, table[i].fallback);
		before = key;
	}
}

static void schema_setting(const struct setting *setting, const char *name, FILE *to)
{
	static const char *const TYPES[] = {
	        [SETTING_TEXT] = "\"string\"",
	        [SETTING_FLAG] = "\"boolean\"",
	        [SETTING_COUNT] = "\"integer\"",
	        [SETTING_BYTES] = "[\"integer\",\"string\"]",
	        [SETTING_DURATION] = "\"string\"",
	        [SETTING_CHOICE] = "\"string\"",
	        [SETTING_LIST] = "\"array\",\"items\":{\"type\":\"string\"}",
	        [SETTING_TREE] = "[\"object\",\"array\",\"null\"]",
	};
	string_print(to, name);
	fprintf(to, ":{\"type\":%s,\"description\":", TYPES[setting->kind]);
	string_print(to, setting->help);
	if (setting->kind == SETTING_COUNT && setting->max)
		fprintf(to, ",\"minimum\":%llu,\"maximum\":%llu",
		        (unsigned long long)setting->min,
		        (unsigned long long)setting->max);
	if (setting->kind == SETTING_CHOICE) {
		fputs(",\"enum\":[", to);
		for (size_t i = 0; setting->choices[i]; i++) {
			if (i)
				fputc(',', to);
			string_print(to, setting->choices[i]);
		}
		fputc(']', to);
	}
	fputc('}', to);
}

static void schema_open(FILE *to)
{
	fputs("{\"type\":[\"object\",\"null\"],\"additionalProperties\":false,"
	      "\"properties\":{",
	        to);
}

void config_schema(const struct setting *table, size_t count, FILE *to)
{
	const char *before = "";
	bool first = true;
	fputs("{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\","
	      "\"title\":\"Ringfence configuration\",\"type\":[\"object\",\"null\"],"
	      "\"additionalProperties\":false,\"properties\":{",
	        to);
	for (size_t i = 0; i < count; i++) {
		const char *key = table[i].key;
		size_t at = sections_shared(before, key);
		for (int closed = sections_count(before, at); closed > 0; closed--)
			fputs("}}", to);
		if (!first)
			fputc(',', to);
		for (const char *dot; (dot = strchr(key + at, '.'));) {
			text_print(to, slice_of(key + at, (size_t)(dot - key) - at));
			fputc(':', to);
			schema_open(to);
			at = (size_t)(dot - key) + 1;
		}
		schema_setting(&table[i], key + at, to);
		first = false;
		before = key;
	}
	for (int closed = sections_count(before, 0); closed > 0; closed--)
		fputs("}}", to);
	fputs("}}\n", to);
}
