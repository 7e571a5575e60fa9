#include "engine/decode/passport.h"

#include "engine/base/base64url.h"
#include "engine/decode/json_reader.h"
#include "engine/decode/sip_uri.h"

static void note(struct passport *passport, enum passport_fault fault)
{
	if (passport->fault == PASSPORT_NONE)
		passport->fault = fault;
}

static void read_header(struct passport *passport, struct json_reader reader)
{
	struct slice value;
	enum json_kind kind;

	while ((kind = json_reader_next(&reader, &value)) > JSON_BAD) {
		if (kind != JSON_TEXT)
			continue;
		if (json_reader_at(&reader, "alg", NULL))
			passport->alg = value;
		else if (json_reader_at(&reader, "typ", NULL))
			passport->typ = value;
		else if (json_reader_at(&reader, "ppt", NULL))
			passport->ppt = value;
		else if (json_reader_at(&reader, "x5u", NULL))
			passport->x5u = value;
	}
	if (kind == JSON_BAD)
		note(passport, PASSPORT_HEADER);
}

static void take_claim(
        struct passport *passport, const struct json_reader *reader, struct slice value)
{
	if (json_reader_at(reader, "orig", "tn"))
		passport->orig = value;
	else if (json_reader_at(reader, "orig", "uri") && !slice_present(passport->orig))
		passport->orig = value;
	else if (json_reader_at(reader, "div", "tn") ||
	         json_reader_at(reader, "div", "uri"))
		passport->div = value;
	else if (json_reader_at(reader, "attest", NULL))
		passport->attest = value;
	else if (json_reader_at(reader, "origid", NULL))
		passport->origid = value;
	else if ((json_reader_at(reader, "dest", "tn") ||
	                 json_reader_at(reader, "dest", "uri")) &&
	         passport->dest_count < LIMIT_PASSPORT_DESTS)
		passport->dest[passport->dest_count++] = value;
}

static void read_payload(struct passport *passport, struct json_reader reader)
{
	struct slice value;
	enum json_kind kind;
	uint64_t seconds;

	while ((kind = json_reader_next(&reader, &value)) > JSON_BAD) {
		if (kind == JSON_TEXT)
			take_claim(passport, &reader, value);
		else if (kind == JSON_NUMBER && json_reader_at(&reader, "iat", NULL) &&
		         slice_to_u64(value, &seconds) && seconds <= INT32_MAX * 8ull)
			passport->iat_s = (int64_t)seconds;
	}
	if (kind == JSON_BAD)
		note(passport, PASSPORT_PAYLOAD);
}

static void read_signature(struct passport *passport, struct slice text)
{
	struct writer out =
	        writer_of((char *)passport->signature, sizeof(passport->signature));

	passport->signature_read =
	        base64url_decode(text, &out) && out.len == sizeof(passport->signature);
	if (!passport->signature_read)
		note(passport, PASSPORT_SIGNATURE);
}

/* One of the two parts that are JSON. */
static struct json_reader decode_part(
        struct passport *passport, struct slice text, struct writer into)
{
	if (!base64url_decode(text, &into))
		note(passport, into.truncated ? PASSPORT_LENGTH : PASSPORT_BASE64);
	return json_reader_of(into.data, into.len);
}

static void judge_header(struct passport *passport, struct slice parameters)
{
	const struct slice alg = sip_parameter(parameters, SLICE("alg"));
	const struct slice ppt = sip_parameter(parameters, SLICE("ppt"));

	if ((!passport->compact && !slice_equal(passport->alg, SLICE("ES256"))) ||
	        (slice_present(alg) && !slice_equal(alg, SLICE("ES256"))))
		note(passport, PASSPORT_ALG);
	if (passport->compact) {
		/* An extension's claims are in the payload alone. */
		if (slice_present(ppt))
			note(passport, PASSPORT_PPT);
		passport->x5u = passport->info;
		return;
	}
	if (!slice_equal(passport->typ, SLICE("passport")))
		note(passport, PASSPORT_TYP);
	if (slice_present(ppt) && !slice_equal(ppt, passport->ppt))
		note(passport, PASSPORT_PPT);
	if (!passport->x5u.len ||
	        (passport->info.len && !slice_equal(passport->info, passport->x5u)))
		note(passport, PASSPORT_INFO);
}

static void judge_claims(struct passport *passport)
{
	const bool shaken = slice_equal(passport->ppt, SLICE("shaken"));
	const struct slice attest = passport->attest;

	if (passport->iat_s < 0)
		note(passport, PASSPORT_IAT);
	if (!passport->orig.len)
		note(passport, PASSPORT_ORIG);
	if (!passport->dest_count)
		note(passport, PASSPORT_DEST);
	if (shaken && (attest.len != 1 || attest.data[0] < 'A' || attest.data[0] > 'C'))
		note(passport, PASSPORT_ATTEST);
	if (shaken && !passport->origid.len)
		note(passport, PASSPORT_ORIGID);
	if (slice_equal(passport->ppt, SLICE("div")) && !passport->div.len)
		note(passport, PASSPORT_DIV);
}

static struct slice without_angles(struct slice text)
{
	if (text.len >= 2 && text.data[0] == '<' && text.data[text.len - 1] == '>')
		return slice_of(text.data + 1, text.len - 2);
	return text;
}

/* Header, payload and signature between dots; the first two are empty when compact. */
static void read_token(
        struct passport *passport, struct passport_memory *memory, struct slice token)
{
	struct slice rest = token;
	const struct slice header = slice_split(&rest, '.');
	const struct slice payload = slice_split(&rest, '.');

	if (!slice_present(rest) || slice_index(rest, '.') < rest.len ||
	        !header.len != !payload.len) {
		note(passport, PASSPORT_PARTS);
		return;
	}
	passport->compact = !header.len;
	if (!passport->compact) {
		passport->signed_text =
		        slice_of(token.data, header.len + 1 + payload.len);
		read_header(passport,
		        decode_part(passport, header,
		                writer_of(memory->header, sizeof(memory->header))));
		read_payload(passport,
		        decode_part(passport, payload,
		                writer_of(memory->payload, sizeof(memory->payload))));
	}
	read_signature(passport, rest);
}

bool passport_parse(
        struct slice value, struct passport_memory *memory, struct passport *passport)
{
	struct slice parameters = value;
	const struct slice token = slice_trim(slice_split(&parameters, ';'));

	*passport = (struct passport){.iat_s = -1};
	if (token.len && token.data[0] == '"') {
		passport->fault = PASSPORT_OLD;
		return false;
	}
	passport->info = without_angles(sip_parameter(parameters, SLICE("info")));
	read_token(passport, memory, token);
	if (passport->fault != PASSPORT_PARTS) {
		judge_header(passport, parameters);
		if (!passport->compact)
			judge_claims(passport);
	}
	return passport->fault == PASSPORT_NONE;
}

void passport_complete(struct passport *passport, struct passport_whole *whole,
        struct slice orig, struct slice dest, int64_t date_s)
{
	struct writer header = writer_of(whole->header, sizeof(whole->header));
	struct writer payload = writer_of(whole->payload, sizeof(whole->payload));
	struct writer text = writer_of(whole->text, sizeof(whole->text));

	if (date_s < 0 || !orig.len || !dest.len)
		return;
	/* Keys in the order of their names, without blanks (RFC 8225 9). */
	writer_string(&header, "{\"alg\":\"ES256\",\"typ\":\"passport\",\"x5u\":\"");
	writer_slice(&header, passport->info);
	writer_string(&header, "\"}");
	writer_string(&payload, "{\"dest\":{\"tn\":[\"");
	writer_slice(&payload, dest);
	writer_string(&payload, "\"]},\"iat\":");
	writer_i64(&payload, date_s);
	writer_string(&payload, ",\"orig\":{\"tn\":\"");
	writer_slice(&payload, orig);
	writer_string(&payload, "\"}}");
	base64url_encode(writer_text(&header), &text);
	writer_byte(&text, '.');
	base64url_encode(writer_text(&payload), &text);
	if (header.truncated || payload.truncated || text.truncated)
		return;
	passport->signed_text = writer_text(&text);
	passport->orig = orig;
	passport->dest[0] = dest;
	passport->dest_count = 1;
	passport->iat_s = date_s;
}

const char *passport_fault_name(enum passport_fault fault)
{
	static const char *const names[PASSPORT_FAULT_COUNT] = {
#define X(id, name) [PASSPORT_##id] = name,
	        PASSPORT_FAULTS(X)
#undef X
	};
	return names[fault];
}
