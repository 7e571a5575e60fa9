/*
 * Turns the schema of H.323 (engine/decode/h323.schema tells its notation) into tables
 * for the decoder: per_schema SCHEMA HEADER SOURCE. It runs while the program is built,
 * on a file of ours: what is wrong with that ends it with the line's number.
 */
#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TYPES_MAX = 4000, FIELDS_MAX = 12000, NAMES_MAX = 6000, TEXT = 96, LINE = 4096 };

struct range {
	bool lower_known, upper_known, extensible;
	long long lower, upper;
};

struct type {
	char spec[TEXT];
	const char *kind;
	const char *mode;
	bool extensible, aligned, closed;
	long long lower, span;
	int width, unit, alphabet, first, count, root, element, optionals;
};

struct field {
	int name, type;
	bool optional;
};

struct schema {
	struct type types[TYPES_MAX];
	struct field fields[FIELDS_MAX];
	char names[NAMES_MAX][TEXT];
	int type_count, named_count, field_count, name_count, line;
	const char *path;
};

struct simple {
	const char *word;
	const char *kind;
	int unit; /* bits of an element of what has a size */
	int alphabet;
};

static const struct simple SIMPLE[] = {
        {"int", "INT", 0, 0},
        {"bits", "BITS", 1, 0},
        {"bytes", "OCTETS", 8, 0},
        {"bool", "BOOL", 0, 0},
        {"null", "NULL", 0, 0},
        {"oid", "OID", 8, 0},
        {"open", "OPEN", 8, 0},
        {"bmp", "BMP", 16, 0},
        {"ia5", "STRING", 8, 0},
        {"print", "STRING", 8, 0},
        {"vis", "STRING", 8, 0},
        {"sig", "STRING", 8, 0},
        {"num", "STRING", 4, 1},
        {"dial", "STRING", 4, 2},
        {"dtmf", "STRING", 4, 3},
        {"isup", "STRING", 4, 4},
        {"str10", "STRING", 4, 5},
};

static void fail(const struct schema *schema, const char *what, const char *text)
{
	fprintf(stderr, "%s:%d: %s: %s\n", schema->path, schema->line, what, text);
	exit(1);
}

static void copy(const struct schema *schema, char *into, const char *text, size_t len)
{
	if (len >= TEXT)
		fail(schema, "too long", text);
	memcpy(into, text, len);
	into[len] = '\0';
}

static int name_of(struct schema *schema, const char *text, size_t len)
{
	char name[TEXT];
	copy(schema, name, text, len);
	for (int i = 1; i < schema->name_count; i++)
		if (strcmp(schema->names[i], name) == 0)
			return i;
	if (schema->name_count == NAMES_MAX)
		fail(schema, "too many names", name);
	strcpy(schema->names[schema->name_count], name);
	return schema->name_count++;
}

static struct type *type_add(struct schema *schema, const char *spec, size_t len)
{
	if (schema->type_count == TYPES_MAX)
		fail(schema, "too many types", spec);
	struct type *type = &schema->types[schema->type_count++];
	copy(schema, type->spec, spec, len);
	type->mode = "FIXED";
	return type;
}

static int bits_for(unsigned long long value)
{
	int bits = 0;
	for (; value; value >>= 1)
		bits++;
	return bits;
}

/* X.691 11.5.7: how a number between 0 and span is written. */
static void mode_of_span(struct type *type, unsigned long long span)
{
	type->span = (long long)span;
	if (span == 0) {
		type->mode = "FIXED";
	} else if (span < 255) {
		type->mode = "FIELD";
		type->width = bits_for(span);
	} else if (span == 255) {
		type->mode = "OCTET";
	} else if (span < 65536) {
		type->mode = "TWO";
	} else {
		type->mode = "LONG";
		type->width = bits_for((unsigned)(bits_for(span) + 7) / 8 - 1);
	}
}

static struct range range_of(struct schema *schema, const char *text, size_t len)
{
	char copied[TEXT];
	char *at = copied;
	struct range range = {0};

	copy(schema, copied, text, len);
	if (len && copied[len - 1] == '+') {
		range.extensible = true;
		copied[len - 1] = '\0';
	}
	if (*at && *at != '.') {
		range.lower = strtoll(at, &at, 10);
		range.lower_known = true;
	}
	if (*at == '\0') {
		range.upper = range.lower;
		range.upper_known = range.lower_known;
	} else if (strncmp(at, "..", 2) != 0) {
		fail(schema, "not a range", text);
	} else if (at[2]) {
		range.upper = strtoll(at + 2, &at, 10);
		range.upper_known = true;
		if (*at)
			fail(schema, "not a range", text);
	}
	return range;
}

static void type_constrain(struct type *type, const struct range *range)
{
	bool number = strcmp(type->kind, "INT") == 0;
	type->extensible = range->extensible;
	type->lower = range->lower;
	if (range->lower_known && range->upper_known)
		mode_of_span(type, (unsigned long long)(range->upper - range->lower));
	else
		type->mode = number && range->lower_known ? "LOWER" : "FREE";
	if (number)
		return;
	/* X.691 11.9.4: lengths of 64K and more are general ones. */
	if (!range->upper_known || range->upper >= 65536)
		type->mode = "FREE";
	long long bits = range->upper * type->unit;
	bool fixed = strcmp(type->mode, "FIXED") == 0;
	bool text = strcmp(type->kind, "STRING") == 0 || strcmp(type->kind, "BMP") == 0;
	/* X.691 16.9 to 16.11, 17.6 to 17.8 and 30.5.6 to 30.5.7. */
	type->aligned = fixed ? bits > 16 : !text || bits >= 16;
	if (strcmp(type->mode, "FREE") == 0)
		type->aligned = true;
}

static int type_of(struct schema *schema, const char *spec, size_t len);

static void list_parse(struct schema *schema, const char *spec, size_t len)
{
	const char *end = spec + len - 1;
	const char *inner = end;
	struct range range = {0};

	if (*end != ']')
		fail(schema, "no end of list", spec);
	while (inner > spec && *inner != ' ')
		inner--;
	if (inner > spec && strchr("-.0123456789", inner[1]))
		range = range_of(schema, inner + 1, (size_t)(end - inner - 1));
	else
		inner = end;
	int element = type_of(schema, spec + 1, (size_t)(inner - spec - 1));
	struct type *type = type_add(schema, spec, len);
	type->kind = "OF";
	type->element = element;
	type_constrain(type, &range);
}

static void simple_parse(struct schema *schema, const char *spec, size_t len)
{
	size_t word = 0;
	const struct simple *simple = NULL;
	struct range range = {0};
	int element = 0;

	while (word < len && isalnum((unsigned char)spec[word]))
		word++;
	for (size_t i = 0; i < sizeof(SIMPLE) / sizeof(SIMPLE[0]); i++)
		if (strlen(SIMPLE[i].word) == word && !memcmp(SIMPLE[i].word, spec, word))
			simple = &SIMPLE[i];
	if (!simple)
		fail(schema, "no such type", spec);
	const char *at = spec + word;
	if (at < spec + len && *at == '(') {
		const char *close = memchr(at, ')', (size_t)(spec + len - at));
		if (!close)
			fail(schema, "no )", spec);
		range = range_of(schema, at + 1, (size_t)(close - at - 1));
		at = close + 1;
	}
	if (at < spec + len && *at == '<')
		element = type_of(schema, at + 1, (size_t)(spec + len - at - 2));
	struct type *type = type_add(schema, spec, len);
	type->kind = simple->kind;
	type->unit = simple->unit;
	type->alphabet = simple->alphabet;
	type->element = element;
	if (simple->unit || strcmp(simple->word, "int") == 0)
		type_constrain(type, &range);
}

static int type_of(struct schema *schema, const char *spec, size_t len)
{
	for (int i = 1; i < schema->type_count; i++)
		if (strlen(schema->types[i].spec) == len &&
		        memcmp(schema->types[i].spec, spec, len) == 0)
			return i;
	if (*spec == '[')
		list_parse(schema, spec, len);
	else
		simple_parse(schema, spec, len);
	return schema->type_count - 1;
}

static void field_add(struct schema *schema, struct type *owner, struct field field)
{
	if (schema->field_count == FIELDS_MAX)
		fail(schema, "too many fields", owner->spec);
	schema->fields[schema->field_count++] = field;
	owner->count++;
	if (owner->closed)
		return;
	owner->root++;
	owner->optionals += field.optional;
}

static void head_parse(struct schema *schema, struct type *type, const char *line)
{
	const char *at = strchr(line, ' ') + 1;
	size_t len = strcspn(at, " ");

	type->extensible = at[len - 1] == '+';
	type->first = schema->field_count;
	type->kind = strncmp(at, "seq", 3) == 0      ? "SEQUENCE"
	             : strncmp(at, "choice", 6) == 0 ? "CHOICE"
	             : strncmp(at, "enum", 4) == 0   ? "ENUM"
	                                             : NULL;
	if (!type->kind)
		fail(schema, "neither seq, choice nor enum", line);
	for (at += len; *at == ' '; at += len) {
		len = strcspn(++at, " ");
		field_add(
		        schema, type, (struct field){name_of(schema, at, len), 0, false});
	}
}

static void field_parse(struct schema *schema, struct type *owner, const char *line)
{
	size_t len = strcspn(line, " ");
	struct field field = {0};

	if (strcmp(line, "...") == 0) {
		owner->closed = true;
		return;
	}
	if (!line[len])
		fail(schema, "no type", line);
	field.optional = line[len - 1] == '?';
	field.name = name_of(schema, line, len - field.optional);
	field.type = type_of(schema, line + len + 1, strlen(line + len + 1));
	field_add(schema, owner, field);
}

/* The first pass notes the names of types, the second one what they are. */
static void schema_read(struct schema *schema, FILE *file, bool names)
{
	char line[LINE];
	int type = 0;

	rewind(file);
	for (schema->line = 1; fgets(line, sizeof(line), file); schema->line++) {
		line[strcspn(line, "\r\n")] = '\0';
		if (line[0] == '#' || line[0] == '\0')
			continue;
		if (line[0] != '\t') {
			size_t len = strcspn(line, " ");
			if (names && schema->type_count < TYPES_MAX && strchr(line, ' '))
				type_add(schema, line, len);
			else if (!names)
				head_parse(schema, &schema->types[++type], line);
		} else if (!names) {
			field_parse(schema, &schema->types[type], line + 1);
		}
	}
	if (names)
		schema->named_count = schema->type_count;
}

/* Indices of choices and enumerations; a sequence keeps its presence bits in a word. */
static void schema_finish(struct schema *schema)
{
	for (int i = 1; i < schema->named_count; i++) {
		struct type *type = &schema->types[i];
		if (type->optionals > 64)
			fail(schema, "over 64 optional fields", type->spec);
		if (strcmp(type->kind, "SEQUENCE") != 0 && type->root)
			mode_of_span(type, (unsigned)type->root - 1);
	}
}

static void identifier(FILE *out, const char *prefix, const char *name)
{
	fprintf(out, "\t%s", prefix);
	for (; *name; name++)
		if (*name != '&')
			fputc(*name == '-' ? '_' : *name, out);
	fprintf(out, ",\n");
}

static void header_write(const struct schema *schema, FILE *out)
{
	fprintf(out,
	        "/* Made from h323.schema. */\n#ifndef RINGFENCE_PER_NAMES_H\n"
	        "#define RINGFENCE_PER_NAMES_H\n\nenum per_name {\n\tPER_NO_NAME,\n");
	for (int i = 1; i < schema->name_count; i++)
		identifier(out, "PER_", schema->names[i]);
	fprintf(out, "\tPER_NAME_COUNT\n};\n\nenum per_type_id {\n\tPER_NO_TYPE,\n");
	for (int i = 1; i < schema->named_count; i++)
		identifier(out, "PER_TYPE_", schema->types[i].spec);
	fprintf(out, "\tPER_TYPE_COUNT = %d\n};\n\n#endif\n", schema->type_count);
}

static void source_write(const struct schema *schema, FILE *out)
{
	fprintf(out, "/* Made from h323.schema. */\n#include "
	             "\"engine/decode/per_inside.h\"\n\n"
	             "const char *const PER_NAMES[] = {\n\t\"-\",\n");
	for (int i = 1; i < schema->name_count; i++)
		fprintf(out, "\t\"%s\",\n", schema->names[i]);
	fprintf(out, "};\n\nconst struct per_field PER_FIELDS[] = {\n");
	for (int i = 0; i < schema->field_count; i++)
		fprintf(out, "\t{%d, %d, %d},\n", schema->fields[i].name,
		        schema->fields[i].type, schema->fields[i].optional);
	fprintf(out, "};\n\nconst struct per_type PER_TYPES[] = {\n\t{0},\n");
	for (int i = 1; i < schema->type_count; i++) {
		const struct type *type = &schema->types[i];
		fprintf(out,
		        "\t{%lldLL, %lldLL, %d, %d, %d, %d, PER_KIND_%s, PER_MODE_%s, "
		        "%d, %d, "
		        "%d, %d, %d, %d},\n",
		        type->lower, type->span, type->first, type->count, type->root,
		        type->element, type->kind, type->mode, type->width, type->unit,
		        type->alphabet, type->optionals, type->extensible, type->aligned);
	}
	fprintf(out, "};\n");
}

int main(int argc, char **argv)
{
	struct schema *schema = calloc(1, sizeof(*schema));
	FILE *in = argc == 4 ? fopen(argv[1], "r") : NULL;
	FILE *header = in ? fopen(argv[2], "w") : NULL;
	FILE *source = header ? fopen(argv[3], "w") : NULL;

	if (!schema || !source) {
		fprintf(stderr, "usage: per_schema SCHEMA HEADER SOURCE\n");
		return 2;
	}
	schema->path = argv[1];
	schema->type_count = schema->name_count = 1;
	schema_read(schema, in, true);
	schema_read(schema, in, false);
	schema_finish(schema);
	header_write(schema, header);
	source_write(schema, source);
	int failed = fclose(header) | fclose(source) | fclose(in);
	free(schema);
	return failed ? 1 : 0;
}
