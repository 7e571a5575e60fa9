/*
 * What Identity says of a request's caller.
 */
#include "engine/detect/field_source.h"
#include "engine/detect/stir.h"

static void set_text(struct value *value, struct slice text)
{
	if (!text.len)
		return;
	value->type = VALUE_TEXT;
	value->text = text;
}

static void set_bool(struct value *value, bool truth)
{
	value->type = VALUE_BOOL;
	value->number = truth ? 1 : 0;
}

static const char *signature_name(enum signature_state state)
{
	static const char *const names[] = {[SIGNATURE_UNVERIFIED] = "unverified",
	        [SIGNATURE_GOOD] = "good",
	        [SIGNATURE_BAD] = "bad"};
	return names[state];
}

static const char *certificate_name(enum certificate_state state)
{
	static const char *const names[] = {[CERTIFICATE_UNKNOWN] = NULL,
	        [CERTIFICATE_TRUSTED] = "trusted",
	        [CERTIFICATE_UNTRUSTED] = "untrusted",
	        [CERTIFICATE_EXPIRED] = "expired",
	        [CERTIFICATE_NOT_YET] = "not-yet",
	        [CERTIFICATE_OTHER_NUMBER] = "other-number"};
	return names[state];
}

static struct slice claim_of(const struct passport *passport, enum field field)
{
	if (field == FIELD_STIR_ALG)
		return passport->alg;
	if (field == FIELD_STIR_PPT)
		return passport->ppt;
	if (field == FIELD_STIR_URL)
		return passport->x5u;
	if (field == FIELD_STIR_ATTEST)
		return passport->attest;
	if (field == FIELD_STIR_ORIGID)
		return passport->origid;
	if (field == FIELD_STIR_ORIG)
		return passport->orig;
	return passport->dest_count ? passport->dest[0] : (struct slice){0};
}

/* The first fault of any of them. */
static const char *fault_of(const struct stir *stir)
{
	for (unsigned i = 0; i < stir->count; i++)
		if (stir->passports[i].fault != PASSPORT_NONE)
			return passport_fault_name(stir->passports[i].fault);
	return NULL;
}

static struct slice diverted(const struct stir *stir)
{
	for (unsigned i = 0; i < stir->count; i++)
		if (stir->passports[i].div.len)
			return stir->passports[i].div;
	return (struct slice){0};
}

static void made_of_stir(const struct stir *stir, enum field field, struct value *value)
{
	if (field == FIELD_STIR_FAULT) {
		set_text(value, slice_text(fault_of(stir)));
	} else if (field == FIELD_STIR_FORM) {
		set_text(value, stir->main->compact ? SLICE("compact") : SLICE("full"));
	} else if (field == FIELD_STIR_DIV) {
		set_text(value, diverted(stir));
	} else if (field == FIELD_STIR_AGE) {
		if (stir->main->iat_s < 0)
			return;
		value->type = VALUE_NUMBER;
		value->number = stir->age_s;
	} else if (field == FIELD_STIR_CLOCK_OFF) {
		set_bool(value, stir->clock_off);
	} else if (field == FIELD_STIR_REPLAYED) {
		set_bool(value, stir->replayed);
	} else if (field == FIELD_STIR_MISMATCH) {
		set_text(value, slice_text(stir->mismatch));
	} else if (field == FIELD_STIR_URL_FAULT) {
		set_text(value, slice_text(stir->url_fault));
	} else if (field == FIELD_STIR_SIGNATURE) {
		set_text(value, slice_text(signature_name(stir->answer.signature)));
	} else if (field == FIELD_STIR_CERTIFICATE) {
		set_text(value, slice_text(certificate_name(stir->answer.certificate)));
	} else {
		set_text(value, claim_of(stir->main, field));
	}
}

void field_stir_made(struct field_cache *cache, enum field field, struct value *value)
{
	const struct event *event = cache->event;
	struct stir *stir = cache->stir;

	if (!stir || event->kind != EVENT_SIP_REQUEST || !event->message ||
	        !event->message->sip)
		return;
	stir_make(stir, event);
	if (stir->main)
		made_of_stir(stir, field, value);
}
