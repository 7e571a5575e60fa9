/*
 * Numbers: what was dialled becomes E.164, and what kind of number that is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/track/number.h"

static const struct row {
	const char *name;
	const char *country;  /* of the place, "" = unknown */
	const char *dial_out; /* one prefix, "" = none */
	const char *text;
	const char *e164; /* "" = none */
	const char *region;
	const char *type;
	const char *stripped;
	enum number_form form;
	bool possible;
	bool premium;
} ROWS[] = {
#define IN NUMBER_INTERNATIONAL
#define NA NUMBER_NATIONAL
        {"plus", "", "", "+4930901820", "4930901820", "DE", "fixed", "", IN, true, false},
        {"tel_uri", "", "", "tel:+49-30-901820;phone-context=x", "4930901820", "DE",
                "fixed", "", IN, true, false},
        {"percent_once", "", "", "%2B49%2030901820", "4930901820", "DE", "fixed", "", IN,
                true, false},
        {"percent_twice", "", "", "%252B4930901820", "", "", "", "", NUMBER_NONE, false,
                false},
        {"separators", "", "", "+49 (30) 90.18-20", "4930901820", "DE", "fixed", "", IN,
                true, false},
        {"idd_of_country", "DE", "", "004930901820", "4930901820", "DE", "fixed", "00",
                IN, true, false},
        {"national_prefix", "DE", "", "030901820", "4930901820", "DE", "fixed", "0", NA,
                true, false},
        {"extension", "DE", "", "1001", "", "", "", "", NUMBER_INTERNAL, false, false},
        {"name", "DE", "", "alice", "", "", "", "", NUMBER_NONE, false, false},
        {"dial_out", "DE", "9", "90030901820", "30901820", "GR", "unknown", "900", IN,
                false, false},
        {"dial_out_national", "DE", "9", "9030901820", "4930901820", "DE", "fixed", "90",
                NA, true, false},
        {"nanp_ten_digits", "US", "", "2125550123", "12125550123", "US",
                "fixed-or-mobile", "", NA, true, false},
        {"nanp_eleven_digits", "US", "", "12125550123", "12125550123", "US",
                "fixed-or-mobile", "1", NA, true, false},
        {"nanp_abroad", "US", "", "011972523456789", "972523456789", "IL", "mobile",
                "011", IN, true, false},
        {"jamaica_by_area_code", "US", "", "18765551234", "18765551234", "JM", "mobile",
                "1", NA, true, false},
        {"dominican_republic", "", "", "+18095551234", "18095551234", "DO",
                "fixed-or-mobile", "", IN, true, false},
        {"canada", "", "", "+16135550123", "16135550123", "CA", "fixed-or-mobile", "", IN,
                true, false},
        {"kazakhstan_shares_7", "", "", "+77172123456", "77172123456", "KZ", "fixed", "",
                IN, true, false},
        {"jersey_shares_44", "", "", "+441534456789", "441534456789", "JE", "fixed", "",
                IN, true, false},
        {"premium_germany", "DE", "", "09001234567", "499001234567", "DE", "premium", "0",
                NA, true, true},
        {"premium_britain", "", "", "+449012345678", "449012345678", "GB", "premium", "",
                IN, true, true},
        {"international_premium", "", "", "+979123456789", "979123456789", "+979",
                "premium", "", IN, true, true},
        {"satellite", "", "", "+881612345678", "881612345678", "+881", "mobile", "", IN,
                true, true},
        {"inmarsat", "", "", "+870773123456", "870773123456", "+870", "mobile", "", IN,
                true, true},
        {"network_882", "", "", "+88213300655", "88213300655", "+882", "voip", "", IN,
                true, true},
        {"tollfree", "", "", "+18005550123", "18005550123", "US", "tollfree", "", IN,
                true, false},
        {"unassigned_code", "", "", "+21012345678", "21012345678", "", "unknown", "", IN,
                false, false},
        {"too_short", "", "", "+4912", "4912", "DE", "unknown", "", IN, false, false},
        {"usual_idd_without_place", "", "", "0025261234567", "25261234567", "SO",
                "mobile", "00", IN, true, false},
        {"usual_dial_out_without_place", "", "", "9011441534456789", "441534456789", "JE",
                "fixed", "9011", IN, true, false},
        {"italy_keeps_its_0", "IT", "", "0612345678", "390612345678", "IT", "fixed", "",
                NA, true, false},
        {"empty", "DE", "", "", "", "", "", "", NUMBER_NONE, false, false},
        {"plus_alone", "DE", "", "+", "", "", "", "", NUMBER_NONE, false, false},
        {"idd_alone", "DE", "", "00", "490", "DE", "unknown", "0", NA, false, false},
        {"very_long", "", "", "+49309018209999999999999999999999999999999999", "", "", "",
                "", NUMBER_NONE, false, false},
#undef IN
#undef NA
};

static bool text_is(struct slice text, const char *want)
{
	return slice_equal(text, slice_text(want));
}

static void each_row(void **state)
{
	(void)state;
	int wrong = 0;
	for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
		const struct row *row = &ROWS[i];
		struct dial_plan plan = {
		        .region = number_region_find(slice_text(row->country))};
		struct number number;
		if (row->dial_out[0]) {
			plan.dial_out[0] = slice_text(row->dial_out);
			plan.dial_out_count = 1;
		}
		number_read(&plan, slice_text(row->text), NUMBER_SAID_NOTHING, &number);
		const char *type =
		        number.len ? number_type_name((enum number_type)number.type).data
		                   : "";
		const bool fits =
		        text_is(slice_of(number.digits, number.len), row->e164) &&
		        text_is(number_region_name(number.region), row->region) &&
		        text_is(slice_of(number.stripped, number.stripped_len),
		                row->stripped) &&
		        strcmp(type, row->type) == 0 && number.form == row->form &&
		        number.possible == row->possible &&
		        number_premium(&number) == row->premium;
		wrong += !fits;
		if (!fits)
			print_error("%s: %.*s %.*s %s stripped %.*s form %d possible %d "
			            "premium %d\n",
			        row->name, number.len, number.digits,
			        (int)number_region_name(number.region).len,
			        number.region ? number_region_name(number.region).data
			                      : "",
			        type, number.stripped_len, number.stripped, number.form,
			        number.possible, number_premium(&number));
	}
	assert_int_equal(wrong, 0);
}

static void said_by_q931(void **state)
{
	(void)state;
	const struct dial_plan plan = {.region = number_region_find(SLICE("DE"))};
	struct number number;
	number_read(&plan, SLICE("30901820"), NUMBER_SAID_NATIONAL, &number);
	assert_true(text_is(number_e164(&number), "4930901820"));
	number_read(&plan, SLICE("441534456789"), NUMBER_SAID_INTERNATIONAL, &number);
	assert_true(text_is(number_region_name(number.region), "JE"));
}

static void longest_dial_out(void **state)
{
	(void)state;
	struct dial_plan plan = {.region = number_region_find(SLICE("DE")),
	        .dial_out = {SLICE("0"), SLICE("099")},
	        .dial_out_count = 2};
	struct number number;
	number_read(&plan, SLICE("099030901820"), NUMBER_SAID_NOTHING, &number);
	assert_true(text_is(number_e164(&number), "4930901820"));
	assert_true(text_is(slice_of(number.stripped, number.stripped_len), "0990"));
}

static void parts(void **state)
{
	(void)state;
	const struct dial_plan plan = {0};
	struct number number;
	number_read(&plan, SLICE("+18765551234"), NUMBER_SAID_NOTHING, &number);
	assert_true(text_is(number_prefix(&number), "1876"));
	assert_true(text_is(number_block(&number), "1876555"));
	number_read(&plan, SLICE("+25261234567"), NUMBER_SAID_NOTHING, &number);
	assert_true(text_is(number_prefix(&number), "252"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(each_row),
	        cmocka_unit_test(said_by_q931),
	        cmocka_unit_test(longest_dial_out),
	        cmocka_unit_test(parts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
