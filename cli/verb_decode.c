/*
 * ringfence decode: messages in hexadecimal, one a line, as trees.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "cli/exit.h"
#include "cli/option.h"
#include "cli/verb.h"
#include "engine/decode/per.h"
#include "engine/limits.h"

enum { TEXT_BYTES = 1 << 20 };

static const struct usage USAGE = {
        "decode",
        "--type TYPE --hex < LINES",
        NULL,
        "Reads messages in hexadecimal from standard input, one a line, and prints each\n"
        "as a tree. UU is H323-UserInformation (H.225.0 call signalling), OLC one\n"
        "OpenLogicalChannel as in fastStart.",
        "echo 08100100 | ringfence decode --type UU --hex",
};

static const struct root {
	const char *name;
	enum per_type_id type;
} ROOTS[] = {
        {"UU", PER_TYPE_H323_UserInformation},
        {"RAS", PER_TYPE_RasMessage},
        {"H245", PER_TYPE_MultimediaSystemControlMessage},
        {"OLC", PER_TYPE_OpenLogicalChannel},
};

static void hex_print(const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		printf("%02x", data[i]);
}

static void text_print(const struct per_node *node)
{
	for (uint32_t i = 0; i < node->len; i++) {
		uint8_t byte = node->data[i];
		if (byte < ' ' || byte > '~' || byte == '\\')
			printf("\\x%02x", byte);
		else
			putchar(byte);
	}
}

static void bmp_print(const struct per_node *node)
{
	for (uint32_t i = 0; i + 1 < node->len; i += 2) {
		unsigned unit = (unsigned)node->data[i] << 8 | node->data[i + 1];
		if (unit < ' ' || unit > '~' || unit == '\\')
			printf("\\u%04x", unit);
		else
			putchar((int)unit);
	}
}

static void number_print(const struct per_node *node)
{
	if (node->flags & PER_NODE_BIG) {
		printf("0x");
		hex_print(node->data, node->len);
	} else {
		printf("%lld", (long long)node->value);
	}
}

static void octets_print(const struct per_node *node, bool leaf)
{
	printf("OCTETS");
	if (!leaf)
		return;
	putchar(':');
	hex_print(node->data, node->len);
}

static void enum_print(const struct per_node *node)
{
	const char *name = per_enum_name(node);
	printf("ENUM:%lld %s", (long long)node->value, name ? name : "?");
}

static void value_print(const struct per_node *node, bool leaf)
{
	switch ((enum per_kind)node->kind) {
	case PER_KIND_NULL:
		printf("NULL");
		break;
	case PER_KIND_BOOL:
		printf("BOOL:%d", node->value != 0);
		break;
	case PER_KIND_INT:
		printf("INT:");
		number_print(node);
		break;
	case PER_KIND_ENUM:
		enum_print(node);
		break;
	case PER_KIND_OID:
		printf("OID:");
		hex_print(node->data, node->len);
		break;
	case PER_KIND_BITS:
		printf("BITS(%u):", node->len);
		hex_print(node->data, ((size_t)node->len + 7) / 8);
		break;
	case PER_KIND_OCTETS:
		octets_print(node, leaf);
		break;
	case PER_KIND_STRING:
		printf("STR:");
		text_print(node);
		break;
	case PER_KIND_BMP:
		printf("BMP:");
		bmp_print(node);
		break;
	case PER_KIND_OPEN:
		printf("RAW:");
		hex_print(node->data, node->len);
		break;
	case PER_KIND_SEQUENCE:
		printf("SEQ");
		break;
	case PER_KIND_CHOICE:
		printf("CHOICE:%u", node->len);
		break;
	case PER_KIND_OF:
		printf("OF:%u", node->len);
		break;
	}
}

/* A line for each node, one space further in than its parent's. */
static void tree_print(const struct per_tape *tape)
{
	uint32_t ends[LIMIT_PER_DEPTH + 1];
	uint32_t depth = 0;

	for (uint32_t i = 0; i < tape->count; i++) {
		const struct per_node *node = &tape->nodes[i];
		while (depth && i >= ends[depth - 1])
			depth--;
		printf("%*s%s ", (int)depth + 1, "", per_name_text(node->name));
		value_print(node, node->next == i + 1);
		putchar('\n');
		if (node->next > i + 1 && depth < LIMIT_PER_DEPTH)
			ends[depth++] = node->next;
	}
}

/* Turns the line into bytes in its place; false tells what is wrong with it. */
static bool hex_parse(char *line, size_t *len, size_t number)
{
	size_t digits = 0;
	int high = 0;

	for (size_t i = 0; line[i]; i++) {
		int digit = slice_hex_digit(line[i]);
		if (isspace((unsigned char)line[i]))
			continue;
		if (digit < 0) {
			fprintf(stderr,
			        "ringfence: decode: line %zu, column %zu: no "
			        "hexadecimal digit\n",
			        number, i + 1);
			return false;
		}
		if (digits++ % 2)
			line[digits / 2 - 1] = (char)(high << 4 | digit);
		else
			high = digit;
	}
	if (digits % 2) {
		fprintf(stderr,
		        "ringfence: decode: line %zu: an odd number of digits (%zu)\n",
		        number, digits);
		return false;
	}
	*len = digits / 2;
	return true;
}

static void anomalies_tell(const struct per_tape *tape, size_t len, size_t number)
{
	static const struct {
		uint32_t bit;
		const char *text;
	} rows[] = {
	        {PER_CONTAINED, "a nested value is wrong and left raw"},
	        {PER_TRAILING, "octets behind a nested value"},
	        {PER_UNKNOWN, "an extension that is not known"},
	        {PER_RANGE, "a value out of its range"},
	        {PER_OID_EMPTY, "an empty object identifier"},
	        {PER_OID_LONG, "an object identifier of over 128 octets"},
	        {PER_BROKEN, "the message is wrong or cut off"},
	        {PER_EXHAUSTED, "the message is too deep or too large"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (tape->anomalies & rows[i].bit)
			fprintf(stderr, "ringfence: decode: line %zu: %s\n", number,
			        rows[i].text);
	if (tape->consumed < len)
		fprintf(stderr, "ringfence: decode: line %zu: %zu octets behind it\n",
		        number, len - tape->consumed);
}

/* One line; false when it is not a whole message of the type. */
static bool line_decode(
        const struct root *root, struct per_tape *tape, char *line, size_t number)
{
	size_t len;

	if (!hex_parse(line, &len, number))
		return false;
	if (!len)
		return true;
	printf("> %s ", root->name);
	hex_print((const uint8_t *)line, len);
	putchar('\n');
	bool fine = per_decode(root->type, slice_of(line, len), tape);
	tree_print(tape);
	anomalies_tell(tape, len, number);
	return fine;
}

static int lines_decode(const struct root *root)
{
	struct per_tape tape = {
	        .nodes = calloc(LIMIT_PER_NODES, sizeof(*tape.nodes)),
	        .size = LIMIT_PER_NODES,
	        .text = malloc(TEXT_BYTES),
	        .text_size = TEXT_BYTES,
	};
	int code = EXIT_FINE;
	char *line = NULL;
	size_t size = 0;

	if (tape.nodes && tape.text) {
		for (size_t number = 1; getline(&line, &size, stdin) >= 0; number++)
			if (!line_decode(root, &tape, line, number))
				code = EXIT_BAD_INPUT;
	} else {
		fprintf(stderr, "ringfence: decode: no memory\n");
		code = EXIT_ENVIRONMENT;
	}
	if (fflush(stdout) != 0)
		code = EXIT_ENVIRONMENT;
	free(line);
	free(tape.nodes);
	free(tape.text);
	return code;
}

int verb_decode(int argc, char **argv)
{
	struct arguments arguments = {argc, argv};
	const char *type = NULL;
	bool hex = false;
	const struct option table[] = {
	        {"type", 't', OPTION_TEXT, "TYPE",
	                "what the messages are: UU, RAS, H245, OLC", &type},
	        {"hex", 0, OPTION_FLAG, NULL, "the messages are in hexadecimal", &hex},
	};
	int code;

	if (!options_read(
	            &USAGE, table, sizeof(table) / sizeof(table[0]), &arguments, &code))
		return code;
	for (size_t i = 0; type && hex && i < sizeof(ROOTS) / sizeof(ROOTS[0]); i++)
		if (!arguments.count && strcmp(ROOTS[i].name, type) == 0)
			return lines_decode(&ROOTS[i]);
	if (arguments.count)
		fprintf(stderr, "ringfence: decode: messages come on standard input\n");
	else if (!type || !hex)
		fprintf(stderr, "ringfence: decode: needs --type and --hex\n");
	else
		fprintf(stderr,
		        "ringfence: decode: there is no type '%s': UU, RAS, H245 or "
		        "OLC\n",
		        type);
	return EXIT_USAGE;
}
