/* SIP messages as datagrams and as streams: every slice must lie inside the input. */
#include <stdint.h>

#include "engine/base/ensure.h"
#include "engine/decode/sip.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void inside(struct slice part, struct slice whole)
{
	if (!part.len)
		return;
	ENSURE((uintptr_t)part.data >= (uintptr_t)whole.data);
	ENSURE((uintptr_t)part.data + part.len <= (uintptr_t)whole.data + whole.len);
}

static void look(const struct sip_message *message)
{
	struct anomalies anomalies = {{0}};
	struct slice raw = message->raw;
	inside(message->body, raw);
	inside(message->request_uri.host, raw);
	inside(message->from.tag, raw);
	inside(message->to.display, raw);
	inside(message->contact.uri.user, raw);
	inside(message->via.branch, raw);
	inside(message->auth.response, raw);
	inside(sip_body_part(message, SLICE("application/sdp"), &anomalies), raw);
	for (unsigned id = 0; id < SIP_HEADER_COUNT; id++) {
		const struct sip_header *header = sip_header(message, id);
		for (; header; header = sip_header_next(message, header)) {
			struct slice rest = sip_header_value(message, header);
			inside(sip_header_name(message, header), raw);
			inside(rest, raw);
			while (slice_present(rest))
				inside(sip_list_next(&rest), raw);
		}
	}
}

static void run(struct slice bytes, bool stream, bool truncated)
{
	static struct sip_message message;
	struct slice rest = bytes;
	while (rest.len) {
		const struct sip_input input = {rest, stream, truncated};
		size_t consumed;
		enum sip_result result = sip_parse(&input, &message, &consumed);
		ENSURE(consumed <= rest.len);
		if (result == SIP_NOT || result == SIP_INCOMPLETE)
			break;
		ENSURE(consumed > 0);
		if (result == SIP_COMPLETE) {
			ENSURE(sip_looks_like(rest) || stream);
			inside(message.raw, rest);
			look(&message);
		}
		rest = slice_from(rest, consumed);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice bytes = slice_of(data, size);
	run(bytes, false, false);
	run(bytes, false, true);
	run(bytes, true, false);
	return 0;
}
