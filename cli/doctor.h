/*
 * ringfence doctor: what it finds, each with the command that mends it.
 */
#ifndef RINGFENCE_CLI_DOCTOR_H
#define RINGFENCE_CLI_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/base/slice.h"
#include "platform/redis_settings.h"

enum { DOCTOR_FINDINGS_MAX = 256, DOCTOR_TEXT_BYTES = 240, DOCTOR_NAME_BYTES = 32 };

enum doctor_level {
	DOCTOR_FINE,
	DOCTOR_SKIPPED, /* could not be looked at: why stands in the text */
	DOCTOR_WARNING, /* numbers may be wrong, something may be missed */
	DOCTOR_BAD,     /* it does not work */
};

struct doctor_finding {
	enum doctor_level level;
	const char *what;              /* "clock", "offload" */
	char about[DOCTOR_NAME_BYTES]; /* an interface or the like; "" = the machine */
	char text[DOCTOR_TEXT_BYTES];  /* what was found */
	char mend[DOCTOR_TEXT_BYTES];  /* a command; "" = none */
};

struct doctor {
	struct doctor_finding findings[DOCTOR_FINDINGS_MAX];
	size_t count;
	/* What is looked at, borrowed: of the sensor's configuration unless given. */
	struct slice interfaces; /* names between commas; empty: all that are up */
	struct slice directories;
	struct redis_settings redis;
	const char *metrics; /* where the sensor is asked; "" = nowhere */
	const char *sensor;  /* the path of the sensor's program; "" = not there */
};

/* A finding; the next doctor_mend belongs to it. What is beyond the limit is dropped. */
__attribute__((format(printf, 5, 6))) void doctor_tell(struct doctor *doctor,
        enum doctor_level level, const char *what, const char *about, const char *format,
        ...);
__attribute__((format(printf, 2, 3))) void doctor_mend(
        struct doctor *doctor, const char *format, ...);

/* Clock, rights, kernel helpers, queues, disk. */
void doctor_host(struct doctor *doctor);
/* Interfaces: links, offloads, rings, losses. */
void doctor_wires(struct doctor *doctor);
/* What the sensor of this machine lost. */
void doctor_sensor(struct doctor *doctor);
/* Redis, and what the nodes say of themselves there. */
void doctor_share(struct doctor *doctor);

#endif
