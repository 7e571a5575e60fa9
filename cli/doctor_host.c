#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <unistd.h>

#include "cli/doctor.h"
#include "platform/file.h"

enum {
	FILE_BYTES = 4 << 20,
	PATH_BYTES = 4096,
	CLOCK_ERROR_MAX_US = 1000000,
	ETHERTYPE_NONE = 0,
};

static const uint64_t DISK_FLOOR_BYTES = 1ull << 30;

static void clock_look(struct doctor *doctor)
{
	struct timex now = {0};
	const int state = adjtimex(&now);
	if (state < 0) {
		doctor_tell(doctor, DOCTOR_SKIPPED, "clock", "", "%s", strerror(errno));
	} else if (state == TIME_ERROR || now.status & STA_UNSYNC) {
		doctor_tell(doctor, DOCTOR_WARNING, "clock", "",
		        "nobody keeps it: events of several sensors cannot be put in "
		        "order");
		doctor_mend(
		        doctor, "apt install chrony && systemctl enable --now chrony");
	} else if (now.maxerror > CLOCK_ERROR_MAX_US) {
		doctor_tell(doctor, DOCTOR_WARNING, "clock", "",
		        "it may be wrong by %ld ms", now.maxerror / 1000);
		doctor_mend(doctor, "chronyc makestep");
	} else {
		doctor_tell(doctor, DOCTOR_FINE, "clock", "", "right within %ld ms",
		        now.maxerror / 1000);
	}
}

/* Whether we could open an interface: what the sensor's service is given. */
static void rights_look(struct doctor *doctor)
{
	const int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, ETHERTYPE_NONE);
	if (fd >= 0) {
		doctor_tell(
		        doctor, DOCTOR_FINE, "rights", "", "interfaces can be opened");
		(void)close(fd);
		return;
	}
	doctor_tell(doctor, DOCTOR_WARNING, "rights", "",
	        "you cannot open interfaces (%s); the service is given the right by its "
	        "unit",
	        strerror(errno));
	doctor_mend(doctor, "setcap cap_net_raw+ep %s",
	        doctor->sensor[0] ? doctor->sensor : "/usr/bin/ringfence-sensor");
}

static bool file_has(const char *path, const char *word)
{
	struct file_text text;
	struct file_error error;
	if (!file_read(path, FILE_BYTES, &text, &error))
		return false;
	const bool found = strstr(text.data, word) != NULL;
	file_text_free(&text);
	return found;
}

/* They rewrite and open what the filter should judge. */
static void helpers_look(struct doctor *doctor)
{
	static const char *const MODULES[][2] = {
	        {"nf_nat_sip", "rewrites SIP"},
	        {"nf_conntrack_sip", "follows SIP and opens ports for it"},
	        {"nf_nat_h323", "rewrites H.323"},
	        {"nf_conntrack_h323", "follows H.323 and opens ports for it"},
	};
	char line[DOCTOR_NAME_BYTES];
	size_t count = 0;
	for (size_t i = 0; i < sizeof(MODULES) / sizeof(MODULES[0]); i++) {
		(void)snprintf(line, sizeof(line), "%s ", MODULES[i][0]);
		if (!file_has("/proc/modules", line))
			continue;
		count++;
		doctor_tell(doctor, DOCTOR_WARNING, "helper", MODULES[i][0],
		        "this module of the kernel %s, beside the filter", MODULES[i][1]);
		doctor_mend(doctor,
		        "rmmod %s; echo 'install %s /bin/false' >> "
		        "/etc/modprobe.d/ringfence.conf",
		        MODULES[i][0], MODULES[i][0]);
	}
	if (file_has("/proc/sys/net/netfilter/nf_conntrack_helper", "1")) {
		count++;
		doctor_tell(doctor, DOCTOR_BAD, "helper", "",
		        "connection tracking assigns its helpers by itself");
		doctor_mend(doctor, "sysctl -w net.netfilter.nf_conntrack_helper=0");
	}
	if (!count)
		doctor_tell(doctor, DOCTOR_FINE, "helper", "",
		        "no helper of the kernel for SIP or H.323 is loaded");
}

/* A line: queue, port id, waiting, mode, range, lost for the queue, lost for the reader.
 */
static void queue_line(struct doctor *doctor, struct slice line)
{
	uint64_t values[7] = {0};
	char name[DOCTOR_NAME_BYTES];
	size_t count = 0;
	while (count < 7 && line.len) {
		const struct slice word = slice_split(&line, ' ');
		if (word.len && !slice_to_u64(word, &values[count++]))
			return;
	}
	if (count < 7)
		return;
	(void)snprintf(name, sizeof(name), "%llu", (unsigned long long)values[0]);
	if (!values[5] && !values[6]) {
		doctor_tell(doctor, DOCTOR_FINE, "queue", name,
		        "nothing was lost; %llu packets wait",
		        (unsigned long long)values[2]);
		return;
	}
	doctor_tell(doctor, DOCTOR_WARNING, "queue", name,
	        "%llu packets found it full, %llu its reader; %llu wait",
	        (unsigned long long)values[5], (unsigned long long)values[6],
	        (unsigned long long)values[2]);
	doctor_mend(doctor, "raise queue.length in /etc/ringfence/filter.yaml");
}

static void queues_look(struct doctor *doctor)
{
	struct file_text text;
	struct file_error error;
	if (!file_read(
	            "/proc/net/netfilter/nfnetlink_queue", FILE_BYTES, &text, &error)) {
		doctor_tell(doctor, DOCTOR_SKIPPED, "queue", "",
		        "no filter runs here: the kernel has no queues");
		return;
	}
	struct slice rest = slice_of(text.data, text.len);
	if (!rest.len)
		doctor_tell(doctor, DOCTOR_SKIPPED, "queue", "",
		        "no filter runs here: the kernel has no queue");
	while (rest.len)
		queue_line(doctor, slice_split(&rest, '\n'));
	file_text_free(&text);
}

/* The directory, or the nearest one above it that is there. */
static bool disk_of(char *path, struct statvfs *disk)
{
	while (statvfs(path, disk) != 0) {
		char *slash = strrchr(path, '/');
		if (!slash || slash == path)
			return statvfs("/", disk) == 0;
		*slash = 0;
	}
	return true;
}

static void disk_look(struct doctor *doctor, struct slice directory)
{
	char path[PATH_BYTES];
	struct statvfs disk;
	(void)snprintf(path, sizeof(path), "%.*s", (int)directory.len, directory.data);
	if (!disk_of(path, &disk))
		return;
	const uint64_t left = (uint64_t)disk.f_bavail * disk.f_frsize;
	char name[DOCTOR_NAME_BYTES];
	(void)snprintf(name, sizeof(name), "%.*s", (int)directory.len, directory.data);
	doctor_tell(doctor, left < DISK_FLOOR_BYTES ? DOCTOR_BAD : DOCTOR_FINE, "disk",
	        name, "%llu MiB are left%s", (unsigned long long)(left >> 20),
	        left < DISK_FLOOR_BYTES
	                ? ": below the floor of 1024 no captures are written"
	                : "");
	if (left < DISK_FLOOR_BYTES)
		doctor_mend(doctor, "du -xh --max-depth=1 %s | sort -h", path);
}

void doctor_host(struct doctor *doctor)
{
	struct slice rest = doctor->directories;
	clock_look(doctor);
	rights_look(doctor);
	helpers_look(doctor);
	queues_look(doctor);
	while (rest.len)
		disk_look(doctor, slice_split(&rest, ','));
}
