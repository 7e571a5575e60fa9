/*
 * What H.245 calls its media, in the words of RTP (H.245 DataType, RFC 3551).
 */
#include "engine/decode/sdp.h"
#include "engine/track/codec.h"
#include "engine/track/h323_state.h"

enum { DYNAMIC = CODEC_NO_TYPE };

static const struct codec_row {
	uint16_t capability; /* enum per_name in AudioCapability or VideoCapability */
	const char *name;    /* of RTP */
	uint32_t clock_hz;
	uint8_t type;   /* static payload type; DYNAMIC = none */
	uint8_t number; /* what the number in it counts: ms, or frames of so many ms */
} ROWS[] = {
        {PER_g711Alaw64k, "PCMA", 8000, 8, 1},
        {PER_g711Alaw56k, "PCMA", 8000, 8, 1},
        {PER_g711Ulaw64k, "PCMU", 8000, 0, 1},
        {PER_g711Ulaw56k, "PCMU", 8000, 0, 1},
        {PER_g722_64k, "G722", 8000, 9, 1},
        {PER_g722_56k, "G722", 8000, 9, 1},
        {PER_g722_48k, "G722", 8000, 9, 1},
        {PER_g7231, "G723", 8000, 4, 30},
        {PER_g7231AnnexCCapability, "G723", 8000, 4, 30},
        {PER_g728, "G728", 8000, 15, 0},
        {PER_g729, "G729", 8000, 18, 10},
        {PER_g729AnnexA, "G729", 8000, 18, 10},
        {PER_g729wAnnexB, "G729", 8000, 18, 10},
        {PER_g729AnnexAwAnnexB, "G729", 8000, 18, 10},
        {PER_g729Extensions, "G729", 8000, 18, 10},
        {PER_gsmFullRate, "GSM", 8000, 3, 0},
        {PER_gsmHalfRate, "GSM-HR-08", 8000, DYNAMIC, 0},
        {PER_gsmEnhancedFullRate, "GSM-EFR", 8000, DYNAMIC, 0},
        {PER_is11172AudioCapability, "MPA", 90000, 14, 0},
        {PER_is13818AudioCapability, "MPA", 90000, 14, 0},
        {PER_audioTelephonyEvent, "telephone-event", 8000, DYNAMIC, 0},
        {PER_audioTone, "tone", 8000, DYNAMIC, 0},
        {PER_h261VideoCapability, "H261", 90000, 31, 0},
        {PER_h262VideoCapability, "MPV", 90000, 32, 0},
        {PER_is11172VideoCapability, "MPV", 90000, 32, 0},
        {PER_h263VideoCapability, "H263", 90000, 34, 0},
};

/* Object identifiers of generic capabilities (H.245 annexes), content octets. */
static const struct generic_row {
	const char *oid;
	uint8_t oid_bytes;
	const char *name;
	uint32_t clock_hz;
	uint8_t number;
} GENERICS[] = {
        {"\x00\x07\xb8\x35\x01\x00", 6, "G7221", 16000, 0},
        {"\x00\x07\xb8\x35\x01\x01", 6, "G7221", 32000, 0},
        {"\x00\x07\xb8\x35\x01\x02", 6, "G7221", 32000, 0},
        {"\x00\x08\x81\x71\x00\x00\x01", 7, "H264", 90000, 0},
        {"\x00\x08\x81\x75\x01\x01\x01", 7, "AMR", 8000, 20},
        {"\x00\x07\xb8\x36\x01\x00", 6, "AMR-WB", 16000, 20},
};

static void number_read(const struct per_tape *tape, uint32_t node, uint8_t unit,
        struct h323_media *media)
{
	int64_t count = h323_number(tape, node, 0);
	if (!count && tape->nodes[node].kind == PER_KIND_SEQUENCE)
		for
			h323_each(tape, node, i) if (!count) count =
			        h323_number(tape, i, 0);
	if (count > 0 && unit && count * unit <= UINT8_MAX)
		media->ptime_ms = (uint8_t)(count * unit);
}

static void generic_read(
        const struct per_tape *tape, uint32_t node, struct h323_media *media)
{
	uint16_t kind;
	const uint32_t id =
	        h323_choice(tape, per_child(tape, node, PER_capabilityIdentifier), &kind);
	const struct slice oid = h323_bytes(tape, id);
	for (size_t i = 0; i < sizeof(GENERICS) / sizeof(GENERICS[0]); i++) {
		const struct generic_row *row = &GENERICS[i];
		if (!slice_equal(oid, slice_of(row->oid, row->oid_bytes)))
			continue;
		media->name = row->name;
		media->clock_hz = row->clock_hz;
		return;
	}
}

static void capability_read(
        const struct per_tape *tape, uint32_t node, struct h323_media *media)
{
	uint16_t kind;
	const uint32_t chosen = h323_choice(tape, node, &kind);
	if (!chosen)
		return;
	if (kind == PER_genericAudioCapability || kind == PER_genericVideoCapability) {
		generic_read(tape, chosen, media);
		return;
	}
	for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
		if (ROWS[i].capability != kind)
			continue;
		media->name = ROWS[i].name;
		media->clock_hz = ROWS[i].clock_hz;
		media->payload_type = ROWS[i].type;
		number_read(tape, chosen, ROWS[i].number, media);
		return;
	}
}

/* The T.38 and T.120 of DataApplicationCapability. */
static void data_read(
        const struct per_tape *tape, uint32_t node, struct h323_media *media)
{
	uint16_t kind;
	(void)h323_choice(tape, per_child(tape, node, PER_application), &kind);
	media->t38 = kind == PER_t38fax;
	media->name = media->t38 ? "t38" : "";
	media->clock_hz = media->t38 ? 8000 : 0;
}

void h323_media_read(
        const struct per_tape *tape, uint32_t data_type, struct h323_media *media)
{
	uint16_t kind;
	uint32_t chosen = h323_choice(tape, data_type, &kind);
	*media = (struct h323_media){
	        .name = "", .payload_type = DYNAMIC, .kind = SDP_OTHER};
	if (kind == PER_h235Media) {
		media->secure = true;
		chosen = h323_choice(tape, per_child(tape, chosen, PER_mediaType), &kind);
	}
	media->present = chosen && kind != PER_nullData;
	if (kind == PER_audioData) {
		media->kind = SDP_AUDIO;
		media->clock_hz = 8000;
		capability_read(tape, chosen, media);
	} else if (kind == PER_videoData) {
		media->kind = SDP_VIDEO;
		media->clock_hz = 90000;
		capability_read(tape, chosen, media);
	} else if (kind == PER_data) {
		media->kind = SDP_IMAGE;
		data_read(tape, chosen, media);
	}
}
