/*
 * Values of what accounts and numbers have done so far.
 */
#include "engine/detect/field_source.h"

#include "engine/detect/accounts.h"
#include "engine/detect/score.h"

static void set_bool(struct value *value, bool truth)
{
	value->type = VALUE_BOOL;
	value->number = truth ? 1 : 0;
}

static void set_number(struct value *value, double number)
{
	value->type = VALUE_NUMBER;
	value->number = number;
}

/* What a field is asked of. */
struct asked {
	const struct accounts *accounts;
	const struct site *site;
	const struct parties *parties;
	const struct account *account; /* NULL = never seen */
	uint64_t now_us;
};

static void of_pair(const struct asked *asked, enum field field, struct value *value)
{
	const struct number *called = &asked->parties->called.number;
	const struct account_pair *pair =
	        called->len ? account_pair_find(asked->accounts, asked->account,
	                              number_prefix(called))
	                    : NULL;

	if (pair && field == FIELD_ACCOUNT_PREFIX_RUNNING)
		set_number(value, pair->running);
	else if (pair)
		set_number(value, account_pair_calls(pair, asked->now_us));
}

static void of_habit(const struct asked *asked, enum field field, struct value *value)
{
	const struct account *account = asked->account;
	const uint16_t region = asked->parties->called.number.region;
	const struct site_time time = site_time(asked->site, asked->now_us);

	if (field == FIELD_ACCOUNT_LEARNED)
		set_bool(value, account_learned(account, asked->site, asked->now_us));
	else if (field == FIELD_ACCOUNT_COUNTRY_NEW)
		set_bool(value, region && account_country_new(account, asked->site,
		                                  region, asked->now_us));
	else if (field == FIELD_ACCOUNT_COUNTRY_KNOWN)
		set_bool(value,
		        region && account_country_known(account, region, asked->now_us));
	else
		set_bool(value,
		        account_hour_unusual(account, asked->site, &time, asked->now_us));
}

static void of_spending(const struct asked *asked, enum field field, struct value *value)
{
	const struct account *account = asked->account;
	const struct site_peer *entry = asked->parties->account_entry;

	if (field == FIELD_ACCOUNT_COST)
		set_number(value, account->cost_today);
	else if (field == FIELD_ACCOUNT_MINUTES)
		set_number(value, account->seconds_today / 60);
	else if (field == FIELD_ACCOUNT_SPEND_RANK)
		set_number(value, account_spend_rank(asked->accounts, account));
	else if (entry && entry->budget > 0)
		set_number(value, account->cost_today * 100 / entry->budget);
}

static void of_account(const struct asked *asked, enum field field, struct value *value)
{
	const struct account *account = asked->account;
	const struct site_peer *entry = asked->parties->account_entry;

	switch ((int)field) {
	case FIELD_ACCOUNT_RUNNING:
		set_number(value, account->running);
		break;
	case FIELD_ACCOUNT_PREFIX_RUNNING:
	case FIELD_ACCOUNT_PREFIX_CALLS:
		of_pair(asked, field, value);
		break;
	case FIELD_ACCOUNT_REPEATS:
		set_number(value, account->repeats);
		break;
	case FIELD_ACCOUNT_AGE:
		set_number(
		        value, ((double)asked->now_us / 1e6 - account->first_s) / 86400);
		break;
	case FIELD_ACCOUNT_FRESH:
		set_bool(value, account_fresh(asked->accounts, account, asked->site,
		                        asked->now_us));
		break;
	case FIELD_ACCOUNT_COUNTRIES:
		set_number(value, account->country_count);
		break;
	case FIELD_ACCOUNT_OVER:
		set_bool(value,
		        entry && entry->max_calls && account->running > entry->max_calls);
		break;
	case FIELD_ACCOUNT_LEARNED:
	case FIELD_ACCOUNT_COUNTRY_NEW:
	case FIELD_ACCOUNT_COUNTRY_KNOWN:
	case FIELD_ACCOUNT_HOUR_UNUSUAL:
		of_habit(asked, field, value);
		break;
	default:
		of_spending(asked, field, value);
	}
}

static bool marked(const struct asked *asked, struct slice digits)
{
	const struct number_use *use = number_use_find(asked->accounts, digits);
	return use && use->marked_until_us > asked->now_us;
}

static void of_number(const struct asked *asked, enum field field, struct value *value)
{
	const struct number *caller = &asked->parties->caller.number;
	const struct number *called = &asked->parties->called.number;

	if (field == FIELD_CALLED_MARKED) {
		set_bool(value,
		        called->len && (marked(asked, number_e164(called)) ||
		                               marked(asked, number_block(called))));
		return;
	}
	const struct number_use *use =
	        caller->len ? number_use_find(asked->accounts, number_e164(caller))
	                    : NULL;
	if (!use)
		return;
	const double out = (double)use->out[0] + use->out[1];
	const double in = (double)use->in[0] + use->in[1];
	set_number(value, field == FIELD_CALLER_OUT ? out : out / (in > 1 ? in : 1));
}

static void of_forwarding(
        struct field_cache *cache, enum field field, struct value *value)
{
	const struct call *call = cache->event->call;
	const struct slice diverted = call_text(call, CALL_TEXT_DIVERSION);

	if (field == FIELD_CALL_FORWARDED) {
		set_bool(value, forward_joined(cache->accounts, call));
		return;
	}
	value->text = diverted.len ? diverted : forward_by(cache->accounts, call);
	if (value->text.len)
		value->type = VALUE_TEXT;
}

static void of_score(const struct score *score, enum field field, struct value *value)
{
	if (!score)
		return;
	if (field == FIELD_ENTITY_SUM || field == FIELD_ENTITY_ALERTS) {
		set_number(value, field == FIELD_ENTITY_SUM ? score->sum : score->alerts);
		return;
	}
	value->type = VALUE_TEXT;
	value->text = field == FIELD_ENTITY_TYPE ? score_entity_name(score->entity)
	                                         : slice_of(score->name, score->len);
}

void field_accounts(struct field_cache *cache, enum field field, struct value *value)
{
	if (field >= FIELD_ENTITY_TYPE) {
		of_score(cache->event->score, field, value);
		return;
	}
	const struct parties *parties = field_parties(cache);
	if (!parties || !cache->accounts)
		return;
	struct asked asked = {.accounts = cache->accounts,
	        .site = cache->site ? cache->site : &SITE_UNKNOWN,
	        .parties = parties,
	        .now_us = cache->event->time_us};
	if (field >= FIELD_CALL_FORWARDED) {
		of_forwarding(cache, field, value);
	} else if (field >= FIELD_CALLER_OUT) {
		of_number(&asked, field, value);
	} else {
		asked.account = account_find(cache->accounts, parties->account);
		if (asked.account)
			of_account(&asked, field, value);
	}
}
