#include "dashboard-api/rule_change.h"

#include "dashboard-api/problem.h"
#include "dashboard-api/redis_visit.h"
#include "dashboard-api/rule_text.h"
#include "dashboard-api/rules_text.h"
#include "dashboard-api/rulesets.h"

enum { NOTE_BYTES = 200 };

/* What is to become of the set. */
struct change {
	struct publication publication;
	struct buffer set; /* as it is */
	struct buffer new; /* as it shall be */
	struct rule_place place;
	const char *action;
};

static bool set_read(struct visit *visit, struct change *change)
{
	if (!change->publication.seen)
		return problem(visit, 409,
		        "no set has been published yet: the rules are those of each "
		        "node's own packs; publish them as a set first");
	return ruleset_version_text(visit, change->publication.seen, &change->set);
}

static bool place_find(struct visit *visit, struct slice id, struct change *change)
{
	switch (rule_place_find(buffer_text(&change->set), id, &change->place)) {
	case RULE_FOUND:
		return true;
	case RULE_MISSING:
		return problem(visit, 404, "there is no rule '%.*s' in the set in force",
		        (int)slice_first(id, 80).len, id.data ? id.data : "");
	case RULE_UNWRITTEN:
		break;
	}
	return problem(visit, 409,
	        "the set in force is not written rule by rule: stage a whole one");
}

/* Checks the new set by the compiler, then publishes it. */
static void change_publish(struct visit *visit, struct change *change)
{
	struct rules_file file;
	struct program_output output;
	const struct slice text = buffer_text(&change->new);
	if (change->new.failed || text.len > STORE_BODY_MAX) {
		(void)problem(visit, 413, "the set would be too large");
		return;
	}
	if (!rules_file_keep(visit, text, &file))
		return;
	const char *const arguments[] = {visit->api->settings->program, "rules",
	        "validate", "--rules", file.path, NULL};
	if (!program_ran(visit, arguments, &output))
		return;
	if (output.code != 0) {
		rules_refuse(visit, file.path, output.complaint);
		return;
	}
	change->publication.text = text;
	publication_do(visit, &change->publication, change->action);
}

static void change_end(struct change *change)
{
	buffer_free(&change->set);
	buffer_free(&change->new);
}

static struct change change_of(const char *action)
{
	return (struct change){.set = buffer_of(STORE_BODY_MAX),
	        .new = buffer_of(2 * STORE_BODY_MAX),
	        .action = action};
}

/* The rule that was sent, when it is one. */
static bool rule_read(struct visit *visit, const struct rules_text *read,
        struct slice *id, struct buffer *kept)
{
	*id = rule_text_id(read->text, kept);
	return slice_present(*id) ||
	       problem_at(visit, 400, "/text", "this is not one rule with an id");
}

void rule_put(struct visit *visit)
{
	struct change change = change_of("rule.change");
	struct rules_text read;
	struct buffer kept = buffer_of(0);
	struct slice id;
	if (rules_text_read(visit, &read) && rule_read(visit, &read, &id, &kept) &&
	        publication_begin(visit, &change.publication) &&
	        set_read(visit, &change) &&
	        place_find(visit, visit->values[0], &change)) {
		if (!slice_equal(id, visit->values[0])) {
			(void)problem_at(visit, 409, "/text",
			        "its id is another one: a rule keeps its name");
		} else {
			change.publication.author.note = slice_first(
			        slice_present(read.note) ? read.note : id, NOTE_BYTES);
			rule_splice(buffer_text(&change.set), &change.place, read.text,
			        &change.new);
			change_publish(visit, &change);
		}
	}
	buffer_free(&kept);
	rules_text_free(&read);
	change_end(&change);
}

void rule_post(struct visit *visit)
{
	struct change change = change_of("rule.add");
	struct rules_text read;
	struct buffer kept = buffer_of(0);
	struct slice id;
	struct rule_place other;
	if (rules_text_read(visit, &read) && rule_read(visit, &read, &id, &kept) &&
	        publication_begin(visit, &change.publication) &&
	        set_read(visit, &change) &&
	        place_find(visit, (struct slice){0}, &change)) {
		if (rule_place_find(buffer_text(&change.set), id, &other) == RULE_FOUND) {
			(void)problem_at(visit, 409, "/text",
			        "there is a rule of this id: PUT changes it");
		} else {
			change.publication.author.note = slice_first(
			        slice_present(read.note) ? read.note : id, NOTE_BYTES);
			/* In front of the first one. */
			change.place.end = change.place.begin;
			rule_splice(buffer_text(&change.set), &change.place, read.text,
			        &change.new);
			change_publish(visit, &change);
		}
	}
	buffer_free(&kept);
	rules_text_free(&read);
	change_end(&change);
}

void rule_delete(struct visit *visit)
{
	struct change change = change_of("rule.remove");
	if (publication_begin(visit, &change.publication) && set_read(visit, &change) &&
	        place_find(visit, visit->values[0], &change)) {
		change.publication.author.note =
		        slice_first(visit->values[0], NOTE_BYTES);
		rule_splice(buffer_text(&change.set), &change.place, (struct slice){0},
		        &change.new);
		change_publish(visit, &change);
	}
	change_end(&change);
}
