/*
 * What comes and goes in the sets of our table.
 */
#include <string.h>

#include "nfq-filter/firewall_inside.h"

enum { ENDED_MS = 300000, LEARNED_MS = 7200000 };

bool firewall_ports(struct firewall *firewall)
{
	const struct ports *ports = &firewall->settings->ports;
	bool fine = netfilter_flush(firewall->netfilter, SET_PORTS);
	for (size_t i = 0; i < ports->count; i++) {
		const uint8_t key[] = {
		        (uint8_t)(ports->items[i] >> 8), (uint8_t)ports->items[i]};
		const struct netfilter_element port = {
		        .key = key, .key_len = sizeof(key)};
		fine = netfilter_change(
		               firewall->netfilter, NETFILTER_ADD, SET_PORTS, &port) &&
		       fine;
	}
	return fine;
}

/* The first address behind a network; false when there is none. */
static bool network_end(const struct network *network, struct address *end)
{
	*end = network->ip;
	for (unsigned bit = network->prefix; bit < 128; bit++)
		end->bytes[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
	for (unsigned i = 16; i-- > 0;)
		if (++end->bytes[i])
			return true;
	return false;
}

static bool network_put(
        struct firewall *firewall, const char *set, const struct network *network)
{
	struct address end;
	uint8_t bytes[16];
	struct netfilter_element element = {.key = bytes};
	element.key_len = firewall_address(&network->ip, bytes);
	if (!netfilter_change(firewall->netfilter, NETFILTER_ADD, set, &element))
		return false;
	if (!network_end(network, &end) ||
	        address_is_v4(&end) != address_is_v4(&network->ip))
		return true;
	element.key_len = firewall_address(&end, bytes);
	element.end = true;
	return netfilter_change(firewall->netfilter, NETFILTER_ADD, set, &element);
}

/* Networks that lie in one another are one interval to the kernel. */
static bool covered(const struct networks *networks, size_t index)
{
	const struct network *network = &networks->items[index];
	for (size_t i = 0; i < networks->count; i++) {
		const struct network *other = &networks->items[i];
		if (i == index || other->prefix > network->prefix ||
		        !network_contains(other, &network->ip))
			continue;
		if (other->prefix < network->prefix || i < index)
			return true;
	}
	return false;
}

bool firewall_networks(struct firewall *firewall, const struct networks *networks,
        const char *set4, const char *set6)
{
	bool fine = netfilter_flush(firewall->netfilter, set4) &&
	            (!set6 || netfilter_flush(firewall->netfilter, set6));
	for (size_t i = 0; i < networks->count; i++) {
		const struct network *network = &networks->items[i];
		const char *set = address_is_v4(&network->ip) ? set4 : set6;
		if (set && !covered(networks, i))
			fine = network_put(firewall, set, network) && fine;
	}
	return fine;
}

static size_t endpoint_put(const struct endpoint *endpoint, uint8_t *bytes)
{
	const size_t len = firewall_address(&endpoint->ip, bytes);
	bytes[len] = (uint8_t)(endpoint->port >> 8);
	bytes[len + 1] = (uint8_t)endpoint->port;
	return len + KEY_PORT_BYTES;
}

/* The key of `open`: where to, and from which address. */
static struct netfilter_element open_element(
        const struct pinhole_key *key, uint8_t bytes[NETFILTER_KEY_MAX])
{
	memset(bytes, 0, NETFILTER_KEY_MAX);
	size_t len = endpoint_put(&key->to, bytes);
	len += firewall_address(&key->from, bytes + len);
	return (struct netfilter_element){.key = bytes, .key_len = len};
}

static const char *open_set(const struct pinhole_key *key)
{
	const struct family_names *family = &FAMILY[!address_is_v4(&key->to.ip)];
	return key->nat ? family->open_nat[key->class] : family->open[key->class];
}

bool firewall_open(struct firewall *firewall, const struct pinhole_key *key,
        const struct netfilter_element *police)
{
	uint8_t bytes[NETFILTER_KEY_MAX];
	struct netfilter_element open = open_element(key, bytes);
	open.mark = key->number;
	open.timeout_ms = police->timeout_ms;
	return netfilter_change(
	               firewall->netfilter, NETFILTER_ADD, open_set(key), &open) &&
	       netfilter_change(firewall->netfilter, NETFILTER_ADD, SET_POLICE, police);
}

bool firewall_close(struct firewall *firewall, uint32_t number)
{
	const struct netfilter_element police = {
	        .key = &number, .key_len = sizeof(number)};
	return netfilter_change(
	        firewall->netfilter, NETFILTER_DELETE, SET_POLICE, &police);
}

bool firewall_forget(struct firewall *firewall, const struct pinhole_key *key)
{
	uint8_t bytes[NETFILTER_KEY_MAX];
	struct netfilter_seen seen;
	const struct netfilter_element open = open_element(key, bytes);
	if (netfilter_element(firewall->netfilter, open_set(key), &open, &seen) != 0)
		return true;
	return netfilter_change(
	        firewall->netfilter, NETFILTER_DELETE, open_set(key), &open);
}

static bool ended_put(
        struct firewall *firewall, const struct endpoint *to, const struct endpoint *from)
{
	uint8_t key[NETFILTER_KEY_MAX] = {0};
	struct netfilter_element element = {.key = key, .timeout_ms = ENDED_MS};
	element.key_len = endpoint_put(to, key);
	element.key_len += endpoint_put(from, key + element.key_len);
	return netfilter_change(firewall->netfilter, NETFILTER_ADD,
	        FAMILY[!address_is_v4(&to->ip)].ended, &element);
}

void firewall_end(
        struct firewall *firewall, const struct endpoint *a, const struct endpoint *b)
{
	netfilter_begin(firewall->netfilter);
	if (ended_put(firewall, a, b) && ended_put(firewall, b, a))
		(void)netfilter_commit(firewall->netfilter);
}

bool firewall_learn(struct firewall *firewall, const struct endpoint *at)
{
	uint8_t key[NETFILTER_KEY_MAX] = {0};
	const struct netfilter_element element = {
	        .key = key, .key_len = endpoint_put(at, key), .timeout_ms = LEARNED_MS};
	netfilter_begin(firewall->netfilter);
	return netfilter_change(firewall->netfilter, NETFILTER_ADD,
	               FAMILY[!address_is_v4(&at->ip)].learned, &element) &&
	       netfilter_commit(firewall->netfilter) == 0;
}

void firewall_protect(struct firewall *firewall)
{
	netfilter_begin(firewall->netfilter);
	if (firewall_networks(firewall, &firewall->settings->spared, FAMILY[0].allow,
	            FAMILY[1].allow))
		(void)netfilter_commit(firewall->netfilter);
}
