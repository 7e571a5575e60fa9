/*
 * Inside of the H.323 decoder: its memory and the steps from an encoding to the list of
 * what is nested in it. For this room alone.
 */
#ifndef RINGFENCE_DECODE_H323_INSIDE_H
#define RINGFENCE_DECODE_H323_INSIDE_H

#include "engine/base/memory.h"
#include "engine/decode/h323.h"

struct h323_decoder {
	struct per_tape tape;
	struct q931_message q931;
	struct h323_message message;
};

/* False when the memory does not hold it. */
bool h323_init(struct h323_decoder *decoder, struct memory *memory);

/* A RAS datagram; message.whole tells whether it is one from first to last bit. */
void h323_ras_parse(struct h323_decoder *decoder, struct slice bytes);
/* The payload of a TPKT of call signalling; false when it is not even Q.931. */
bool h323_call_parse(struct h323_decoder *decoder, struct slice bytes);
/* The payload of a TPKT of an H.245 connection, with one or several messages. */
void h323_control_parse(struct h323_decoder *decoder, struct slice bytes);

/* Adds to the list of PDUs; a full list counts. */
void h323_pdu_add(struct h323_message *message, struct h323_pdu pdu);
/* Adds the PDU of a root that holds a RasMessage or an H.245 message. */
void h323_pdu_root(struct h323_message *message, const struct per_tape *tape,
        uint32_t root, enum h323_pdu_kind kind, enum h323_way way);
/* Lists what is nested in what the list has, and what is nested in that. */
void h323_pdu_expand(struct h323_decoder *decoder);

/*
 * Decodes an open value as a further root: its node, 0 when it is wrong or its type not
 * known.
 */
uint32_t h323_open(struct h323_decoder *decoder, enum per_type_id type,
        struct slice content, enum anomaly anomaly);

/* The components of an H4501SupplementaryService at a node, as PDUs (H.450.1). */
void h450_list(struct h323_decoder *decoder, uint32_t node, enum h323_way way);

/* A GenericData of H.225.0 (H.460.1) and a GenericMessage of H.245, as PDUs. */
void h460_data(
        struct h323_decoder *decoder, uint32_t node, uint16_t list, enum h323_way way);
void h460_message(struct h323_decoder *decoder, uint32_t node, enum h323_way way);

/* What one PDU itself tells of that is allowed by the syntax and yet wrong. */
void h323_pdu_check(struct h323_decoder *decoder, const struct h323_pdu *pdu);

#endif
