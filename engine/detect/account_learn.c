/*
 * Habits of an account: which countries it calls, at which hours it calls abroad, what a
 * day costs. Today's calls become habit when the day is over.
 */
#include <math.h>

#include "engine/detect/accounts.h"

enum { CALLS_LEAST = 20, DAY_S = 86400, DAYS_MOST = 200, HOURS = 24 };

static uint32_t seconds_of(uint64_t time_us)
{
	return (uint32_t)(time_us / 1000000);
}

/* Steps of a quarter of a doubling, from a second of calls abroad on. */
static unsigned spend_step(const struct account *account)
{
	const double spent = account->cost_today > 0 ? account->cost_today * 60
	                                             : account->seconds_today;
	const double step = spent > 1 ? log2(spent) * 4 : 0;
	return step < SPEND_STEPS ? (unsigned)step : SPEND_STEPS - 1;
}

double account_spend_rank(const struct accounts *accounts, const struct account *account)
{
	const unsigned step = spend_step(account);
	uint64_t below = 0;

	for (unsigned i = 0; i < step; i++)
		below += accounts->spend_steps[i];
	return accounts->day_spends ? (double)below * 100 / (double)accounts->day_spends
	                            : 0;
}

void account_day(
        struct accounts *accounts, struct account *account, const struct site_time *time)
{
	if (account->day == time->day)
		return;
	if (account->day) {
		/* 1970 began with a Thursday. */
		const unsigned weekday = (account->day + 3) % 7;
		uint8_t *hours = account->hours[weekday >= 5];
		for (unsigned hour = 0; hour < HOURS; hour++)
			if (account->hours_today >> hour & 1 && hours[hour] < DAYS_MOST)
				hours[hour]++;
		accounts->spend_steps[spend_step(account)]++;
		accounts->day_spends++;
	}
	account->day = time->day;
	account->hours_today = 0;
	account->cost_today = 0;
	account->seconds_today = 0;
}

static const struct account_country *country_of(
        const struct account *account, uint16_t region)
{
	for (unsigned i = 0; i < account->country_count; i++)
		if (account->countries[i].region == region)
			return &account->countries[i];
	return NULL;
}

/* The one called least makes room. */
static void country_learn(struct account *account, uint16_t region, uint32_t now_s)
{
	struct account_country *country = NULL;

	for (unsigned i = 0; i < account->country_count; i++)
		if (account->countries[i].region == region)
			country = &account->countries[i];
	if (!country && account->country_count < ACCOUNT_COUNTRIES) {
		country = &account->countries[account->country_count++];
		*country = (struct account_country){.region = region, .first_s = now_s};
	} else if (!country) {
		country = &account->countries[0];
		for (unsigned i = 1; i < ACCOUNT_COUNTRIES; i++)
			if (account->countries[i].calls < country->calls)
				country = &account->countries[i];
		*country = (struct account_country){.region = region, .first_s = now_s};
	}
	if (country->calls < UINT16_MAX)
		country->calls++;
}

void account_learn(struct account *account, const struct parties *parties,
        const struct site_time *time, uint64_t now_us)
{
	const uint32_t now_s = seconds_of(now_us);
	const struct party *called = &parties->called;

	if (!account->first_s)
		account->first_s = now_s;
	account->last_s = now_s;
	account->calls++;
	if (called->abroad == ABROAD_YES)
		account->hours_today |= 1u << time->hour;
	if (called->number.region)
		country_learn(account, called->number.region, now_s);
}

bool account_learned(
        const struct account *account, const struct site *site, uint64_t now_us)
{
	return account->calls >= CALLS_LEAST &&
	       seconds_of(now_us) - account->first_s >= site->learning_us / 1000000;
}

bool account_fresh(const struct accounts *accounts, const struct account *account,
        const struct site *site, uint64_t now_us)
{
	const uint32_t now_s = seconds_of(now_us);

	return now_s - account->first_s < 7 * DAY_S && accounts->since_s &&
	       now_s - accounts->since_s >= site->learning_us / 1000000;
}

bool account_country_new(const struct account *account, const struct site *site,
        uint16_t region, uint64_t now_us)
{
	const struct account_country *country = country_of(account, region);

	return account_learned(account, site, now_us) && country &&
	       seconds_of(now_us) - country->first_s < DAY_S;
}

bool account_country_known(
        const struct account *account, uint16_t region, uint64_t now_us)
{
	const struct account_country *country = country_of(account, region);

	return country && seconds_of(now_us) - country->first_s >= DAY_S;
}

bool account_hour_unusual(const struct account *account, const struct site *site,
        const struct site_time *time, uint64_t now_us)
{
	const uint8_t *hours = account->hours[time->holiday || time->weekday >= 5];
	const unsigned before = (time->hour + HOURS - 1u) % HOURS;
	const unsigned after = (time->hour + 1u) % HOURS;

	return account_learned(account, site, now_us) && !hours[time->hour] &&
	       !hours[before] && !hours[after];
}
