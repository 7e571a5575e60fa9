/*
 * What only calls of H.323 have, as a part of their record.
 */
#include "engine/report/event_parts.h"
#include "engine/report/json.h"

/* Q.931 table 4-9 and 4-10; what is reserved there stays a number. */
static const char *const NUMBER_TYPES[8] = {"unknown", "international", "national",
        "network", "subscriber", NULL, "abbreviated", NULL};
static const char *const NUMBER_PLANS[16] = {[0] = "unknown",
        [1] = "e164",
        [3] = "data",
        [4] = "telex",
        [8] = "national",
        [9] = "private"};
static const char *const PRESENTATIONS[4] = {
        "allowed", "restricted", "not-available", "reserved"};
static const char *const SCREENINGS[4] = {
        "user", "verified-passed", "verified-failed", "network"};

static void number_json(
        const char *key, const struct h323_number *number, struct writer *out)
{
	if (!number->present)
		return;
	json_object(out, key);
	json_text(out, "digits", number->digits);
	if (NUMBER_TYPES[number->type & 7])
		json_literal(out, "type", NUMBER_TYPES[number->type & 7]);
	if (NUMBER_PLANS[number->plan & 15])
		json_literal(out, "plan", NUMBER_PLANS[number->plan & 15]);
	json_literal(out, "presentation", PRESENTATIONS[number->presentation & 3]);
	json_literal(out, "screening", SCREENINGS[number->screening & 3]);
	json_object_end(out);
}

static void identifier_json(const char *key, const uint8_t id[16], struct writer *out)
{
	char text[40];
	struct writer writer = writer_of(text, sizeof(text));
	uint8_t any = 0;
	for (size_t i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			writer_byte(&writer, '-');
		writer_hex(&writer, id[i], 2);
		any |= id[i];
	}
	if (any)
		json_string(out, key, writer_text(&writer));
}

static void party_json(
        const char *key, const struct h323_call *h323, unsigned side, struct writer *out)
{
	json_object(out, key);
	json_literal(out, "role", h323_role_name(h323->role[side]));
	h323_name_json(
	        "alias", side == CALL_CALLER ? &h323->source : &h323->destination, out);
	json_text(out, "display", h323->display[side]);
	h323_vendor_json(&h323->vendor[side], out);
	if (h323->version[side])
		json_u64(out, "h225_version", h323->version[side]);
	json_object_end(out);
}

static void admission_json(const struct h323_call *h323, struct writer *out)
{
	if (!h323->asked_us)
		return;
	json_object(out, "admission");
	json_time(out, "requested", h323->asked_us);
	if (h323->admitted_us)
		json_time(out, "confirmed", h323->admitted_us);
	if (!address_none(&h323->gatekeeper.ip))
		json_endpoint(out, "gatekeeper", &h323->gatekeeper);
	if (h323->bandwidth)
		json_u64(out, "bandwidth_bps", (uint64_t)h323->bandwidth * 100);
	json_text(out, "endpoint_identifier", h323->endpoint);
	json_object_end(out);
}

static void features_json(const struct h323_call *h323, struct writer *out)
{
	static const struct {
		uint16_t flag;
		const char *key;
	} FLAGS[] = {
	        {H323_FAST_OFFERED, "fast_start_offered"},
	        {H323_FAST_ACCEPTED, "fast_start"},
	        {H323_TUNNEL_ACCEPTED, "tunnelling"},
	        {H323_CONTROL_SEPARATE, "h245_connection"},
	        {H323_FROM_GATEKEEPER, "from_gatekeeper"},
	        {H323_FORWARDED, "forwarded"},
	        {H323_CONFERENCE, "conference"},
	        {H323_CLI_MISMATCH, "cli_mismatch"},
	};
	for (size_t i = 0; i < sizeof(FLAGS) / sizeof(FLAGS[0]); i++)
		json_bool(out, FLAGS[i].key, (h323->flags & FLAGS[i].flag) != 0);
}

void call_h323_json(const struct h323_call *h323, struct writer *out)
{
	json_object(out, "h323");
	identifier_json("call_identifier", h323->identifier, out);
	identifier_json("conference_id", h323->conference, out);
	json_u64(out, "call_reference", h323->reference);
	json_literal(out, "call_model",
	        h323->flags & (H323_ROUTED | H323_FROM_GATEKEEPER) ? "gatekeeper-routed"
	                                                           : "direct");
	party_json("caller", h323, CALL_CALLER, out);
	party_json("callee", h323, CALL_CALLEE, out);
	number_json("calling_number", &h323->calling, out);
	number_json("called_number", &h323->called, out);
	number_json("redirecting_number", &h323->redirecting, out);
	h323_name_json("connected", &h323->connected, out);
	admission_json(h323, out);
	if (h323->proceeding_us)
		json_time(out, "proceeding", h323->proceeding_us);
	if (h323->goal != PER_NO_NAME)
		json_literal(out, "conference_goal", per_name_text(h323->goal));
	if (h323->release_reason != PER_NO_NAME)
		json_literal(out, "release_reason", per_name_text(h323->release_reason));
	features_json(h323, out);
	json_object_end(out);
}
