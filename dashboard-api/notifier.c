#include "dashboard-api/notifier.h"

#include <stdio.h>
#include <string.h>

#include "engine/report/json.h"
#include "platform/document.h"
#include "platform/http_target.h"

/* A text of the document and where it goes. */
struct member {
	const char *pointer; /* "/name" */
	char *into;
	size_t bytes;
	bool required;
};

static bool wrong(struct notifier_problem *problem, const char *pointer, const char *text)
{
	problem->pointer = pointer;
	(void)snprintf(problem->text, sizeof(problem->text), "%s", text);
	return false;
}

static bool member_read(const struct node *root, const struct member *member,
        struct notifier_problem *problem)
{
	const struct node *node = node_find(root, slice_text(member->pointer + 1));
	member->into[0] = 0;
	if (!node || node_null(node))
		return !member->required ||
		       wrong(problem, member->pointer, "this is missing");
	if (node->kind != NODE_SCALAR || !node->quoted || !http_text_clean(node->text))
		return wrong(problem, member->pointer, "this is a text");
	if (node->text.len >= member->bytes || (member->required && !node->text.len))
		return wrong(problem, member->pointer, "this is empty, or too long");
	memcpy(member->into, node->text.data, node->text.len);
	member->into[node->text.len] = 0;
	return true;
}

static bool kind_read(
        const char *text, enum notice_kind *kind, struct notifier_problem *problem)
{
	for (unsigned i = 0; i < NOTICE_KINDS; i++) {
		*kind = (enum notice_kind)i;
		if (strcmp(notice_kind_name(*kind), text) == 0)
			return true;
	}
	return wrong(problem, "/kind", "webhook, email or syslog");
}

static bool rate_read(
        const struct node *root, uint64_t *per_hour, struct notifier_problem *problem)
{
	const struct node *node = node_find(root, SLICE("per_hour"));
	*per_hour = 60;
	return !node ||
	       (node->kind == NODE_SCALAR && !node->quoted &&
	               slice_to_u64(node->text, per_hour) && *per_hour >= 1 &&
	               *per_hour <= NOTIFIER_PER_HOUR_MAX) ||
	       wrong(problem, "/per_hour", "1 to 3600");
}

bool notifier_read(const struct node *root, struct notifier *notifier,
        struct notifier_problem *problem)
{
	char kind[16];
	char q[SEARCH_TEXT_MAX + 1];
	struct search_problem trouble;
	struct notice_target *target = &notifier->target;
	const struct member members[] = {
	        {"/name", notifier->name, sizeof(notifier->name), true},
	        {"/kind", kind, sizeof(kind), true},
	        {"/url", target->url, sizeof(target->url), true},
	        {"/secret", target->secret, sizeof(target->secret), false},
	        {"/user", target->user, sizeof(target->user), false},
	        {"/from", target->from, sizeof(target->from), false},
	        {"/to", target->to, sizeof(target->to), false},
	        {"/q", q, sizeof(q), false},
	};
	*problem = (struct notifier_problem){.pointer = "/"};
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if (!member_read(root, &members[i], problem))
			return false;
	if (!kind_read(kind, &target->kind, problem) ||
	        !rate_read(root, &notifier->per_hour, problem))
		return false;
	if (!search_keep(&notifier->search, ARCHIVE_ALERTS, slice_text(q), &trouble))
		return wrong(problem, "/q", trouble.text);
	problem->pointer = "/url";
	return notice_target_check(target, problem->text);
}

static void common_write(const struct notifier *notifier, struct writer *out)
{
	const struct notice_target *target = &notifier->target;
	json_object(out, NULL);
	json_literal(out, "id", notifier->id);
	json_string(out, "name", slice_text(notifier->name));
	json_literal(out, "kind", notice_kind_name(target->kind));
	json_string(out, "url", slice_text(target->url));
	json_string(out, "user", slice_text(target->user));
	json_string(out, "from", slice_text(target->from));
	json_string(out, "to", slice_text(target->to));
	json_string(out, "q", slice_text(notifier->search.text));
	json_u64(out, "per_hour", notifier->per_hour);
}

void notifier_keep(const struct notifier *notifier, struct writer *out)
{
	common_write(notifier, out);
	json_string(out, "secret", slice_text(notifier->target.secret));
	json_object_end(out);
}

void notifier_show(const struct notifier *notifier, struct writer *out)
{
	common_write(notifier, out);
	json_bool(out, "has_secret", notifier->target.secret[0] != 0);
	json_u64(out, "sent", notifier->sent);
	json_u64(out, "failed", notifier->failed);
	json_u64(out, "held_back", notifier->held);
	if (notifier->last_sent_us)
		json_time(out, "last_sent", notifier->last_sent_us);
	if (notifier->last_problem_us) {
		json_time(out, "last_problem_at", notifier->last_problem_us);
		json_string(out, "last_problem", slice_text(notifier->last_problem));
	}
	json_object_end(out);
}
