/*
 * Between the files of the configuration: what a setting's value is, and its text.
 */
#ifndef RINGFENCE_PLATFORM_CONFIG_INSIDE_H
#define RINGFENCE_PLATFORM_CONFIG_INSIDE_H

#include "platform/config.h"

struct setting_value {
	const char *text;
	bool flag;
	uint64_t number; /* COUNT, BYTES, DURATION; the index of a CHOICE */
	struct setting_list list;
	const struct node *tree;
};

/* Where a setting's value stands; both NULL: nowhere, its fallback holds. */
struct setting_origin {
	const struct document *document;
	const struct node *node;
};

struct config {
	const struct setting *table; /* borrowed */
	size_t count;
	struct setting_origin *origins; /* one a setting */
	struct setting_value *values;   /* one a setting */
	struct document **documents;    /* in the order in which they were read */
	size_t document_count;
	struct document *texts; /* keeps what the values point to */
};

/*
 * The value of a node, or of the fallback's text when node is NULL. False with the
 * reason, a clause that goes behind "'KEY' ".
 */
bool setting_parse(struct config *config, const struct setting *setting,
        const struct node *node, struct setting_value *value, struct document_error *why);

/* Puts the value where the setting says. */
void setting_store(
        const struct setting *setting, const struct setting_value *value, void *settings);

/* "a number", "a duration (250ms, 10s, 5m, 12h, 30d)": for messages and reference. */
const char *setting_kind_text(enum setting_kind kind);

#endif
