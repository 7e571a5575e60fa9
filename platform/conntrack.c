#include "platform/conntrack.h"

#include <libnetfilter_conntrack/libnetfilter_conntrack.h>
#include <arpa/inet.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>

struct conntrack {
	struct nfct_handle *reader, *killer;
	const struct address *addresses; /* borrowed, of the call at work */
	size_t count;
	size_t killed;
};

struct conntrack *conntrack_open(void)
{
	struct conntrack *conntrack = calloc(1, sizeof(*conntrack));
	if (!conntrack)
		return NULL;
	conntrack->reader = nfct_open(CONNTRACK, 0);
	conntrack->killer = nfct_open(CONNTRACK, 0);
	if (!conntrack->reader || !conntrack->killer)
		conntrack_close(&conntrack);
	return conntrack;
}

void conntrack_close(struct conntrack **conntrack)
{
	struct conntrack *closed = *conntrack;
	if (!closed)
		return;
	if (closed->reader)
		(void)nfct_close(closed->reader);
	if (closed->killer)
		(void)nfct_close(closed->killer);
	free(closed);
	*conntrack = NULL;
}

/* One end of a connection; false when it has none of that kind. */
static bool end_of(const struct nf_conntrack *flow, enum nf_conntrack_attr v4,
        enum nf_conntrack_attr v6, struct address *address)
{
	if (nfct_attr_is_set(flow, v4)) {
		*address = address_v4(__builtin_bswap32(nfct_get_attr_u32(flow, v4)));
		return true;
	}
	if (!nfct_attr_is_set(flow, v6))
		return false;
	*address = address_v6(nfct_get_attr(flow, v6));
	return true;
}

static bool wanted(const struct conntrack *conntrack, const struct nf_conntrack *flow)
{
	static const enum nf_conntrack_attr ends[][2] = {
	        {ATTR_ORIG_IPV4_SRC, ATTR_ORIG_IPV6_SRC},
	        {ATTR_ORIG_IPV4_DST, ATTR_ORIG_IPV6_DST},
	        {ATTR_REPL_IPV4_SRC, ATTR_REPL_IPV6_SRC},
	};
	struct address address;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (!end_of(flow, ends[i][0], ends[i][1], &address))
			continue;
		for (size_t j = 0; j < conntrack->count; j++)
			if (address_equal(&address, &conntrack->addresses[j]))
				return true;
	}
	return false;
}

static int look(enum nf_conntrack_msg_type type, struct nf_conntrack *flow, void *data)
{
	struct conntrack *conntrack = data;
	(void)type;
	if (wanted(conntrack, flow) &&
	        nfct_query(conntrack->killer, NFCT_Q_DESTROY, flow) == 0)
		conntrack->killed++;
	return NFCT_CB_CONTINUE;
}

size_t conntrack_kill(
        struct conntrack *conntrack, const struct address *addresses, size_t count)
{
	const uint32_t families[] = {AF_INET, AF_INET6};
	conntrack->addresses = addresses;
	conntrack->count = count;
	conntrack->killed = 0;
	(void)nfct_callback_register(conntrack->reader, NFCT_T_ALL, look, conntrack);
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		(void)nfct_query(conntrack->reader, NFCT_Q_DUMP, &families[i]);
	nfct_callback_unregister(conntrack->reader);
	return conntrack->killed;
}

/* A UDP flow by its two ends; owned by the caller, NULL when there is no memory. */
static struct nf_conntrack *flow_of(
        const struct endpoint *src, const struct endpoint *dst)
{
	struct nf_conntrack *flow = nfct_new();
	if (!flow)
		return NULL;
	if (address_is_v4(&src->ip)) {
		nfct_set_attr_u8(flow, ATTR_L3PROTO, AF_INET);
		nfct_set_attr_u32(flow, ATTR_IPV4_SRC, htonl(address_to_v4(&src->ip)));
		nfct_set_attr_u32(flow, ATTR_IPV4_DST, htonl(address_to_v4(&dst->ip)));
	} else {
		nfct_set_attr_u8(flow, ATTR_L3PROTO, AF_INET6);
		nfct_set_attr(flow, ATTR_IPV6_SRC, src->ip.bytes);
		nfct_set_attr(flow, ATTR_IPV6_DST, dst->ip.bytes);
	}
	nfct_set_attr_u8(flow, ATTR_L4PROTO, IPPROTO_UDP);
	nfct_set_attr_u16(flow, ATTR_PORT_SRC, htons(src->port));
	nfct_set_attr_u16(flow, ATTR_PORT_DST, htons(dst->port));
	return flow;
}

struct outer {
	const struct endpoint *inner;
	struct endpoint *outer;
	bool found;
};

static bool is_inner(const struct outer *wanted, const struct nf_conntrack *flow,
        enum nf_conntrack_attr address, enum nf_conntrack_attr port)
{
	return nfct_get_attr_u32(flow, address) ==
	               htonl(address_to_v4(&wanted->inner->ip)) &&
	       nfct_get_attr_u16(flow, port) == htons(wanted->inner->port);
}

/* The end that answers go to is the one that the outside sees. */
static int look_outside(
        enum nf_conntrack_msg_type type, struct nf_conntrack *flow, void *data)
{
	struct outer *wanted = data;
	(void)type;
	const bool original =
	        is_inner(wanted, flow, ATTR_ORIG_IPV4_SRC, ATTR_ORIG_PORT_SRC);
	if (!original && !is_inner(wanted, flow, ATTR_REPL_IPV4_SRC, ATTR_REPL_PORT_SRC))
		return NFCT_CB_CONTINUE;
	*wanted->outer = (struct endpoint){
	        .ip = address_v4(ntohl(nfct_get_attr_u32(
	                flow, original ? ATTR_REPL_IPV4_DST : ATTR_ORIG_IPV4_DST))),
	        .port = ntohs(nfct_get_attr_u16(
	                flow, original ? ATTR_REPL_PORT_DST : ATTR_ORIG_PORT_DST)),
	};
	wanted->found = !endpoint_equal(wanted->outer, wanted->inner);
	return NFCT_CB_CONTINUE;
}

bool conntrack_outer(struct conntrack *conntrack, const struct endpoint *inner,
        const struct endpoint *other, struct endpoint *outer)
{
	struct outer wanted = {inner, outer, false};
	struct nf_conntrack *flow =
	        address_is_v4(&inner->ip) ? flow_of(inner, other) : NULL;
	if (!flow)
		return false;
	(void)nfct_callback_register(
	        conntrack->reader, NFCT_T_ALL, look_outside, &wanted);
	(void)nfct_query(conntrack->reader, NFCT_Q_GET, flow);
	nfct_callback_unregister(conntrack->reader);
	nfct_destroy(flow);
	return wanted.found;
}

bool conntrack_put(struct conntrack *conntrack, const struct endpoint *src,
        const struct endpoint *dst, uint64_t timeout_ms)
{
	const uint32_t status =
	        IPS_CONFIRMED | IPS_ASSURED | IPS_SEEN_REPLY | IPS_FIXED_TIMEOUT;
	struct nf_conntrack *flow = flow_of(src, dst);
	if (!flow)
		return false;
	nfct_setobjopt(flow, NFCT_SOPT_SETUP_REPLY);
	nfct_set_attr_u32(flow, ATTR_STATUS, status);
	nfct_set_attr_u32(flow, ATTR_TIMEOUT, (uint32_t)(timeout_ms / 1000 + 1));
	const bool fine = nfct_query(conntrack->killer, NFCT_Q_CREATE_UPDATE, flow) == 0;
	nfct_destroy(flow);
	return fine;
}

bool conntrack_remove(struct conntrack *conntrack, const struct endpoint *src,
        const struct endpoint *dst)
{
	struct nf_conntrack *flow = flow_of(src, dst);
	if (!flow)
		return false;
	const bool fine = nfct_query(conntrack->killer, NFCT_Q_DESTROY, flow) == 0;
	nfct_destroy(flow);
	return fine;
}
