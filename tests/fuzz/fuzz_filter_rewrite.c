/* Messages that are rewritten on their way out and back in, as whole packets. */
#include <stdint.h>
#include <string.h>

#include "engine/base/ensure.h"
#include "nfq-filter/rewrite.h"

enum { HEADERS = 28, BYTES_MAX = 60000, MEMORY = 16 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The packet is IPv4 and UDP as long as it says, with checksums that fit. */
static void judge(const struct rewrite *rewrite)
{
	struct view view;
	uint32_t total = 0;
	ENSURE(view_open(&view, rewrite->packet, rewrite->len));
	ENSURE(view.payload_at == HEADERS && view.payload.len == rewrite->len - HEADERS);
	for (unsigned i = 0; i < 20; i += 2)
		total += (uint32_t)rewrite->packet[i] << 8 | rewrite->packet[i + 1];
	total = (total & 0xffff) + (total >> 16);
	ENSURE(total == 0xffff);
}

static void turn(struct rewrite *rewrite, uint8_t *packet, size_t size, bool leaving)
{
	static struct sip_message sip;
	static struct sdp sdp;
	static struct view view;
	static const uint8_t ends[2][8] = {
	        {10, 0, 0, 1, 198, 51, 100, 1}, {198, 51, 100, 1, 10, 0, 0, 1}};
	size_t consumed;
	memcpy(&packet[12], ends[!leaving], 8);
	if (!view_open(&view, packet, (uint32_t)(HEADERS + size)))
		return;
	const struct sip_input input = {.bytes = view.payload};
	if (sip_parse(&input, &sip, &consumed) != SIP_COMPLETE)
		return;
	const struct slice part =
	        sip_body_part(&sip, SLICE("application/sdp"), &sip.anomalies);
	rewrite->view = &view;
	rewrite->sip = &sip;
	rewrite->sdp = slice_present(part) && sdp_parse(part, &sdp, &sip.anomalies)
	                       ? &sdp
	                       : NULL;
	if (rewrite_plan(rewrite) == REWRITE_DONE &&
	        rewrite_make(rewrite, packet, (uint32_t)(HEADERS + size)) == REWRITE_DONE)
		judge(rewrite);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t bytes[MEMORY] __attribute__((aligned(4096)));
	static struct memory region = {.base = bytes, .bytes = sizeof(bytes)};
	static struct rewrite rewrite;
	static struct settings settings;
	static struct nat nat;
	uint8_t packet[HEADERS + BYTES_MAX] = {0x45};
	const struct hash_key key = {1, 2};
	if (size > BYTES_MAX)
		return 0;
	settings = (struct settings){.nat_first = 40000, .nat_last = 40009};
	settings.nat_address = address_v4(0xc0000201);
	ENSURE(network_parse(SLICE("10.0.0.0/8"), &settings.inside.items[0]));
	settings.inside.count = 1;
	nat = (struct nat){.settings = &settings};
	memory_clear(&region);
	ENSURE(nat_init(&nat, &region, &key));
	rewrite.nat = &nat;
	packet[2] = (uint8_t)((HEADERS + size) >> 8);
	packet[3] = (uint8_t)(HEADERS + size);
	packet[8] = 64;
	packet[9] = 17;
	packet[20] = packet[22] = 5060 >> 8;
	packet[21] = packet[23] = 5060 & 0xff;
	packet[24] = (uint8_t)((8 + size) >> 8);
	packet[25] = (uint8_t)(8 + size);
	memcpy(&packet[HEADERS], data, size);
	turn(&rewrite, packet, size, true);
	turn(&rewrite, packet, size, false);
	return 0;
}
