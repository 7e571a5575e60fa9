/*
 * What the kernel keeps with each pinhole, and who takes it over by that.
 */
#include "nfq-filter/pinhole_inside.h"

enum { KEEPSAKE_VERSION = 1, KEEPSAKE_NAT = 1, KEEPSAKE_CONTROL = 2 };

struct keepsake pinhole_keepsake(const struct pinhole *pinhole)
{
	const struct pinhole_wish *wish = &pinhole->wish;
	struct keepsake kept = {
	        .version = KEEPSAKE_VERSION,
	        .class = (uint8_t)wish->class,
	        .flags = (uint8_t)((wish->nat ? KEEPSAKE_NAT : 0) |
	                           (wish->control ? KEEPSAKE_CONTROL : 0)),
	        .side = wish->side,
	        .line = wish->line,
	        .rate = wish->rate,
	        .to_port = wish->to.port,
	        .from_port = wish->from_port,
	        .call = wish->call,
	        .tag = wish->tag,
	};
	memcpy(kept.to, wish->to.ip.bytes, sizeof(kept.to));
	memcpy(kept.from, wish->from.bytes, sizeof(kept.from));
	return kept;
}

struct inheritance {
	struct pinholes *pinholes;
	const struct pinhole_heir *heir;
};

static void inherit_one(void *context, const struct netfilter_seen *seen)
{
	const struct inheritance *inheritance = context;
	struct pinholes *pinholes = inheritance->pinholes;
	struct keepsake kept;
	if (seen->user_len != sizeof(kept) || seen->key_len != sizeof(uint32_t))
		return;
	memcpy(&kept, seen->user, sizeof(kept));
	if (kept.version != KEEPSAKE_VERSION || kept.class >= PINHOLE_CLASSES)
		return;
	struct pinhole_wish wish = {
	        .class = (enum pinhole_class)kept.class,
	        .nat = kept.flags & KEEPSAKE_NAT,
	        .control = kept.flags & KEEPSAKE_CONTROL,
	        .rate = kept.rate,
	        .call = kept.call,
	        .tag = kept.tag,
	        .side = kept.side,
	        .line = kept.line,
	        .to.port = kept.to_port,
	        .from_port = kept.from_port,
	};
	memcpy(wish.to.ip.bytes, kept.to, sizeof(kept.to));
	memcpy(wish.from.bytes, kept.from, sizeof(kept.from));
	const uint64_t hash = pinhole_hash(pinholes, &wish);
	const uint32_t index = pinhole_find(pinholes, &wish, hash)
	                               ? 0
	                               : pinhole_add(pinholes, &wish, hash);
	if (!index)
		return;
	struct pinhole *pinhole = pinhole_at(pinholes, index);
	memcpy(&pinhole->key.number, seen->key, sizeof(pinhole->key.number));
	pinhole->installed = true;
	pinhole->users = 1;
	pinhole->lease_ms = seen->left_ms;
	if (pinhole->key.number > pinholes->next_number)
		pinholes->next_number = pinhole->key.number;
	inheritance->heir->inherit(inheritance->heir->context, index, &wish);
}

int pinholes_inherit(struct pinholes *pinholes, const struct pinhole_heir *heir)
{
	struct inheritance inheritance = {pinholes, heir};
	const struct netfilter_taker taker = {&inheritance, inherit_one};
	return netfilter_elements(
	        pinholes->firewall->netfilter, firewall_police_set(), &taker);
}
