/*
 * Key figures of a window, and what they usually are.
 */
#include "engine/detect/kpi.h"
#include "engine/report/event_parts.h"
#include "engine/report/json.h"

void kpi_json(const struct kpi *kpi, struct writer *out)
{
	double value;

	json_object(out, "kpi");
	json_string(out, "by", kpi_by_name(kpi->by));
	json_string(out, "name", slice_of(kpi->name, kpi->name_len));
	json_time(out, "start", kpi->start_us);
	json_time(out, "end", kpi->end_us);
	json_u64(out, "attempts", kpi->counts.attempts);
	json_u64(out, "answered", kpi->counts.answered);
	for (unsigned i = 0; i < KPI_FIGURE_COUNT; i++)
		if (kpi_figure(kpi, (enum kpi_figure)i, &value))
			json_fixed(out, kpi_figure_name((enum kpi_figure)i), value, 2);
	if (kpi->windows) {
		json_object(out, "usual");
		for (unsigned i = 0; i < KPI_FIGURE_COUNT; i++)
			json_fixed(out, kpi_figure_name((enum kpi_figure)i),
			        kpi->usual[i], 2);
		json_object_end(out);
	}
	json_object_end(out);
}
