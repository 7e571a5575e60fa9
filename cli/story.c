#include "cli/story.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/phrase.h"
#include "engine/detect/rule.h"

enum { SECOND_US = 1000000, NAMES_MAX = 4 };

/* A line being written; its text is handed over when it is closed. */
struct line {
	FILE *to;
	char *text;
	size_t size;
};

static bool line_open(struct line *line)
{
	line->to = open_memstream(&line->text, &line->size);
	return line->to != NULL;
}

static char *line_close(struct line *line)
{
	return fclose(line->to) == 0 ? line->text : NULL;
}

static void put_source(
        FILE *to, const struct findings *findings, const struct address *ip)
{
	phrase_address(to, ip);
	const struct geo_ops *geo = findings->rules ? findings->rules->geo : NULL;
	if (!geo)
		return;
	const struct geo_place place = geo->find(geo->context, ip);
	if (place.country[0] && place.asn)
		fprintf(to, " (%.2s, AS%u)", place.country, place.asn);
	else if (place.country[0])
		fprintf(to, " (%.2s)", place.country);
}

static void put_sources(
        FILE *to, const struct incident *incident, const struct findings *findings)
{
	for (size_t i = 0; i < incident->source_count && i < NAMES_MAX; i++) {
		fprintf(to, "%s", i ? ", " : "");
		put_source(to, findings, &incident->sources[i]);
	}
	if (incident->source_count > NAMES_MAX)
		fprintf(to, " and %zu more%s", incident->source_count - NAMES_MAX,
		        incident->sources_left_out ? " or so" : "");
}

static void put_accounts(FILE *to, const struct incident *incident)
{
	for (size_t i = 0; i < incident->account_count && i < NAMES_MAX; i++) {
		fprintf(to, "%s", i ? ", " : "");
		phrase_text(to, incident->accounts[i]);
	}
	if (incident->account_count > NAMES_MAX)
		fprintf(to, " and %zu more%s", incident->account_count - NAMES_MAX,
		        incident->accounts_left_out ? " or so" : "");
}

/* What the strangers did, all together. */
struct tally {
	uint64_t first_us;
	uint64_t last_us;
	uint64_t requests[DEED_METHODS];
	uint64_t all, granted, refused, denied, challenged, silent, users;
};

static struct tally tally_of(
        const struct incident *incident, const struct findings *findings)
{
	struct tally tally = {.first_us = incident->alerts[0]->time_us,
	        .last_us = incident->alerts[incident->alert_count - 1]->time_us};
	for (size_t i = 0; i < incident->source_count; i++) {
		const struct deed *deed =
		        deeds_of(&findings->deeds, &incident->sources[i]);
		if (!deed)
			continue;
		if (deed->first_us && deed->first_us < tally.first_us)
			tally.first_us = deed->first_us;
		if (deed->last_us > tally.last_us)
			tally.last_us = deed->last_us;
		for (size_t method = 0; method < DEED_METHODS; method++) {
			tally.requests[method] += deed->requests[method];
			tally.all += deed->requests[method];
		}
		tally.granted += deed->granted;
		tally.refused += deed->refused;
		tally.denied += deed->denied;
		tally.challenged += deed->challenged;
		tally.silent += deed->silent;
		tally.users += deed->user_count;
	}
	return tally;
}

static void tell_title(
        FILE *to, const struct incident *incident, const struct story *story)
{
	if (incident->source_count)
		phrase_address(to, &incident->sources[0]);
	else
		phrase_text(to, incident->alerts[0]->entity);
	if (incident->source_count > 1)
		fprintf(to, " and %zu more", incident->source_count - 1);
	if (incident->account_count == 1) {
		fprintf(to, ", account ");
		phrase_text(to, incident->accounts[0]);
	}
	fprintf(to, ": ");
	phrase_count(to, incident->alert_count, "alert", "alerts");
	if (story->calls.answered) {
		fprintf(to, ", ");
		phrase_count(
		        to, story->calls.answered, "answered call", "answered calls");
	}
}

static void tell_who(FILE *to, const struct incident *incident,
        const struct findings *findings, const struct tally *tally)
{
	if (incident->source_count) {
		put_sources(to, incident, findings);
		fprintf(to, incident->source_count > 1 ? " came " : " came first ");
	} else {
		fprintf(to, "It began ");
	}
	fprintf(to, "at ");
	phrase_time(to, tally->first_us);
	fprintf(to, " UTC; the last of it was seen ");
	phrase_span(to, (double)(tally->last_us - tally->first_us) / SECOND_US);
	fprintf(to, " later.");
	if (!incident->account_count)
		return;
	fprintf(to, " It is about the account%s ",
	        incident->account_count > 1 ? "s" : "");
	put_accounts(to, incident);
	fprintf(to, ".");
}

static void tell_tried(FILE *to, const struct tally *tally)
{
	static const char *const NAMES[DEED_METHODS] = {
	        [DEED_REGISTER] = "REGISTER",
	        [DEED_INVITE] = "INVITE",
	        [DEED_OPTIONS] = "OPTIONS",
	        [DEED_OTHER] = "other",
	};
	const char *between = "";
	if (!tally->all)
		return;
	phrase_count(to, tally->all, "request", "requests");
	fprintf(to, " (");
	for (size_t method = 0; method < DEED_METHODS; method++) {
		if (!tally->requests[method])
			continue;
		fprintf(to, "%s%llu %s", between,
		        (unsigned long long)tally->requests[method], NAMES[method]);
		between = ", ";
	}
	fprintf(to, ")");
	if (tally->users > 1)
		fprintf(to, " for %llu different users",
		        (unsigned long long)tally->users);
	fprintf(to, ": ");
	const struct {
		uint64_t count;
		const char *name;
	} ends[] = {{tally->granted, "granted"}, {tally->refused, "refused"},
	        {tally->denied, "with wrong credentials"},
	        {tally->challenged, "challenged"}, {tally->silent, "never answered"}};
	between = "";
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (!ends[i].count)
			continue;
		fprintf(to, "%s%llu %s", between, (unsigned long long)ends[i].count,
		        ends[i].name);
		between = ", ";
	}
	fprintf(to, "%s.", between[0] ? "" : "nothing came of them");
}

/* Whom the strangers registered as. */
static void tell_registrations(
        FILE *to, const struct incident *incident, const struct findings *findings)
{
	size_t told = 0;
	for (size_t i = 0; i < findings->registration_count; i++) {
		const struct finding_registration *row = &findings->registrations[i];
		bool theirs = false;
		for (size_t at = 0; at < incident->source_count; at++)
			theirs |= address_equal(&row->source.ip, &incident->sources[at]);
		if (!theirs)
			continue;
		if (told++ >= NAMES_MAX)
			continue;
		fprintf(to, "%s", told == 1 ? "Registered as " : ", ");
		phrase_text(to, row->user);
		fprintf(to, " at ");
		phrase_time(to, row->time_us);
	}
	if (told > NAMES_MAX)
		fprintf(to, " and as %zu more", told - NAMES_MAX);
	if (told)
		fprintf(to, ". ");
}

/* How many different numbers were called, the first ones by name. */
static void put_numbers(FILE *to, const struct incident_calls *calls)
{
	const struct finding_call *named[NAMES_MAX];
	size_t count = 0;
	for (size_t i = 0; i < calls->count && count < NAMES_MAX; i++) {
		bool known = false;
		for (size_t at = 0; at < count; at++)
			known |=
			        slice_equal(named[at]->to_user, calls->items[i]->to_user);
		if (!known && calls->items[i]->answer_us)
			named[count++] = calls->items[i];
	}
	for (size_t i = 0; i < count; i++) {
		fprintf(to, "%s", i ? ", " : " to ");
		phrase_text(to, named[i]->to_user);
		if (named[i]->country[0])
			fprintf(to, " (%.2s)", named[i]->country);
	}
	if (count == NAMES_MAX)
		fprintf(to, " and others");
}

/* What they cost, a sum for each of the first currencies. */
static void put_cost(FILE *to, const struct incident_calls *calls)
{
	const char *currencies[NAMES_MAX];
	double sums[NAMES_MAX];
	size_t count = 0;
	for (size_t i = 0; i < calls->count; i++) {
		const struct finding_call *call = calls->items[i];
		size_t at = 0;
		while (at < count && memcmp(currencies[at], call->currency,
		                             sizeof(call->currency)) != 0)
			at++;
		if (!call->currency[0] || at == NAMES_MAX)
			continue;
		if (at == count) {
			currencies[count] = call->currency;
			sums[count++] = 0;
		}
		sums[at] += call->cost;
	}
	for (size_t i = 0; i < count; i++)
		fprintf(to, "%s %.3s %.2f", i ? " and" : ", for", currencies[i], sums[i]);
}

static void tell_worked(FILE *to, const struct incident *incident,
        const struct findings *findings, const struct incident_calls *calls)
{
	tell_registrations(to, incident, findings);
	if (!calls->count)
		return;
	phrase_count(to, calls->count, "call", "calls");
	fprintf(to, ", %zu answered", calls->answered);
	if (calls->answered) {
		put_numbers(to, calls);
		fprintf(to, ", ");
		phrase_span(to, calls->talk_s);
		fprintf(to, " of talk");
		put_cost(to, calls);
	}
	fprintf(to, "; the first at ");
	phrase_time(to, calls->first_us);
	fprintf(to, ", the last ended at ");
	phrase_time(to, calls->last_us);
	fprintf(to, ".");
}

static void tell_stop(FILE *to, const struct incident *incident,
        const struct incident_calls *calls, uint64_t first_us)
{
	const struct finding_alert *alert = incident_stop(incident);
	if (!alert) {
		fprintf(to, "No rule would have stopped it by itself; ");
		phrase_text(to, incident->alerts[0]->rule.id);
		fprintf(to, " told it first, at ");
		phrase_time(to, incident->alerts[0]->time_us);
		fprintf(to, ".");
		return;
	}
	fprintf(to, "Enforced, the rule ");
	phrase_text(to, alert->rule.id);
	fprintf(to, " would have %s it at ",
	        alert->would == VERDICT_BLOCK   ? "blocked"
	        : alert->would == VERDICT_LIMIT ? "limited"
	                                        : "dropped");
	phrase_time(to, alert->time_us);
	fprintf(to, ", ");
	phrase_span(to, (double)(alert->time_us - first_us) / SECOND_US);
	fprintf(to, " after its first packet");
	if (alert->would == VERDICT_BLOCK && alert->rule.respond_us) {
		fprintf(to, ", for ");
		phrase_span(to, (double)alert->rule.respond_us / SECOND_US);
	}
	if (calls->prevented) {
		fprintf(to, "; ");
		phrase_count(to, calls->prevented, "answered call", "answered calls");
		fprintf(to, " (");
		phrase_span(to, calls->prevented_s);
		fprintf(to, " of talk) would not have happened");
	}
	fprintf(to, ".");
}

static void steps_of(struct story *story, const struct incident *incident)
{
	for (size_t i = 0; i < incident->alert_count; i++) {
		const struct finding_alert *alert = incident->alerts[i];
		struct story_step *step = NULL;
		for (size_t at = 0; at < story->step_count && !step; at++)
			if (story->steps[at].alert->rule.number == alert->rule.number)
				step = &story->steps[at];
		if (!step && story->step_count == STORY_STEPS_MAX) {
			story->steps_left_out++;
			continue;
		}
		if (!step) {
			step = &story->steps[story->step_count++];
			*step = (struct story_step){.alert = alert};
		}
		step->count++;
		step->last_us = alert->time_us;
	}
}

bool story_of(struct story *story, const struct incident *incident,
        const struct findings *findings)
{
	struct line lines[5];
	size_t open = 0;

	*story = (struct story){0};
	if (!incident_calls(&story->calls, incident, findings))
		return false;
	while (open < 5 && line_open(&lines[open]))
		open++;
	if (open == 5) {
		const struct tally tally = tally_of(incident, findings);
		tell_title(lines[0].to, incident, story);
		tell_who(lines[1].to, incident, findings, &tally);
		tell_tried(lines[2].to, &tally);
		tell_worked(lines[3].to, incident, findings, &story->calls);
		tell_stop(lines[4].to, incident, &story->calls, tally.first_us);
		steps_of(story, incident);
	}
	char **const into[5] = {
	        &story->title, &story->who, &story->tried, &story->worked, &story->stop};
	bool fine = open == 5;
	for (size_t i = 0; i < open; i++)
		fine = (*into[i] = line_close(&lines[i])) != NULL && fine;
	return fine;
}

void story_clear(struct story *story)
{
	free(story->title);
	free(story->who);
	free(story->tried);
	free(story->worked);
	free(story->stop);
	free((void *)story->calls.items);
	*story = (struct story){0};
}
