/*
 * The archive on ClickHouse over HTTP, for those who outgrow one file: behind the face of
 * archive.h, chosen by an address instead of a path. Its SQL is what ClickHouse of 2018
 * and of today both take. A row is inserted again with a higher version when its state
 * changes, and the newest version counts; what comes twice is one row.
 */
#ifndef RINGFENCE_PLATFORM_CLICK_H
#define RINGFENCE_PLATFORM_CLICK_H

#include <cjson/cJSON.h>

#include "platform/archive.h"

struct click;

/* Whether the place of an archive is the address of a ClickHouse. */
bool click_is_place(const char *place);
/* "http://[user:password@]host:8123/database"; tables are made. */
struct click *click_open(const char *place, struct archive_error *error);
void click_close(struct click **click);
const char *click_problem(const struct click *click);

/* An event on its way in. */
struct click_event {
	enum archive_kind kind;
	const struct archive_origin *origin;
	struct slice line;
	const cJSON *event;
	uint64_t time_us;
};

/* Rows are gathered between begin and commit, and sent by the latter. */
void click_begin(struct click *click);
bool click_commit(struct click *click);
void click_rollback(struct click *click);
enum archive_stored click_store(struct click *click, const struct click_event *event);

enum archive_listed click_list(struct click *click, const struct archive_query *query,
        const struct archive_reader *reader);
bool click_get(struct click *click, enum archive_kind kind, int64_t id,
        const struct archive_reader *reader);
enum archive_listed click_aggregate(struct click *click,
        const struct archive_query *query, const struct archive_field *field,
        const struct archive_counter *counter);

/* By what is summed up. */
struct click_by {
	enum archive_by by;
	const struct archive_field *field;
};
enum archive_listed click_kpis(struct click *click, const struct archive_query *query,
        const struct click_by *by, const struct archive_kpi_reader *reader);
enum archive_listed click_qualities(struct click *click,
        const struct archive_query *query, const struct click_by *by,
        const struct archive_quality_reader *reader);
enum archive_listed click_inventory(struct click *click,
        const struct archive_query *query, const struct archive_devices *reader);

struct click_state {
	enum archive_kind kind;
	int64_t id;
	const struct archive_field *field;
	struct slice value;
};
bool click_update(struct click *click, const struct click_state *state);
/* Those before a time, seen live, or (capture present) those of a capture. */
uint64_t click_forget(struct click *click, enum archive_kind kind, uint64_t before_us,
        struct slice capture);

#endif
