/* YAML and JSON into document trees, and what is refused, with its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "platform/document.h"
#include "platform/json.h"
#include "platform/yaml.h"
#include "tests/unit/document_text.h"

struct row {
	const char *name;
	const char *text;
	const char *tree;  /* or NULL: it is refused */
	const char *error; /* "line:column: part of the sentence" */
};

static const struct row yaml_rows[] = {
        {"empty", "", "", NULL},
        {"comment_only", "# nothing\n", "", NULL},
        {"scalar", "00972", "00972", NULL},
        {"map", "a: 1\nb: [x, 'y', \"z\"]\n", "{a:1,b:[x,\"y\",\"z\"]}", NULL},
        {"nested", "- id: one\n  key: [ src.ip ]\n- id: two\n",
                "[{id:one,key:[src.ip]},{id:two}]", NULL},
        {"null_value", "a:\nb: ~\n", "{a:,b:~}", NULL},
        {"block_text", "a: |\n  one\n  two\n", "{a:\"one\ntwo\n\"}", NULL},
        {"leading_zeroes", "prefix: 00972\nport: 0x10\nyes: no\n",
                "{prefix:00972,port:0x10,yes:no}", NULL},
        {"alias", "a: &x {b: [1, 2]}\nc: *x\n", "{a:{b:[1,2]},c:{b:[1,2]}}", NULL},
        {"alias_of_scalar", "- &x one\n- *x\n", "[one,one]", NULL},
        {"alias_in_alias", "- &x [1]\n- &y [*x, *x]\n- *y\n", "[[1],[[1],[1]],[[1],[1]]]",
                NULL},
        {"anchor_again", "- &x 1\n- &x 2\n- *x\n", "[1,2,2]", NULL},
        {"standard_tag", "a: !!str 5\n", "{a:5}", NULL},
        {"marked_document", "%YAML 1.1\n---\na: 1\n...\n", "{a:1}", NULL},
        {"json", "{\"a\": [1, true, null, \"x\"]}", "{a:[1,true,null,\"x\"]}", NULL},
        {"duplicate_key", "a: 1\nb: 2\na: 3\n", NULL,
                "3:1: the key \"a\" stands here a second time"},
        {"duplicate_key_nested", "x:\n  - {k: 1, k: 2}\n", NULL, "2:12: the key \"k\""},
        {"unknown_alias", "a: *x\n", NULL, "1:4: no anchor"},
        {"alias_of_itself", "a: &x [1, *x]\n", NULL,
                "1:11: an alias cannot contain itself"},
        {"alias_as_key", "a: &x 1\n*x : 2\n", NULL, "2:1: a key cannot be an alias"},
        {"merge_key", "a: &x {b: 1}\nc:\n  <<: *x\n", NULL, "3:3: merge keys"},
        {"key_of_sequence", "? [a]\n: 1\n", NULL, "1:3: a key must be"},
        {"program_tag", "a: !python/object 5\n", NULL, "1:4: this tag is not known"},
        {"second_document", "a: 1\n---\nb: 2\n", NULL, "2:1: a second document"},
        {"unclosed", "a: [1, 2\n", NULL, "2:1: did not find expected ',' or ']'"},
        {"tab", "a:\n\t- 1\n", NULL, "2:1: found character"},
        {"not_utf8", "a: \xff\n", NULL, "0:0: invalid leading UTF-8"},
};

static const struct row json_rows[] = {
        {"scalar", "12", "12", NULL},
        {"all", " {\"a\" : [1, -2.50e+1, true, false, null, \"x\"], \"b\":{}, \"c\":[]} ",
                "{a:[1,-2.50e+1,true,false,null,\"x\"],b:{},c:[]}", NULL},
        {"escapes", "\"\\\"\\\\\\/\\n\\u00e9\\ud83d\\ude00\"",
                "\"\"\\/\n\xc3\xa9\xf0\x9f\x98\x80\"", NULL},
        {"utf8", "[\"\xc3\xa9\xe2\x82\xac\"]", "[\"\xc3\xa9\xe2\x82\xac\"]", NULL},
        {"empty", "", NULL, "1:1: a value was expected"},
        {"leading_zeroes", "[00972]", NULL, "1:2: a value was expected"},
        {"trailing_comma", "[1,\n]", NULL, "2:1: a value was expected"},
        {"trailing_comma_object", "{\"a\":1,}", NULL, "1:8: a key in quotes"},
        {"no_colon", "{\"a\" 1}", NULL, "1:6: a colon"},
        {"no_comma", "[1 2]", NULL, "1:4: a comma or ]"},
        {"wrong_bracket", "[1}", NULL, "1:3: a comma or ]"},
        {"open", "[1", NULL, "1:3: a comma or ]"},
        {"more_behind", "1 2", NULL, "1:3: nothing was expected"},
        {"duplicate_key", "{\"a\":1,\n \"a\":2}", NULL, "2:2: the key \"a\""},
        {"open_string", "\"abc", NULL, "1:1: this string does not end"},
        {"open_escape", "\"abc\\\"", NULL, "1:1: this string does not end"},
        {"control", "\"a\nb\"", NULL, "1:3: a control character"},
        {"bad_escape", "\"\\x\"", NULL, "1:3: this escape"},
        {"short_escape", "\"\\u12\"", NULL, "1:6: \\u needs four"},
        {"half_surrogate", "\"\\ud83d\"", NULL, "1:8: the first half"},
        {"low_surrogate", "\"\\ude00\"", NULL, "1:8: the second half"},
        {"overlong", "\"\xc0\xaf\"", NULL, "1:2: these bytes are not UTF-8"},
        {"surrogate_in_utf8", "\"\xed\xa0\x80\"", NULL, "1:2: these bytes"},
        {"cut_utf8", "\"\xe2\x82\"", NULL, "1:2: these bytes"},
};

static void compare(const struct row *row, struct document *document,
        const struct document_error *error)
{
	char text[400];
	if (document && row->tree) {
		struct writer writer = writer_of(text, sizeof(text) - 1);
		document_text(&writer, document->root);
		text[writer.len] = '\0';
		if (strcmp(text, row->tree) != 0)
			fail_msg("%s: %s", row->name, text);
		assert_string_equal(document->path, "rules/x.yaml");
	} else if (document) {
		fail_msg("%s: is not refused", row->name);
	} else {
		(void)snprintf(text, sizeof(text), "%u:%u: %s", error->line,
		        error->column, error->text);
		if (!row->error || !strstr(text, row->error))
			fail_msg("%s: %s", row->name, text);
	}
	document_free(&document);
}

static void test_yaml(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(yaml_rows) / sizeof(*yaml_rows); i++) {
		struct document_error error;
		const char *text = yaml_rows[i].text;
		compare(&yaml_rows[i],
		        yaml_parse("rules/x.yaml", slice_text(text), &error), &error);
	}
}

static void test_json(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(json_rows) / sizeof(*json_rows); i++) {
		struct document_error error;
		const char *text = json_rows[i].text;
		compare(&json_rows[i],
		        json_parse("rules/x.yaml", slice_text(text), &error), &error);
	}
}

static void test_places(void **state)
{
	(void)state;
	struct document_error error;
	struct document *document = yaml_parse("x",
	        SLICE("# first\nid: a\nwhen:\n  status: { in: [401, 407] }\n"), &error);
	assert_non_null(document);
	const struct node *when = node_find(document->root, SLICE("when"));
	const struct node *in = node_find(node_find(when, SLICE("status")), SLICE("in"));
	assert_int_equal(when->key_line, 3);
	assert_int_equal(when->key_column, 1);
	assert_int_equal(in->key_line, 4);
	assert_int_equal(in->key_column, 13);
	assert_int_equal(in->column, 17);
	assert_int_equal(in->count, 2);
	assert_int_equal(in->first_child->next->column, 23);
	assert_null(node_find(document->root, SLICE("then")));
	document_free(&document);
	assert_null(document);
}

/* Aliases of aliases: a few hundred bytes that stand for billions of values. */
static void test_laughs(void **state)
{
	(void)state;
	char text[2048];
	int len =
	        snprintf(text, sizeof(text), "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
	for (int i = 1; i < 12; i++)
		len += snprintf(text + len, sizeof(text) - (size_t)len,
		        "a%d: &a%d [*a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d]\n", i,
		        i, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
	struct document_error error;
	assert_null(yaml_parse("x", slice_of(text, (size_t)len), &error));
	assert_non_null(strstr(error.text, "too large"));
}

static void test_depth(void **state)
{
	(void)state;
	char text[200];
	struct document_error error;
	for (size_t depth = LIMIT_DOCUMENT_DEPTH; depth <= LIMIT_DOCUMENT_DEPTH + 1;
	        depth++) {
		memset(text, '[', depth);
		memset(text + depth, ']', depth);
		const struct slice slice = slice_of(text, 2 * depth);
		const bool fits = depth <= LIMIT_DOCUMENT_DEPTH;
		struct document *document = yaml_parse("x", slice, &error);
		assert_int_equal(document != NULL, fits);
		document_free(&document);
		document = json_parse("x", slice, &error);
		assert_int_equal(document != NULL, fits);
		document_free(&document);
	}
}

static void test_missing_file(void **state)
{
	(void)state;
	struct document_error error;
	assert_null(yaml_read("/nowhere/x.yaml", &error));
	assert_string_equal(error.text, "does not exist");
	assert_int_equal(error.line, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_yaml),
	        cmocka_unit_test(test_json),
	        cmocka_unit_test(test_places),
	        cmocka_unit_test(test_laughs),
	        cmocka_unit_test(test_depth),
	        cmocka_unit_test(test_missing_file),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
