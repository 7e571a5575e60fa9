#include "engine/track/codec.h"

#include <string.h>

/*
 * X(ENUM, name, clock, class, ptime, judged, Ie, Bpl). From ITU-T G.113 Appendix I: Ie of
 * all narrowband codecs but iLBC, Bpl of G.711, G.723.1, G.729 and GSM-EFR; the other Bpl
 * of the narrowband are taken from codecs of their kind. Wideband Ie stand for the usual
 * bit rate (AMR-WB 12.65 kbit/s, G.722.1 32 kbit/s, EVS 13.2 kbit/s); those of Opus and
 * iLBC and the wideband Bpl come from listening tests outside the ITU. What nobody has
 * published figures of (Speex, SILK, BroadVoice) is not judged. G.722 is kept on the
 * narrowband scale; its timestamp runs at 8000 (RFC 3551 4.5.2). The rows without a name
 * stand for codecs that are not in the table: the jitter needs no more of them than the
 * clock.
 */
#define CODECS(X)                                                                        \
	X(UNKNOWN, "", 0, OTHER, 20, false, 0, 0)                                        \
	X(PCMU, "PCMU", 8000, NARROW, 20, true, 0, 25.1)                                 \
	X(PCMA, "PCMA", 8000, NARROW, 20, true, 0, 25.1)                                 \
	X(G711_NO_PLC, "G711-no-PLC", 8000, NARROW, 20, true, 0, 4.3)                    \
	X(G722, "G722", 8000, NARROW, 20, true, 5, 7.1)                                  \
	X(G723, "G723", 8000, NARROW, 30, true, 15, 16.1)                                \
	X(G726_16, "G726-16", 8000, NARROW, 20, true, 50, 19)                            \
	X(G726_24, "G726-24", 8000, NARROW, 20, true, 25, 19)                            \
	X(G726_32, "G726-32", 8000, NARROW, 20, true, 7, 19)                             \
	X(G726_40, "G726-40", 8000, NARROW, 20, true, 2, 19)                             \
	X(G721, "G721", 8000, NARROW, 20, true, 7, 19)                                   \
	X(G728, "G728", 8000, NARROW, 20, true, 7, 17)                                   \
	X(G729, "G729", 8000, NARROW, 20, true, 10, 19)                                  \
	X(G729D, "G729D", 8000, NARROW, 20, true, 12, 19)                                \
	X(G729E, "G729E", 8000, NARROW, 20, true, 4, 19)                                 \
	X(GSM, "GSM", 8000, NARROW, 20, true, 20, 10)                                    \
	X(GSM_EFR, "GSM-EFR", 8000, NARROW, 20, true, 5, 10)                             \
	X(GSM_HR, "GSM-HR-08", 8000, NARROW, 20, true, 23, 10)                           \
	X(AMR, "AMR", 8000, NARROW, 20, true, 5, 10)                                     \
	X(AMR_WB, "AMR-WB", 16000, WIDE, 20, true, 13, 4.9)                              \
	X(ILBC, "iLBC", 8000, NARROW, 30, true, 11, 32)                                  \
	X(SPEEX_8, "speex", 8000, NARROW, 20, false, 0, 0)                               \
	X(SPEEX_16, "speex", 16000, WIDE, 20, false, 0, 0)                               \
	X(SPEEX_32, "speex", 32000, WIDE, 20, false, 0, 0)                               \
	X(OPUS, "opus", 48000, FULL, 20, true, 6, 15)                                    \
	X(EVS, "EVS", 16000, FULL, 20, true, 7, 10)                                      \
	X(SILK_8, "SILK", 8000, NARROW, 20, false, 0, 0)                                 \
	X(SILK_16, "SILK", 16000, WIDE, 20, false, 0, 0)                                 \
	X(G7221, "G7221", 16000, WIDE, 20, true, 14, 8)                                  \
	X(L16_44, "L16", 44100, FULL, 20, true, 0, 4.3)                                  \
	X(L16_8, "L16", 8000, NARROW, 20, true, 0, 4.3)                                  \
	X(L16_16, "L16", 16000, WIDE, 20, true, 0, 4.3)                                  \
	X(L16_48, "L16", 48000, FULL, 20, true, 0, 4.3)                                  \
	X(BV16, "BV16", 8000, NARROW, 20, false, 0, 0)                                   \
	X(BV32, "BV32", 16000, WIDE, 20, false, 0, 0)                                    \
	X(DVI4_8, "DVI4", 8000, NARROW, 20, false, 0, 0)                                 \
	X(DVI4_16, "DVI4", 16000, WIDE, 20, false, 0, 0)                                 \
	X(DVI4_11, "DVI4", 11025, NARROW, 20, false, 0, 0)                               \
	X(DVI4_22, "DVI4", 22050, WIDE, 20, false, 0, 0)                                 \
	X(LPC, "LPC", 8000, NARROW, 20, false, 0, 0)                                     \
	X(QCELP, "QCELP", 8000, NARROW, 20, false, 0, 0)                                 \
	X(MPA, "MPA", 90000, FULL, 20, false, 0, 0)                                      \
	X(CLEARMODE, "CLEARMODE", 8000, OTHER, 20, false, 0, 0)                          \
	X(CN_8, "CN", 8000, OTHER, 20, false, 0, 0)                                      \
	X(CN_16, "CN", 16000, OTHER, 20, false, 0, 0)                                    \
	X(EVENT, "telephone-event", 8000, OTHER, 20, false, 0, 0)                        \
	X(EVENT_16, "telephone-event", 16000, OTHER, 20, false, 0, 0)                    \
	X(EVENT_48, "telephone-event", 48000, OTHER, 20, false, 0, 0)                    \
	X(TONE, "tone", 8000, OTHER, 20, false, 0, 0)                                    \
	X(RED, "red", 8000, OTHER, 20, false, 0, 0)                                      \
	X(T38, "t38", 8000, OTHER, 20, false, 0, 0)                                      \
	X(CELB, "CelB", 90000, VIDEO, 40, false, 0, 0)                                   \
	X(JPEG, "JPEG", 90000, VIDEO, 40, false, 0, 0)                                   \
	X(NV, "nv", 90000, VIDEO, 40, false, 0, 0)                                       \
	X(H261, "H261", 90000, VIDEO, 40, false, 0, 0)                                   \
	X(MPV, "MPV", 90000, VIDEO, 40, false, 0, 0)                                     \
	X(MP2T, "MP2T", 90000, VIDEO, 40, false, 0, 0)                                   \
	X(H263, "H263", 90000, VIDEO, 40, false, 0, 0)                                   \
	X(H263_1998, "H263-1998", 90000, VIDEO, 40, false, 0, 0)                         \
	X(H263_2000, "H263-2000", 90000, VIDEO, 40, false, 0, 0)                         \
	X(H264, "H264", 90000, VIDEO, 40, false, 0, 0)                                   \
	X(H265, "H265", 90000, VIDEO, 40, false, 0, 0)                                   \
	X(VP8, "VP8", 90000, VIDEO, 40, false, 0, 0)                                     \
	X(VP9, "VP9", 90000, VIDEO, 40, false, 0, 0)                                     \
	X(AV1, "AV1", 90000, VIDEO, 40, false, 0, 0)                                     \
	X(OTHER_8, "", 8000, NARROW, 20, false, 0, 0)                                    \
	X(OTHER_11, "", 11025, NARROW, 20, false, 0, 0)                                  \
	X(OTHER_12, "", 12000, NARROW, 20, false, 0, 0)                                  \
	X(OTHER_16, "", 16000, WIDE, 20, false, 0, 0)                                    \
	X(OTHER_22, "", 22050, WIDE, 20, false, 0, 0)                                    \
	X(OTHER_24, "", 24000, WIDE, 20, false, 0, 0)                                    \
	X(OTHER_32, "", 32000, WIDE, 20, false, 0, 0)                                    \
	X(OTHER_44, "", 44100, FULL, 20, false, 0, 0)                                    \
	X(OTHER_48, "", 48000, FULL, 20, false, 0, 0)                                    \
	X(OTHER_90, "", 90000, VIDEO, 40, false, 0, 0)                                   \
	X(OTHER_96, "", 96000, FULL, 20, false, 0, 0)

enum codec_row {
#define X(id, name, clock, class, ptime, judged, ie, bpl) ROW_##id,
	CODECS(X)
#undef X
	        ROW_COUNT
};

static const struct codec codecs[ROW_COUNT] = {
#define X(id, name, clock, class, ptime, judged, ie, bpl)                                \
	{name, clock, CODEC_##class, ptime, judged, ie, bpl},
        CODECS(X)
#undef X
};

/* Of the names: nearly all rows are told apart by it. */
static const uint8_t name_lens[ROW_COUNT] = {
#define X(id, name, clock, class, ptime, judged, ie, bpl) sizeof(name) - 1,
        CODECS(X)
#undef X
};

/* RFC 3551 table 4 and 5; what is missing is reserved or unassigned. */
static const uint8_t static_types[] = {
        [0] = ROW_PCMU,
        [3] = ROW_GSM,
        [4] = ROW_G723,
        [2] = ROW_G721,
        [5] = ROW_DVI4_8,
        [6] = ROW_DVI4_16,
        [7] = ROW_LPC,
        [8] = ROW_PCMA,
        [9] = ROW_G722,
        [10] = ROW_L16_44,
        [11] = ROW_L16_44,
        [12] = ROW_QCELP,
        [13] = ROW_CN_8,
        [14] = ROW_MPA,
        [15] = ROW_G728,
        [16] = ROW_DVI4_11,
        [17] = ROW_DVI4_22,
        [18] = ROW_G729,
        [19] = ROW_CN_8,
        [25] = ROW_CELB,
        [26] = ROW_JPEG,
        [28] = ROW_NV,
        [31] = ROW_H261,
        [32] = ROW_MPV,
        [33] = ROW_MP2T,
        [34] = ROW_H263,
};

const struct codec *codec_at(uint8_t index)
{
	return &codecs[index < ROW_COUNT ? index : ROW_UNKNOWN];
}

/* A clock rate of 0 fits every row of the name. */
static uint8_t row_of(struct slice name, uint32_t clock_hz)
{
	for (unsigned i = 1; i < ROW_COUNT; i++) {
		if (name_lens[i] != name.len)
			continue;
		const struct slice row = slice_of(codecs[i].name, name_lens[i]);
		if ((clock_hz == 0 || clock_hz == codecs[i].clock_hz) &&
		        slice_equal_nocase(row, name))
			return (uint8_t)i;
	}
	return CODEC_UNKNOWN;
}

uint8_t codec_of_name(struct slice name, uint32_t clock_hz)
{
	if (slice_equal_nocase(name, SLICE("G729A")) ||
	        slice_equal_nocase(name, SLICE("G729B")))
		name = SLICE("G729");
	const uint8_t row = name.len ? row_of(name, clock_hz) : CODEC_UNKNOWN;
	if (row != CODEC_UNKNOWN || clock_hz == 0)
		return row;
	/* A digit is one at every clock. */
	const uint8_t named = name.len ? row_of(name, 0) : CODEC_UNKNOWN;
	return codec_is_event(named) ? named : row_of(SLICE(""), clock_hz);
}

uint8_t codec_of_type(uint8_t payload_type)
{
	if (payload_type >= sizeof(static_types))
		return CODEC_UNKNOWN;
	return static_types[payload_type];
}

/*
 * Payload of the codecs that have one rate, or a highest one (RFC 3551 4.5 and the
 * payload formats of the others). Those that fall silent by a short frame of their own
 * type (annex B of G.729, annex A of G.723.1) or adapt their rate are not steady.
 */
static const struct {
	double kbps;
	bool steady;
} payloads[ROW_COUNT] = {
        [ROW_PCMU] = {64, true},
        [ROW_PCMA] = {64, true},
        [ROW_G711_NO_PLC] = {64, true},
        [ROW_G722] = {64, true},
        [ROW_G721] = {32, true},
        [ROW_G726_16] = {16, true},
        [ROW_G726_24] = {24, true},
        [ROW_G726_32] = {32, true},
        [ROW_G726_40] = {40, true},
        [ROW_G728] = {16, true},
        [ROW_GSM] = {13.2, true},
        [ROW_ILBC] = {15.2, true},
        [ROW_L16_8] = {128, true},
        [ROW_L16_16] = {256, true},
        [ROW_G729] = {8, false},
        [ROW_G723] = {6.4, false},
        [ROW_GSM_EFR] = {12.4, false},
        [ROW_AMR] = {13.6, false},
        [ROW_AMR_WB] = {25.6, false},
        [ROW_OPUS] = {510, false},
        [ROW_EVS] = {128, false},
        [ROW_G7221] = {32, false},
        [ROW_SPEEX_8] = {24.6, false},
        [ROW_SPEEX_16] = {44, false},
};

double codec_kbps(uint8_t index)
{
	return payloads[index < ROW_COUNT ? index : ROW_UNKNOWN].kbps;
}

bool codec_is_steady(uint8_t index)
{
	return payloads[index < ROW_COUNT ? index : ROW_UNKNOWN].steady;
}

bool codec_is_event(uint8_t index)
{
	return index >= ROW_EVENT && index <= ROW_TONE;
}

bool codec_is_comfort_noise(uint8_t index)
{
	return index == ROW_CN_8 || index == ROW_CN_16;
}
