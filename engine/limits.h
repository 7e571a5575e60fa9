/*
 * Every cap of the engine in one place. Reaching one is counted, never silent.
 */
#ifndef RINGFENCE_LIMITS_H
#define RINGFENCE_LIMITS_H

enum limits {
	/* frame */
	LIMIT_FRAME_LAYERS = 16, /* link layers, tags and tunnels in one packet */
	LIMIT_TUNNEL_DEPTH = 6,  /* outer address pairs that are kept */
	LIMIT_FRAGMENTS_PER_DATAGRAM = 64,
	LIMIT_TCP_PENDING = 65536 * 2, /* bytes of one direction that wait for more */
	LIMIT_TCP_GAPS = 16,           /* out-of-order runs kept per direction */

	/* decode */
	LIMIT_SIP_MESSAGE = 65535, /* bytes of one SIP message over a stream */
	LIMIT_SIP_HEADERS = 256,   /* header fields kept of a message */
	LIMIT_SIP_FIELD = 256,     /* bytes of an identifier or a URI before it is odd */
	LIMIT_SIP_FIELD_LONG = 1024, /* of a Via, or of a Contact with its parameters */
	LIMIT_SIP_METHOD = 20,
	LIMIT_SIP_CONTACTS = 32,
	LIMIT_SDP_MEDIA = 32,
	LIMIT_SDP_PAYLOADS = 32,   /* formats per m= line */
	LIMIT_SDP_CANDIDATES = 32, /* ICE candidates per m= line */
	LIMIT_JSON_DEPTH = 8,            /* values inside each other */
	LIMIT_PASSPORT_HEADER = 1024,    /* bytes of a PASSporT's header, decoded */
	LIMIT_PASSPORT_PAYLOAD = 4096,
	LIMIT_PASSPORT_DESTS = 8,        /* called numbers that one signs for */
	LIMIT_PASSPORTS = 4,             /* of one message */
	LIMIT_MIME_PARTS = 16,
	LIMIT_RTP_CSRC = 15,
	LIMIT_RTCP_REPORTS = 31,
	LIMIT_RTCP_PACKETS = 32,   /* packets in one compound */
	LIMIT_PER_DEPTH = 128,     /* values inside each other */
	LIMIT_PER_CHOICES = 16,    /* choices that choose one another */
	LIMIT_PER_NODES = 32768,   /* values of one message */
	LIMIT_PER_OID = 128,       /* octets of an object identifier before it is odd */
	LIMIT_TPKT = 32768,        /* bytes that a TPKT may make a stream wait for */
	LIMIT_Q931_ELEMENTS = 48,  /* information elements per message */
	LIMIT_H323_PDUS = 512,     /* messages nested in one message */
	LIMIT_H323_TEXT = 1 << 17, /* bytes of one message that cannot be borrowed */
	LIMIT_H323_LEARNED = 4096, /* addresses that signalling told of */
	LIMIT_H323_FAST_START =
	        64,                /* channels of one fastStart before it is an anomaly */
	LIMIT_H323_TUNNELLED = 32, /* tunnelled messages before they are one */
	LIMIT_H245_CAPABILITIES =
	        64, /* entries of a capability table before they are one */

	/* track */
	LIMIT_CALL_LEGS = 16,
	LIMIT_DIALOGS_PER_CALL = 16, /* forks */
	LIMIT_BINDINGS_PER_AOR = 16,
	LIMIT_MEDIA_PER_CALL = 32,
	LIMIT_DIAL_PREFIXES = 8, /* of each kind in a dial plan */

	/* detect */
	LIMIT_RULES = 1024,
	LIMIT_RULE_CONDITIONS = 64,
	LIMIT_RULE_KEYS = 4,
	LIMIT_DISTINCT = 4096,
	LIMIT_RULE_TESTS = 512, /* comparisons of one rule, all its conditions */
	LIMIT_RULE_DEPTH = 8,   /* any, all and not inside each other */
	LIMIT_RULE_EXCEPTIONS = 16,
	LIMIT_RULE_STEPS = 4,   /* of a sequence */
	LIMIT_RULE_PRINTS = 96, /* weighted prints of a score */
	LIMIT_RULE_LISTS = 128,
	LIMIT_RULE_PATTERNS = 2048, /* of all rules */
	LIMIT_RULE_ERRORS = 32,     /* that are told at once */
	LIMIT_ALERTS_PENDING = 64,  /* raised by one event */

	LIMIT_SITE_TRUNKS = 256,

	/* report */
	LIMIT_REPORT_TEXT = 2048,  /* bytes of one text of the wire in a report */
	LIMIT_REPORT_NODES = 8192, /* values of a message that a report shows */
	LIMIT_REPORT_METHODS = 64, /* extension methods counted by name */
};

#endif
