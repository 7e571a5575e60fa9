#include "nfq-filter/show.h"

#include "engine/report/json.h"

enum { SHOWN_MAX = 500, EVERY_US = 2000000 };

static void pinhole_json(
        const struct filter *filter, const struct pinhole *pinhole, struct writer *out)
{
	char id[24];
	struct writer number = writer_of(id, sizeof(id));
	writer_u64(&number, pinhole->key.number);
	if (out->len)
		writer_byte(out, ',');
	json_object(out, NULL);
	json_string(out, "id", writer_text(&number));
	json_string(out, "node", slice_text(filter->share.node));
	json_address(out, "from", &pinhole->wish.from);
	if (pinhole->wish.from_port)
		json_u64(out, "from_port", pinhole->wish.from_port);
	json_endpoint(out, "to", &pinhole->wish.to);
	json_literal(out, "carries", pinhole->wish.control ? "rtcp" : "rtp");
	json_u64(out, "packets_per_second", pinhole->wish.rate);
	json_hex(out, "call", pinhole->wish.call, 16);
	json_u64(out, "sessions", pinhole->users);
	json_literal(out, "state",
	        pinhole->closing     ? "closing"
	        : pinhole->installed ? "open"
	                             : "opening");
	json_object_end(out);
}

void filter_show(struct filter *filter)
{
	struct pinholes *pinholes = &filter->pinholes;
	struct writer out;
	unsigned shown = 0;
	if (filter->now_us - filter->shown_us < EVERY_US ||
	        !share_pinholes_begin(&filter->share, &out))
		return;
	filter->shown_us = filter->now_us;
	for (uint32_t at = pinholes->all.back; at && shown < SHOWN_MAX; shown++) {
		pinhole_json(filter, pinhole_at(pinholes, at), &out);
		at = list_link_of(&pinholes->all, at)->prev;
	}
	share_pinholes_end(&filter->share, &out);
}
