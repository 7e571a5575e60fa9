#include "dashboard-api/stats.h"

#include <string.h>

#include "dashboard-api/list.h"
#include "dashboard-api/mask.h"
#include "dashboard-api/problem.h"
#include "dashboard-api/query.h"
#include "dashboard-api/route.h"
#include "engine/report/json.h"

enum { LINE_BYTES = 2048, ENTITY_LIMIT = 20 };

static const char *const BY[] = {"by", NULL};
static const char *const KPI_ALSO[] = {"by", "at_risk", NULL};

/* Groups while they are written. */
struct groups {
	struct buffer *out;
	bool any;
};

static struct writer group_begin(struct groups *groups, struct slice key)
{
	if (groups->any)
		buffer_string(groups->out, ",");
	groups->any = true;
	struct writer out = buffer_room(groups->out, LINE_BYTES);
	json_object(&out, NULL);
	if (slice_present(key))
		json_string(&out, "key", key);
	else
		writer_string(&out, "\"key\":null");
	return out;
}

static bool group_end(struct groups *groups, struct writer *out)
{
	json_object_end(out);
	buffer_take(groups->out, out);
	return !groups->out->failed;
}

static double share(uint64_t part, uint64_t whole)
{
	return whole ? 100.0 * (double)part / (double)whole : 0;
}

static bool kpi_write(void *context, const struct archive_kpi *kpi)
{
	struct groups *groups = context;
	struct writer out = group_begin(groups, kpi->key);
	json_u64(&out, "attempts", kpi->attempts);
	json_u64(&out, "answered", kpi->answered);
	json_fixed(&out, "asr_percent", share(kpi->answered, kpi->attempts), 2);
	json_fixed(&out, "ner_percent", share(kpi->effective, kpi->attempts), 2);
	json_fixed(&out, "acd_s",
	        kpi->answered ? kpi->duration_s / (double)kpi->answered : 0, 1);
	json_fixed(&out, "minutes", kpi->duration_s / 60, 2);
	json_fixed(&out, "pdd_ms", kpi->pdd_ms, 0);
	if (kpi->mos > 0)
		json_fixed(&out, "mos", kpi->mos, 2);
	json_u64(&out, "mos_low", kpi->mos_low);
	if (slice_present(kpi->currency)) {
		json_fixed(&out, "cost", kpi->cost, 2);
		json_string(&out, "currency", kpi->currency);
	}
	return group_end(groups, &out);
}

static bool quality_write(void *context, const struct archive_quality *quality)
{
	struct groups *groups = context;
	struct writer out = group_begin(groups, quality->key);
	json_u64(&out, "streams", quality->streams);
	json_u64(&out, "packets", quality->packets);
	json_u64(&out, "lost", quality->lost);
	json_fixed(&out, "loss_percent",
	        share(quality->lost, quality->packets + quality->lost), 3);
	json_fixed(&out, "jitter_ms", quality->jitter_ms, 2);
	if (quality->mos > 0) {
		json_fixed(&out, "mos", quality->mos, 2);
		json_fixed(&out, "mos_least", quality->mos_least, 2);
	}
	return group_end(groups, &out);
}

static bool by_read(struct visit *visit, enum archive_kind kind, enum archive_by *by,
        const struct archive_field **field)
{
	const struct slice name = visit_parameter(visit, "by");
	*field = NULL;
	*by = ARCHIVE_BY_ALL;
	if (!slice_present(name) || slice_equal(name, SLICE("all")))
		return true;
	*by = ARCHIVE_BY_HOUR;
	if (slice_equal(name, SLICE("hour")))
		return true;
	*by = ARCHIVE_BY_PREFIX;
	if (kind == ARCHIVE_CALLS && slice_equal(name, SLICE("prefix")))
		return true;
	*by = ARCHIVE_BY_FIELD;
	*field = archive_field(kind, name);
	return *field || problem_at(visit, 400, "?by", "all, hour%s or a field of %s",
	                         kind == ARCHIVE_CALLS ? ", prefix" : "",
	                         archive_table(kind)->name);
}

static void groups_end(struct visit *visit, enum archive_listed listed)
{
	if (!listed_check(visit, listed))
		return;
	buffer_string(&visit->reply->body, "]}");
	visit->reply->content_type = "application/json";
}

void kpis_get(struct visit *visit)
{
	struct archive_query query;
	struct groups groups = {.out = &visit->reply->body};
	const struct archive_kpi_reader reader = {&groups, kpi_write};
	const struct archive_field *field;
	enum archive_by by;
	if (!by_read(visit, ARCHIVE_CALLS, &by, &field) ||
	        !query_read(visit, ARCHIVE_CALLS, KPI_ALSO, &query))
		return;
	query.at_risk = slice_equal(visit_parameter(visit, "at_risk"), SLICE("true"));
	buffer_string(groups.out, "{\"data\":[");
	groups_end(visit, archive_kpis(visit->api->archive, &query, by, field, &reader));
}

void quality_get(struct visit *visit)
{
	struct archive_query query;
	struct groups groups = {.out = &visit->reply->body};
	const struct archive_quality_reader reader = {&groups, quality_write};
	const struct archive_field *field;
	enum archive_by by;
	if (!by_read(visit, ARCHIVE_STREAMS, &by, &field) ||
	        !query_read(visit, ARCHIVE_STREAMS, BY, &query))
		return;
	buffer_string(groups.out, "{\"data\":[");
	groups_end(visit,
	        archive_qualities(visit->api->archive, &query, by, field, &reader));
}

/* A kind of entity and how it appears in a table. */
struct appearance {
	struct slice entity;
	enum archive_kind kind;
	const char *fields[3];
};

static const struct appearance APPEARANCES[] = {
        {{"ip", 2}, ARCHIVE_ALERTS, {"src_ip", "dest_ip", NULL}},
        {{"ip", 2}, ARCHIVE_CALLS, {"src_ip", "dest_ip", NULL}},
        {{"ip", 2}, ARCHIVE_REGISTRATIONS, {"src_ip", NULL}},
        {{"ip", 2}, ARCHIVE_STREAMS, {"src_ip", NULL}},
        {{"account", 7}, ARCHIVE_ALERTS, {"entity", NULL}},
        {{"account", 7}, ARCHIVE_CALLS, {"account", NULL}},
        {{"account", 7}, ARCHIVE_REGISTRATIONS, {"user", NULL}},
        {{"number", 6}, ARCHIVE_ALERTS, {"entity", NULL}},
        {{"number", 6}, ARCHIVE_CALLS, {"caller", "called", NULL}},
        {{"asn", 3}, ARCHIVE_CALLS, {"asn", NULL}},
        {{"ua", 2}, ARCHIVE_ALERTS, {"user_agent", NULL}},
        {{"ua", 2}, ARCHIVE_CALLS, {"user_agent", NULL}},
        {{"ua", 2}, ARCHIVE_REGISTRATIONS, {"user_agent", NULL}},
};

/* The rows of one table, as a member of the answer. */
struct section {
	const struct visit *visit;
	enum archive_kind kind;
	bool any;
};

static bool section_row(void *context, const struct archive_row *row)
{
	struct section *section = context;
	struct buffer *out = &section->visit->reply->body;
	if (section->any)
		buffer_string(out, ",");
	section->any = true;
	row_json(section->visit, section->kind, row, out);
	return !out->failed;
}

static bool section_answer(
        struct visit *visit, const struct archive_query *query, bool first)
{
	struct section section = {visit, query->kind, false};
	const struct archive_reader reader = {&section, section_row};
	buffer_format(&visit->reply->body, "%s\"%s\":[", first ? "" : ",",
	        archive_table(query->kind)->name);
	if (!listed_check(visit, archive_list(visit->api->archive, query, &reader)))
		return false;
	buffer_string(&visit->reply->body, "]");
	return true;
}

void entity_get(struct visit *visit)
{
	bool known = false;
	buffer_string(&visit->reply->body, "{");
	for (size_t i = 0; i < sizeof(APPEARANCES) / sizeof(APPEARANCES[0]); i++) {
		const struct appearance *appearance = &APPEARANCES[i];
		struct archive_query query = {
		        .kind = appearance->kind, .limit = ENTITY_LIMIT};
		if (!slice_equal(appearance->entity, visit->values[0]))
			continue;
		for (size_t f = 0; appearance->fields[f]; f++)
			query.terms[query.term_count++] = (struct archive_term){
			        .field = archive_field(appearance->kind,
			                slice_text(appearance->fields[f])),
			        .value = visit->values[1]};
		if (!section_answer(visit, &query, !known))
			return;
		known = true;
	}
	if (!known) {
		(void)problem(visit, 404, "entities are ip, account, number, ua and asn");
		return;
	}
	buffer_string(&visit->reply->body, "}");
	visit->reply->content_type = "application/json";
}

/* An address finds by address, anything else by the text of events and their numbers. */
void search_get(struct visit *visit)
{
	static const enum archive_kind KINDS[] = {
	        ARCHIVE_ALERTS, ARCHIVE_CALLS, ARCHIVE_REGISTRATIONS};
	const struct slice text = slice_trim(visit_parameter(visit, "q"));
	struct network network;
	if (!text.len) {
		(void)problem_at(visit, 400, "?q", "what to search for");
		return;
	}
	const bool address = network_parse(text, &network);
	buffer_string(&visit->reply->body, "{");
	for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++) {
		struct archive_query query = {
		        .kind = KINDS[i], .limit = ENTITY_LIMIT, .term_count = 1};
		query.terms[0] = (struct archive_term){.value = text,
		        .comparison = address ? ARCHIVE_ANY_ADDRESS : ARCHIVE_HOLDS};
		if (!section_answer(visit, &query, i == 0))
			return;
	}
	buffer_string(&visit->reply->body, "}");
	visit->reply->content_type = "application/json";
}

static bool device_write(void *context, const struct archive_device *device)
{
	struct groups *groups = context;
	if (groups->any)
		buffer_string(groups->out, ",");
	groups->any = true;
	struct writer out = buffer_room(groups->out, LINE_BYTES * 4);
	json_object(&out, NULL);
	json_string(&out, "kind", device->kind);
	json_text(&out, "name", device->name);
	json_text(&out, "address", device->address);
	json_text(&out, "product", device->product);
	json_time(&out, "first", device->first_us);
	json_time(&out, "last", device->last_us);
	json_u64(&out, "seen", device->seen);
	return group_end(groups, &out);
}

void inventory_get(struct visit *visit)
{
	struct archive_query query;
	struct groups groups = {.out = &visit->reply->body};
	const struct archive_devices reader = {&groups, device_write};
	if (!query_read(visit, ARCHIVE_REGISTRATIONS, NULL, &query))
		return;
	buffer_string(groups.out, "{\"data\":[");
	groups_end(visit, archive_inventory(visit->api->archive, &query, &reader));
}
