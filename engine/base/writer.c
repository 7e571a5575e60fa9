#include "engine/base/writer.h"

#include <math.h>

static const char DIGITS[] = "0123456789abcdef";

/* Each number below a hundred by its two digits. */
static const char PAIRS[] = "0001020304050607080910111213141516171819"
                            "2021222324252627282930313233343536373839"
                            "4041424344454647484950515253545556575859"
                            "6061626364656667686970717273747576777879"
                            "8081828384858687888990919293949596979899";

enum { DECIMAL_MAX = 20 /* digits of a uint64_t */ };

static inline void put_pair(char *into, uint64_t below_hundred)
{
	memcpy(into, PAIRS + 2 * below_hundred, 2);
}

void writer_slice(struct writer *writer, struct slice text)
{
	size_t len = text.len;
	if (writer->truncated)
		return;
	if (len > writer->size - writer->len) {
		len = writer->size - writer->len;
		writer->truncated = true;
	}
	if (len > 0)
		memcpy(writer->data + writer->len, text.data, len);
	writer->len += len;
}

void writer_string(struct writer *writer, const char *text)
{
	writer_slice(writer, slice_text(text));
}

/* At least that many digits in base 10. */
static void write_decimal(struct writer *writer, uint64_t value, int digits)
{
	char text[DECIMAL_MAX];
	size_t at = sizeof(text);
	for (; value >= 100; value /= 100)
		put_pair(text + (at -= 2), value % 100);
	if (value >= 10)
		put_pair(text + (at -= 2), value);
	else
		text[--at] = DIGITS[value];
	while (at > 0 && (int)(sizeof(text) - at) < digits)
		text[--at] = '0';
	writer_slice(writer, slice_of(text + at, sizeof(text) - at));
}

void writer_u64(struct writer *writer, uint64_t value)
{
	if (value < 10)
		writer_byte(writer, DIGITS[value]);
	else
		write_decimal(writer, value, 1);
}

void writer_i64(struct writer *writer, int64_t value)
{
	if (value < 0)
		writer_byte(writer, '-');
	writer_u64(writer, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

void writer_fixed(struct writer *writer, double value, int decimals)
{
	static const uint64_t powers[] = {1, 10, 100, 1000, 10000, 100000, 1000000,
	        10000000, 100000000, 1000000000};
	if (decimals < 0)
		decimals = 0;
	if (decimals > 9)
		decimals = 9;
	const uint64_t power = powers[decimals];
	/* No number of ours is near these ends; they keep the conversion defined. */
	double scaled = isfinite(value) ? fabs(value) * (double)power : 0.0;
	if (scaled > 1e19)
		scaled = 1e19;
	const uint64_t rounded = (uint64_t)(scaled + 0.5);
	if (value < 0 && rounded > 0)
		writer_byte(writer, '-');
	writer_u64(writer, rounded / power);
	if (decimals > 0) {
		writer_byte(writer, '.');
		write_decimal(writer, rounded % power, decimals);
	}
}

void writer_hex(struct writer *writer, uint64_t value, int digits)
{
	char text[16];
	size_t at = sizeof(text);
	do {
		text[--at] = DIGITS[value & 15];
		value >>= 4;
	} while (value > 0);
	while (at > 0 && (int)(sizeof(text) - at) < digits)
		text[--at] = '0';
	writer_slice(writer, slice_of(text + at, sizeof(text) - at));
}

void writer_hex_bytes(struct writer *writer, struct slice bytes)
{
	for (size_t i = 0; i < bytes.len && !writer->truncated; i++)
		writer_hex(writer, (uint8_t)bytes.data[i], 2);
}

/* A day since 1970-01-01 in the Gregorian calendar (in eras of 400 years). */
struct date {
	uint64_t year;
	uint64_t month;
	uint64_t day;
};

static struct date date_of(uint64_t day)
{
	const uint64_t shifted = day + 719468; /* since 0000-03-01 */
	const uint64_t era = shifted / 146097;
	const uint64_t of_era = shifted % 146097;
	const uint64_t year_of_era =
	        (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	const uint64_t of_year =
	        of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	const uint64_t march_month = (5 * of_year + 2) / 153;
	const uint64_t month = march_month < 10 ? march_month + 3 : march_month - 9;

	return (struct date){.year = year_of_era + era * 400 + (month <= 2),
	        .month = month,
	        .day = of_year - (153 * march_month + 2) / 5 + 1};
}

void writer_time(struct writer *writer, uint64_t time_us)
{
	const uint64_t seconds = time_us / 1000000;
	const uint64_t of_second_us = time_us % 1000000;
	const struct date date = date_of(seconds / 86400);
	char text[] = "YYYY-MM-DDThh:mm:ss.uuuuuuZ";

	put_pair(text, date.year / 100 % 100);
	put_pair(text + 2, date.year % 100);
	put_pair(text + 5, date.month);
	put_pair(text + 8, date.day);
	put_pair(text + 11, seconds / 3600 % 24);
	put_pair(text + 14, seconds / 60 % 60);
	put_pair(text + 17, seconds % 60);
	put_pair(text + 20, of_second_us / 10000);
	put_pair(text + 22, of_second_us / 100 % 100);
	put_pair(text + 24, of_second_us % 100);
	/* Clocks that are wrong count years of more digits. */
	if (date.year > 9999)
		writer_u64(writer, date.year / 10000);
	writer_slice(writer, slice_of(text, sizeof(text) - 1));
}
