/*
 * Names of what is on a tape, and the way to its children.
 */
#include "engine/decode/per_inside.h"

const char *per_name_text(uint16_t name)
{
	return name < PER_NAME_COUNT ? PER_NAMES[name] : "-";
}

const char *per_enum_name(const struct per_node *node)
{
	const struct per_type *type = &PER_TYPES[node->type];

	if (node->kind != PER_KIND_ENUM || node->value < 0 || node->value >= type->count)
		return NULL;
	return PER_NAMES[PER_FIELDS[type->first + node->value].name];
}

uint32_t per_child(const struct per_tape *tape, uint32_t parent, enum per_name name)
{
	uint32_t i = parent + 1;

	while (i < tape->nodes[parent].next && tape->nodes[i].name != name)
		i = tape->nodes[i].next;
	return i < tape->nodes[parent].next ? i : 0;
}
