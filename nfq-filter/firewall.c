#include "nfq-filter/firewall.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "nfq-filter/firewall_inside.h"

enum {
	DEVICES_MAX = 62,
	OPEN_SIZE = 262144,
	BAN_SIZE = 1048576,
	METER_SIZE = 131072,
	TYPE_MARK = 19, /* nft's numbers, for its listings */
	TYPE_PORT = 13,
	TYPE_ADDRESS4 = 7,
	TYPE_ADDRESS6 = 8,
	TYPE_BITS = 6, /* of each part of a key that is joined of several */
};

/* Priorities of the hooks: before connection tracking, before other filters. */
enum { PRIORITY_INGRESS = -500, PRIORITY_RAW = -300, PRIORITY_GUARD = -10 };

const struct family_names FAMILY[FAMILIES] = {
        {
                .latched = {"latched4", "latched_raw4"},
                .open = {"open4", "open_raw4"},
                .open_nat = {"open_nat4", "open_nat_raw4"},
                .ended = "ended4",
                .learned = "learned4",
                .ban = "ban4",
                .range = "range4",
                .allow = "allow4",
                .meter = "meter4",
                .canary = "canary4",
                .media = "media4",
                .first = "first4",
                .arrive = "arrive4",
                .stop = "stop4",
                .address_bytes = 4,
                .source_at = 12,
                .target_at = 16,
        },
        {
                .latched = {"latched6", "latched_raw6"},
                .open = {"open6", "open_raw6"},
                .open_nat = {"open_nat6", "open_nat_raw6"},
                .ended = "ended6",
                .learned = "learned6",
                .ban = "ban6",
                .range = "range6",
                .allow = "allow6",
                .meter = "meter6",
                .canary = "canary6",
                .media = "media6",
                .first = "first6",
                .arrive = "arrive6",
                .stop = "stop6",
                .address_bytes = 16,
                .source_at = 8,
                .target_at = 24,
        },
};

const char *firewall_police_set(void)
{
	return SET_POLICE;
}

const char *firewall_ban_set(bool v6)
{
	return FAMILY[v6].ban;
}

const char *firewall_range_set(bool v6)
{
	return FAMILY[v6].range;
}

const char *firewall_allow_set(bool v6)
{
	return FAMILY[v6].allow;
}

size_t firewall_address(const struct address *address, uint8_t bytes[16])
{
	if (!address_is_v4(address)) {
		memcpy(bytes, address->bytes, 16);
		return 16;
	}
	memcpy(bytes, address->bytes + 12, 4);
	return 4;
}

/* Both ends with their ports, as nft numbers the type of such a key. */
static uint32_t tuple_type(const struct family_names *family, bool ports_of_both)
{
	const uint32_t address =
	        family->address_bytes == 4 ? TYPE_ADDRESS4 : TYPE_ADDRESS6;
	const uint32_t open = (address << TYPE_BITS | TYPE_PORT) << TYPE_BITS | address;
	return ports_of_both ? open << TYPE_BITS | TYPE_PORT : open;
}

static bool media_sets(struct firewall *firewall, const struct family_names *family)
{
	const uint32_t size = (uint32_t)firewall->settings->pinholes * 2;
	bool fine = true;
	for (unsigned class = 0; class < PINHOLE_CLASSES; class ++) {
		const uint32_t open_bytes = 2 * family->address_bytes + KEY_PORT_BYTES;
		const struct netfilter_set latched = {.name = family->latched[class],
		        .kind = NETFILTER_MAP,
		        .key_len = open_bytes + KEY_PORT_BYTES,
		        .key_type = tuple_type(family, true),
		        .size = size,
		        .timed = true};
		struct netfilter_set open = {.name = family->open[class],
		        .kind = NETFILTER_MAP,
		        .key_len = open_bytes,
		        .key_type = tuple_type(family, false),
		        .size = OPEN_SIZE,
		        .timed = true};
		fine = netfilter_set_add(firewall->netfilter, &latched) &&
		       netfilter_set_add(firewall->netfilter, &open) && fine;
		open.name = family->open_nat[class];
		fine = netfilter_set_add(firewall->netfilter, &open) && fine;
	}
	return fine;
}

static bool source_sets(struct firewall *firewall, const struct family_names *family)
{
	const struct netfilter_set base = {.key_len = family->address_bytes,
	        .key_type = family->address_bytes == 4 ? TYPE_ADDRESS4 : TYPE_ADDRESS6,
	        .timed = true};
	struct netfilter_set ban = base, range = base, allow = base, meter = base,
	                     ended = base, canary = base, learned = base;
	ban.name = family->ban;
	ban.kind = NETFILTER_SET_COUNTED;
	ban.size = BAN_SIZE;
	range.name = family->range;
	range.kind = NETFILTER_SET_RANGES;
	allow.name = family->allow;
	allow.kind = NETFILTER_SET_RANGES;
	canary.name = family->canary;
	canary.kind = NETFILTER_SET_RANGES;
	meter.name = family->meter;
	meter.kind = NETFILTER_SET_METER;
	meter.size = METER_SIZE;
	ended.name = family->ended;
	ended.kind = NETFILTER_SET;
	ended.key_len = 2 * family->address_bytes + 2 * KEY_PORT_BYTES;
	ended.key_type = tuple_type(family, true);
	ended.size = METER_SIZE;
	learned.name = family->learned;
	learned.kind = NETFILTER_SET;
	learned.key_len = family->address_bytes + KEY_PORT_BYTES;
	learned.key_type = base.key_type << TYPE_BITS | TYPE_PORT;
	learned.size = METER_SIZE;
	return netfilter_set_add(firewall->netfilter, &ban) &&
	       netfilter_set_add(firewall->netfilter, &range) &&
	       netfilter_set_add(firewall->netfilter, &allow) &&
	       netfilter_set_add(firewall->netfilter, &canary) &&
	       netfilter_set_add(firewall->netfilter, &meter) &&
	       netfilter_set_add(firewall->netfilter, &ended) &&
	       netfilter_set_add(firewall->netfilter, &learned);
}

static bool sets(struct firewall *firewall)
{
	const struct netfilter_set police = {.name = SET_POLICE,
	        .kind = NETFILTER_SET_POLICED,
	        .key_len = sizeof(uint32_t),
	        .key_type = TYPE_MARK,
	        .size = (uint32_t)firewall->settings->pinholes,
	        .timed = true};
	const struct netfilter_set ports = {.name = SET_PORTS,
	        .kind = NETFILTER_SET,
	        .key_len = sizeof(uint16_t),
	        .key_type = TYPE_PORT};
	bool fine = netfilter_set_add(firewall->netfilter, &police) &&
	            netfilter_set_add(firewall->netfilter, &ports);
	for (unsigned v6 = 0; v6 < FAMILIES; v6++)
		fine = fine && media_sets(firewall, &FAMILY[v6]) &&
		       source_sets(firewall, &FAMILY[v6]);
	return fine && firewall_nat_sets(firewall);
}

/* Names of the devices that packets arrive on; ends with NULL. */
struct devices {
	const char *names[DEVICES_MAX + 1];
	struct if_nameindex *all; /* owned; NULL when the settings name them */
};

static void devices_list(struct devices *devices, const struct settings *settings)
{
	size_t count = 0;
	*devices = (struct devices){0};
	for (size_t i = 0; i < settings->devices.count && count < DEVICES_MAX; i++)
		devices->names[count++] = settings->devices.items[i];
	if (count)
		return;
	devices->all = if_nameindex();
	for (struct if_nameindex *device = devices->all; device && device->if_name;
	        device++)
		if (strcmp(device->if_name, "lo") != 0 && count < DEVICES_MAX)
			devices->names[count++] = device->if_name;
}

static bool chains(struct firewall *firewall, const struct devices *devices)
{
	const struct netfilter_chain list[] = {
	        {.name = CHAIN_QUEUE},
	        {.name = FAMILY[0].media},
	        {.name = FAMILY[1].media},
	        {.name = FAMILY[0].first},
	        {.name = FAMILY[1].first},
	        {.name = FAMILY[0].stop},
	        {.name = FAMILY[1].stop},
	        {.name = FAMILY[0].arrive},
	        {.name = FAMILY[1].arrive},
	        {.name = CHAIN_GUARD},
	        {.name = CHAIN_INGRESS,
	                .hook = firewall->ingress ? NETFILTER_INGRESS
	                                          : NETFILTER_PREROUTING,
	                .priority = PRIORITY_INGRESS,
	                .devices = firewall->ingress ? devices->names : NULL},
	        {.name = CHAIN_RAW,
	                .hook = NETFILTER_PREROUTING,
	                .priority = PRIORITY_RAW},
	        {.name = CHAIN_INPUT,
	                .hook = NETFILTER_INPUT,
	                .priority = PRIORITY_GUARD},
	        {.name = CHAIN_FORWARD,
	                .hook = NETFILTER_FORWARD,
	                .priority = PRIORITY_GUARD},
	        {.name = CHAIN_OUTPUT,
	                .hook = NETFILTER_OUTPUT,
	                .priority = PRIORITY_GUARD},
	};
	bool fine = true;
	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++)
		fine = netfilter_chain_add(firewall->netfilter, &list[i]) && fine;
	fine = firewall_nat_chains(firewall) && fine;
	return netfilter_rules_flush(firewall->netfilter, NULL) && fine;
}

/* The whole table in one transaction; 0 or an error number. */
static int attempt(struct firewall *firewall, const struct devices *devices)
{
	netfilter_begin(firewall->netfilter);
	const bool built = netfilter_table_add(firewall->netfilter,
	                           firewall->lasting ? NETFILTER_TABLE_OWNED |
	                                                       NETFILTER_TABLE_LASTING
	                                             : 0) &&
	                   sets(firewall) && chains(firewall, devices) &&
	                   firewall_rules(firewall) && firewall_ports(firewall) &&
	                   firewall_networks(firewall, &firewall->settings->spared,
	                           FAMILY[0].allow, FAMILY[1].allow) &&
	                   firewall_networks(firewall, &firewall->settings->canary,
	                           FAMILY[0].canary, FAMILY[1].canary);
	return built ? netfilter_commit(firewall->netfilter) : ENOMEM;
}

bool firewall_install(struct firewall *firewall, struct firewall_error *error)
{
	struct devices devices;
	int failed = EINVAL;
	devices_list(&devices, firewall->settings);
	/* What the kernel lacks shows only when it is asked for: the best comes first. */
	for (unsigned without = 0; failed && without < 8; without++) {
		firewall->native_queue = !(without & 1);
		firewall->lasting = !(without & 2) && firewall->settings->protect;
		firewall->ingress = !(without & 4) && devices.names[0];
		failed = attempt(firewall, &devices);
		if (failed == EPERM || failed == EBUSY)
			break;
	}
	if (devices.all)
		if_freenameindex(devices.all);
	if (failed)
		(void)snprintf(error->text, sizeof(error->text),
		        "the kernel refuses the table '%s': %s",
		        firewall->settings->table, strerror(failed));
	return !failed;
}

bool firewall_intact(struct firewall *firewall)
{
	return netfilter_table_exists(firewall->netfilter);
}

void firewall_remove(struct firewall *firewall)
{
	netfilter_begin(firewall->netfilter);
	if (netfilter_table_delete(firewall->netfilter))
		(void)netfilter_commit(firewall->netfilter);
}
