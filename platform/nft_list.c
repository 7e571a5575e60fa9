/*
 * What the kernel tells of our table.
 */
#include <endian.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <string.h>

#include "platform/nft_inside.h"

/* The library's own loops do not pass our warnings. */
#define each_between(at, from, to)                                                       \
	for ((at) = (from);                                                              \
	        mnl_attr_ok((at), (int)((const char *)(to) - (const char *)(at)));       \
	        (at) = mnl_attr_next(at))
#define each_inside(at, nest)                                                            \
	each_between(at, mnl_attr_get_payload(nest),                                     \
	        (const char *)mnl_attr_get_payload(nest) +                               \
	                mnl_attr_get_payload_len(nest))

static void copy_value(const struct nlattr *nest, uint8_t *into, size_t room, size_t *len)
{
	const struct nlattr *attribute;
	each_inside(attribute, nest)
	{
		const size_t bytes = mnl_attr_get_payload_len(attribute);
		if (mnl_attr_get_type(attribute) != NFTA_DATA_VALUE || bytes > room)
			continue;
		memcpy(into, mnl_attr_get_payload(attribute), bytes);
		*len = bytes;
	}
}

static void counter_read(const struct nlattr *data, struct netfilter_seen *seen)
{
	const struct nlattr *attribute;
	each_inside(attribute, data)
	{
		if (mnl_attr_get_type(attribute) == NFTA_COUNTER_PACKETS)
			seen->packets = be64toh(mnl_attr_get_u64(attribute));
		if (mnl_attr_get_type(attribute) == NFTA_COUNTER_BYTES)
			seen->bytes = be64toh(mnl_attr_get_u64(attribute));
	}
}

static void expression_read(const struct nlattr *nest, struct netfilter_seen *seen)
{
	const struct nlattr *attribute, *data = NULL;
	bool counter = false;
	each_inside(attribute, nest)
	{
		if (mnl_attr_get_type(attribute) == NFTA_EXPR_NAME)
			counter = strcmp(mnl_attr_get_str(attribute), "counter") == 0;
		if (mnl_attr_get_type(attribute) == NFTA_EXPR_DATA)
			data = attribute;
	}
	if (counter && data)
		counter_read(data, seen);
}

static void data_read(const struct nlattr *nest, struct netfilter_seen *seen)
{
	copy_value(nest, seen->data, sizeof(seen->data), &seen->data_len);
	if (seen->data_len == sizeof(seen->mark))
		memcpy(&seen->mark, seen->data, sizeof(seen->mark));
}

static void element_read(const struct nlattr *nest, struct netfilter_seen *seen)
{
	const struct nlattr *attribute, *inner;
	*seen = (struct netfilter_seen){0};
	each_inside(attribute, nest)
	{
		const uint16_t type = mnl_attr_get_type(attribute);
		if (type == NFTA_SET_ELEM_KEY) {
			copy_value(
			        attribute, seen->key, sizeof(seen->key), &seen->key_len);
		} else if (type == NFTA_SET_ELEM_DATA) {
			data_read(attribute, seen);
		} else if (type == NFTA_SET_ELEM_EXPIRATION) {
			seen->left_ms = be64toh(mnl_attr_get_u64(attribute));
		} else if (type == NFTA_SET_ELEM_FLAGS) {
			seen->end = be32toh(mnl_attr_get_u32(attribute)) &
			            NFT_SET_ELEM_INTERVAL_END;
		} else if (type == NFTA_SET_ELEM_EXPR) {
			expression_read(attribute, seen);
		} else if (type == NFTA_SET_ELEM_EXPRESSIONS) {
			each_inside(inner, attribute) expression_read(inner, seen);
		} else if (type == NFTA_SET_ELEM_USERDATA) {
			const size_t bytes = mnl_attr_get_payload_len(attribute);
			seen->user_len =
			        bytes > sizeof(seen->user) ? sizeof(seen->user) : bytes;
			memcpy(seen->user, mnl_attr_get_payload(attribute),
			        seen->user_len);
		}
	}
}

static void list_take(void *context, const struct nlmsghdr *message)
{
	const struct netfilter_taker *taker = context;
	const struct nlattr *attribute, *element;
	struct netfilter_seen seen;
	each_between(attribute,
	        mnl_nlmsg_get_payload_offset(message, sizeof(struct nfgenmsg)),
	        mnl_nlmsg_get_payload_tail(message))
	{
		if (mnl_attr_get_type(attribute) != NFTA_SET_ELEM_LIST_ELEMENTS)
			continue;
		each_inside(element, attribute)
		{
			element_read(element, &seen);
			taker->take(taker->context, &seen);
		}
	}
}

static struct nlmsghdr *request_put(struct netfilter *netfilter, char *buffer,
        uint16_t type, uint16_t flags, const char *set)
{
	struct nlmsghdr *request =
	        netfilter_header(buffer, netfilter_type(type), flags, 0);
	mnl_attr_put_strz(request, NFTA_SET_ELEM_LIST_TABLE, netfilter->table);
	if (set)
		mnl_attr_put_strz(request, NFTA_SET_ELEM_LIST_SET, set);
	return request;
}

int netfilter_elements(
        struct netfilter *netfilter, const char *set, const struct netfilter_taker *taker)
{
	char buffer[512];
	struct netfilter_taker copy = *taker;
	const struct netlink_taker lists = {&copy, list_take};
	struct nlmsghdr *request =
	        request_put(netfilter, buffer, NFT_MSG_GETSETELEM, NLM_F_DUMP, set);
	return netlink_list(&netfilter->reader, request, &lists);
}

static void keep_seen(void *context, const struct netfilter_seen *seen)
{
	*(struct netfilter_seen *)context = *seen;
}

int netfilter_element(struct netfilter *netfilter, const char *set,
        const struct netfilter_element *wanted, struct netfilter_seen *seen)
{
	char buffer[1024];
	struct netfilter_taker one = {seen, keep_seen};
	const struct netlink_taker lists = {&one, list_take};
	struct nlmsghdr *request =
	        request_put(netfilter, buffer, NFT_MSG_GETSETELEM, 0, set);
	struct nlattr *list = mnl_attr_nest_start(request, NFTA_SET_ELEM_LIST_ELEMENTS);
	netfilter_element_put(request, wanted);
	mnl_attr_nest_end(request, list);
	return netlink_list(&netfilter->reader, request, &lists);
}

static void ignore_table(void *context, const struct nlmsghdr *message)
{
	(void)context;
	(void)message;
}

bool netfilter_table_exists(struct netfilter *netfilter)
{
	char buffer[512];
	const struct netlink_taker nobody = {NULL, ignore_table};
	struct nlmsghdr *request =
	        request_put(netfilter, buffer, NFT_MSG_GETTABLE, 0, NULL);
	return netlink_list(&netfilter->reader, request, &nobody) == 0;
}
