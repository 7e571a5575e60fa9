#include "sensor/settings.h"

#include <stdio.h>
#include <string.h>

#define INTO(field) offsetof(struct settings, field)

static const char *const LEVELS[] = {"error", "warning", "info", "debug", NULL};

const struct setting SETTINGS[] = {
        {"node", SETTING_TEXT, INTO(node), "", "name of this sensor; else the host's", 0,
                0, NULL},
        {"memory", SETTING_BYTES, INTO(memory_bytes), "512M", "ceiling of the engine",
                64 << 20, 1ull << 40, NULL},
        {"rules", SETTING_TEXT, INTO(rules), "",
                "directory of rules; else those that came with the program", 0, 0, NULL},
        {"site", SETTING_TEXT, INTO(site), "",
                "file or directory with this site's lists and overrides of rules", 0, 0,
                NULL},
        {"log.level", SETTING_CHOICE, INTO(log_level), "info",
                "least urgent message told", 0, 0, LEVELS},
        {"capture.interfaces", SETTING_LIST, INTO(interfaces), "",
                "interfaces to listen on, in the order of their numbers", 0, 0, NULL},
        {"capture.filter", SETTING_TEXT, INTO(filter), "",
                "pcap-filter(7); fragments, tags and tunnels are kept all the same", 0, 0,
                NULL},
        {"capture.buffer", SETTING_BYTES, INTO(buffer_bytes), "64M",
                "ring of each interface in the kernel, and again in the program", 1 << 20,
                1 << 30, NULL},
        {"capture.snap", SETTING_BYTES, INTO(snap_bytes), "65535",
                "bytes kept of a packet", 256, 262144, NULL},
        {"capture.promiscuous", SETTING_FLAG, INTO(promiscuous), "true",
                "also what is not for this host", 0, 0, NULL},
        {"hep.udp", SETTING_TEXT, INTO(hep_udp), "",
                "address:port where HEP3 is taken over UDP", 0, 0, NULL},
        {"hep.tcp", SETTING_TEXT, INTO(hep_tcp), "", "likewise over TCP", 0, 0, NULL},
        {"hep.out", SETTING_TEXT, INTO(hep_out), "",
                "udp://host:port or tcp://host:port that gets each SIP message as HEP3",
                0, 0, NULL},
        {"events.types", SETTING_LIST, INTO(event_types), "",
                "event types besides the usual ones: sip, rtcp, h323 or all", 0, 0, NULL},
        {"events.json.path", SETTING_TEXT, INTO(json_path), "",
                "file of events, one JSON object a line", 0, 0, NULL},
        {"events.json.size", SETTING_BYTES, INTO(json_bytes), "100M",
                "a file that is larger is put aside", 4096, 0, NULL},
        {"events.json.keep", SETTING_COUNT, INTO(json_keep), "10", "files kept aside", 0,
                1000, NULL},
        {"events.syslog", SETTING_TEXT, INTO(syslog), "",
                "udp://host:port, tcp://host:port or unix:/dev/log that gets alerts as "
                "CEF",
                0, 0, NULL},
        REDIS_SETTINGS(INTO(redis)),
        {"redis.keep", SETTING_DURATION, INTO(redis_keep_ms), "24h",
                "how long events stay in the stream", 60000, 0, NULL},
        {"redis.entries", SETTING_COUNT, INTO(redis_entries), "1000000",
                "most events in it", 1000, 0, NULL},
        {"metrics.listen", SETTING_TEXT, INTO(metrics_listen), "",
                "address:port where /metrics is answered as OpenMetrics; none: nowhere",
                0, 0, NULL},
        {"state.directory", SETTING_TEXT, INTO(state_directory),
                "/var/lib/ringfence/sensor",
                "where it keeps what waits and the last good rules", 0, 0, NULL},
        {"state.spool", SETTING_BYTES, INTO(spool_bytes), "1G",
                "disk for what each far end has not taken", 16 << 20, 0, NULL},
        {"evidence.directory", SETTING_TEXT, INTO(evidence_directory), "",
                "where captures of alerts go; none: no captures", 0, 0, NULL},
        {"evidence.size", SETTING_BYTES, INTO(evidence_bytes), "10G",
                "the oldest captures go when all are larger", 1 << 20, 0, NULL},
        {"evidence.floor", SETTING_BYTES, INTO(evidence_floor_bytes), "1G",
                "no captures when the disk has less left", 0, 0, NULL},
        {"evidence.ring", SETTING_BYTES, INTO(evidence_ring_bytes), "128M",
                "memory for packets before an alert", 1 << 20, 1ull << 36, NULL},
        {"evidence.after", SETTING_DURATION, INTO(evidence_after_ms), "5s",
                "how long a capture goes on after its alert", 0, 600000, NULL},
        {"evidence.record", SETTING_TEXT, INTO(record), "",
                "file that gets every packet that is judged, for looking into trouble", 0,
                0, NULL},
        {"run.user", SETTING_TEXT, INTO(user), "", "whom it becomes when started by root",
                0, 0, NULL},
        {"run.seccomp", SETTING_FLAG, INTO(seccomp), "true",
                "give up system calls it does not need", 0, 0, NULL},
};

const size_t SETTING_COUNT_ALL = sizeof(SETTINGS) / sizeof(*SETTINGS);

struct config *settings_read(const char *path, struct settings *settings)
{
	struct config_error error;
	struct config *config =
	        config_read(path, SETTINGS, SETTING_COUNT_ALL, settings, &error);
	if (!config)
		fprintf(stderr, "ringfence-sensor: %s\n", error.text);
	return config;
}
