#include "engine/report/event_parts.h"
#include "engine/report/json.h"

/* The start line: all before the first line end. */
static struct slice start_line(const struct sip_message *sip)
{
	struct slice line = slice_first(sip->raw, slice_index(sip->raw, '\n'));
	return slice_trim(line);
}

static void party_json(
        struct writer *out, const char *key, const struct sip_address *party)
{
	if (!slice_present(party->raw))
		return;
	json_object(out, key);
	json_text(out, "user", party->uri.user);
	json_text(out, "host", party->uri.host);
	json_text(out, "display", party->display);
	json_text(out, "tag", party->tag);
	json_object_end(out);
}

/* Who tried to prove what; never the response itself. */
static void auth_json(const struct sip_auth *auth, struct writer *out)
{
	static const char *const schemes[] = {
	        [AUTH_NONE] = "none",
	        [AUTH_DIGEST] = "digest",
	        [AUTH_BASIC] = "basic",
	        [AUTH_BEARER] = "bearer",
	        [AUTH_OTHER] = "other",
	};
	if (auth->scheme == AUTH_NONE)
		return;
	json_object(out, "auth");
	json_literal(out, "scheme", schemes[auth->scheme]);
	json_bool(out, "challenge", auth->challenge);
	json_text(out, "realm", auth->realm);
	if (auth->scheme == AUTH_DIGEST) {
		json_text(out, "username", auth->username);
		json_text(out, "algorithm", auth->algorithm);
	}
	json_object_end(out);
}

static void media_json(const struct sdp_media *media, struct writer *out)
{
	static const char *const directions[] = {
	        [SDP_SENDRECV] = "sendrecv",
	        [SDP_SENDONLY] = "sendonly",
	        [SDP_RECVONLY] = "recvonly",
	        [SDP_INACTIVE] = "inactive",
	};
	json_object(out, NULL);
	json_text(out, "media", media->kind_text);
	json_endpoint(out, "at", &media->at);
	json_text(out, "protocol", media->protocol);
	json_literal(out, "direction", directions[media->direction]);
	json_bool(out, "crypto", slice_present(media->crypto));
	json_array(out, "codecs");
	for (unsigned i = 0; i < media->payload_count; i++)
		json_text(out, NULL, media->payloads[i].encoding);
	json_array_end(out);
	json_object_end(out);
}

static void sdp_json(const struct sdp *sdp, struct writer *out)
{
	json_object(out, "sdp");
	json_text(out, "origin", sdp->origin);
	json_text(out, "session_name", sdp->session_name);
	json_array(out, "media_descriptions");
	for (unsigned i = 0; i < sdp->media_count; i++)
		media_json(&sdp->media[i], out);
	json_array_end(out);
	json_object_end(out);
}

void sip_json(const struct message *message, struct writer *out)
{
	const struct sip_message *sip = message->sip;

	json_object(out, "sip");
	json_text(out, "method", sip->method_text);
	if (sip->is_request) {
		json_text(out, "uri", sip->request_uri_text);
		json_text(out, "version", sip->version);
		json_text(out, "request_line", start_line(sip));
	} else {
		json_text(out, "version", sip->version);
		json_u64(out, "code", sip->status);
		json_text(out, "reason", sip->reason);
		json_text(out, "response_line", start_line(sip));
	}
	json_text(out, "call_id", sip->call_id);
	if (slice_present(sip->cseq_method_text)) {
		json_u64(out, "cseq", sip->cseq);
		json_text(out, "cseq_method", sip->cseq_method_text);
	}
	party_json(out, "from", &sip->from);
	party_json(out, "to", &sip->to);
	json_text(out, "contact", sip->contact.uri.raw);
	json_text(out, "user_agent", sip->user_agent);
	json_text(out, "branch", sip->via.branch);
	auth_json(&sip->auth, out);
	if (message->sdp)
		sdp_json(message->sdp, out);
	json_object_end(out);
}
