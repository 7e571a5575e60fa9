/*
 * What a program owes the service manager, and how it makes itself harmless.
 */
#ifndef RINGFENCE_PLATFORM_SERVICE_H
#define RINGFENCE_PLATFORM_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

/* Tell systemd; without it they do nothing. */
void service_ready(const char *status);
void service_reloading(void);
void service_status(const char *status);
void service_beat(void);
void service_stopping(void);

struct service_error {
	char text[200];
};

/*
 * Becomes this user ("" = stays who it is) with its groups, keeps of root's capabilities
 * the one named (capability_keep; -1 = none, or all of one who stays root), and can never
 * gain rights again.
 */
bool service_drop(const char *user, int capability_keep, struct service_error *error);

/*
 * From here on, system calls that no program of ours needs once it runs (new programs,
 * tracing, mounting, modules, clocks, keys …) end the process. All threads.
 */
bool service_confine(struct service_error *error);

#endif
