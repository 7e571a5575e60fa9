#include "platform/instant.h"

#include <time.h>

static uint64_t clock_us(clockid_t clock)
{
	struct timespec now;
	(void)clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

uint64_t instant_now_us(void)
{
	return clock_us(CLOCK_REALTIME);
}

uint64_t instant_steady_us(void)
{
	return clock_us(CLOCK_MONOTONIC);
}

uint64_t instant_steady_ms(void)
{
	return instant_steady_us() / 1000;
}

/* Takes that many digits and, if it is not 0, the byte behind them. */
static bool take(struct slice *text, size_t digits, char behind, uint32_t *value)
{
	if (!slice_to_u32(slice_first(*text, digits), value) || text->len < digits)
		return false;
	*text = slice_from(*text, digits);
	if (!behind)
		return true;
	if (!text->len || text->data[0] != behind)
		return false;
	*text = slice_from(*text, 1);
	return true;
}

/* Days from 1970-01-01, by counting leap days of the years before. */
static uint64_t days_of(uint32_t year, uint32_t month, uint32_t day)
{
	static const uint16_t BEFORE_MONTH[] = {
	        0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
	const uint32_t last = year - 1;
	const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	const uint64_t leap_days =
	        (last / 4 - last / 100 + last / 400) - (1969u / 4 - 19 + 4);
	return (uint64_t)(year - 1970) * 365 + leap_days + BEFORE_MONTH[month - 1] +
	       (leap && month > 2) + day - 1;
}

static bool take_fraction(struct slice *text, uint64_t *fraction_us)
{
	*fraction_us = 0;
	if (!text->len || text->data[0] != '.')
		return true;
	*text = slice_from(*text, 1);
	uint64_t unit = 100000;
	size_t digits = 0;
	for (; digits < text->len && text->data[digits] >= '0' &&
	        text->data[digits] <= '9';
	        digits++, unit /= 10)
		*fraction_us += unit * (uint64_t)(text->data[digits] - '0');
	*text = slice_from(*text, digits);
	return digits > 0;
}

static bool take_offset(struct slice text, int64_t *offset_s)
{
	uint32_t hours;
	uint32_t minutes;
	*offset_s = 0;
	if (slice_equal_nocase(text, SLICE("Z")))
		return true;
	if (text.len != 6 || (text.data[0] != '+' && text.data[0] != '-'))
		return false;
	const int sign = text.data[0] == '-' ? -1 : 1;
	text = slice_from(text, 1);
	if (!take(&text, 2, ':', &hours) || !take(&text, 2, 0, &minutes) || hours > 23 ||
	        minutes > 59)
		return false;
	*offset_s = sign * (int64_t)(hours * 3600 + minutes * 60);
	return true;
}

static bool absolute_parse(struct slice text, uint64_t *time_us)
{
	uint32_t year, month, day, hour, minute, second;
	uint64_t fraction_us;
	int64_t offset_s;
	if (!take(&text, 4, '-', &year) || !take(&text, 2, '-', &month) ||
	        !take(&text, 2, 0, &day) || !text.len ||
	        (text.data[0] != 'T' && text.data[0] != 't' && text.data[0] != ' '))
		return false;
	text = slice_from(text, 1);
	if (!take(&text, 2, ':', &hour) || !take(&text, 2, ':', &minute) ||
	        !take(&text, 2, 0, &second) || !take_fraction(&text, &fraction_us) ||
	        !take_offset(text, &offset_s))
		return false;
	if (year < 1970 || month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 ||
	        minute > 59 || second > 60)
		return false;
	const int64_t seconds = (int64_t)(days_of(year, month, day) * 86400 +
	                                  hour * 3600 + minute * 60 + second) -
	                        offset_s;
	if (seconds < 0)
		return false;
	*time_us = (uint64_t)seconds * 1000000 + fraction_us;
	return true;
}

static bool relative_parse(struct slice text, uint64_t now_us, uint64_t *time_us)
{
	static const struct {
		char letter;
		uint64_t seconds;
	} UNITS[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}, {'w', 604800}};
	uint64_t count;
	if (text.len < 3 || !slice_to_u64(slice_of(text.data + 1, text.len - 2), &count))
		return false;
	for (size_t i = 0; i < sizeof(UNITS) / sizeof(UNITS[0]); i++) {
		if (UNITS[i].letter != text.data[text.len - 1])
			continue;
		if (count > now_us / 1000000 / UNITS[i].seconds)
			return false;
		*time_us = now_us - count * UNITS[i].seconds * 1000000;
		return true;
	}
	return false;
}

bool instant_parse(struct slice text, uint64_t now_us, uint64_t *time_us)
{
	if (text.len && text.data[0] == '-')
		return relative_parse(text, now_us, time_us);
	return absolute_parse(text, time_us);
}
