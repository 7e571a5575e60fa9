/*
 * Key figures as events: calls that end are counted by whom they concern, and when a
 * window closes each group is told, to rules and reports alike.
 */
#include "engine/detect/field_source.h"
#include "engine/detect/judge.h"

void detect_kpi_call(struct detect *detect, const struct event *event)
{
	if (event->kind != EVENT_CALL_END || !event->call)
		return;
	field_cache_open(&detect->cache, event);
	kpis_call(
	        detect->kpis, event->call, field_parties(&detect->cache), event->time_us);
}

const struct event *detect_kpi_next(struct detect *detect, uint64_t now_us, bool end)
{
	const struct kpi *kpi = kpis_due(detect->kpis, now_us, end);

	if (!kpi)
		return NULL;
	detect->kpi_event =
	        (struct event){.kind = EVENT_KPI, .time_us = now_us, .kpi = kpi};
	return &detect->kpi_event;
}
