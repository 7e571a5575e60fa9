/*
 * Tables, sets and chains.
 */
#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <libnftnl/chain.h>
#include <libnftnl/expr.h>
#include <libnftnl/set.h>
#include <libnftnl/table.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <stdlib.h>
#include <string.h>

#include "platform/nft_inside.h"
#include "platform/nft_rule.h"

void netfilter_target_info(struct nftnl_expr *step, const void *info, size_t bytes)
{
	/* The library frees what it is given. */
	void *copy = malloc(bytes);
	if (!copy)
		return;
	memcpy(copy, info, bytes);
	(void)nftnl_expr_set(step, NFTNL_EXPR_TG_INFO, copy, (uint32_t)bytes);
}

bool netfilter_table_add(struct netfilter *netfilter, uint32_t flags)
{
	struct nlmsghdr *message =
	        netfilter_message(netfilter, NFT_MSG_NEWTABLE, NLM_F_CREATE);
	if (!message)
		return netfilter_note(netfilter, false);
	mnl_attr_put_strz(message, NFTA_TABLE_NAME, netfilter_table(netfilter));
	mnl_attr_put_u32(message, NFTA_TABLE_FLAGS, htonl(flags));
	netfilter_message_done(netfilter, message);
	return true;
}

bool netfilter_table_delete(struct netfilter *netfilter)
{
	struct nlmsghdr *message = netfilter_message(netfilter, NFT_MSG_DELTABLE, 0);
	if (!message)
		return netfilter_note(netfilter, false);
	mnl_attr_put_strz(message, NFTA_TABLE_NAME, netfilter_table(netfilter));
	netfilter_message_done(netfilter, message);
	return true;
}

/* How each kind of set differs. */
struct kind_row {
	uint32_t flags;
	bool limits;
	bool counts;
};

static const struct kind_row KINDS[] = {
        [NETFILTER_SET] = {0, false, false},
        [NETFILTER_SET_POLICED] = {NFT_SET_EVAL | NFT_SET_EXPR, true, true},
        [NETFILTER_SET_COUNTED] = {0, false, true},
        [NETFILTER_SET_RANGES] = {NFT_SET_INTERVAL, false, true},
        [NETFILTER_MAP] = {NFT_SET_EVAL | NFT_SET_MAP, false, false},
        [NETFILTER_SET_METER] = {NFT_SET_EVAL, false, false},
};

/* What each element has unless it says otherwise: a limit that is never reached. */
static bool expressions_add(struct nftnl_set *into, const struct kind_row *kind)
{
	if (kind->limits) {
		struct nftnl_expr *limit = nftnl_expr_alloc("limit");
		if (!limit)
			return false;
		nftnl_expr_set_u64(limit, NFTNL_EXPR_LIMIT_RATE, 1000000);
		nftnl_expr_set_u64(limit, NFTNL_EXPR_LIMIT_UNIT, 1);
		nftnl_expr_set_u32(limit, NFTNL_EXPR_LIMIT_BURST, 1000000);
		nftnl_expr_set_u32(limit, NFTNL_EXPR_LIMIT_TYPE, NFT_LIMIT_PKTS);
		nftnl_set_add_expr(into, limit);
	}
	if (kind->counts) {
		struct nftnl_expr *counter = nftnl_expr_alloc("counter");
		if (!counter)
			return false;
		nftnl_set_add_expr(into, counter);
	}
	return true;
}

static bool set_fill(struct nftnl_set *into, const struct netfilter *netfilter,
        const struct netfilter_set *set)
{
	const struct kind_row *kind = &KINDS[set->kind];
	/* Its number in the transaction, for elements of the same one. */
	static const uint32_t id = 1;
	nftnl_set_set_u32(into, NFTNL_SET_FAMILY, NFPROTO_INET);
	nftnl_set_set_u32(into, NFTNL_SET_ID, id);
	nftnl_set_set_u32(into, NFTNL_SET_KEY_LEN, set->key_len);
	nftnl_set_set_u32(into, NFTNL_SET_KEY_TYPE, set->key_type);
	nftnl_set_set_u32(
	        into, NFTNL_SET_FLAGS, kind->flags | (set->timed ? NFT_SET_TIMEOUT : 0));
	if (set->size)
		nftnl_set_set_u32(into, NFTNL_SET_DESC_SIZE, set->size);
	if (set->timeout_ms)
		nftnl_set_set_u64(into, NFTNL_SET_TIMEOUT, set->timeout_ms);
	if (set->timed)
		nftnl_set_set_u32(into, NFTNL_SET_GC_INTERVAL, 1000);
	if (kind->flags & NFT_SET_MAP) {
		const uint32_t mark = 19;
		nftnl_set_set_u32(
		        into, NFTNL_SET_DATA_TYPE, set->data_len ? set->data_type : mark);
		nftnl_set_set_u32(into, NFTNL_SET_DATA_LEN,
		        set->data_len ? set->data_len : sizeof(uint32_t));
	}
	return nftnl_set_set_str(into, NFTNL_SET_TABLE, netfilter_table(netfilter)) ==
	               0 &&
	       nftnl_set_set_str(into, NFTNL_SET_NAME, set->name) == 0 &&
	       expressions_add(into, kind);
}

bool netfilter_set_add(struct netfilter *netfilter, const struct netfilter_set *set)
{
	struct nftnl_set *built = nftnl_set_alloc();
	bool fine = built && set_fill(built, netfilter, set);
	struct nlmsghdr *message =
	        fine ? netfilter_message(netfilter, NFT_MSG_NEWSET, NLM_F_CREATE) : NULL;
	if (message) {
		nftnl_set_nlmsg_build_payload(message, built);
		netfilter_message_done(netfilter, message);
	}
	if (built)
		nftnl_set_free(built);
	return netfilter_note(netfilter, message != NULL);
}

static const uint32_t HOOKS[] = {
        [NETFILTER_PREROUTING] = NF_INET_PRE_ROUTING,
        [NETFILTER_INPUT] = NF_INET_LOCAL_IN,
        [NETFILTER_FORWARD] = NF_INET_FORWARD,
        [NETFILTER_OUTPUT] = NF_INET_LOCAL_OUT,
        [NETFILTER_POSTROUTING] = NF_INET_POST_ROUTING,
        [NETFILTER_INGRESS] = NF_INET_INGRESS,
};

static bool chain_fill(struct nftnl_chain *into, const struct netfilter *netfilter,
        const struct netfilter_chain *chain)
{
	bool fine = nftnl_chain_set_str(
	                    into, NFTNL_CHAIN_TABLE, netfilter_table(netfilter)) == 0 &&
	            nftnl_chain_set_str(into, NFTNL_CHAIN_NAME, chain->name) == 0;
	if (chain->hook == NETFILTER_NO_HOOK)
		return fine;
	nftnl_chain_set_u32(into, NFTNL_CHAIN_HOOKNUM, HOOKS[chain->hook]);
	nftnl_chain_set_s32(into, NFTNL_CHAIN_PRIO, chain->priority);
	nftnl_chain_set_u32(into, NFTNL_CHAIN_POLICY, NF_ACCEPT);
	fine = fine && nftnl_chain_set_str(into, NFTNL_CHAIN_TYPE,
	                       chain->nat ? "nat" : "filter") == 0;
	if (chain->devices) {
		/* The library copies the list but wants it writable. */
		const char *devices[64];
		size_t count = 0;
		while (chain->devices[count] && count < 63) {
			devices[count] = chain->devices[count];
			count++;
		}
		devices[count] = NULL;
		fine = fine &&
		       nftnl_chain_set_array(into, NFTNL_CHAIN_DEVICES, devices) == 0;
	}
	return fine;
}

bool netfilter_chain_add(struct netfilter *netfilter, const struct netfilter_chain *chain)
{
	struct nftnl_chain *built = nftnl_chain_alloc();
	bool fine = built && chain_fill(built, netfilter, chain);
	struct nlmsghdr *message =
	        fine ? netfilter_message(netfilter, NFT_MSG_NEWCHAIN, NLM_F_CREATE)
	             : NULL;
	if (message) {
		nftnl_chain_nlmsg_build_payload(message, built);
		netfilter_message_done(netfilter, message);
	}
	if (built)
		nftnl_chain_free(built);
	return netfilter_note(netfilter, message != NULL);
}

bool netfilter_rules_flush(struct netfilter *netfilter, const char *chain)
{
	struct nlmsghdr *message = netfilter_message(netfilter, NFT_MSG_DELRULE, 0);
	if (!message)
		return netfilter_note(netfilter, false);
	mnl_attr_put_strz(message, NFTA_RULE_TABLE, netfilter_table(netfilter));
	if (chain)
		mnl_attr_put_strz(message, NFTA_RULE_CHAIN, chain);
	netfilter_message_done(netfilter, message);
	return true;
}
