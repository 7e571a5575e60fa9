#include "cli/deeds.h"

#include <stdlib.h>
#include <string.h>

#include "engine/track/h323.h"
#include "engine/track/transaction.h"

/* Nothing that is written depends on it. */
static const struct hash_key KEY = {0x64656564, 0x73};

static size_t slot_of(const struct deeds *deeds, const struct address *ip)
{
	size_t slot = hash_address(&KEY, ip) & (deeds->slot_count - 1);
	while (deeds->slots[slot] &&
	        !address_equal(&deeds->items[deeds->slots[slot] - 1].ip, ip))
		slot = (slot + 1) & (deeds->slot_count - 1);
	return slot;
}

/* Twice the room; false without memory, and nothing changed. */
static bool grow(struct deeds *deeds)
{
	const size_t room = deeds->slot_count ? deeds->slot_count : 64;
	struct deed *items = realloc(deeds->items, room * sizeof(*items));
	if (items)
		deeds->items = items;
	uint32_t *slots = items ? calloc(2 * room, sizeof(*slots)) : NULL;
	if (!slots)
		return false;
	free(deeds->slots);
	deeds->slots = slots;
	deeds->slot_count = 2 * room;
	for (size_t i = 0; i < deeds->count; i++)
		deeds->slots[slot_of(deeds, &deeds->items[i].ip)] = (uint32_t)i + 1;
	return true;
}

static struct deed *deed_of(struct deeds *deeds, const struct address *ip)
{
	if (2 * deeds->count >= deeds->slot_count &&
	        (deeds->count >= DEEDS_MAX || !grow(deeds)) && !deeds->slot_count)
		return NULL;
	const size_t slot = slot_of(deeds, ip);
	if (deeds->slots[slot])
		return &deeds->items[deeds->slots[slot] - 1];
	if (2 * deeds->count >= deeds->slot_count)
		return NULL;
	deeds->items[deeds->count] = (struct deed){.ip = *ip};
	deeds->slots[slot] = (uint32_t)++deeds->count;
	return &deeds->items[deeds->count - 1];
}

static void user_put(uint64_t *users, uint32_t room, uint64_t hash)
{
	uint32_t slot = (uint32_t)hash & (room - 1);
	while (users[slot])
		slot = (slot + 1) & (room - 1);
	users[slot] = hash;
}

static bool user_known(const struct deed *deed, uint64_t hash)
{
	if (!deed->user_room)
		return false;
	uint32_t slot = (uint32_t)hash & (deed->user_room - 1);
	for (; deed->users[slot]; slot = (slot + 1) & (deed->user_room - 1))
		if (deed->users[slot] == hash)
			return true;
	return false;
}

static void user_add(struct deed *deed, struct slice user)
{
	const uint64_t hash = hash_slice(&KEY, user) | 1;
	if (!user.len || deed->user_count == DEED_USERS_MAX || user_known(deed, hash))
		return;
	if (2 * deed->user_count >= deed->user_room) {
		const uint32_t room = deed->user_room ? 2 * deed->user_room : 4;
		uint64_t *users = calloc(room, sizeof(*users));
		if (!users)
			return;
		for (uint32_t i = 0; i < deed->user_room; i++)
			if (deed->users[i])
				user_put(users, room, deed->users[i]);
		free(deed->users);
		deed->users = users;
		deed->user_room = room;
	}
	user_put(deed->users, deed->user_room, hash);
	deed->user_count++;
}

static enum deed_method method_of(uint8_t method)
{
	switch (method) {
	case SIP_REGISTER:
		return DEED_REGISTER;
	case SIP_INVITE:
		return DEED_INVITE;
	case SIP_OPTIONS:
		return DEED_OPTIONS;
	default:
		return DEED_OTHER;
	}
}

static void count_answer(struct deed *deed, uint16_t status, bool with_credentials)
{
	const bool asked_for = status == 401 || status == 407;
	if (!status)
		deed->silent++;
	else if (status < 300)
		deed->granted++;
	else if (with_credentials && (asked_for || status == 403))
		deed->denied++;
	else if (asked_for)
		deed->challenged++;
	else if (status >= 400)
		deed->refused++;
}

/* What the address did, this moment included; NULL without room. */
static struct deed *deed_at(
        struct deeds *deeds, const struct event *event, const struct address *ip)
{
	struct deed *deed = deed_of(deeds, ip);
	if (!deed) {
		deeds->left_out++;
		return NULL;
	}
	if (!deed->first_us)
		deed->first_us = event->time_us;
	deed->last_us = event->time_us;
	return deed;
}

static void of_sip(struct deeds *deeds, const struct event *event)
{
	const struct transaction *transaction = event->transaction;
	struct deed *server = deed_of(deeds, &transaction->server.ip);
	if (server)
		server->served++;
	struct deed *deed = deed_at(deeds, event, &transaction->client.ip);
	if (!deed)
		return;
	deed->requests[method_of(transaction->method)]++;
	count_answer(deed,
	        transaction->state == TRANSACTION_TIMED_OUT ? 0 : transaction->status,
	        transaction->auth_sent);
	user_add(deed, transaction_text(transaction, TRANSACTION_TO_USER));
}

static void of_ras(struct deeds *deeds, const struct event *event)
{
	static const uint8_t METHODS[RAS_OTHER + 1] = {
	        [RAS_GATEKEEPER] = DEED_OPTIONS,
	        [RAS_REGISTRATION] = DEED_REGISTER,
	        [RAS_UNREGISTRATION] = DEED_OTHER,
	        [RAS_ADMISSION] = DEED_INVITE,
	        [RAS_BANDWIDTH] = DEED_OTHER,
	        [RAS_DISENGAGE] = DEED_OTHER,
	        [RAS_LOCATION] = DEED_OPTIONS,
	        [RAS_INFO] = DEED_OTHER,
	        [RAS_RESOURCES] = DEED_OTHER,
	        [RAS_SERVICE_CONTROL] = DEED_OTHER,
	        [RAS_OTHER] = DEED_OTHER,
	};
	const struct ras_transaction *ras = event->ras;
	if (ras->phase == RAS_REQUESTED)
		return;
	struct deed *deed = deed_at(deeds, event, &ras->client.ip);
	if (!deed)
		return;
	deed->requests[METHODS[ras->request]]++;
	deed->granted += ras->phase == RAS_CONFIRMED;
	deed->denied += ras->phase == RAS_REJECTED;
	deed->silent += ras->phase == RAS_TIMED_OUT;
}

void deeds_event(struct deeds *deeds, const struct event *event)
{
	if (event->kind == EVENT_SIP_TRANSACTION && event->transaction)
		of_sip(deeds, event);
	else if (event->kind == EVENT_RAS_TRANSACTION && event->ras)
		of_ras(deeds, event);
}

const struct deed *deeds_of(const struct deeds *deeds, const struct address *ip)
{
	if (!deeds->slot_count)
		return NULL;
	const uint32_t at = deeds->slots[slot_of(deeds, ip)];
	return at ? &deeds->items[at - 1] : NULL;
}

void deeds_clear(struct deeds *deeds)
{
	for (size_t i = 0; i < deeds->count; i++)
		free(deeds->items[i].users);
	free(deeds->items);
	free(deeds->slots);
	*deeds = (struct deeds){0};
}
