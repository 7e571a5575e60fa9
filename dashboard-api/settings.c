#include "dashboard-api/settings.h"

#define INTO(field) offsetof(struct settings, field)

const struct setting SETTINGS[] = {
        {"api.listen", SETTING_TEXT, INTO(listen), "127.0.0.1:8060",
                "address and port to listen on", 0, 0, NULL},
        {"api.certificate", SETTING_TEXT, INTO(certificate), "",
                "PEM file of the certificate; none: without TLS", 0, 0, NULL},
        {"api.key", SETTING_TEXT, INTO(key), "", "PEM file of its key", 0, 0, NULL},
        {"api.directory", SETTING_TEXT, INTO(directory), "/var/lib/ringfence/api",
                "where archive, captures and users are kept", 0, 0, NULL},
        {"api.program", SETTING_TEXT, INTO(program), "ringfence",
                "the program that replays uploaded captures", 0, 0, NULL},
        {"api.rules", SETTING_TEXT, INTO(rules), "",
                "directory of rule packs; none: the program's own", 0, 0, NULL},
        {"api.origin", SETTING_TEXT, INTO(origin), "",
                "the page's origin, when a proxy stands before (https://voip.example)", 0,
                0, NULL},
        {"api.connections_max", SETTING_COUNT, INTO(connections_max), "4096",
                "clients at once", 8, 60000, NULL},
        {"api.upload_max", SETTING_BYTES, INTO(upload_max), "2G",
                "largest capture that can be uploaded", 1024, 1ull << 40, NULL},
        {"api.requests_per_second", SETTING_COUNT, INTO(requests_per_second), "500",
                "of one address, in the long run; bursts of twice as many pass", 1,
                1000000, NULL},
        {"api.keep", SETTING_DURATION, INTO(keep_ms), "90d",
                "age at which events that were seen live are removed", 60000,
                20ull * 365 * 86400000, NULL},
        {"api.session", SETTING_DURATION, INTO(session_ms), "12h",
                "life of a page's session", 60000, 90ull * 86400000, NULL},
        {"api.jobs_max", SETTING_COUNT, INTO(jobs_max), "2", "captures replayed at once",
                1, 64, NULL},
        {"api.archive", SETTING_TEXT, INTO(archive), "",
                "http://host:8123/database of a ClickHouse; none: a file of SQLite in "
                "the directory",
                0, 0, NULL},
        {"api.notify_private", SETTING_FLAG, INTO(notify_private), "false",
                "notifiers may reach addresses that are not public", 0, 0, NULL},
        REDIS_SETTINGS(INTO(redis)),
};

const size_t SETTING_COUNT_ALL = sizeof(SETTINGS) / sizeof(SETTINGS[0]);
