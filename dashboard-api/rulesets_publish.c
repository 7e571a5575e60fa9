/*
 * What changes the version that all nodes follow.
 */
#include <stdio.h>
#include <string.h>

#include "dashboard-api/audit.h"
#include "dashboard-api/body.h"
#include "dashboard-api/redis_visit.h"
#include "dashboard-api/route.h"
#include "dashboard-api/rulesets.h"
#include "platform/document.h"

enum { NOTE_BYTES = 500 };

/* The version that the client saw last (If-Match, RFC 9110 13.1.1): a strong tag. */
static bool match_read(struct visit *visit, uint64_t *version)
{
	struct slice tag = slice_trim(http_header(visit->request, "If-Match"));
	if (!slice_present(tag) || !tag.len)
		return problem(visit, 428,
		        "If-Match says which version you have seen: the ETag of "
		        "/rulesets");
	if (tag.len >= 2 && tag.data[0] == '"' && tag.data[tag.len - 1] == '"')
		tag = slice_of(tag.data + 1, tag.len - 2);
	return slice_to_u64(tag, version) ||
	       problem(visit, 400, "If-Match is a version's number in quotes");
}

static bool conflict(struct visit *visit, uint64_t current)
{
	return problem(visit, 409,
	        "another version was published meanwhile: %llu is in force",
	        (unsigned long long)current);
}

/* Only looks: whether the publication would be fulfilled now. */
static bool publication_current(
        struct visit *visit, const struct publication *publication)
{
	uint64_t current = 0;
	if (!store_rules_version(visit->api->redis, &current))
		return redis_failed(visit, redis_problem(visit->api->redis));
	return current == publication->seen || conflict(visit, current);
}

static bool refused(struct visit *visit, const struct publication *publication,
        const struct store_problem *trouble)
{
	const struct slice why = slice_text(trouble->text);
	if (slice_starts(why, SLICE("CONFLICT")))
		return publication_current(visit, publication) &&
		       problem(visit, 409, "another version was published meanwhile");
	if (slice_starts(why, SLICE("GONE")))
		return problem(visit, 404, "version %llu is no longer there",
		        (unsigned long long)publication->to);
	return redis_failed(visit, trouble->text);
}

void publication_do(
        struct visit *visit, struct publication *publication, const char *action)
{
	struct redis *redis = visit->api->redis;
	struct store_problem trouble = {""};
	uint64_t version = publication->seen;
	char object[64];
	const bool back = !slice_present(publication->text);
	const struct slice what = slice_present(visit->values[0])
	                                  ? visit->values[0]
	                                  : publication->author.note;
	if (back)
		(void)snprintf(object, sizeof(object), "to %llu behind %llu",
		        (unsigned long long)publication->to,
		        (unsigned long long)publication->seen);
	else
		(void)snprintf(object, sizeof(object), "%.*s behind %llu",
		        (int)slice_first(what, 30).len, what.data,
		        (unsigned long long)publication->seen);
	if (!audit_change(visit, action, slice_text(object)))
		return;
	const bool fine = back ? store_rules_rollback(redis, &version, publication->to,
	                                 &publication->author, &trouble)
	                       : store_rules_publish(redis, &version, publication->text,
	                                 &publication->author, &trouble);
	if (!fine) {
		(void)refused(visit, publication, &trouble);
		return;
	}
	/* What was tried is in force, or is not to be. */
	(void)store_rules_canary_end(redis);
	buffer_format(
	        &visit->reply->body, "{\"version\":%llu}", (unsigned long long)version);
	http_reply_header(visit->reply, "ETag", "\"%llu\"", (unsigned long long)version);
	visit->reply->content_type = "application/json";
}

bool publication_begin(struct visit *visit, struct publication *publication)
{
	*publication = (struct publication){.author = {
	                                            slice_text(visit->who.name),
	                                            SLICE(""),
	                                    }};
	return redis_there(visit) && match_read(visit, &publication->seen) &&
	       publication_current(visit, publication);
}

void ruleset_publish(struct visit *visit)
{
	struct buffer text = buffer_of(STORE_BODY_MAX);
	struct publication publication;
	if (publication_begin(visit, &publication)) {
		const struct slice note = visit_parameter(visit, "note");
		if (slice_present(note))
			publication.author.note = slice_first(note, NOTE_BYTES);
		if (ruleset_text(visit, &text)) {
			publication.text = buffer_text(&text);
			publication_do(visit, &publication, "ruleset.publish");
		}
	}
	buffer_free(&text);
}

static bool target_read(
        struct visit *visit, const struct document *body, struct publication *publication)
{
	const struct node *to = node_find(body->root, SLICE("to"));
	struct slice note;
	if (!to || to->kind != NODE_SCALAR || to->quoted ||
	        !slice_to_u64(to->text, &publication->to) || !publication->to)
		return problem_at(
		        visit, 400, "/to", "the number of the version to return to");
	if (!body_optional_text(visit, body, "note", NOTE_BYTES, &note))
		return false;
	if (slice_present(note))
		publication->author.note = note;
	return true;
}

/* Whether that version is still there, so that a dry run can tell. */
static bool target_there(struct visit *visit, const struct publication *publication)
{
	struct store_rules rules;
	struct store_problem trouble = {""};
	if (store_rules_fetch(visit->api->redis, publication->to, &rules, &trouble))
		return true;
	if (slice_starts(slice_text(trouble.text), SLICE("version ")))
		return problem(visit, 404, "%s", trouble.text);
	return redis_failed(visit, trouble.text);
}

void rulesets_rollback(struct visit *visit)
{
	static const char *const KNOWN[] = {"to", "note", NULL};
	struct publication publication;
	if (!publication_begin(visit, &publication))
		return;
	struct document *body = body_read(visit, KNOWN);
	if (!body)
		return;
	if (target_read(visit, body, &publication) && target_there(visit, &publication))
		publication_do(visit, &publication, "ruleset.rollback");
	document_free(&body);
}
