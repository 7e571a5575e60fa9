/*
 * Values of H.323 that are made, not merely read.
 */
#include "engine/detect/field_source.h"

#include "engine/base/writer.h"
#include "engine/track/codec.h"
#include "engine/track/h323.h"

static void set_text(struct value *value, struct slice text)
{
	if (!slice_present(text))
		return;
	value->type = VALUE_TEXT;
	value->text = text;
}

void field_h323_name(uint16_t name, struct value *value)
{
	if (name == PER_NO_NAME)
		return;
	const char *text = per_name_text(name);
	set_text(value, slice_text(text));
}

/* Numbers come before names, as they do in a call's record. */
static struct slice best(const struct h323_name *names, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (names[i].kind == PER_dialledDigits ||
		        names[i].kind == PER_partyNumber)
			return names[i].text;
	return count ? names[0].text : (struct slice){0};
}

/* T.35 country, extension and manufacturer: what productId may lie about. */
static struct slice vendor_text(
        struct field_cache *cache, const struct h323_vendor *vendor)
{
	struct writer writer =
	        writer_of(cache->vendor_bytes, sizeof(cache->vendor_bytes));
	if (!vendor->known)
		return (struct slice){0};
	writer_u64(&writer, vendor->country);
	writer_byte(&writer, '-');
	writer_u64(&writer, vendor->extension);
	writer_byte(&writer, '-');
	writer_u64(&writer, vendor->manufacturer);
	return writer_text(&writer);
}

/*
 * Fast Connect came with version 2 and all of tunnelling's rules with 4: a peer below 4
 * that was offered one of them and did without.
 */
static bool fell_back(const struct h323_call *h323)
{
	const uint16_t flags = h323->flags;
	const bool old = (h323->version[0] && h323->version[0] < 4) ||
	                 (h323->version[1] && h323->version[1] < 4);
	const bool fast = flags & H323_FAST_OFFERED && !(flags & H323_FAST_ACCEPTED);
	const bool tunnel =
	        flags & H323_TUNNEL_OFFERED && !(flags & H323_TUNNEL_ACCEPTED);
	return old && h323->version[CALL_CALLEE] && (fast || tunnel);
}

static void call_value(
        const struct h323_call *h323, enum field field, struct value *value)
{
	static const struct {
		uint16_t field;
		uint16_t flag;
	} FLAGS[] = {
	        {FIELD_H225_ADMITTED, H323_ADMITTED},
	        {FIELD_H225_ROUTED, H323_ROUTED},
	        {FIELD_H225_FROM_GATEKEEPER, H323_FROM_GATEKEEPER},
	        {FIELD_H225_CALLER_REGISTERED, H323_CALLER_REGISTERED},
	        {FIELD_H225_CALLEE_REGISTERED, H323_CALLEE_REGISTERED},
	        {FIELD_H225_CLI_MISMATCH, H323_CLI_MISMATCH},
	        {FIELD_H225_FORWARDED, H323_FORWARDED},
	        {FIELD_H225_MEDIA_GOES_ON, H323_MEDIA_GOES_ON},
	};
	value->type = VALUE_BOOL;
	value->number = 0;
	if (field == FIELD_H225_FALLBACK)
		value->number = fell_back(h323);
	for (size_t i = 0; i < sizeof(FLAGS) / sizeof(FLAGS[0]); i++)
		if (FLAGS[i].field == field)
			value->number = (h323->flags & FLAGS[i].flag) != 0;
}

void field_h323_made(
        struct field_cache *cache, const struct field_ref *ref, struct value *value)
{
	const struct event *event = cache->event;
	const struct ras_transaction *ras = event->ras;
	const struct h323_step *step = event->step;
	if (ref->field == FIELD_RAS_ALIAS && ras)
		set_text(value, best(ras->names, ras->name_count));
	else if (ref->field == FIELD_RAS_SOURCE && ras)
		set_text(value, best(ras->sources, ras->source_count));
	else if (ref->field == FIELD_H245_CODEC && step && step->channel) {
		const char *name = codec_at(step->channel->codec)->name;
		set_text(value, slice_text(name));
	} else if (ref->field == FIELD_H225_VENDOR && event->h323)
		set_text(value, vendor_text(cache, &event->h323->vendor[CALL_CALLER]));
	else if (event->h323 && ref->field > FIELD_H225_VENDOR &&
	         ref->field < FIELD_H245_MESSAGE)
		call_value(event->h323, (enum field)ref->field, value);
}
