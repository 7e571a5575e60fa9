/*
 * Shared by the files that build tables.
 */
#ifndef RINGFENCE_PLATFORM_NFT_INSIDE_H
#define RINGFENCE_PLATFORM_NFT_INSIDE_H

#include <libnftnl/expr.h>
#include <stdbool.h>

#include "platform/netlink.h"
#include "platform/nft.h"

enum { NETFILTER_NAME_MAX = 32 };

struct netfilter {
	struct netlink netlink;
	struct netlink reader; /* lists are read beside the transactions */
	const char *table;
	char *batch; /* owned */
	size_t len;
	uint32_t last;         /* sequence number of the newest request */
	bool broken;           /* a part of the transaction could not be built */
	struct nlmsghdr *open; /* a message of elements that more may be put into */
	struct nlattr *list;
	char open_set[NETFILTER_NAME_MAX];
};

struct nlmsghdr;
struct nlattr;

/* A message's header at that place; its type as the kernel numbers it. */
struct nlmsghdr *netfilter_header(
        void *at, uint16_t type, uint16_t flags, uint32_t sequence);
uint16_t netfilter_type(uint16_t type);
void netfilter_element_put(
        struct nlmsghdr *message, const struct netfilter_element *element);

/* A part of the transaction could not be built: it will not be committed. */
bool netfilter_note(struct netfilter *netfilter, bool fine);

/* A copy of the target's parameters, which the step takes over. */
void netfilter_target_info(struct nftnl_expr *step, const void *info, size_t bytes);

#endif
