#include "engine/report/rule_view.h"

#include "engine/detect/rule.h"

struct rule_view rule_view(const struct rule *rule)
{
	if (!rule)
		return (struct rule_view){.id = SLICE(""), .severity = SEVERITY_INFO};
	return (struct rule_view){
	        .id = rule->id,
	        .title = rule->title,
	        .category = rule->category,
	        .advice = rule->advice,
	        .map = rule->node ? node_find(rule->node, SLICE("map")) : NULL,
	        .number = rule->number,
	        .rev = rule->rev,
	        .severity = rule->severity,
	        .respond_us = rule->respond_us,
	};
}

struct slice rule_view_id(const struct rule *rule)
{
	return rule_view(rule).id;
}

const char *report_severity(enum severity severity)
{
	switch (severity) {
	case SEVERITY_CRITICAL:
		return "critical";
	case SEVERITY_HIGH:
		return "high";
	case SEVERITY_MEDIUM:
		return "medium";
	case SEVERITY_LOW:
		return "low";
	case SEVERITY_INFO:
		return "info";
	}
	return "info";
}

unsigned report_severity_eve(enum severity severity)
{
	return severity < SEVERITY_LOW ? (unsigned)severity : 4;
}

const char *report_entity(enum entity_type type)
{
	switch (type) {
	case ENTITY_IP:
		return "ip";
	case ENTITY_ACCOUNT:
		return "account";
	case ENTITY_NUMBER:
		return "number";
	case ENTITY_TRUNK:
		return "trunk";
	case ENTITY_DEVICE:
		return "device";
	}
	return "ip";
}

const char *report_verdict(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_PASS:
		return "pass";
	case VERDICT_LIMIT:
		return "limit";
	case VERDICT_DROP:
		return "drop";
	case VERDICT_BLOCK:
		return "block";
	}
	return "pass";
}
