/*
 * What the files of the SIP parser share with each other and with nobody else.
 */
#ifndef RINGFENCE_DECODE_SIP_INSIDE_H
#define RINGFENCE_DECODE_SIP_INSIDE_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/base/slice.h"
#include "engine/decode/marks.h"
#include "engine/decode/sip.h"

/* Which line ends were seen, to tell mixed ones. */
enum sip_line_end { SIP_EOL_CRLF = 1, SIP_EOL_LF = 2, SIP_EOL_CR = 4 };

/* Behind the line end at p, p < end; notes its kind in *seen. */
static inline const char *sip_line_next(const char *p, const char *end, unsigned *seen)
{
	if (end - p > 1 && memcmp(p, "\r\n", 2) == 0) {
		*seen |= SIP_EOL_CRLF;
		return p + 2;
	}
	if (*p == '\r' && end - p > 1) {
		*seen |= SIP_EOL_CR;
		return p + 1;
	}
	/* A CR at the end of the input may be the first half of a pair. */
	*seen |= *p == '\n' ? SIP_EOL_LF : 0;
	return p + 1;
}

/* Start line: sip_start.c */

/* Reads the start line, of whose message the map is; false when it is none. */
bool sip_start_parse(
        struct slice line, struct marks_map *map, struct sip_message *message);

/* Can a message begin with this line? Strict enough to find the next one in a stream. */
bool sip_start_plausible(struct slice line);

/* Offset of the first line that is a plausible start line; bytes.len when there is none.
 */
size_t sip_start_find(struct slice bytes);

/* Is the line meant as a SIP start line, understandable or not? */
bool sip_start_meant(struct slice bytes);

/* Header fields: sip_header.c */

/*
 * Reads the header fields from p on, the end of the start line; the map is of the
 * message. *body is behind the empty line. False when there is no empty line: then the
 * fields are those of the whole lines.
 */
bool sip_headers_read(struct sip_message *message, struct marks_map *map, const char *p,
        const char **body);

/* An unknown name that was meant to be a known one ("CallID", "C%6Fntact"). */
bool sip_header_near(struct slice name);

/* Decodes what every message needs from its header fields: sip_fields.c */
void sip_fields_read(struct sip_message *message, struct marks_map *map);

/* Values that are only looked at for their oddities: sip_check.c */
void sip_fields_check(struct sip_message *message);

/* Addresses: sip_uri.c, sip_address.c, sip_via.c, sip_plain.c */

/* The whole grammar, with the marks of a text of which theirs is a part. */
bool sip_uri_read(struct slice text, struct marks_map *map, struct sip_uri *uri,
        struct anomalies *anomalies);
bool sip_address_read(struct slice text, struct marks_map *map,
        struct sip_address *address, struct anomalies *anomalies);
bool sip_via_read(struct slice text, struct marks_map *map, struct sip_via *via,
        struct anomalies *anomalies);

/* The same of plain forms; false when it is not plain: then only what _read finds counts.
 */
bool sip_uri_plain(struct slice text, struct marks_map *map, struct sip_uri *uri);
bool sip_address_plain(
        struct slice text, struct marks_map *map, struct sip_address *address);
bool sip_via_plain(struct slice text, struct marks_map *map, struct sip_via *via);

void sip_via_clear(struct sip_via *via);
/* Keeps the value of a parameter that is known. */
void sip_via_parameter(struct sip_via *via, struct slice name, struct slice value);

/* What stands between the brackets of an IPv6 reference; false leaves *ip alone. */
bool sip_reference_parse(struct slice host, struct address *ip);

/* Body: sip_body.c */

struct sip_frame {
	struct slice rest; /* behind the header's empty line, to the end of the input */
	bool stream;
	bool truncated;
	bool complete; /* out: false when a stream must bring more */
};

/* Sets the message's body; gives how many bytes of the rest are done with. */
size_t sip_body_frame(struct sip_message *message, struct sip_frame *frame);

#endif
