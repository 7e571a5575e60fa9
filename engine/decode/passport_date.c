/*
 * Dates of SIP: "Thu, 21 Feb 2002 13:02:03 GMT" (RFC 3261 20.17).
 */
#include "engine/decode/passport.h"

static const char MONTHS[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

static bool two_digits(struct slice text, uint32_t *value)
{
	return text.len == 2 && slice_to_u32(text, value);
}

/* Days since 1970 of a day of the Gregorian calendar. */
static int64_t days_of(uint32_t year, uint32_t month, uint32_t day)
{
	/* Years that begin in March have their odd day at the end. */
	const int64_t shifted = (int64_t)year - (month <= 2);
	const int64_t of_year =
	        (153 * ((int64_t)month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + of_year -
	       719468;
}

int64_t passport_date(struct slice text)
{
	struct slice rest = slice_trim(text);
	uint32_t day, year, hour, minute, second;
	(void)slice_split(&rest, ' ');
	const struct slice day_text = slice_split(&rest, ' ');
	const struct slice month_text = slice_split(&rest, ' ');
	const struct slice year_text = slice_split(&rest, ' ');
	struct slice clock = slice_split(&rest, ' ');
	const size_t at = slice_find(SLICE(MONTHS), month_text);
	const size_t month = at / 3 + 1;

	if (!two_digits(day_text, &day) || month_text.len != 3 || at % 3 || month > 12 ||
	        year_text.len != 4 || !slice_to_u32(year_text, &year) ||
	        !two_digits(slice_split(&clock, ':'), &hour) ||
	        !two_digits(slice_split(&clock, ':'), &minute) ||
	        !two_digits(clock, &second) || !slice_equal_nocase(rest, SLICE("GMT")) ||
	        day > 31 || hour > 23 || minute > 59 || second > 60 || year < 1970)
		return -1;
	return days_of(year, (uint32_t)month, day) * 86400 + hour * 3600 + minute * 60 +
	       second;
}
