/*
 * From SIP to Q.850: why a call ended, in the words of the telephone network.
 */
#include "engine/decode/sip_uri.h"
#include "engine/track/state.h"

/* RFC 3398 8.2.6.1. */
static const struct {
	uint16_t status;
	uint8_t cause;
} CAUSES[] = {
        {400, 41},
        {401, 21},
        {402, 21},
        {403, 21},
        {404, 1},
        {405, 63},
        {406, 79},
        {407, 21},
        {408, 102},
        {410, 22},
        {413, 127},
        {414, 127},
        {415, 79},
        {416, 127},
        {420, 127},
        {421, 127},
        {423, 127},
        {480, 18},
        {481, 41},
        {482, 25},
        {483, 25},
        {484, 28},
        {485, 1},
        {486, 17},
        {487, 16},
        {488, 65},
        {500, 41},
        {501, 79},
        {502, 38},
        {503, 41},
        {504, 102},
        {505, 127},
        {513, 127},
        {600, 17},
        {603, 21},
        {604, 1},
        {606, 65},
};

uint8_t cause_of_status(uint16_t status)
{
	if (status < 300)
		return 16;
	for (size_t i = 0; i < sizeof(CAUSES) / sizeof(CAUSES[0]); i++)
		if (CAUSES[i].status == status)
			return CAUSES[i].cause;
	return status < 500 ? 127 : 41;
}

uint8_t cause_of_reason(struct slice reason)
{
	uint8_t from_sip = 0;
	while (slice_present(reason)) {
		struct slice value = slice_trim(sip_list_next(&reason));
		if (!value.len)
			break;
		const struct slice protocol = slice_trim(slice_split(&value, ';'));
		uint32_t cause;
		if (!slice_to_u32(sip_parameter(value, SLICE("cause")), &cause))
			continue;
		if (slice_equal_nocase(protocol, SLICE("Q.850")) && cause < 128)
			return (uint8_t)cause;
		if (slice_equal_nocase(protocol, SLICE("SIP")) && cause < 700)
			from_sip = cause_of_status((uint16_t)cause);
	}
	return from_sip;
}
