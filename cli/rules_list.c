#include "cli/rules_list.h"

#include <stdio.h>

#include "cli/paint.h"
#include "engine/report/json.h"
#include "engine/report/rule_view.h"

static void list_json(const struct rule *rule)
{
	char buffer[8192];
	struct writer out = writer_of(buffer, sizeof(buffer));
	json_object(&out, NULL);
	json_text(&out, "id", rule->id);
	json_u64(&out, "rev", rule->rev);
	json_text(&out, "title", rule->title);
	json_text(&out, "category", rule->category);
	json_literal(&out, "severity", report_severity(rule->severity));
	json_bool(&out, "enabled", rule->enabled);
	json_object_end(&out);
	printf("%.*s", (int)out.len, buffer);
}

static void list_csv(const struct rule *rule)
{
	csv_text(rule->id);
	printf(",%u,%s,%s,", rule->rev, report_severity(rule->severity),
	        rule->enabled ? "true" : "false");
	csv_text(rule->category);
	putchar(',');
	csv_text(rule->title);
	putchar('\n');
}

static void list_row(const struct paint *paint, const struct rule *rule)
{
	paint_begin(paint, paint_severity(rule->severity));
	printf("%-8s", report_severity(rule->severity));
	paint_end(paint);
	printf("  ");
	paint_text(paint, rule->id, -34);
	printf("  %s", rule->enabled ? "" : "(off) ");
	paint_text(paint, rule->title, 90);
	printf("\n");
}

void rules_list(const struct rules *rules, enum output output)
{
	const struct paint paint = paint_of(stdout);
	const uint32_t count = rule_set_count(&rules->set);

	if (output == OUTPUT_CSV)
		printf("id,rev,severity,enabled,category,title\n");
	for (uint32_t i = 0; i < count; i++) {
		const struct rule *rule = rule_at(&rules->set, i);
		list_item(output, i);
		if (output == OUTPUT_TABLE)
			list_row(&paint, rule);
		else if (output == OUTPUT_CSV)
			list_csv(rule);
		else
			list_json(rule);
		if (output == OUTPUT_NDJSON)
			putchar('\n');
	}
	list_end(output, count);
}
