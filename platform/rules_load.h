/*
 * Rules from a directory: every *.yaml in it and in the directories directly below it.
 */
#ifndef RINGFENCE_PLATFORM_RULES_LOAD_H
#define RINGFENCE_PLATFORM_RULES_LOAD_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/detect/rule.h"
#include "platform/certificates.h"

/* Below a directory of packs: of these files the site chooses one. */
#define RULES_PROFILES "profiles"

struct rules {
	struct memory memory;
	struct document **documents;
	size_t document_count;
	struct pattern_ops patterns;
	struct rule_set set;
	struct certificates *certificates; /* of the site, or NULL */
	bool compiled;
};

/* The directory to take when none is given; NULL when there is none. */
const char *rules_default(void);

/*
 * place: a directory of packs, or one file that holds a whole set as it is published.
 * site: a further file or directory, with this site's lists and overrides; may be NULL.
 * False when something is wrong: told on standard error with its place.
 */
bool rules_load(struct rules *rules, const char *place, const char *site);
/*
 * Rules as they are published: one document in JSON or YAML, which is a pack, or a map
 * "packs" of several, each under the name of its file. name is for messages.
 */
bool rules_load_text(struct rules *rules, const char *name, struct slice text);
void rules_clear(struct rules *rules);

#endif
