/*
 * What a message tells of address translation.
 */
#include "engine/track/nat.h"

#include "engine/detect/field_source.h"

static void made_of_message(
        const struct message *message, enum field field, struct value *value)
{
	if (field == FIELD_NAT_BITS) {
		value->type = VALUE_NUMBER;
		value->number = nat_bits(message);
	} else {
		value->type = VALUE_BOOL;
		value->number = nat_length_forgotten(message) ? 1 : 0;
	}
}

void field_nat_made(const struct event *event, enum field field, struct value *value)
{
	if (field == FIELD_NAT_MANGLED && event->mangled) {
		value->type = VALUE_TEXT;
		value->text = slice_text(event->mangled);
	} else if (field == FIELD_NAT_LOST_AFTER && event->lost_after_s) {
		value->type = VALUE_NUMBER;
		value->number = event->lost_after_s;
	} else if ((field == FIELD_NAT_BITS || field == FIELD_NAT_LENGTH) &&
	           event->message && event->message->sip) {
		made_of_message(event->message, field, value);
	}
}
