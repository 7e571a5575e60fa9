#include "engine/decode/q931.h"
#include "engine/base/reader.h"

enum {
	EXTENDED = 0x80,       /* the octet is the last one of its group */
	SINGLE_OCTET = 0x80,   /* an element without length (Q.931 4.5.1) */
	SHIFT = 0x90,          /* Q.931 4.5.2 */
	SHIFT_ONCE = 0x08,     /* Q.931 4.5.4: non-locking */
	ISO_8859_1 = 0xb1,     /* character set octet of display, Q.931 4.5.16 */
	USER_USER_X208 = 0x05, /* protocol discriminator: X.680 and X.690 coded */
	TYPE_COUNT = 128,
};

static const char *const TYPE_NAMES[TYPE_COUNT] = {
#define X(id, value, name) [value] = name,
        Q931_TYPES(X)
#undef X
};

const char *q931_type_name(uint8_t type)
{
	return type < TYPE_COUNT ? TYPE_NAMES[type] : NULL;
}

/* Where the elements are read: which codeset they are of, and what was seen. */
struct q931_reading {
	struct q931_message *message;
	struct anomalies *anomalies;
	uint8_t locked; /* codeset */
	uint8_t codeset;
	uint64_t seen[4]; /* elements of codeset 0, a bit each */
};

static void number_read(struct reader content, struct q931_number *number)
{
	uint8_t octet = reader_u8(&content);

	number->present = true;
	number->type = octet >> 4 & 7;
	number->plan = octet & 15;
	if (!(octet & EXTENDED) && reader_left(&content)) {
		octet = reader_u8(&content);
		number->screened = true;
		number->presentation = octet >> 5 & 3;
		number->screening = octet & 3;
	}
	if (number->screened && !(octet & EXTENDED) && reader_left(&content)) {
		number->has_reason = true;
		number->reason = reader_u8(&content) & 15;
	}
	number->digits = reader_rest(&content);
}

/* Octet 3 with coding and location, 3a where it is not the last one, then the value. */
static bool located_read(struct reader content, uint8_t *location, uint8_t *value)
{
	uint8_t octet = reader_u8(&content);

	*location = octet & 15;
	if (!(octet & EXTENDED))
		(void)reader_u8(&content);
	*value = reader_u8(&content) & 0x7f;
	return !content.failed;
}

/* Without the octet of the character set, and without the NUL of careless senders. */
static struct slice text_of(struct slice content)
{
	if (content.len && (uint8_t)content.data[0] == ISO_8859_1)
		content = slice_from(content, 1);
	if (content.len && content.data[content.len - 1] == '\0')
		content.len--;
	return content;
}

/* The protocol discriminator, then the encoding (H.225.0 7.2.2.31). */
static void user_user_read(struct q931_reading *reading, struct slice content)
{
	struct q931_message *message = reading->message;

	if (slice_present(message->user_user) && message->user_user.len) {
		anomaly_set(reading->anomalies, ANOMALY_Q931_UUIE_DUPLICATE);
		return;
	}
	message->user_user = slice_from(content, 1);
	if (content.len < 2)
		anomaly_set(reading->anomalies, ANOMALY_Q931_UUIE_SHORT);
	else if (content.data[0] != USER_USER_X208)
		anomaly_set(reading->anomalies, ANOMALY_Q931_UUIE_PROTOCOL);
}

/* An element that has room for one value only: the first one counts. */
static bool single(struct q931_reading *reading, uint8_t id)
{
	uint64_t *word = &reading->seen[id / 64];
	uint64_t bit = (uint64_t)1 << id % 64;
	bool fresh = !(*word & bit);

	*word |= bit;
	if (!fresh)
		anomaly_set(reading->anomalies, ANOMALY_Q931_DUPLICATE);
	return fresh;
}

static bool cause_read(struct q931_message *message, struct slice content)
{
	message->has_cause = located_read(
	        reader_of_slice(content), &message->cause_location, &message->cause);
	return message->has_cause;
}

static bool progress_read(struct q931_message *message, struct slice content)
{
	uint8_t location;
	uint8_t progress;
	bool good = located_read(reader_of_slice(content), &location, &progress);

	/* Up to two of them may be there; the first one is kept. */
	if (good && !message->has_progress) {
		message->has_progress = true;
		message->progress = progress;
	}
	return good;
}

static struct q931_number *number_of(struct q931_message *message, uint8_t id)
{
	switch (id) {
	case Q931_IE_CALLING:
		return &message->calling;
	case Q931_IE_CALLED:
		return &message->called;
	case Q931_IE_REDIRECTING:
		return &message->redirecting;
	default:
		return &message->connected;
	}
}

/* The value of an element of codeset 0; false when it is none. */
static bool value_read(struct q931_reading *reading, uint8_t id, struct slice content)
{
	struct q931_message *message = reading->message;

	switch (id) {
	case Q931_IE_CALLING:
	case Q931_IE_CALLED:
	case Q931_IE_CONNECTED:
	case Q931_IE_CONNECTED_OLD:
		if (single(reading, id) && content.len)
			number_read(reader_of_slice(content), number_of(message, id));
		return content.len > 0;
	case Q931_IE_REDIRECTING:
		if (!message->redirecting.present && content.len)
			number_read(reader_of_slice(content), &message->redirecting);
		return content.len > 0;
	case Q931_IE_CAUSE:
		return !single(reading, id) || cause_read(message, content);
	case Q931_IE_BEARER:
		if (single(reading, id)) {
			message->bearer = content;
			if (content.len)
				message->transfer_capability = content.data[0] & 31;
		}
		return content.len >= 2;
	case Q931_IE_DISPLAY:
		if (single(reading, id))
			message->display = text_of(content);
		return true;
	case Q931_IE_KEYPAD:
		if (single(reading, id))
			message->keypad = content;
		return true;
	case Q931_IE_FACILITY:
		if (!slice_present(message->facility))
			message->facility = content;
		return true;
	case Q931_IE_PROGRESS:
		return progress_read(message, content);
	case Q931_IE_NOTIFICATION:
		message->has_notification = content.len > 0;
		if (content.len)
			message->notification = content.data[0] & 0x7f;
		return content.len > 0;
	case Q931_IE_USER_USER:
		user_user_read(reading, content);
		return true;
	default:
		return true;
	}
}

static void element_keep(struct q931_reading *reading, uint8_t id, struct slice content)
{
	struct q931_message *message = reading->message;

	if (message->element_count == LIMIT_Q931_ELEMENTS) {
		anomaly_set(reading->anomalies, ANOMALY_Q931_MANY);
		return;
	}
	message->elements[message->element_count++] =
	        (struct q931_element){reading->codeset, id, content};
}

/* A shift to a codeset; a locking one may only go up (Q.931 4.5.3). */
static void shift(struct q931_reading *reading, uint8_t octet)
{
	uint8_t codeset = octet & 7;

	anomaly_set(reading->anomalies, ANOMALY_Q931_CODESET);
	reading->codeset = codeset;
	if (!(octet & SHIFT_ONCE) && codeset > reading->locked)
		reading->locked = codeset;
}

static void element_read(struct q931_reading *reading, struct reader *reader)
{
	uint8_t id = reader_u8(reader);

	if ((id & 0xf0) == SHIFT) {
		shift(reading, id);
		return;
	}
	/* Connected number as 8C has a length although its bit 8 is set. */
	bool lone = id & SINGLE_OCTET;
	if (id == Q931_IE_CONNECTED_OLD && reading->codeset == 0)
		lone = !reader_left(reader) || reader->data[0] >= reader_left(reader) ||
		       reader->data[0] < 2;
	struct slice content = slice_of(reader->data, 0);
	if (!lone) {
		bool wide = id == Q931_IE_USER_USER && reading->codeset == 0;
		size_t len = wide ? reader_u16(reader) : reader_u8(reader);
		if (reader->failed || len > reader_left(reader)) {
			anomaly_set(reading->anomalies, ANOMALY_Q931_OVERRUN);
			len = reader_left(reader);
		}
		content = slice_of(reader->data, len);
		reader_skip(reader, len);
	}
	element_keep(reading, id, content);
	if (reading->codeset == 0 && !lone && !value_read(reading, id, content))
		anomaly_set(reading->anomalies, ANOMALY_Q931_ELEMENT);
	reading->codeset = reading->locked;
}

/* Discriminator, call reference and type; false when there is no room for them. */
static bool header_read(
        struct reader *reader, struct q931_message *message, struct anomalies *anomalies)
{
	if (reader_u8(reader) != Q931_DISCRIMINATOR)
		anomaly_set(anomalies, ANOMALY_Q931_HEADER);
	uint8_t len = reader_u8(reader);
	if (len != 2 && !reader->failed)
		anomaly_set(anomalies, ANOMALY_Q931_REFERENCE);
	message->reference_len = len & 15;
	for (unsigned i = 0; i < message->reference_len; i++) {
		uint8_t octet = reader_u8(reader);
		if (i == 0) {
			message->from_destination = octet & 0x80;
			octet &= 0x7f;
		}
		message->reference = (uint16_t)(message->reference << 8 | octet);
	}
	message->type = reader_u8(reader);
	if (reader->failed)
		anomaly_set(anomalies, ANOMALY_Q931_HEADER);
	else if (!q931_type_name(message->type))
		anomaly_set(anomalies, ANOMALY_Q931_TYPE);
	return !reader->failed;
}

bool q931_parse(
        struct slice bytes, struct q931_message *message, struct anomalies *anomalies)
{
	struct reader reader = reader_of_slice(bytes);
	struct q931_reading reading = {.message = message, .anomalies = anomalies};

	memset(message, 0, offsetof(struct q931_message, elements));
	if (!header_read(&reader, message, anomalies))
		return false;
	while (reader_left(&reader))
		element_read(&reading, &reader);
	/* Before version 4 of H.225.0 it was optional in these two. */
	bool optional =
	        message->type == Q931_STATUS || message->type == Q931_STATUS_ENQUIRY;
	if (!slice_present(message->user_user) && !optional)
		anomaly_set(anomalies, ANOMALY_Q931_UUIE_MISSING);
	return true;
}
