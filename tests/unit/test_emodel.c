/* The E-model against published figures, and the codec table that feeds it. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/track/burst.h"
#include "engine/track/emodel.h"

struct row {
	const char *codec;
	double delay_ms;
	double loss_percent;
	double r;
	double mos;
};

static const struct row rows[] = {
        {"G711-no-PLC", 50, 0, 92.0, 4.38},
        {"G711-no-PLC", 50, 0.5, 82.1, 4.1},
        {"G711-no-PLC", 50, 1, 74.1, 3.78},
        {"G711-no-PLC", 50, 2, 61.8, 3.19},
        {"G711-no-PLC", 50, 3, 53.0, 2.73},
        {"G711-no-PLC", 50, 5, 40.9, 2.11},
        {"G711-no-PLC", 50, 10, 25.6, 1.44},
        {"G711-no-PLC", 50, 20, 13.8, 1.1},
        {"PCMU", 50, 0, 92.0, 4.38},
        {"PCMU", 50, 0.5, 90.1, 4.34},
        {"PCMU", 50, 1, 88.4, 4.3},
        {"PCMU", 50, 2, 85.0, 4.2},
        {"PCMU", 50, 3, 81.9, 4.09},
        {"PCMU", 50, 5, 76.2, 3.87},
        {"PCMU", 50, 10, 64.9, 3.35},
        {"PCMU", 50, 20, 49.9, 2.57},
        {"G722", 50, 0, 87.0, 4.26},
        {"G722", 50, 0.5, 81.1, 4.06},
        {"G722", 50, 1, 75.9, 3.86},
        {"G722", 50, 2, 67.2, 3.46},
        {"G722", 50, 3, 60.3, 3.11},
        {"G722", 50, 5, 49.8, 2.57},
        {"G722", 50, 10, 34.4, 1.8},
        {"G722", 50, 20, 20.6, 1.27},
        {"G729", 50, 0, 82.0, 4.1},
        {"G729", 50, 0.5, 79.8, 4.02},
        {"G729", 50, 1, 77.8, 3.94},
        {"G729", 50, 2, 73.9, 3.77},
        {"G729", 50, 3, 70.4, 3.62},
        {"G729", 50, 5, 64.3, 3.32},
        {"G729", 50, 10, 52.7, 2.72},
        {"G729", 50, 20, 38.4, 1.99},
        {"G723", 50, 0, 77.0, 3.91},
        {"G723", 50, 0.5, 74.6, 3.8},
        {"G723", 50, 1, 72.3, 3.7},
        {"G723", 50, 2, 68.2, 3.51},
        {"G723", 50, 3, 64.4, 3.33},
        {"G723", 50, 5, 58.0, 3.0},
        {"G723", 50, 10, 46.3, 2.38},
        {"G723", 50, 20, 32.7, 1.72},
        {"GSM", 50, 0, 72.0, 3.69},
        {"GSM", 50, 0.5, 68.4, 3.52},
        {"GSM", 50, 1, 65.2, 3.36},
        {"GSM", 50, 2, 59.5, 3.07},
        {"GSM", 50, 3, 54.7, 2.82},
        {"GSM", 50, 5, 47.0, 2.42},
        {"GSM", 50, 10, 34.5, 1.8},
        {"GSM", 50, 20, 22.0, 1.31},
        {"G711-no-PLC", 150, 0, 89.6, 4.33},
        {"G711-no-PLC", 150, 0.5, 79.7, 4.01},
        {"G711-no-PLC", 150, 1, 71.7, 3.67},
        {"G711-no-PLC", 150, 2, 59.4, 3.07},
        {"G711-no-PLC", 150, 3, 50.6, 2.6},
        {"G711-no-PLC", 150, 5, 38.5, 1.99},
        {"G711-no-PLC", 150, 10, 23.2, 1.35},
        {"G711-no-PLC", 150, 20, 11.4, 1.06},
        {"PCMU", 150, 0, 89.6, 4.33},
        {"PCMU", 150, 0.5, 87.7, 4.28},
        {"PCMU", 150, 1, 86.0, 4.23},
        {"PCMU", 150, 2, 82.6, 4.12},
        {"PCMU", 150, 3, 79.5, 4.0},
        {"PCMU", 150, 5, 73.8, 3.77},
        {"PCMU", 150, 10, 62.5, 3.23},
        {"PCMU", 150, 20, 47.5, 2.44},
        {"G722", 150, 0, 84.6, 4.19},
        {"G722", 150, 0.5, 78.7, 3.97},
        {"G722", 150, 1, 73.5, 3.76},
        {"G722", 150, 2, 64.8, 3.35},
        {"G722", 150, 3, 57.9, 2.99},
        {"G722", 150, 5, 47.4, 2.44},
        {"G722", 150, 10, 32.0, 1.69},
        {"G722", 150, 20, 18.2, 1.2},
        {"G729", 150, 0, 79.6, 4.01},
        {"G729", 150, 0.5, 77.4, 3.92},
        {"G729", 150, 1, 75.4, 3.84},
        {"G729", 150, 2, 71.5, 3.67},
        {"G729", 150, 3, 68.0, 3.5},
        {"G729", 150, 5, 61.9, 3.2},
        {"G729", 150, 10, 50.3, 2.59},
        {"G729", 150, 20, 36.0, 1.87},
        {"G723", 150, 0, 74.6, 3.8},
        {"G723", 150, 0.5, 72.2, 3.7},
        {"G723", 150, 1, 69.9, 3.59},
        {"G723", 150, 2, 65.8, 3.39},
        {"G723", 150, 3, 62.0, 3.2},
        {"G723", 150, 5, 55.6, 2.87},
        {"G723", 150, 10, 43.9, 2.26},
        {"G723", 150, 20, 30.3, 1.62},
        {"GSM", 150, 0, 69.6, 3.58},
        {"GSM", 150, 0.5, 66.0, 3.41},
        {"GSM", 150, 1, 62.8, 3.24},
        {"GSM", 150, 2, 57.1, 2.95},
        {"GSM", 150, 3, 52.3, 2.7},
        {"GSM", 150, 5, 44.6, 2.29},
        {"GSM", 150, 10, 32.1, 1.7},
        {"GSM", 150, 20, 19.6, 1.24},
        {"G711-no-PLC", 250, 0, 79.2, 3.99},
        {"G711-no-PLC", 250, 0.5, 69.3, 3.56},
        {"G711-no-PLC", 250, 1, 61.3, 3.17},
        {"G711-no-PLC", 250, 2, 49.0, 2.52},
        {"G711-no-PLC", 250, 3, 40.2, 2.07},
        {"G711-no-PLC", 250, 5, 28.1, 1.53},
        {"G711-no-PLC", 250, 10, 12.8, 1.08},
        {"G711-no-PLC", 250, 20, 1.0, 0.99},
        {"PCMU", 250, 0, 79.2, 3.99},
        {"PCMU", 250, 0.5, 77.3, 3.92},
        {"PCMU", 250, 1, 75.6, 3.85},
        {"PCMU", 250, 2, 72.2, 3.7},
        {"PCMU", 250, 3, 69.1, 3.55},
        {"PCMU", 250, 5, 63.4, 3.28},
        {"PCMU", 250, 10, 52.1, 2.69},
        {"PCMU", 250, 20, 37.1, 1.92},
        {"G722", 250, 0, 74.2, 3.79},
        {"G722", 250, 0.5, 68.3, 3.52},
        {"G722", 250, 1, 63.1, 3.26},
        {"G722", 250, 2, 54.4, 2.81},
        {"G722", 250, 3, 47.5, 2.44},
        {"G722", 250, 5, 37.0, 1.92},
        {"G722", 250, 10, 21.6, 1.3},
        {"G722", 250, 20, 7.8, 1.01},
        {"G729", 250, 0, 69.2, 3.56},
        {"G729", 250, 0.5, 67.0, 3.45},
        {"G729", 250, 1, 65.0, 3.35},
        {"G729", 250, 2, 61.1, 3.16},
        {"G729", 250, 3, 57.6, 2.98},
        {"G729", 250, 5, 51.5, 2.65},
        {"G729", 250, 10, 39.9, 2.06},
        {"G729", 250, 20, 25.6, 1.44},
        {"G723", 250, 0, 64.2, 3.31},
        {"G723", 250, 0.5, 61.8, 3.19},
        {"G723", 250, 1, 59.5, 3.08},
        {"G723", 250, 2, 55.4, 2.86},
        {"G723", 250, 3, 51.6, 2.66},
        {"G723", 250, 5, 45.2, 2.33},
        {"G723", 250, 10, 33.6, 1.76},
        {"G723", 250, 20, 19.9, 1.25},
        {"GSM", 250, 0, 59.2, 3.06},
        {"GSM", 250, 0.5, 55.6, 2.87},
        {"GSM", 250, 1, 52.4, 2.7},
        {"GSM", 250, 2, 46.7, 2.4},
        {"GSM", 250, 3, 41.9, 2.16},
        {"GSM", 250, 5, 34.2, 1.79},
        {"GSM", 250, 10, 21.7, 1.3},
        {"GSM", 250, 20, 9.2, 1.02},
        {"G711-no-PLC", 400, 0, 59.1, 3.05},
        {"G711-no-PLC", 400, 0.5, 49.2, 2.53},
        {"G711-no-PLC", 400, 1, 41.2, 2.12},
        {"G711-no-PLC", 400, 2, 28.9, 1.57},
        {"G711-no-PLC", 400, 3, 20.1, 1.25},
        {"G711-no-PLC", 400, 5, 8.0, 1.01},
        {"G711-no-PLC", 400, 10, -7.3, 1},
        {"G711-no-PLC", 400, 20, -19.1, 1},
        {"PCMU", 400, 0, 59.1, 3.05},
        {"PCMU", 400, 0.5, 57.2, 2.96},
        {"PCMU", 400, 1, 55.5, 2.86},
        {"PCMU", 400, 2, 52.1, 2.69},
        {"PCMU", 400, 3, 49.0, 2.52},
        {"PCMU", 400, 5, 43.3, 2.23},
        {"PCMU", 400, 10, 32.0, 1.7},
        {"PCMU", 400, 20, 17.0, 1.17},
        {"G722", 400, 0, 54.1, 2.79},
        {"G722", 400, 0.5, 48.2, 2.48},
        {"G722", 400, 1, 43.0, 2.21},
        {"G722", 400, 2, 34.3, 1.8},
        {"G722", 400, 3, 27.4, 1.5},
        {"G722", 400, 5, 16.9, 1.17},
        {"G722", 400, 10, 1.5, 0.99},
        {"G722", 400, 20, -12.3, 1},
        {"G729", 400, 0, 49.1, 2.53},
        {"G729", 400, 0.5, 46.9, 2.41},
        {"G729", 400, 1, 44.9, 2.31},
        {"G729", 400, 2, 41.0, 2.11},
        {"G729", 400, 3, 37.5, 1.94},
        {"G729", 400, 5, 31.4, 1.67},
        {"G729", 400, 10, 19.8, 1.25},
        {"G729", 400, 20, 5.5, 0.99},
        {"G723", 400, 0, 44.1, 2.27},
        {"G723", 400, 0.5, 41.7, 2.15},
        {"G723", 400, 1, 39.4, 2.04},
        {"G723", 400, 2, 35.3, 1.84},
        {"G723", 400, 3, 31.5, 1.67},
        {"G723", 400, 5, 25.1, 1.42},
        {"G723", 400, 10, 13.5, 1.09},
        {"G723", 400, 20, -0.2, 1},
        {"GSM", 400, 0, 39.1, 2.02},
        {"GSM", 400, 0.5, 35.5, 1.85},
        {"GSM", 400, 1, 32.3, 1.71},
        {"GSM", 400, 2, 26.6, 1.47},
        {"GSM", 400, 3, 21.8, 1.31},
        {"GSM", 400, 5, 14.1, 1.1},
        {"GSM", 400, 10, 1.6, 0.99},
        {"GSM", 400, 20, -10.9, 1},
};

static const struct codec *codec_named(const char *name, uint32_t clock_hz)
{
	return codec_at(codec_of_name(slice_text(name), clock_hz));
}

static void test_reference(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		const struct codec *codec = codec_named(row->codec, 0);
		const struct emodel_input input = {row->delay_ms, row->loss_percent, 1};
		const double r = emodel_r(codec, &input);
		assert_true(codec->judged);
		if (fabs(r - row->r) > 0.1 || fabs(emodel_mos(r) - row->mos) > 0.011)
			fail_msg("%s at %g ms and %g %%: R %g for %g, MOS %g for %g",
			        row->codec, row->delay_ms, row->loss_percent, r, row->r,
			        emodel_mos(r), row->mos);
	}
}

static void test_wideband(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		uint32_t clock_hz;
	} codecs[] = {{"opus", 48000}, {"AMR-WB", 16000}, {"EVS", 16000}, {"L16", 44100}};
	for (size_t i = 0; i < sizeof(codecs) / sizeof(codecs[0]); i++) {
		const struct codec *codec =
		        codec_named(codecs[i].name, codecs[i].clock_hz);
		double last = 101;
		assert_true(codec->judged);
		for (int loss = 0; loss <= 20; loss++) {
			const struct emodel_input input = {50, loss, 1};
			const double r = emodel_r(codec, &input);
			assert_true(r < last);
			last = r;
		}
	}
	assert_true(emodel_mos(-5) == 1);
	assert_true(emodel_mos(120) == 4.5);
}

static void test_bursty_loss_is_worse(void **state)
{
	(void)state;
	const struct codec *codec = codec_named("g729", 8000);
	const struct emodel_input random = {50, 3, 1};
	const struct emodel_input bursty = {50, 3, 2};
	assert_true(emodel_r(codec, &bursty) < emodel_r(codec, &random));
}

static void test_codecs(void **state)
{
	(void)state;
	assert_string_equal(codec_at(codec_of_type(0))->name, "PCMU");
	assert_string_equal(codec_at(codec_of_type(8))->name, "PCMA");
	assert_int_equal(codec_at(codec_of_type(9))->clock_hz, 8000);
	assert_string_equal(codec_at(codec_of_type(18))->name, "G729");
	assert_int_equal(codec_of_type(1), CODEC_UNKNOWN);
	assert_int_equal(codec_of_type(96), CODEC_UNKNOWN);
	assert_int_equal(codec_of_name(SLICE("nonsense"), 0), CODEC_UNKNOWN);
	assert_int_equal(codec_at(250)->clock_hz, 0);
	assert_true(codec_is_event(codec_of_name(SLICE("Telephone-Event"), 8000)));
	assert_true(codec_is_comfort_noise(codec_of_type(13)));
	assert_int_equal(
	        codec_at(codec_of_name(SLICE("SPEEX"), 16000))->class, CODEC_WIDE);
}

static void test_burst(void **state)
{
	(void)state;
	struct burst burst = {0};
	struct burst_metrics metrics;
	for (int i = 0; i < 1000; i++) {
		burst_received(&burst);
		if (i % 50 == 49)
			burst_lost(&burst, 1);
	}
	burst_measure(&burst, 20, &metrics);
	assert_true(metrics.burst_ms == 0);
	assert_true(fabs(metrics.gap_density - 20.0 / 1020) < 0.001);
	assert_true(fabs(metrics.burst_ratio - 1) < 0.001);

	burst = (struct burst){0};
	for (int i = 0; i < 1000; i++) {
		burst_received(&burst);
		if (i % 250 == 249)
			burst_lost(&burst, 5);
	}
	burst_measure(&burst, 20, &metrics);
	assert_true(metrics.gap_density < 0.01);
	assert_true(metrics.burst_density > 0.9);
	assert_true(fabs(metrics.burst_ms - 100) < 21);
	assert_true(fabs(metrics.burst_ratio - 5 * (1 - 20.0 / 1020)) < 0.01);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_reference),
	        cmocka_unit_test(test_wideband),
	        cmocka_unit_test(test_bursty_loss_is_worse),
	        cmocka_unit_test(test_codecs),
	        cmocka_unit_test(test_burst),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
