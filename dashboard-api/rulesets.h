/*
 * /rulesets: whole sets of rules. A set is staged (it compiles as it is: nodes have
 * nothing else), compared, tried on the uploaded captures, and published as the next
 * version in Redis, which all nodes follow. Who publishes says by If-Match which version
 * was seen last: when another one came meanwhile, nothing is done.
 */
#ifndef RINGFENCE_API_RULESETS_H
#define RINGFENCE_API_RULESETS_H

#include "dashboard-api/rules_text.h"

/* The space of the ledger in which staged sets lie; their texts lie in a second one. */
#define STAGED_SPACE "rulesets"
#define STAGED_TEXTS "ruleset-texts"

void rulesets_get(struct visit *visit);
void ruleset_get(struct visit *visit);
void staged_get(struct visit *visit);
void ruleset_stage(struct visit *visit);
void ruleset_diff(struct visit *visit);
void ruleset_publish(struct visit *visit);
void rulesets_rollback(struct visit *visit);

/* A change of the version: a text to publish, or a version to return to. */
struct publication {
	uint64_t seen;
	uint64_t to;
	struct slice text; /* absent = return */
	struct store_author author;
};

/* Begins one: who, what was seen (If-Match), and whether that is still so. */
bool publication_begin(struct visit *visit, struct publication *publication);
/* Does it, audited, unless it is a dry run; answers with the new version. */
void publication_do(
        struct visit *visit, struct publication *publication, const char *action);

/* The text of a published version, appended to *text. */
bool ruleset_version_text(struct visit *visit, uint64_t version, struct buffer *text);
/* The text of the set that the path names, a version or a staged one; false (told) when
 * there is none. Appended to *text. */
bool ruleset_text(struct visit *visit, struct buffer *text);
/* Where the rules lie that are in force: the current version, else those of this server.
 * False when Redis is away (told). */
bool ruleset_current(struct visit *visit, uint64_t *version, struct rules_file *file);

#endif
