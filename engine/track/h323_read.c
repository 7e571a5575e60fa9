/*
 * Fields of H.225.0 that several messages share, from the tape into what is kept.
 */
#include "engine/track/h323_state.h"

bool h323_name_read(struct track *track, struct arena *arena, const struct per_tape *tape,
        uint32_t node, struct h323_name *name)
{
	struct h323_alias alias;
	char bytes[ALIAS_TEXT];
	if (!h323_alias(tape, node, &alias) || !alias.text.len)
		return false;
	struct slice text = alias.text;
	if (alias.wide) {
		struct writer writer = writer_of(bytes, sizeof(bytes));
		h323_text(alias.text, true, &writer);
		text = writer_text(&writer);
	}
	*name = (struct h323_name){
	        .text = text_keep(track, arena, text),
	        .kind = alias.kind,
	        .number_type = alias.number_type,
	};
	return slice_present(name->text);
}

unsigned h323_names_read(struct track *track, struct arena *arena,
        const struct per_tape *tape, uint32_t list, struct h323_name names[DEVICE_NAMES])
{
	unsigned count = 0;
	if (!list)
		return 0;
	for
		h323_each(tape, list, i)
		{
			if (count == DEVICE_NAMES)
				break;
			if (h323_name_read(track, arena, tape, i, &names[count]))
				count++;
		}
	return count;
}

bool h323_name_is_number(const struct h323_name *name)
{
	return name->kind == PER_dialledDigits || name->kind == PER_partyNumber;
}

const struct h323_name *h323_name_best(const struct h323_name *names, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (h323_name_is_number(&names[i]))
			return &names[i];
	return count ? &names[0] : NULL;
}

struct h323_name h323_name_keep(
        struct track *track, struct arena *arena, const struct h323_name *name)
{
	struct h323_name kept = *name;
	kept.text = text_keep(track, arena, name->text);
	return kept;
}

struct slice h323_label(struct slice text)
{
	while (text.len && !text.data[text.len - 1])
		text.len--;
	return text;
}

void h323_vendor_read(struct track *track, struct arena *arena,
        const struct per_tape *tape, uint32_t node, struct h323_vendor *vendor)
{
	if (!node)
		return;
	const uint32_t maker = per_child(tape, node, PER_vendor);
	if (!maker)
		return;
	vendor->known = true;
	for
		h323_each(tape, maker, i)
		{
			const int64_t value = h323_number(tape, i, 0);
			switch (tape->nodes[i].name) {
			case PER_t35CountryCode:
				vendor->country = (uint8_t)value;
				break;
			case PER_t35Extension:
				vendor->extension = (uint8_t)value;
				break;
			case PER_manufacturerCode:
				vendor->manufacturer = (uint16_t)value;
				break;
			default:
				break;
			}
		}
	vendor->product = text_keep(track, arena,
	        h323_label(h323_bytes(tape, per_child(tape, node, PER_productId))));
	vendor->version = text_keep(track, arena,
	        h323_label(h323_bytes(tape, per_child(tape, node, PER_versionId))));
}

void h323_vendor_keep(struct track *track, struct arena *arena,
        const struct h323_vendor *from, struct h323_vendor *into)
{
	*into = *from;
	into->product = text_keep(track, arena, from->product);
	into->version = text_keep(track, arena, from->version);
}

struct slice h323_vendor_text(const struct h323_vendor *vendor, char *bytes, size_t size)
{
	struct writer writer = writer_of(bytes, size);
	writer_slice(&writer, vendor->product);
	if (vendor->product.len && vendor->version.len)
		writer_byte(&writer, ' ');
	writer_slice(&writer, vendor->version);
	return writer.len ? writer_text(&writer) : (struct slice){0};
}

enum h323_role h323_role_read(const struct per_tape *tape, uint32_t node)
{
	enum h323_role role = ROLE_UNKNOWN;
	if (!node)
		return role;
	/* H.323 6: what has several roles in one box is called by the greatest. */
	for
		h323_each(tape, node, i)
		{
			enum h323_role said = ROLE_UNKNOWN;
			if (tape->nodes[i].name == PER_terminal)
				said = ROLE_TERMINAL;
			else if (tape->nodes[i].name == PER_gateway)
				said = ROLE_GATEWAY;
			else if (tape->nodes[i].name == PER_mcu)
				said = ROLE_MCU;
			else if (tape->nodes[i].name == PER_gatekeeper)
				said = ROLE_GATEKEEPER;
			if (said > role)
				role = said;
		}
	return role;
}

struct slice h323_wide_keep(struct track *track, struct arena *arena,
        const struct per_tape *tape, uint32_t node)
{
	char bytes[ALIAS_TEXT];
	struct writer writer = writer_of(bytes, sizeof(bytes));
	const struct slice wide = h323_bytes(tape, node);
	if (!slice_present(wide))
		return wide;
	h323_text(wide, true, &writer);
	return text_keep(track, arena, writer_text(&writer));
}

bool h323_first_address(
        const struct per_tape *tape, uint32_t list, struct endpoint *endpoint)
{
	if (!list)
		return false;
	for
		h323_each(tape, list, i) if (h323_endpoint(tape, i, endpoint) &&
		                             !address_none(&endpoint->ip)) return true;
	return false;
}

bool h323_identifier_read(struct slice from, uint8_t into[16])
{
	if (from.len != 16)
		return false;
	uint8_t any = 0;
	for (size_t i = 0; i < 16; i++)
		any |= into[i] = (uint8_t)from.data[i];
	return any != 0;
}

bool h323_address_private(const struct endpoint *at)
{
	const enum address_scope scope = address_scope(&at->ip);
	return scope == ADDRESS_PRIVATE || scope == ADDRESS_SHARED;
}
