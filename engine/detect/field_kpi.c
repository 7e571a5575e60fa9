/*
 * Key figures of a window.
 */
#include "engine/detect/field_source.h"
#include "engine/detect/kpi.h"

static void set_number(struct value *value, double number)
{
	value->type = VALUE_NUMBER;
	value->number = number;
}

static void set_figure(const struct kpi *kpi, enum kpi_figure figure, struct value *value)
{
	double number;

	if (kpi_figure(kpi, figure, &number))
		set_number(value, number);
}

static void set_usual(const struct kpi *kpi, enum kpi_figure figure, struct value *value)
{
	if (kpi->windows)
		set_number(value, kpi->usual[figure]);
}

/* In percent of what is usual, as far as that is known. */
static void set_of_usual(
        const struct kpi *kpi, enum kpi_figure figure, struct value *value)
{
	double number;

	if (kpi->windows && kpi->usual[figure] > 0 && kpi_figure(kpi, figure, &number))
		set_number(value, number * 100 / kpi->usual[figure]);
}

void field_kpi_made(const struct event *event, enum field field, struct value *value)
{
	const struct kpi *kpi = event->kpi;

	if (!kpi)
		return;
	switch ((int)field) {
	case FIELD_KPI_BY:
		value->type = VALUE_TEXT;
		value->text = kpi_by_name(kpi->by);
		break;
	case FIELD_KPI_NAME:
		value->type = VALUE_TEXT;
		value->text = slice_of(kpi->name, kpi->name_len);
		break;
	case FIELD_KPI_ATTEMPTS:
		set_number(value, kpi->counts.attempts);
		break;
	case FIELD_KPI_ANSWERED:
		set_number(value, kpi->counts.answered);
		break;
	case FIELD_KPI_WINDOWS:
		set_number(value, kpi->windows);
		break;
	case FIELD_KPI_ASR:
		set_figure(kpi, KPI_ASR, value);
		break;
	case FIELD_KPI_NER:
		set_figure(kpi, KPI_NER, value);
		break;
	case FIELD_KPI_SEER:
		set_figure(kpi, KPI_SEER, value);
		break;
	case FIELD_KPI_ACD:
		set_figure(kpi, KPI_ACD, value);
		break;
	case FIELD_KPI_PDD:
		set_figure(kpi, KPI_PDD, value);
		break;
	case FIELD_KPI_ASR_USUAL:
		set_usual(kpi, KPI_ASR, value);
		break;
	case FIELD_KPI_NER_USUAL:
		set_usual(kpi, KPI_NER, value);
		break;
	case FIELD_KPI_ASR_BELOW:
		set_number(value, kpi_below(kpi, KPI_ASR));
		break;
	case FIELD_KPI_NER_BELOW:
		set_number(value, kpi_below(kpi, KPI_NER));
		break;
	case FIELD_KPI_ACD_OF_USUAL:
		set_of_usual(kpi, KPI_ACD, value);
		break;
	case FIELD_KPI_PDD_OF_USUAL:
		set_of_usual(kpi, KPI_PDD, value);
		break;
	}
}
