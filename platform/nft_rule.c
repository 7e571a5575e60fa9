#include "platform/nft_rule.h"

#include <libmnl/libmnl.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/xt_NFQUEUE.h>
#include <string.h>

#include "platform/nft_inside.h"

/* Our register 0 is the kernel's first one of four bytes. */
static uint32_t number_of(unsigned place)
{
	return NFT_REG32_00 + place;
}

/* A step of that name, or NULL once something has failed. */
static struct nftnl_expr *step_new(struct netfilter_rule *rule, const char *name)
{
	struct nftnl_expr *step = rule->failed ? NULL : nftnl_expr_alloc(name);
	if (!step)
		rule->failed = true;
	else
		nftnl_rule_add_expr(rule->rule, step);
	return step;
}

void rule_begin(
        struct netfilter_rule *rule, struct netfilter *netfilter, const char *chain)
{
	*rule = (struct netfilter_rule){
	        .netfilter = netfilter, .rule = nftnl_rule_alloc()};
	rule->failed = !rule->rule;
	if (rule->failed)
		return;
	rule->failed = nftnl_rule_set_str(rule->rule, NFTNL_RULE_TABLE,
	                       netfilter_table(netfilter)) < 0 ||
	               nftnl_rule_set_str(rule->rule, NFTNL_RULE_CHAIN, chain) < 0;
	nftnl_rule_set_u32(rule->rule, NFTNL_RULE_FAMILY, NFPROTO_INET);
}

bool rule_end(struct netfilter_rule *rule)
{
	struct nlmsghdr *message =
	        rule->failed ? NULL
	                     : netfilter_message(rule->netfilter, NFT_MSG_NEWRULE,
	                               NLM_F_CREATE | NLM_F_APPEND);
	if (message) {
		nftnl_rule_nlmsg_build_payload(message, rule->rule);
		netfilter_message_done(rule->netfilter, message);
	}
	if (rule->rule)
		nftnl_rule_free(rule->rule);
	rule->rule = NULL;
	return netfilter_note(rule->netfilter, message != NULL);
}

void rule_load(struct netfilter_rule *rule, enum rule_base base, uint32_t offset,
        uint32_t len, unsigned into)
{
	struct nftnl_expr *step = step_new(rule, "payload");
	if (!step)
		return;
	nftnl_expr_set_u32(step, NFTNL_EXPR_PAYLOAD_BASE,
	        base == RULE_NETWORK ? NFT_PAYLOAD_NETWORK_HEADER
	                             : NFT_PAYLOAD_TRANSPORT_HEADER);
	nftnl_expr_set_u32(step, NFTNL_EXPR_PAYLOAD_OFFSET, offset);
	nftnl_expr_set_u32(step, NFTNL_EXPR_PAYLOAD_LEN, len);
	nftnl_expr_set_u32(step, NFTNL_EXPR_PAYLOAD_DREG, number_of(into));
}

static void compare(struct netfilter_rule *rule, unsigned from, uint32_t how,
        const void *bytes, uint32_t len)
{
	struct nftnl_expr *step = step_new(rule, "cmp");
	if (!step)
		return;
	nftnl_expr_set_u32(step, NFTNL_EXPR_CMP_SREG, number_of(from));
	nftnl_expr_set_u32(step, NFTNL_EXPR_CMP_OP, how);
	(void)nftnl_expr_set(step, NFTNL_EXPR_CMP_DATA, bytes, len);
}

void rule_bytes_are(
        struct netfilter_rule *rule, unsigned from, const void *bytes, uint32_t len)
{
	compare(rule, from, NFT_CMP_EQ, bytes, len);
}

static void mask_off(
        struct netfilter_rule *rule, unsigned from, const void *mask, uint32_t len)
{
	static const uint8_t nothing[4];
	struct nftnl_expr *step = step_new(rule, "bitwise");
	if (!step)
		return;
	nftnl_expr_set_u32(step, NFTNL_EXPR_BITWISE_SREG, number_of(from));
	nftnl_expr_set_u32(step, NFTNL_EXPR_BITWISE_DREG, number_of(from));
	nftnl_expr_set_u32(step, NFTNL_EXPR_BITWISE_LEN, len);
	(void)nftnl_expr_set(step, NFTNL_EXPR_BITWISE_MASK, mask, len);
	(void)nftnl_expr_set(step, NFTNL_EXPR_BITWISE_XOR, nothing, len);
}

void rule_bits_are(struct netfilter_rule *rule, unsigned from, uint8_t mask, uint8_t bits)
{
	mask_off(rule, from, &mask, sizeof(mask));
	compare(rule, from, NFT_CMP_EQ, &bits, sizeof(bits));
}

void rule_port_in(
        struct netfilter_rule *rule, unsigned from, uint16_t first, uint16_t last)
{
	const uint8_t low[] = {(uint8_t)(first >> 8), (uint8_t)first};
	const uint8_t high[] = {(uint8_t)(last >> 8), (uint8_t)last};
	compare(rule, from, NFT_CMP_GTE, low, sizeof(low));
	compare(rule, from, NFT_CMP_LTE, high, sizeof(high));
}

static void meta_load(struct netfilter_rule *rule, uint32_t key, unsigned into)
{
	struct nftnl_expr *step = step_new(rule, "meta");
	if (!step)
		return;
	nftnl_expr_set_u32(step, NFTNL_EXPR_META_KEY, key);
	nftnl_expr_set_u32(step, NFTNL_EXPR_META_DREG, number_of(into));
}

void rule_protocol_is(struct netfilter_rule *rule, uint8_t protocol)
{
	meta_load(rule, NFT_META_L4PROTO, 0);
	compare(rule, 0, NFT_CMP_EQ, &protocol, sizeof(protocol));
}

void rule_family_is(struct netfilter_rule *rule, bool v6)
{
	const uint8_t family = v6 ? NFPROTO_IPV6 : NFPROTO_IPV4;
	meta_load(rule, NFT_META_NFPROTO, 0);
	compare(rule, 0, NFT_CMP_EQ, &family, sizeof(family));
}

void rule_mark_has(struct netfilter_rule *rule, uint32_t bits)
{
	meta_load(rule, NFT_META_MARK, 0);
	mask_off(rule, 0, &bits, sizeof(bits));
	compare(rule, 0, NFT_CMP_EQ, &bits, sizeof(bits));
}

/* Some bits of what the kernel knows of the connection, into the first register. */
static void connection_load(struct netfilter_rule *rule, uint32_t key, uint32_t bits)
{
	struct nftnl_expr *step = step_new(rule, "ct");
	if (!step)
		return;
	nftnl_expr_set_u32(step, NFTNL_EXPR_CT_KEY, key);
	nftnl_expr_set_u32(step, NFTNL_EXPR_CT_DREG, number_of(0));
	mask_off(rule, 0, &bits, sizeof(bits));
}

void rule_state_in(struct netfilter_rule *rule, uint32_t states)
{
	static const uint32_t none;
	connection_load(rule, NFT_CT_STATE, states);
	compare(rule, 0, NFT_CMP_NEQ, &none, sizeof(none));
}

void rule_target_kept(struct netfilter_rule *rule)
{
	static const uint32_t none;
	connection_load(rule, NFT_CT_STATUS, IPS_DST_NAT);
	compare(rule, 0, NFT_CMP_EQ, &none, sizeof(none));
}

void rule_one_in(struct netfilter_rule *rule, uint32_t packets)
{
	static const uint32_t chosen;
	struct nftnl_expr *step = step_new(rule, "numgen");
	if (!step)
		return;
	nftnl_expr_set_u32(step, NFTNL_EXPR_NG_DREG, number_of(0));
	nftnl_expr_set_u32(step, NFTNL_EXPR_NG_MODULUS, packets);
	nftnl_expr_set_u32(step, NFTNL_EXPR_NG_TYPE, NFT_NG_INCREMENTAL);
	nftnl_expr_set_u32(step, NFTNL_EXPR_NG_OFFSET, 0);
	compare(rule, 0, NFT_CMP_EQ, &chosen, sizeof(chosen));
}

static struct nftnl_expr *lookup(
        struct netfilter_rule *rule, const char *set, unsigned key)
{
	struct nftnl_expr *step = step_new(rule, "lookup");
	if (!step)
		return NULL;
	(void)nftnl_expr_set_str(step, NFTNL_EXPR_LOOKUP_SET, set);
	nftnl_expr_set_u32(step, NFTNL_EXPR_LOOKUP_SREG, number_of(key));
	return step;
}

void rule_in_set(struct netfilter_rule *rule, const char *set, unsigned key)
{
	(void)lookup(rule, set, key);
}

void rule_in_map(
        struct netfilter_rule *rule, const char *map, unsigned key, unsigned into)
{
	struct nftnl_expr *step = lookup(rule, map, key);
	if (step)
		nftnl_expr_set_u32(step, NFTNL_EXPR_LOOKUP_DREG, number_of(into));
}

static void limit_put(struct nftnl_expr *of, const struct netfilter_rate *over)
{
	struct nftnl_expr *limit = nftnl_expr_alloc("limit");
	if (!limit)
		return;
	nftnl_expr_set_u64(limit, NFTNL_EXPR_LIMIT_RATE, over->per_second);
	nftnl_expr_set_u64(limit, NFTNL_EXPR_LIMIT_UNIT, 1);
	nftnl_expr_set_u32(limit, NFTNL_EXPR_LIMIT_BURST, over->burst);
	nftnl_expr_set_u32(limit, NFTNL_EXPR_LIMIT_TYPE, NFT_LIMIT_PKTS);
	nftnl_expr_set_u32(limit, NFTNL_EXPR_LIMIT_FLAGS, NFT_LIMIT_F_INV);
	nftnl_expr_add_expr(of, NFTNL_EXPR_DYNSET_EXPRESSIONS, limit);
}

void rule_change_set(struct netfilter_rule *rule, const struct rule_set_change *change)
{
	static const uint32_t operations[] = {
	        [RULE_SET_ADD] = NFT_DYNSET_OP_ADD,
	        [RULE_SET_REFRESH] = NFT_DYNSET_OP_UPDATE,
	        [RULE_SET_REMOVE] = NFT_DYNSET_OP_DELETE,
	};
	struct nftnl_expr *step = step_new(rule, "dynset");
	if (!step)
		return;
	(void)nftnl_expr_set_str(step, NFTNL_EXPR_DYNSET_SET_NAME, change->set);
	nftnl_expr_set_u32(step, NFTNL_EXPR_DYNSET_OP, operations[change->act]);
	nftnl_expr_set_u32(step, NFTNL_EXPR_DYNSET_SREG_KEY, number_of(change->key));
	if (change->data >= 0)
		nftnl_expr_set_u32(step, NFTNL_EXPR_DYNSET_SREG_DATA,
		        number_of((unsigned)change->data));
	if (change->timeout_ms)
		nftnl_expr_set_u64(step, NFTNL_EXPR_DYNSET_TIMEOUT, change->timeout_ms);
	if (change->over)
		limit_put(step, change->over);
}

void rule_mark_load(struct netfilter_rule *rule, unsigned into)
{
	meta_load(rule, NFT_META_MARK, into);
}

void rule_mark_store(struct netfilter_rule *rule, unsigned from)
{
	struct nftnl_expr *step = step_new(rule, "meta");
	if (!step)
		return;
	nftnl_expr_set_u32(step, NFTNL_EXPR_META_KEY, NFT_META_MARK);
	nftnl_expr_set_u32(step, NFTNL_EXPR_META_SREG, number_of(from));
}

void rule_set_mark(struct netfilter_rule *rule, uint32_t mark)
{
	struct nftnl_expr *step = step_new(rule, "immediate");
	if (!step)
		return;
	nftnl_expr_set_u32(step, NFTNL_EXPR_IMM_DREG, number_of(0));
	(void)nftnl_expr_set(step, NFTNL_EXPR_IMM_DATA, &mark, sizeof(mark));
	rule_mark_store(rule, 0);
}

void rule_translate(
        struct netfilter_rule *rule, enum rule_translation translation, unsigned from)
{
	struct nftnl_expr *step = step_new(rule, "nat");
	if (!step)
		return;
	nftnl_expr_set_u32(step, NFTNL_EXPR_NAT_TYPE,
	        translation == RULE_NEW_SOURCE ? NFT_NAT_SNAT : NFT_NAT_DNAT);
	nftnl_expr_set_u32(step, NFTNL_EXPR_NAT_FAMILY, NFPROTO_IPV4);
	nftnl_expr_set_u32(step, NFTNL_EXPR_NAT_REG_ADDR_MIN, number_of(from));
	nftnl_expr_set_u32(step, NFTNL_EXPR_NAT_REG_PROTO_MIN, number_of(from + 1));
}

void rule_untrack(struct netfilter_rule *rule)
{
	(void)step_new(rule, "notrack");
}

void rule_count(struct netfilter_rule *rule)
{
	(void)step_new(rule, "counter");
}

static void verdict_put(struct netfilter_rule *rule, int verdict, const char *chain)
{
	struct nftnl_expr *step = step_new(rule, "immediate");
	if (!step)
		return;
	nftnl_expr_set_u32(step, NFTNL_EXPR_IMM_DREG, NFT_REG_VERDICT);
	nftnl_expr_set_u32(step, NFTNL_EXPR_IMM_VERDICT, (uint32_t)verdict);
	if (chain)
		(void)nftnl_expr_set_str(step, NFTNL_EXPR_IMM_CHAIN, chain);
}

void rule_accept(struct netfilter_rule *rule)
{
	verdict_put(rule, NF_ACCEPT, NULL);
}

void rule_drop(struct netfilter_rule *rule)
{
	verdict_put(rule, NF_DROP, NULL);
}

void rule_return(struct netfilter_rule *rule)
{
	verdict_put(rule, NFT_RETURN, NULL);
}

void rule_jump(struct netfilter_rule *rule, const char *chain)
{
	verdict_put(rule, NFT_JUMP, chain);
}

void rule_reset(struct netfilter_rule *rule)
{
	struct nftnl_expr *step = step_new(rule, "reject");
	if (step)
		nftnl_expr_set_u32(step, NFTNL_EXPR_REJECT_TYPE, NFT_REJECT_TCP_RST);
}

void rule_enqueue(struct netfilter_rule *rule, const struct rule_queue *queue)
{
	const bool native = queue->kind == RULE_QUEUE_NATIVE;
	struct nftnl_expr *step = step_new(rule, native ? "queue" : "target");
	if (!step)
		return;
	if (native) {
		nftnl_expr_set_u16(step, NFTNL_EXPR_QUEUE_NUM, queue->number);
		nftnl_expr_set_u16(step, NFTNL_EXPR_QUEUE_TOTAL, 1);
		nftnl_expr_set_u16(step, NFTNL_EXPR_QUEUE_FLAGS,
		        queue->bypass ? NFT_QUEUE_FLAG_BYPASS : 0);
		return;
	}
	(void)nftnl_expr_set_str(step, NFTNL_EXPR_TG_NAME, "NFQUEUE");
	nftnl_expr_set_u32(step, NFTNL_EXPR_TG_REV, 3);
	netfilter_target_info(step,
	        &(struct xt_NFQ_info_v3){.queuenum = queue->number,
	                .queues_total = 1,
	                .flags = queue->bypass ? NFQ_FLAG_BYPASS : 0},
	        sizeof(struct xt_NFQ_info_v3));
}
