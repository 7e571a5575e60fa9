#include "cli/incident.h"

#include <stdlib.h>
#include <string.h>

/* Whom an alert names. */
enum token_kind { TOKEN_SOURCE, TOKEN_ACCOUNT };

enum { TOKENS_PER_ALERT = 8 };

struct token {
	enum token_kind kind;
	struct slice text;
	size_t member; /* index of the alert among the judged ones */
};

/* An alert on its way into an incident. */
struct member {
	const struct finding_alert *alert;
	size_t root; /* the earliest alert that it belongs to */
};

struct joiner {
	struct member *members; /* alerts of severity medium and above, in their order */
	size_t count;
	struct token *tokens;
	size_t token_count;
};

struct token_list {
	struct token items[TOKENS_PER_ALERT];
	size_t count;
};

static void token_add(struct token_list *list, enum token_kind kind, struct slice text)
{
	if (text.len && list->count < TOKENS_PER_ALERT)
		list->items[list->count++] = (struct token){.kind = kind, .text = text};
}

/*
 * By its entity, the fields of its key, and the account that its event named. An entity
 * that is an address is the stranger; beside it the key's source may be the victim.
 */
static struct token_list tokens_of(const struct finding_alert *alert)
{
	static const struct {
		const char *field;
		enum token_kind kind;
	} FIELDS[] = {
	        {"src.ip", TOKEN_SOURCE},
	        {"auth.user", TOKEN_ACCOUNT},
	        {"registration.user", TOKEN_ACCOUNT},
	        {"call.account", TOKEN_ACCOUNT},
	};
	struct token_list list = {.count = 0};
	struct slice rest = alert->key;

	while (rest.len) {
		struct slice value = slice_split(&rest, ' ');
		const struct slice field = slice_split(&value, '=');
		for (size_t i = 0; i < sizeof(FIELDS) / sizeof(FIELDS[0]); i++)
			if (slice_equal(field, slice_text(FIELDS[i].field)) &&
			        (FIELDS[i].kind == TOKEN_ACCOUNT ||
			                alert->entity_type != ENTITY_IP))
				token_add(&list, FIELDS[i].kind, value);
	}
	if (alert->entity_type == ENTITY_ACCOUNT)
		token_add(&list, TOKEN_ACCOUNT, alert->entity);
	else if (alert->entity_type == ENTITY_IP)
		token_add(&list, TOKEN_SOURCE, alert->entity);
	token_add(&list, TOKEN_ACCOUNT, alert->account);
	return list;
}

static size_t root_of(const struct joiner *joiner, size_t index)
{
	struct member *members = joiner->members;
	while (members[index].root != index) {
		members[index].root = members[members[index].root].root;
		index = members[index].root;
	}
	return index;
}

static int by_token(const void *a, const void *b)
{
	const struct token *left = a;
	const struct token *right = b;
	if (left->kind != right->kind)
		return left->kind < right->kind ? -1 : 1;
	const int order = slice_compare(left->text, right->text);
	return order ? order
	             : (int)(left->member > right->member) -
	                       (int)(left->member < right->member);
}

/* Alerts that share a token become one; the earliest of them is their root. */
static void join(struct joiner *joiner)
{
	if (joiner->token_count)
		qsort(joiner->tokens, joiner->token_count, sizeof(*joiner->tokens),
		        by_token);
	for (size_t i = 1; i < joiner->token_count; i++) {
		const struct token *before = &joiner->tokens[i - 1];
		const struct token *token = &joiner->tokens[i];
		if (before->kind != token->kind ||
		        !slice_equal(before->text, token->text))
			continue;
		const size_t a = root_of(joiner, before->member);
		const size_t b = root_of(joiner, token->member);
		joiner->members[a > b ? a : b].root = a > b ? b : a;
	}
	for (size_t i = 0; i < joiner->count; i++)
		joiner->members[i].root = root_of(joiner, i);
}

static int by_root(const void *a, const void *b)
{
	const struct member *left = a;
	const struct member *right = b;
	if (left->root != right->root)
		return left->root < right->root ? -1 : 1;
	return (int)(left->alert > right->alert) - (int)(left->alert < right->alert);
}

static bool joiner_open(struct joiner *joiner, const struct findings *findings)
{
	const size_t most = findings->alert_count + 1;
	joiner->members = malloc(most * sizeof(*joiner->members));
	joiner->tokens = malloc(most * TOKENS_PER_ALERT * sizeof(*joiner->tokens));
	if (!joiner->members || !joiner->tokens)
		return false;
	for (size_t i = 0; i < findings->alert_count; i++) {
		const struct finding_alert *alert = &findings->alerts[i];
		if (alert->rule.severity > SEVERITY_MEDIUM)
			continue;
		struct token_list list = tokens_of(alert);
		for (size_t token = 0; token < list.count; token++) {
			list.items[token].member = joiner->count;
			joiner->tokens[joiner->token_count++] = list.items[token];
		}
		joiner->members[joiner->count] = (struct member){alert, joiner->count};
		joiner->count++;
	}
	join(joiner);
	qsort(joiner->members, joiner->count, sizeof(*joiner->members), by_root);
	return true;
}

static void joiner_close(struct joiner *joiner)
{
	free(joiner->members);
	free(joiner->tokens);
}

static bool has_source(const struct incident *incident, const struct address *ip)
{
	for (size_t i = 0; i < incident->source_count; i++)
		if (address_equal(&incident->sources[i], ip))
			return true;
	return false;
}

static void source_add(struct incident *incident, const struct address *ip)
{
	if (has_source(incident, ip))
		return;
	if (incident->source_count < INCIDENT_SOURCES_MAX)
		incident->sources[incident->source_count++] = *ip;
	else
		incident->sources_left_out++;
}

/* Networks among the names are no addresses; the alerts of their hosts name those. */
static void name_add(struct incident *incident, struct slice text)
{
	struct address ip;
	if (address_parse(text, &ip))
		source_add(incident, &ip);
}

/* Who asked for what an alert about an account tells, unless others ask it. */
static void requester_add(struct incident *incident, const struct finding_alert *alert,
        const struct findings *findings)
{
	const struct deed *deed = deeds_of(&findings->deeds, &alert->requester);
	if (alert->entity_type == ENTITY_ACCOUNT && deed && deed->served == 0)
		source_add(incident, &alert->requester);
}

static void account_add(struct incident *incident, struct slice account)
{
	for (size_t i = 0; i < incident->account_count; i++)
		if (slice_equal(incident->accounts[i], account))
			return;
	if (incident->account_count < INCIDENT_ACCOUNTS_MAX)
		incident->accounts[incident->account_count++] = account;
	else
		incident->accounts_left_out++;
}

static void alert_add(struct incident *incident, const struct finding_alert *alert,
        const struct findings *findings)
{
	const struct token_list list = tokens_of(alert);

	incident->alerts[incident->alert_count++] = alert;
	if (alert->rule.severity < incident->worst)
		incident->worst = alert->rule.severity;
	requester_add(incident, alert, findings);
	for (size_t i = 0; i < list.count; i++) {
		if (list.items[i].kind == TOKEN_SOURCE)
			name_add(incident, list.items[i].text);
		else
			account_add(incident, list.items[i].text);
	}
}

/* The members lie together by their roots: each run of them is an incident. */
static void share_out(struct incidents *incidents, const struct joiner *joiner,
        const struct findings *findings)
{
	struct incident *incident = NULL;
	for (size_t i = 0; i < joiner->count; i++) {
		if (!i || joiner->members[i].root != joiner->members[i - 1].root) {
			incident = &incidents->items[incidents->count++];
			*incident = (struct incident){
			        .alerts = &incidents->alerts[i], .worst = SEVERITY_INFO};
		}
		alert_add(incident, joiner->members[i].alert, findings);
	}
}

static int worse(const void *a, const void *b)
{
	const struct incident *left = a;
	const struct incident *right = b;
	if (left->worst != right->worst)
		return left->worst < right->worst ? -1 : 1;
	if (left->alert_count != right->alert_count)
		return left->alert_count > right->alert_count ? -1 : 1;
	return (int)(left->alerts > right->alerts) - (int)(left->alerts < right->alerts);
}

bool incidents_of(struct incidents *incidents, const struct findings *findings)
{
	struct joiner joiner = {0};
	*incidents = (struct incidents){0};
	incidents->items =
	        malloc((findings->alert_count + 1) * sizeof(*incidents->items));
	incidents->alerts =
	        malloc((findings->alert_count + 1) * sizeof(struct finding_alert *));
	const bool fine =
	        incidents->items && incidents->alerts && joiner_open(&joiner, findings);
	if (fine) {
		share_out(incidents, &joiner, findings);
		qsort(incidents->items, incidents->count, sizeof(*incidents->items),
		        worse);
	}
	joiner_close(&joiner);
	return fine;
}

/* Another leg of the call before it; legs lie near each other. */
static bool leg_known(const struct incident_calls *calls, const struct finding_call *call)
{
	enum { NEAR = 64 };
	for (size_t i = calls->count; call->correlation && i && i + NEAR > calls->count;
	        i--)
		if (calls->items[i - 1]->correlation == call->correlation)
			return true;
	return false;
}

/* Whether a block would have been standing at that moment, and by which alert. */
static const struct finding_alert *stopped_by(
        const struct incident *incident, uint64_t time_us)
{
	for (size_t i = 0; i < incident->alert_count; i++) {
		const struct finding_alert *alert = incident->alerts[i];
		if (alert->time_us <= time_us && alert->would == VERDICT_BLOCK &&
		        time_us - alert->time_us < alert->rule.respond_us)
			return alert;
	}
	return NULL;
}

static void call_add(struct incident_calls *calls, const struct incident *incident,
        const struct finding_call *call)
{
	calls->items[calls->count++] = call;
	if (!calls->first_us || call->start_us < calls->first_us)
		calls->first_us = call->start_us;
	if (call->end_us > calls->last_us)
		calls->last_us = call->end_us;
	if (!call->answer_us)
		return;
	calls->answered++;
	calls->talk_s += call->duration_s;
	if (has_source(incident, &call->caller.ip) &&
	        stopped_by(incident, call->start_us)) {
		calls->prevented++;
		calls->prevented_s += call->duration_s;
	}
}

static int by_place(const void *a, const void *b)
{
	const struct finding_call *left = *(const struct finding_call *const *)a;
	const struct finding_call *right = *(const struct finding_call *const *)b;
	return (int)(left > right) - (int)(left < right);
}

/* The calls of the strangers and of the alerts, some of them twice; how many. */
static size_t gather(const struct finding_call **into, const struct incident *incident,
        const struct findings *findings)
{
	size_t count = 0;
	for (size_t i = 0; i < incident->alert_count; i++) {
		const struct finding_call *call =
		        findings_call(findings, incident->alerts[i]->call);
		if (call)
			into[count++] = call;
	}
	for (size_t i = 0; i < findings->call_count; i++)
		if (has_source(incident, &findings->calls[i].caller.ip))
			into[count++] = &findings->calls[i];
	return count;
}

bool incident_calls(struct incident_calls *calls, const struct incident *incident,
        const struct findings *findings)
{
	*calls = (struct incident_calls){0};
	const size_t most = findings->call_count + incident->alert_count + 1;
	const struct finding_call **found = malloc(most * sizeof(struct finding_call *));
	if (!found)
		return false;
	const size_t count = gather(found, incident, findings);
	qsort((void *)found, count, sizeof(*found), by_place);
	calls->items = found;
	for (size_t i = 0; i < count; i++) {
		const struct finding_call *call = found[i];
		if ((!i || call != found[i - 1]) && !leg_known(calls, call))
			call_add(calls, incident, call);
	}
	return true;
}

const struct finding_alert *incident_stop(const struct incident *incident)
{
	const struct finding_alert *drop = NULL;
	for (size_t i = 0; i < incident->alert_count; i++) {
		if (incident->alerts[i]->would == VERDICT_BLOCK)
			return incident->alerts[i];
		if (!drop && incident->alerts[i]->would != VERDICT_PASS)
			drop = incident->alerts[i];
	}
	return drop;
}

void incidents_clear(struct incidents *incidents)
{
	free(incidents->items);
	free((void *)incidents->alerts);
	*incidents = (struct incidents){0};
}
