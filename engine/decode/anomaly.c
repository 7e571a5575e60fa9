#include "engine/decode/anomaly.h"

struct anomaly_row {
	const char *name;
	const char *help;
};

static const struct anomaly_row anomaly_rows[ANOMALY_COUNT] = {
#define X(id, name, help) [ANOMALY_##id] = {name, help},
        ANOMALIES(X)
#undef X
};

const char *anomaly_name(enum anomaly anomaly)
{
	return (unsigned)anomaly < ANOMALY_COUNT ? anomaly_rows[anomaly].name : "unknown";
}

const char *anomaly_help(enum anomaly anomaly)
{
	return (unsigned)anomaly < ANOMALY_COUNT ? anomaly_rows[anomaly].help : "";
}
