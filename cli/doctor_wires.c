#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/doctor.h"
#include "platform/file.h"

enum { PATH_BYTES = 256, NUMBER_BYTES = 64 };

/* What makes packets look other than they were on the wire. */
static const struct offload {
	uint32_t command;
	uint32_t mask;    /* of the answer */
	const char *name; /* as ethtool -K takes it */
	const char *harm;
} OFFLOADS[] = {
        {ETHTOOL_GGRO, 1, "gro", "merges packets before they are captured"},
        {ETHTOOL_GFLAGS, ETH_FLAG_LRO, "lro", "merges packets in the card"},
        {ETHTOOL_GTSO, 1, "tso", "shows what this host sends before it is cut"},
        {ETHTOOL_GGSO, 1, "gso", "shows what this host sends before it is cut"},
};

static bool ask(int fd, const char *interface, void *question)
{
	struct ifreq request = {0};
	(void)snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", interface);
	request.ifr_data = question;
	return ioctl(fd, SIOCETHTOOL, &request) == 0;
}

static void offloads_look(struct doctor *doctor, int fd, const char *interface)
{
	char on[DOCTOR_NAME_BYTES] = "";
	size_t used = 0;
	for (size_t i = 0; i < sizeof(OFFLOADS) / sizeof(OFFLOADS[0]); i++) {
		const struct offload *offload = &OFFLOADS[i];
		struct ethtool_value value = {.cmd = offload->command};
		if (!ask(fd, interface, &value) || !(value.data & offload->mask))
			continue;
		doctor_tell(doctor, DOCTOR_WARNING, "offload", interface,
		        "%s is on: it %s", offload->name, offload->harm);
		doctor_mend(doctor, "ethtool -K %s %s off", interface, offload->name);
		used += (size_t)snprintf(
		        on + used, sizeof(on) - used, " %s", offload->name);
	}
	if (!used)
		doctor_tell(doctor, DOCTOR_FINE, "offload", interface,
		        "gro, lro, tso and gso are off");
}

static void rings_look(struct doctor *doctor, int fd, const char *interface)
{
	struct ethtool_ringparam rings = {.cmd = ETHTOOL_GRINGPARAM};
	if (!ask(fd, interface, &rings) || !rings.rx_max_pending)
		return;
	if (rings.rx_pending >= rings.rx_max_pending) {
		doctor_tell(doctor, DOCTOR_FINE, "ring", interface,
		        "its ring has all %u entries", rings.rx_pending);
		return;
	}
	doctor_tell(doctor, DOCTOR_WARNING, "ring", interface,
	        "its ring has %u of %u entries: bursts may be lost", rings.rx_pending,
	        rings.rx_max_pending);
	doctor_mend(doctor, "ethtool -G %s rx %u", interface, rings.rx_max_pending);
}

static bool number_of(const char *interface, const char *name, uint64_t *value)
{
	char path[PATH_BYTES];
	struct file_text text;
	struct file_error error;
	(void)snprintf(
	        path, sizeof(path), "/sys/class/net/%s/statistics/%s", interface, name);
	if (!file_read(path, NUMBER_BYTES, &text, &error))
		return false;
	const bool fine = slice_to_u64(slice_trim(slice_of(text.data, text.len)), value);
	file_text_free(&text);
	return fine;
}

static void losses_look(struct doctor *doctor, const char *interface)
{
	static const char *const COUNTERS[] = {
	        "rx_missed_errors", "rx_fifo_errors", "rx_over_errors", "rx_dropped"};
	uint64_t lost = 0;
	uint64_t seen = 0;
	uint64_t value;
	for (size_t i = 0; i < sizeof(COUNTERS) / sizeof(COUNTERS[0]); i++)
		if (number_of(interface, COUNTERS[i], &value))
			lost += value;
	(void)number_of(interface, "rx_packets", &seen);
	if (!lost) {
		doctor_tell(doctor, DOCTOR_FINE, "loss", interface,
		        "none of %llu packets was lost before it could be captured",
		        (unsigned long long)seen);
		return;
	}
	doctor_tell(doctor, DOCTOR_WARNING, "loss", interface,
	        "%llu packets were lost or refused by the card or the kernel, beside "
	        "%llu",
	        (unsigned long long)lost, (unsigned long long)seen);
	doctor_mend(doctor, "ethtool -S %s | grep -E 'drop|miss|fifo|err'", interface);
}

static void interface_look(struct doctor *doctor, int fd, const char *interface)
{
	struct ifreq request = {0};
	(void)snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", interface);
	if (ioctl(fd, SIOCGIFFLAGS, &request) != 0) {
		doctor_tell(doctor, DOCTOR_BAD, "interface", interface, "%s",
		        strerror(errno));
		doctor_mend(doctor, "ip link");
		return;
	}
	if (!(request.ifr_flags & IFF_UP)) {
		doctor_tell(doctor, DOCTOR_BAD, "interface", interface, "it is down");
		doctor_mend(doctor, "ip link set %s up", interface);
		return;
	}
	offloads_look(doctor, fd, interface);
	rings_look(doctor, fd, interface);
	losses_look(doctor, interface);
}

/* All that are up, but for loopback. */
static size_t all_look(struct doctor *doctor, int fd)
{
	struct if_nameindex *names = if_nameindex();
	size_t count = 0;
	for (const struct if_nameindex *name = names; name && name->if_index; name++) {
		struct ifreq request = {0};
		(void)snprintf(
		        request.ifr_name, sizeof(request.ifr_name), "%s", name->if_name);
		if (ioctl(fd, SIOCGIFFLAGS, &request) != 0 ||
		        !(request.ifr_flags & IFF_UP) || request.ifr_flags & IFF_LOOPBACK)
			continue;
		interface_look(doctor, fd, name->if_name);
		count++;
	}
	if (names)
		if_freenameindex(names);
	return count;
}

void doctor_wires(struct doctor *doctor)
{
	const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct slice rest = doctor->interfaces;
	size_t count = 0;
	char name[IFNAMSIZ];
	if (fd < 0) {
		doctor_tell(
		        doctor, DOCTOR_SKIPPED, "interface", "", "%s", strerror(errno));
		return;
	}
	for (; rest.len; count++) {
		const struct slice one = slice_trim(slice_split(&rest, ','));
		(void)snprintf(name, sizeof(name), "%.*s", (int)one.len, one.data);
		interface_look(doctor, fd, name);
	}
	if (!count && !all_look(doctor, fd)) {
		doctor_tell(doctor, DOCTOR_WARNING, "interface", "",
		        "no interface is up but loopback");
		doctor_mend(doctor, "ip link");
	}
	(void)close(fd);
}
