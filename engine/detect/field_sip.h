/*
 * The values of SIP and SDP fields: the half of field.c that reads messages.
 */
#ifndef RINGFENCE_DETECT_FIELD_SIP_H
#define RINGFENCE_DETECT_FIELD_SIP_H

#include "engine/detect/field.h"

void field_sip_value(
        struct field_cache *cache, const struct field_ref *ref, struct value *value);

/* Setters that leave the value absent when there is nothing to say. */
void field_set_text(struct value *value, struct slice text);
void field_set_name(struct value *value, const char *text);
void field_set_number(struct value *value, double number);
void field_set_bool(struct value *value, bool truth);
void field_set_ip(struct value *value, const struct address *ip);

/* What the address is for, as rules name it. */
const char *field_scope_name(const struct address *ip);

#endif
