#include "dashboard-api/indicators.h"

#include <stdio.h>

#include "dashboard-api/list.h"
#include "dashboard-api/paging.h"
#include "engine/base/address.h"
#include "engine/report/json.h"
#include "platform/secret.h"

enum { OBJECT_BYTES = 4096, ID_BYTES = 64 };

/* Who says so: one identity for every Ringfence. */
static const char IDENTITY[] = "identity--5a2b6f5e-7f0c-5d0e-9c55-3f6ad3b4a1c7";

/* The same thing has the same id whenever it is told: a UUID made of a name (RFC 9562
 * 5.5, here of SHA-256). */
static void id_write(char id[ID_BYTES], const char *type, struct slice name)
{
	char digest[SECRET_DIGEST_BYTES];
	secret_digest(name, digest);
	(void)snprintf(id, ID_BYTES, "%s--%.8s-%.4s-5%.3s-a%.3s-%.12s", type, digest,
	        digest + 8, digest + 13, digest + 17, digest + 20);
}

static void head_write(struct writer *out, const char *type, const char *id,
        uint64_t created_us, uint64_t modified_us)
{
	json_object(out, NULL);
	json_literal(out, "type", type);
	json_literal(out, "spec_version", "2.1");
	json_literal(out, "id", id);
	json_time(out, "created", created_us);
	json_time(out, "modified", modified_us);
}

static bool indicator_write(void *context, const struct archive_count *count)
{
	struct buffer *bundle = context;
	char id[ID_BYTES];
	char pattern[128];
	char description[128];
	struct address address;
	if (!slice_present(count->value) || !address_parse(count->value, &address))
		return true;
	id_write(id, "indicator", count->value);
	(void)snprintf(pattern, sizeof(pattern), "[%s:value = '%.*s']",
	        address_is_v4(&address) ? "ipv4-addr" : "ipv6-addr",
	        (int)count->value.len, count->value.data);
	(void)snprintf(description, sizeof(description), "%llu open alerts about it",
	        (unsigned long long)count->rows);
	buffer_string(bundle, ",");
	struct writer out = buffer_room(bundle, OBJECT_BYTES);
	head_write(&out, "indicator", id, count->first_us, count->last_us);
	json_literal(&out, "created_by_ref", IDENTITY);
	json_literal(&out, "name", "Attacks on VoIP");
	json_literal(&out, "description", description);
	json_array(&out, "indicator_types");
	json_literal(&out, NULL, "malicious-activity");
	json_array_end(&out);
	json_literal(&out, "pattern", pattern);
	json_literal(&out, "pattern_type", "stix");
	json_time(&out, "valid_from", count->first_us);
	json_object_end(&out);
	buffer_take(bundle, &out);
	return !bundle->failed;
}

static struct archive_term term(const char *field, const char *value, unsigned group)
{
	return (struct archive_term){
	        .field = archive_field(ARCHIVE_ALERTS, slice_text(field)),
	        .value = slice_text(value),
	        .group = group};
}

void indicators_get(struct visit *visit)
{
	struct archive_query query = {.kind = ARCHIVE_ALERTS,
	        .terms = {term("state", "open", 0), term("severity", "2", 1),
	                term("entity_type", "ip", 2)},
	        .term_count = 3};
	const struct archive_field *entity =
	        archive_field(ARCHIVE_ALERTS, SLICE("entity"));
	struct buffer *bundle = &visit->reply->body;
	const struct archive_counter counter = {bundle, indicator_write};
	char id[ID_BYTES];
	char moment[32];
	if (!paging_limit(visit, &query.limit))
		return;
	query.terms[1].comparison = ARCHIVE_MOST;
	(void)snprintf(moment, sizeof(moment), "%llu", (unsigned long long)visit->now_us);
	id_write(id, "bundle", slice_text(moment));
	buffer_format(bundle, "{\"type\":\"bundle\",\"id\":\"%s\",\"objects\":[", id);
	struct writer out = buffer_room(bundle, OBJECT_BYTES);
	/* As old as the standard's second version: it never changes. */
	head_write(&out, "identity", IDENTITY, 1623283200000000, 1623283200000000);
	json_literal(&out, "name", "Ringfence");
	json_literal(&out, "identity_class", "system");
	json_object_end(&out);
	buffer_take(bundle, &out);
	if (!listed_check(visit,
	            archive_aggregate(visit->api->archive, &query, entity, &counter)))
		return;
	buffer_string(bundle, "]}");
	visit->reply->content_type = "application/stix+json;version=2.1";
}
