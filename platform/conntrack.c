#include "platform/conntrack.h"

#include <libnetfilter_conntrack/libnetfilter_conntrack.h>
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
