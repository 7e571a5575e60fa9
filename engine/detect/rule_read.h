/*
 * What the compiler's parts share: the state of a compilation, refusals with their place,
 * and readers of scalars. A reader that refuses returns false and leaves its target
 * alone.
 */
#ifndef RINGFENCE_DETECT_RULE_READ_H
#define RINGFENCE_DETECT_RULE_READ_H

#include "engine/detect/rule.h"

struct compiler {
	struct memory *memory;
	struct rule_set *set;
	struct rule_errors *errors;
	const char *path;  /* of the document at work */
	struct rule *rule; /* at work */
	uint32_t test_count;
	struct rule_test tests[LIMIT_RULE_TESTS]; /* of the rule at work */
};

/* A name of a choice, and the number it stands for. */
struct choice {
	const char *name;
	int value;
};

/*
 * Tells an error at the node. '$' in the text stands for what. The nearest of the names
 * (NULL-terminated, may be NULL) is offered.
 */
void refuse(struct compiler *compiler, const struct node *node, const char *text,
        struct slice what);
/* The same at an entry's key, with the nearest of count names at a stride of bytes. */
struct names {
	const void *rows; /* each begins with a const char * */
	size_t stride;
	size_t count;
};
void refuse_key(struct compiler *compiler, const struct node *node, const char *text,
        struct names names);
void refuse_value(struct compiler *compiler, const struct node *node, const char *text,
        struct names names);

bool read_kind(struct compiler *compiler, const struct node *node, enum node_kind kind,
        const char *text);
bool read_text(struct compiler *compiler, const struct node *node, struct slice *text);
bool read_bool(struct compiler *compiler, const struct node *node, bool *truth);
bool read_number(struct compiler *compiler, const struct node *node, double *number);
/* 1 to max. */
bool read_count(struct compiler *compiler, const struct node *node, uint32_t max,
        uint32_t *count);
/* 500ms, 10s, 5m, 1h, 1d: microseconds, more than 0. */
bool read_duration(struct compiler *compiler, const struct node *node, uint64_t *time_us);
/* The choice's value; -1 when refused. */
int read_choice(struct compiler *compiler, const struct node *node,
        const struct choice *choices, size_t count);
/* A field that at least one of the rule's streams carries. */
bool read_field(struct compiler *compiler, const struct node *node, struct slice name,
        struct field_ref *ref);

/* bytes of the rule set's memory, or NULL with an error told. */
void *rule_take(struct compiler *compiler, size_t bytes);

/* The comparison's values, from a list's name or as written. */
bool compile_list(
        struct compiler *compiler, const struct node *node, struct rule_test *test);
bool compile_operands(
        struct compiler *compiler, const struct node *node, struct rule_test *test);
/* Compiles a condition; its entry, RULE_REJECT when refused. */
uint16_t compile_condition(struct compiler *compiler, const struct node *node);
/* The list of this name, or NULL. */
const struct rule_list *list_find(const struct rule_set *set, struct slice name);
void compile_trigger(struct compiler *compiler, const struct node *node);
void compile_keys(struct compiler *compiler, const struct node *node);
void compile_respond(struct compiler *compiler, const struct node *node);
void compile_suppress(struct compiler *compiler, const struct node *node);
void compile_evidence(struct compiler *compiler, const struct node *node);
void compile_entity(struct compiler *compiler, const struct node *node);
void compile_severity(struct compiler *compiler, const struct node *node);
void compile_exceptions(struct compiler *compiler, const struct node *node);
/* One rule from its map; false when anything of it was refused. */
bool compile_rule(struct compiler *compiler, const struct node *node);
/* What a document tells of the site; the next one adds to it. Then what follows from all.
 */
void compile_site(struct compiler *compiler, const struct node *node);
void compile_site_end(struct compiler *compiler);
/* A site's changes to a rule that a pack brought. */
void compile_override(struct compiler *compiler, const struct node *node);

#endif
