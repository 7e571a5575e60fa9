#include "dashboard-api/letter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/document.h"
#include "platform/instant.h"
#include "platform/json.h"

/* RFC 5424 table 2: alert, error, warning, notice, informational. */
static unsigned syslog_severity(struct slice level)
{
	static const struct {
		const char *level;
		unsigned severity;
	} LEVELS[] = {{"critical", 2}, {"high", 3}, {"medium", 4}, {"low", 5}};
	for (size_t i = 0; i < sizeof(LEVELS) / sizeof(LEVELS[0]); i++)
		if (slice_equal(level, slice_text(LEVELS[i].level)))
			return LEVELS[i].severity;
	return 6;
}

static struct slice text_at(const struct node *node, const char *name)
{
	const struct node *member = node ? node_find(node, slice_text(name)) : NULL;
	return member && member->kind == NODE_SCALAR ? member->text : SLICE("");
}

/* A line for people, and how bad it is. */
static void describe(struct letter *letter)
{
	struct document_error error;
	struct document *event = json_parse("", slice_text(letter->json), &error);
	const struct node *inner = event ? node_find(event->root, SLICE("alert")) : NULL;
	const struct slice level = text_at(inner, "level");
	const struct slice what = text_at(inner, "signature");
	const struct slice whom =
	        text_at(event ? node_find(event->root, SLICE("entity")) : NULL, "value");
	letter->severity = syslog_severity(level);
	(void)snprintf(letter->subject, sizeof(letter->subject), "[%.*s] %.*s: %.*s",
	        (int)slice_first(level, 10).len, level.data,
	        (int)slice_first(what, 120).len, what.data,
	        (int)slice_first(whom, 80).len, whom.data);
	document_free(&event);
}

bool letter_write(struct letter *letter, struct notifier *to, struct slice json)
{
	char *copy = strndup(json.data, json.len);
	if (!copy)
		return false;
	*letter = (struct letter){.to = to, .json = copy, .due_ms = instant_steady_ms()};
	describe(letter);
	return true;
}

void letter_drop(struct letter *letter)
{
	free(letter->json);
	*letter = (struct letter){.to = NULL};
}
