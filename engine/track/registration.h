/*
 * Registrations: an address of record at a registrar with all its bindings (RFC 3261 10).
 */
#ifndef RINGFENCE_TRACK_REGISTRATION_H
#define RINGFENCE_TRACK_REGISTRATION_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/address.h"
#include "engine/base/list.h"
#include "engine/base/pool.h"
#include "engine/base/slice.h"
#include "engine/base/wheel.h"
#include "engine/limits.h"

struct binding {
	struct slice contact;      /* URI */
	struct slice user_agent;
	struct endpoint source;    /* from where it was registered */
	uint64_t since_us;
	uint64_t expires_us;
	uint32_t interval_s;       /* granted */
	bool contact_foreign;      /* contact host public and not the source */
	bool granted;              /* the newest change asked for this one */
};

struct registration {
	struct wheel_timer timer;
	struct list_link idle;
	uint64_t hash;             /* of user@host and the registrar's address */
	uint64_t since_us;
	uint64_t last_us;
	struct endpoint registrar;
	struct endpoint source;        /* of the newest change */
	struct endpoint previous_source;
	uint32_t changes;
	uint8_t binding_count;
	bool wiped;                    /* another source asked to remove a binding */
	bool source_changed;           /* this change came from another address than the one before */
	bool agent_changed;
	struct arena arena;
	struct slice user;
	struct slice host;
	struct slice auth_user;
	struct slice user_agent;
	struct slice previous_user_agent;
	uint32_t device;           /* of H.323: index in the inventory, 0 = none (any more) */
	bool h323;                 /* with a gatekeeper */
	struct binding *bindings;      /* binding_count present ones, in the arena */
};

#endif
