#include "engine/decode/sip.h"
#include "engine/decode/scan.h"
#include "engine/decode/sip_inside.h"

enum { NEAR_MAX = 32 };

struct header_row {
	const char *name;
	uint8_t len;
	char compact;
};

static const struct header_row header_rows[SIP_HEADER_COUNT] = {
        [SIP_HEADER_OTHER] = {"", 0, 0},
#define X(id, name, compact) [SIP_HEADER_##id] = {name, sizeof(name) - 1, compact[0]},
        SIP_HEADERS(X)
#undef X
};

/*
 * A perfect hash of the header names over (first, middle, last character, length), found
 * by search; a name that is added may ask for new factors. The unit test of the names
 * fails when two of them share a slot.
 */
static const uint8_t header_slots[256] = {
        /* clang-format off */
	[3] = SIP_HEADER_CONTENT_ID,
	[7] = SIP_HEADER_RECORD_ROUTE,
	[11] = SIP_HEADER_EXPIRES,
	[13] = SIP_HEADER_REPLACES,
	[15] = SIP_HEADER_FROM,
	[17] = SIP_HEADER_SERVER,
	[18] = SIP_HEADER_IDENTITY,
	[24] = SIP_HEADER_EVENT,
	[25] = SIP_HEADER_P_CHARGING_VECTOR,
	[27] = SIP_HEADER_ACCEPT,
	[28] = SIP_HEADER_MAX_FORWARDS,
	[29] = SIP_HEADER_PROXY_AUTHENTICATE,
	[32] = SIP_HEADER_SIP_ETAG,
	[34] = SIP_HEADER_GEOLOCATION,
	[38] = SIP_HEADER_REJECT_CONTACT,
	[39] = SIP_HEADER_ALLOW,
	[40] = SIP_HEADER_CONTENT_ENCODING,
	[42] = SIP_HEADER_REFERRED_BY,
	[43] = SIP_HEADER_ACCEPT_ENCODING,
	[45] = SIP_HEADER_SESSION_EXPIRES,
	[47] = SIP_HEADER_PRIORITY,
	[49] = SIP_HEADER_MIN_EXPIRES,
	[50] = SIP_HEADER_CONTENT_DISPOSITION,
	[52] = SIP_HEADER_ERROR_INFO,
	[55] = SIP_HEADER_CALL_INFO,
	[56] = SIP_HEADER_ALERT_INFO,
	[58] = SIP_HEADER_AUTHORIZATION,
	[59] = SIP_HEADER_WARNING,
	[67] = SIP_HEADER_RSEQ,
	[71] = SIP_HEADER_USER_TO_USER,
	[72] = SIP_HEADER_SUBSCRIPTION_STATE,
	[74] = SIP_HEADER_CONTACT,
	[75] = SIP_HEADER_USER_AGENT,
	[76] = SIP_HEADER_UNSUPPORTED,
	[81] = SIP_HEADER_REPLY_TO,
	[82] = SIP_HEADER_ALLOW_EVENTS,
	[85] = SIP_HEADER_RACK,
	[87] = SIP_HEADER_HISTORY_INFO,
	[95] = SIP_HEADER_DATE,
	[100] = SIP_HEADER_CONTENT_LANGUAGE,
	[103] = SIP_HEADER_ACCEPT_LANGUAGE,
	[110] = SIP_HEADER_SUBJECT,
	[111] = SIP_HEADER_IDENTITY_INFO,
	[119] = SIP_HEADER_MIME_VERSION,
	[124] = SIP_HEADER_REASON,
	[135] = SIP_HEADER_AUTHENTICATION_INFO,
	[137] = SIP_HEADER_TO,
	[142] = SIP_HEADER_WWW_AUTHENTICATE,
	[143] = SIP_HEADER_REFER_TO,
	[146] = SIP_HEADER_MIN_SE,
	[149] = SIP_HEADER_SERVICE_ROUTE,
	[156] = SIP_HEADER_PATH,
	[159] = SIP_HEADER_P_PREFERRED_IDENTITY,
	[160] = SIP_HEADER_P_ASSERTED_IDENTITY,
	[161] = SIP_HEADER_SESSION_ID,
	[162] = SIP_HEADER_SUPPORTED,
	[163] = SIP_HEADER_REQUEST_DISPOSITION,
	[170] = SIP_HEADER_CALL_ID,
	[183] = SIP_HEADER_ACCEPT_CONTACT,
	[185] = SIP_HEADER_IN_REPLY_TO,
	[186] = SIP_HEADER_JOIN,
	[187] = SIP_HEADER_ORGANIZATION,
	[200] = SIP_HEADER_VIA,
	[203] = SIP_HEADER_REMOTE_PARTY_ID,
	[207] = SIP_HEADER_SIP_IF_MATCH,
	[210] = SIP_HEADER_CSEQ,
	[216] = SIP_HEADER_CONTENT_TYPE,
	[217] = SIP_HEADER_DIVERSION,
	[221] = SIP_HEADER_CONTENT_LENGTH,
	[232] = SIP_HEADER_PRIVACY,
	[238] = SIP_HEADER_PROXY_REQUIRE,
	[239] = SIP_HEADER_RETRY_AFTER,
	[247] = SIP_HEADER_PROXY_AUTHORIZATION,
	[249] = SIP_HEADER_X_CID,
	[252] = SIP_HEADER_REQUIRE,
	[253] = SIP_HEADER_TIMESTAMP,
	[254] = SIP_HEADER_ROUTE,
        /* clang-format on */
};

/* The names that a slip of the pen turns into an unknown header with bad effect. */
static const uint8_t near_ids[] = {
        SIP_HEADER_CALL_ID,
        SIP_HEADER_CSEQ,
        SIP_HEADER_FROM,
        SIP_HEADER_CONTACT,
        SIP_HEADER_MAX_FORWARDS,
        SIP_HEADER_CONTENT_LENGTH,
        SIP_HEADER_CONTENT_TYPE,
        SIP_HEADER_AUTHORIZATION,
        SIP_HEADER_PROXY_AUTHORIZATION,
        SIP_HEADER_RECORD_ROUTE,
        SIP_HEADER_USER_AGENT,
};

static const struct slice method_names[SIP_METHOD_COUNT] = {
        [SIP_METHOD_NONE] = {"", 0},
#define X(name) [SIP_##name] = {#name, sizeof(#name) - 1},
        SIP_METHODS(X)
#undef X
                [SIP_METHOD_OTHER] = {"OTHER", 5},
};

static unsigned header_hash(struct slice name)
{
	unsigned first = (unsigned char)name.data[0] | 0x20u;
	unsigned middle = (unsigned char)name.data[name.len / 2] | 0x20u;
	unsigned last = (unsigned char)name.data[name.len - 1] | 0x20u;
	return (127 * first + 195 * last + 255 * (unsigned)name.len + 174 * middle) & 255;
}

static enum sip_header_id header_compact(char letter)
{
	static const uint8_t ids[26] = {
	        ['a' - 'a'] = SIP_HEADER_ACCEPT_CONTACT,
	        ['b' - 'a'] = SIP_HEADER_REFERRED_BY,
	        ['c' - 'a'] = SIP_HEADER_CONTENT_TYPE,
	        ['d' - 'a'] = SIP_HEADER_REQUEST_DISPOSITION,
	        ['e' - 'a'] = SIP_HEADER_CONTENT_ENCODING,
	        ['f' - 'a'] = SIP_HEADER_FROM,
	        ['i' - 'a'] = SIP_HEADER_CALL_ID,
	        ['j' - 'a'] = SIP_HEADER_REJECT_CONTACT,
	        ['k' - 'a'] = SIP_HEADER_SUPPORTED,
	        ['l' - 'a'] = SIP_HEADER_CONTENT_LENGTH,
	        ['m' - 'a'] = SIP_HEADER_CONTACT,
	        ['n' - 'a'] = SIP_HEADER_IDENTITY_INFO,
	        ['o' - 'a'] = SIP_HEADER_EVENT,
	        ['r' - 'a'] = SIP_HEADER_REFER_TO,
	        ['s' - 'a'] = SIP_HEADER_SUBJECT,
	        ['t' - 'a'] = SIP_HEADER_TO,
	        ['u' - 'a'] = SIP_HEADER_ALLOW_EVENTS,
	        ['v' - 'a'] = SIP_HEADER_VIA,
	        ['x' - 'a'] = SIP_HEADER_SESSION_EXPIRES,
	        ['y' - 'a'] = SIP_HEADER_IDENTITY,
	};
	return scan_alpha(letter) ? ids[(letter | 0x20) - 'a'] : SIP_HEADER_OTHER;
}

static uint64_t eight_bytes(const char *p)
{
	uint64_t word;
	memcpy(&word, p, sizeof(word));
	return word | 0x2020202020202020;
}

static uint32_t four_bytes(const char *p)
{
	uint32_t word;
	memcpy(&word, p, sizeof(word));
	return word | 0x20202020;
}

/*
 * Known names are letters and '-', so that OR 0x20 lowers the case; of other bytes only
 * CR becomes '-' by it, and a line holds none. Overlapping words cover any length.
 */
static bool header_equal(const char *name, const char *known, size_t len)
{
	if (len >= 8) {
		bool same = eight_bytes(name) == eight_bytes(known) &&
		            eight_bytes(name + len - 8) == eight_bytes(known + len - 8);
		return same &&
		       (len <= 16 || eight_bytes(name + 8) == eight_bytes(known + 8));
	}
	if (len >= 4)
		return four_bytes(name) == four_bytes(known) &&
		       four_bytes(name + len - 4) == four_bytes(known + len - 4);
	return (name[0] | 0x20) == (known[0] | 0x20) &&
	       (name[1] | 0x20) == (known[1] | 0x20) &&
	       (name[len - 1] | 0x20) == (known[len - 1] | 0x20);
}

enum sip_header_id sip_header_id_parse(struct slice name)
{
	if (name.len < 2)
		return name.len ? header_compact(name.data[0]) : SIP_HEADER_OTHER;
	enum sip_header_id id = header_slots[header_hash(name)];
	const struct header_row *row = &header_rows[id];
	if (row->len != name.len || !header_equal(name.data, row->name, name.len))
		return SIP_HEADER_OTHER;
	return id;
}

const char *sip_header_id_name(enum sip_header_id id)
{
	return (unsigned)id < SIP_HEADER_COUNT ? header_rows[id].name : "";
}

const char *sip_method_name(enum sip_method method)
{
	return (unsigned)method < SIP_METHOD_COUNT ? method_names[method].data : "";
}

/* Methods are case-sensitive (RFC 3261 7.1). */
static enum sip_method method_candidate(struct slice text)
{
	switch (text.data[0]) {
	case 'A':
		return SIP_ACK;
	case 'B':
		return SIP_BYE;
	case 'C':
		return SIP_CANCEL;
	case 'I':
		return text.len == 4 ? SIP_INFO : SIP_INVITE;
	case 'M':
		return SIP_MESSAGE;
	case 'N':
		return SIP_NOTIFY;
	case 'O':
		return SIP_OPTIONS;
	case 'P':
		return text.len == 5 ? SIP_PRACK : SIP_PUBLISH;
	case 'R':
		return text.len == 5 ? SIP_REFER : SIP_REGISTER;
	case 'S':
		return SIP_SUBSCRIBE;
	case 'U':
		return SIP_UPDATE;
	default:
		return SIP_METHOD_OTHER;
	}
}

enum sip_method sip_method_parse(struct slice text)
{
	if (!text.len)
		return SIP_METHOD_NONE;
	enum sip_method method = method_candidate(text);
	return slice_equal(text, method_names[method]) ? method : SIP_METHOD_OTHER;
}

/* Letters and digits in lower case, percent escapes decoded: what the eye reads. */
static struct slice near_letters(struct slice name, char *into, size_t size)
{
	char decoded[NEAR_MAX];
	struct slice plain = sip_unescape(
	        slice_first(name, sizeof(decoded)), decoded, sizeof(decoded));
	size_t len = 0;
	for (size_t i = 0; i < plain.len && len < size; i++) {
		if (scan_alpha(plain.data[i]) || scan_digit(plain.data[i]))
			into[len++] = scan_lower(plain.data[i]);
	}
	return slice_of(into, len);
}

bool sip_header_near(struct slice name)
{
	if (name.len < 3 || name.len > NEAR_MAX || SCAN_STARTS(name, "x-") ||
	        SCAN_STARTS(name, "p-"))
		return false;
	char letters[NEAR_MAX], known[NEAR_MAX];
	struct slice ours = near_letters(name, letters, sizeof(letters));
	for (size_t i = 0; i < sizeof(near_ids); i++) {
		const struct header_row *row = &header_rows[near_ids[i]];
		if (!ours.len || ours.len > row->len ||
		        scan_lower(row->name[0]) != ours.data[0])
			continue;
		struct slice theirs =
		        near_letters(slice_of(row->name, row->len), known, sizeof(known));
		if (slice_equal(ours, theirs))
			return true;
	}
	return false;
}
