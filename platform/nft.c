#include "platform/nft.h"

#include <endian.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "platform/netlink.h"
#include "platform/nft_inside.h"

enum {
	BATCH_BYTES = 1 << 20,
	BATCH_RESERVE = 8192,   /* for the message at hand and the end */
	LIST_BYTES_MAX = 48000, /* of one message of elements: its length has 16 bits */
	SOCKET_BYTES = 16 << 20,
};

struct netfilter *netfilter_open(const char *table, int fd)
{
	struct netfilter *netfilter = calloc(1, sizeof(*netfilter));
	if (!netfilter)
		return NULL;
	netfilter->table = table;
	netfilter->batch = malloc(BATCH_BYTES);
	if (!netfilter->batch || !netlink_open(&netfilter->netlink, fd, SOCKET_BYTES) ||
	        !netlink_open(&netfilter->reader, -1, 0))
		netfilter_close(&netfilter);
	return netfilter;
}

void netfilter_close(struct netfilter **netfilter)
{
	struct netfilter *closed = *netfilter;
	if (!closed)
		return;
	netlink_close(&closed->netlink);
	netlink_close(&closed->reader);
	free(closed->batch);
	free(closed);
	*netfilter = NULL;
}

int netfilter_fd(const struct netfilter *netfilter)
{
	return netlink_fd(&netfilter->netlink);
}

const char *netfilter_table(const struct netfilter *netfilter)
{
	return netfilter->table;
}

uint32_t netfilter_port(const struct netfilter *netfilter)
{
	return netfilter->netlink.port;
}

struct nlmsghdr *netfilter_header(
        void *at, uint16_t type, uint16_t flags, uint32_t sequence)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(at);
	message->nlmsg_type = type;
	message->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
	message->nlmsg_seq = sequence;
	struct nfgenmsg *family = mnl_nlmsg_put_extra_header(message, sizeof(*family));
	family->nfgen_family = NFPROTO_INET;
	family->version = NFNETLINK_V0;
	family->res_id = 0;
	return message;
}

uint16_t netfilter_type(uint16_t type)
{
	return (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | type);
}

static void batch_mark(struct netfilter *netfilter, uint16_t type)
{
	struct nlmsghdr *message = netfilter_header(netfilter->batch + netfilter->len,
	        type, 0, ++netfilter->netlink.sequence);
	struct nfgenmsg *family = mnl_nlmsg_get_payload(message);
	family->nfgen_family = AF_UNSPEC;
	family->res_id = htobe16(NFNL_SUBSYS_NFTABLES);
	netfilter->len += message->nlmsg_len;
}

void netfilter_begin(struct netfilter *netfilter)
{
	netfilter->len = 0;
	netfilter->open = NULL;
	netfilter->last = 0;
	netfilter->broken = false;
	batch_mark(netfilter, NFNL_MSG_BATCH_BEGIN);
}

/* No more elements into the message at hand. */
static void list_close(struct netfilter *netfilter)
{
	if (!netfilter->open)
		return;
	mnl_attr_nest_end(netfilter->open, netfilter->list);
	netfilter_message_done(netfilter, netfilter->open);
	netfilter->open = NULL;
}

struct nlmsghdr *netfilter_message(
        struct netfilter *netfilter, uint16_t type, uint16_t flags)
{
	list_close(netfilter);
	if (netfilter->len + LIST_BYTES_MAX + BATCH_RESERVE > BATCH_BYTES)
		return NULL;
	netfilter->last = ++netfilter->netlink.sequence;
	return netfilter_header(netfilter->batch + netfilter->len, netfilter_type(type),
	        (uint16_t)(flags | NLM_F_ACK), netfilter->last);
}

void netfilter_message_done(struct netfilter *netfilter, const struct nlmsghdr *message)
{
	netfilter->len += message->nlmsg_len;
}

bool netfilter_note(struct netfilter *netfilter, bool fine)
{
	netfilter->broken |= !fine;
	return fine;
}

int netfilter_commit(struct netfilter *netfilter)
{
	list_close(netfilter);
	const uint32_t last = netfilter->last;
	if (netfilter->broken)
		return ENOMEM;
	if (!last)
		return 0;
	netfilter->last = 0;
	batch_mark(netfilter, NFNL_MSG_BATCH_END);
	return netlink_send(&netfilter->netlink, netfilter->batch, netfilter->len, last);
}

static void value_put(
        struct nlmsghdr *message, uint16_t type, const void *value, size_t len)
{
	struct nlattr *nest = mnl_attr_nest_start(message, type);
	mnl_attr_put(message, NFTA_DATA_VALUE, len, value);
	mnl_attr_nest_end(message, nest);
}

/* Of an element that counts and limits: in the order of the set's own expressions. */
static void rate_put(struct nlmsghdr *message, const struct netfilter_rate *rate)
{
	struct nlattr *list = mnl_attr_nest_start(message, NFTA_SET_ELEM_EXPRESSIONS);
	struct nlattr *element = mnl_attr_nest_start(message, NFTA_LIST_ELEM);
	mnl_attr_put_strz(message, NFTA_EXPR_NAME, "limit");
	struct nlattr *data = mnl_attr_nest_start(message, NFTA_EXPR_DATA);
	mnl_attr_put_u64(message, NFTA_LIMIT_RATE, htobe64(rate->per_second));
	mnl_attr_put_u64(message, NFTA_LIMIT_UNIT, htobe64(1));
	mnl_attr_put_u32(message, NFTA_LIMIT_BURST, htobe32(rate->burst));
	mnl_attr_put_u32(message, NFTA_LIMIT_TYPE, htobe32(NFT_LIMIT_PKTS));
	mnl_attr_put_u32(message, NFTA_LIMIT_FLAGS, 0);
	mnl_attr_nest_end(message, data);
	mnl_attr_nest_end(message, element);
	element = mnl_attr_nest_start(message, NFTA_LIST_ELEM);
	mnl_attr_put_strz(message, NFTA_EXPR_NAME, "counter");
	data = mnl_attr_nest_start(message, NFTA_EXPR_DATA);
	mnl_attr_nest_end(message, data);
	mnl_attr_nest_end(message, element);
	mnl_attr_nest_end(message, list);
}

void netfilter_element_put(
        struct nlmsghdr *message, const struct netfilter_element *element)
{
	struct nlattr *nest = mnl_attr_nest_start(message, NFTA_LIST_ELEM);
	value_put(message, NFTA_SET_ELEM_KEY, element->key, element->key_len);
	if (element->mark)
		value_put(message, NFTA_SET_ELEM_DATA, &element->mark,
		        sizeof(element->mark));
	if (element->data_len)
		value_put(message, NFTA_SET_ELEM_DATA, element->data, element->data_len);
	if (element->timeout_ms)
		mnl_attr_put_u64(
		        message, NFTA_SET_ELEM_TIMEOUT, htobe64(element->timeout_ms));
	if (element->end)
		mnl_attr_put_u32(
		        message, NFTA_SET_ELEM_FLAGS, htobe32(NFT_SET_ELEM_INTERVAL_END));
	if (element->rate)
		rate_put(message, element->rate);
	if (element->user_len)
		mnl_attr_put(message, NFTA_SET_ELEM_USERDATA, element->user_len,
		        element->user);
	mnl_attr_nest_end(message, nest);
}

static uint16_t change_type(enum netfilter_change change)
{
	return change == NETFILTER_ADD ? NFT_MSG_NEWSETELEM : NFT_MSG_DELSETELEM;
}

/* The message that elements of this set go into. */
static bool list_open(
        struct netfilter *netfilter, enum netfilter_change change, const char *set)
{
	if (netfilter->open && netfilter->open->nlmsg_len < LIST_BYTES_MAX &&
	        netfilter->open->nlmsg_type == netfilter_type(change_type(change)) &&
	        strcmp(netfilter->open_set, set) == 0)
		return true;
	struct nlmsghdr *message = netfilter_message(netfilter, change_type(change),
	        change == NETFILTER_ADD ? NLM_F_CREATE : 0);
	if (!message)
		return false;
	mnl_attr_put_strz(message, NFTA_SET_ELEM_LIST_TABLE, netfilter->table);
	mnl_attr_put_strz(message, NFTA_SET_ELEM_LIST_SET, set);
	netfilter->open = message;
	netfilter->list = mnl_attr_nest_start(message, NFTA_SET_ELEM_LIST_ELEMENTS);
	(void)strncpy(netfilter->open_set, set, NETFILTER_NAME_MAX - 1);
	return true;
}

bool netfilter_change(struct netfilter *netfilter, enum netfilter_change change,
        const char *set, const struct netfilter_element *element)
{
	if (!list_open(netfilter, change, set))
		return false;
	netfilter_element_put(netfilter->open, element);
	return true;
}

bool netfilter_flush(struct netfilter *netfilter, const char *set)
{
	struct nlmsghdr *message = netfilter_message(netfilter, NFT_MSG_DELSETELEM, 0);
	if (!message)
		return false;
	mnl_attr_put_strz(message, NFTA_SET_ELEM_LIST_TABLE, netfilter->table);
	mnl_attr_put_strz(message, NFTA_SET_ELEM_LIST_SET, set);
	netfilter_message_done(netfilter, message);
	return true;
}
