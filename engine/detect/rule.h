/*
 * Rules: a compiled rule set and its compiler. A condition is a list of comparisons, each
 * of which names the comparison that follows when it holds and when it does not: judging
 * it is one loop. Memory comes from the caller's region at load; a rule set is read-only
 * afterwards and may serve several judges.
 */
#ifndef RINGFENCE_DETECT_RULE_H
#define RINGFENCE_DETECT_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/memory.h"
#include "engine/base/writer.h"
#include "engine/detect/certificates.h"
#include "engine/detect/detect.h"
#include "engine/detect/document.h"
#include "engine/detect/field.h"
#include "engine/detect/pattern.h"
#include "engine/detect/site.h"
#include "engine/limits.h"

enum rule_op {
	OP_EXISTS,
	OP_EQ, /* one of the values */
	OP_GT,
	OP_GE,
	OP_LT,
	OP_LE,
	OP_BETWEEN, /* both ends inclusive */
	OP_STARTS,  /* with one of the values */
	OP_ENDS,
	OP_CONTAINS,
	OP_LIKE,    /* glob: * and ? */
	OP_MATCHES, /* regular expression behind a literal */
	OP_CIDR,
	OP_SAME,     /* as another field's value */
	OP_PASSWORD, /* the credentials were made of one of the values */
	OP_COUNT
};

/* Which comparison comes next: an index, or one of these. */
enum { RULE_ACCEPT = 0xffff, RULE_REJECT = 0xfffe };

struct rule_value {
	struct slice text; /* OP_MATCHES: the literal that must occur, or empty */
	double number;
	struct network network;
	void *pattern;
	struct field_ref field; /* OP_SAME */
	struct text_bytes
	        needs; /* OP_CONTAINS, OP_MATCHES: what must occur in the text */
};

struct rule_test {
	struct field_ref field;
	uint8_t op;   /* enum rule_op */
	uint8_t type; /* enum value_type of the field */
	bool nocase;
	bool length;  /* the number compared is the text's length */
	bool negated; /* an absent value satisfies it */
	bool sorted;  /* the values: rule_sort.h finds one */
	uint8_t cost;
	uint16_t on_true;
	uint16_t on_false;
	uint32_t count;
	uint64_t begins; /* OP_EQ, OP_STARTS of text: bits of first byte % 64 that fit */
	const struct rule_value *values;
};

/* X(ENUM, "name") */
#define TRIGGERS(X)                                                                      \
	X(FIRST, "first")                                                                \
	X(COUNT, "count")                                                                \
	X(LEAKY, "leaky")                                                                \
	X(DISTINCT, "distinct")                                                          \
	X(SUM, "sum")                                                                    \
	X(RATIO, "ratio")                                                                \
	X(EWMA, "ewma")                                                                  \
	X(ALIKE, "alike")                                                                \
	X(ABSENCE, "absence")                                                            \
	X(SEQUENCE, "sequence")                                                          \
	X(SCORE, "score")

enum trigger_kind {
#define X(id, name) TRIGGER_##id,
	TRIGGERS(X)
#undef X
	        TRIGGER_KINDS
};

struct rule_step {
	uint16_t when;
	uint16_t count;
	bool distinct; /* count different values of the field */
	struct field_ref field;
};

struct rule_print {
	struct slice id;
	double weight;
	uint16_t when;
};

struct rule_trigger {
	enum trigger_kind kind;
	uint32_t n;      /* count, distinct, leaky's capacity, ratio's and ewma's least */
	uint32_t also_n; /* distinct: of the second field, 0 = none */
	uint32_t count;  /* distinct: least events */
	uint32_t each_max;      /* distinct: at most so many events per value, 0 = any */
	uint64_t window_us;     /* leaky: the leak; absence: within */
	double threshold;       /* sum, ratio, ewma's factor, score, alike's spread */
	double weight;          /* score */
	uint64_t half_life_us;  /* score; 0 = within one message */
	uint16_t of;            /* ratio, absence: condition */
	struct field_ref field; /* distinct, sum, alike */
	struct field_ref also;
	uint8_t step_count;
	uint8_t print_count;
	struct rule_step steps[LIMIT_RULE_STEPS];
	struct rule_print *prints;
};

struct rule_key {
	struct field_ref field;
	uint8_t type;
	uint8_t prefix; /* bits of the 128 of an address that count */
};

struct rule_exception {
	struct slice name;
	uint16_t when;
};

struct rule {
	struct slice id;
	struct slice title;
	struct slice category;
	struct slice noun; /* what is counted: "failed credential" */
	struct slice advice;
	struct slice doc;
	struct slice attack; /* ATT&CK technique */
	struct slice capec;
	struct slice cwe;
	uint32_t rev;
	uint32_t number; /* signature number: stable, from the id */
	enum severity severity;
	bool enabled;
	const char *path; /* where it stands; owned by the document */
	uint32_t line;
	uint32_t streams; /* bits of enum event_kind */
	uint16_t test_count;
	uint16_t when;
	uint16_t reset_on;   /* RULE_REJECT = never */
	uint16_t quiet_when; /* RULE_REJECT = never */
	double quiet_over;   /* share of such events that silences the rule */
	const struct rule_test *tests;
	uint8_t exception_count;
	uint8_t key_count;
	struct rule_exception exceptions[LIMIT_RULE_EXCEPTIONS];
	struct rule_key keys[LIMIT_RULE_KEYS];
	struct rule_trigger trigger;
	enum entity_type entity_type;
	struct field_ref entity;
	bool entity_given;
	bool show_given;
	struct field_ref show; /* whose value the explanation quotes */
	uint32_t max_keys;
	uint64_t suppress_us;
	uint32_t backoff;  /* factor of each further suppression, 1 = none */
	uint32_t evidence; /* packets kept per key */
	bool evidence_pcap;
	enum verdict verdict; /* the strongest response */
	bool needs_proof;
	bool page;
	uint64_t mark_us; /* for how long the number it counts by is suspected, 0 = not */
	double score;            /* added to the entity's, 0 = none */
	uint64_t respond_us;     /* for how long */
	const struct node *node; /* as written: for show and tests */
};

struct rule_error {
	const char *path;
	uint32_t line;
	uint32_t column;
	char text[240];
};

struct rule_errors {
	uint32_t count; /* kept */
	uint32_t lost;  /* beyond LIMIT_RULE_ERRORS */
	struct rule_error errors[LIMIT_RULE_ERRORS];
};

struct rule_list {
	struct slice name;
	uint32_t count;
	const struct node *nodes[8]; /* sequences that make it up */
	uint32_t node_count;
};

struct rule_set {
	uint32_t count;
	struct rule *rules; /* in the order of the documents */
	uint32_t list_count;
	struct rule_list lists[LIMIT_RULE_LISTS];
	struct site site;
	const struct pattern_ops *patterns;
	const struct geo_ops
	        *geo; /* set behind the compiler; NULL = places are unknown */
	const struct certificate_ops *certificates; /* the same; NULL = none are held */
	void **compiled;                            /* patterns to give back */
	uint32_t compiled_count;
};

/*
 * Compiles the documents (packs, lists, overrides; in any order) into *set. The documents
 * must outlive it. False when anything is wrong: *errors tells up to LIMIT_RULE_ERRORS
 * places. Patterns compiled are given back by rule_set_clear, also after a failure.
 */
bool rule_set_compile(struct memory *memory, const struct document *const *documents,
        size_t count, const struct pattern_ops *patterns, struct rule_set *set,
        struct rule_errors *errors);
void rule_set_clear(struct rule_set *set);

uint32_t rule_set_count(const struct rule_set *set);
/* The rule at this index, or NULL. */
const struct rule *rule_at(const struct rule_set *set, uint32_t index);
const struct rule *rule_find(const struct rule_set *set, struct slice id);

/* Says in plain words what the rule waits for, on whom it keeps count and what it does.
 */
void rule_explain(const struct rule *rule, struct writer *writer);

/*
 * Prints within one message are summed before any state is touched: most sum to nothing.
 */
bool rule_prints_only(const struct rule *rule);

const char *trigger_name(enum trigger_kind kind);

#endif
