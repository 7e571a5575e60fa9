/*
 * What the files of the SDP parser share with each other and with nobody else.
 */
#ifndef RINGFENCE_DECODE_SDP_INSIDE_H
#define RINGFENCE_DECODE_SDP_INSIDE_H

#include <stdbool.h>

#include "engine/base/slice.h"
#include "engine/decode/anomaly.h"
#include "engine/decode/scan.h"
#include "engine/decode/sdp.h"

/* What the attributes of the session give to every media that says nothing else. */
struct sdp_defaults {
	enum sdp_direction direction;
	struct slice fingerprint;
	struct slice ice_ufrag;
};

struct sdp_reading {
	struct sdp *sdp;
	struct sdp_media *media; /* the current one; NULL in the session's part */
	bool skipping;           /* behind an m= line beyond the limit */
	struct sdp_defaults defaults;
	struct anomalies *anomalies;
	unsigned rank;           /* of the line before, in the order of lines */
	uint8_t payload_at[128]; /* by type: the payload's index plus one, 0 = none */
	bool any;                /* a line that only a session description has */
};

/*
 * The value of a line, or what is left of it. Words are searched for in the whole text:
 * a line's end stops them, too, and so sixteen bytes can nearly always be looked at.
 */
struct sdp_line {
	const char *p;
	const char *eol;
	const char *end; /* of the text */
};

/* The next such byte of the line, or the line's end. */
static inline const char *sdp_find(const struct sdp_line *line, char byte)
{
	const char *p = scan_low_or(line->p, line->end, byte);
	while (p < line->eol && *p != byte)
		p = scan_low_or(p + 1, line->end, byte);
	return p < line->eol ? p : line->eol;
}

/* The first blank at p or behind, or the line's end. */
static inline const char *sdp_blank(const struct sdp_line *line)
{
	const char *p = scan_low_or(line->p, line->end, ' ');
	while (p < line->eol && !scan_blank(*p))
		p = scan_low_or(p + 1, line->end, ' ');
	return p;
}

/* Takes the next word off; absent when there is none. */
static inline struct slice sdp_word(struct sdp_line *line)
{
	while (line->p < line->eol && scan_blank(*line->p))
		line->p++;
	const char *start = line->p;
	line->p = sdp_blank(line);
	size_t len = (size_t)(line->p - start);
	return len ? slice_of(start, len) : (struct slice){0};
}

/* m= line: clears the current media and fills it. False when it does not parse. */
bool sdp_media_read(struct sdp_reading *reading, struct sdp_line *line);

/* a= line. */
void sdp_attribute_read(struct sdp_reading *reading, struct sdp_line *line);

/* The address text of a c= value ("IN IP4 192.0.2.1/127"); absent when it does not parse.
 */
struct slice sdp_connection_read(struct sdp_line *line, struct address *ip);

#endif
