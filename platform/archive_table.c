/*
 * What is kept of each event, and by what it can be found. A field added here at the end
 * of its table appears in the file, the filters, the CSV and the API's description.
 */
#include <string.h>

#include "platform/archive.h"

static const struct archive_field ALERT_FIELDS[] = {
        {"rule_id", ARCHIVE_TEXT, {"alert.rule_id"}, ARCHIVE_INDEXED,
                "the rule that fired"},
        {"level", ARCHIVE_TEXT, {"alert.level"}, ARCHIVE_INDEXED,
                "critical, high, medium, low or info"},
        {"severity", ARCHIVE_NUMBER, {"alert.severity"}, ARCHIVE_WALKED,
                "1 (worst) to 4"},
        {"category", ARCHIVE_TEXT, {"alert.category"}, ARCHIVE_INDEXED,
                "family of the rule"},
        {"src_ip", ARCHIVE_ADDRESS, {"src_ip"}, ARCHIVE_WALKED,
                "source of the triggering packet"},
        {"dest_ip", ARCHIVE_ADDRESS, {"dest_ip"}, ARCHIVE_WALKED, "its destination"},
        {"entity_type", ARCHIVE_TEXT, {"entity.type"}, ARCHIVE_UNINDEXED,
                "ip, account, number, trunk or device"},
        {"entity", ARCHIVE_TEXT, {"entity.value"}, ARCHIVE_WALKED,
                "whom the alert is about"},
        {"call_id", ARCHIVE_TEXT, {"sip.call_id", "call.call_id"}, ARCHIVE_INDEXED,
                "SIP Call-ID"},
        {"action", ARCHIVE_TEXT, {"alert.action"}, ARCHIVE_UNINDEXED,
                "allowed or blocked"},
        {"user_agent", ARCHIVE_TEXT, {"sip.user_agent"}, ARCHIVE_UNINDEXED,
                "as the message says"},
        {"state", ARCHIVE_STATE, {NULL}, ARCHIVE_INDEXED,
                "open, acknowledged, closed or suppressed"},
        {"assignee", ARCHIVE_STATE, {NULL}, ARCHIVE_UNINDEXED, "who looks into it"},
        {"note", ARCHIVE_STATE, {NULL}, ARCHIVE_UNINDEXED, "what was found"},
};

static const struct archive_field CALL_FIELDS[] = {
        {"call_id", ARCHIVE_TEXT, {"call.call_id"}, ARCHIVE_INDEXED,
                "SIP Call-ID or H.323 GUID"},
        {"correlation_id", ARCHIVE_NUMBER, {"call.correlation_id"}, ARCHIVE_INDEXED,
                "the same for all legs of one call"},
        {"protocol", ARCHIVE_TEXT, {"call.protocol"}, ARCHIVE_UNINDEXED, "sip or h323"},
        {"caller", ARCHIVE_TEXT, {"call.from.user"}, ARCHIVE_WALKED,
                "number or user that calls"},
        {"called", ARCHIVE_TEXT, {"call.request.user", "call.to.user"}, ARCHIVE_WALKED,
                "number or user that is called"},
        {"account", ARCHIVE_TEXT, {"call.account"}, ARCHIVE_WALKED, "who authenticated"},
        {"trunk", ARCHIVE_TEXT, {"call.trunk"}, ARCHIVE_INDEXED,
                "carrier or customer trunk"},
        {"src_ip", ARCHIVE_ADDRESS, {"src_ip"}, ARCHIVE_WALKED,
                "signalling address of the caller"},
        {"dest_ip", ARCHIVE_ADDRESS, {"dest_ip"}, ARCHIVE_WALKED, "of the called side"},
        {"status", ARCHIVE_NUMBER, {"call.status"}, ARCHIVE_WALKED, "final SIP status"},
        {"q850_cause", ARCHIVE_NUMBER, {"call.q850_cause"}, ARCHIVE_UNINDEXED,
                "Q.850 cause"},
        {"end_reason", ARCHIVE_TEXT, {"call.end_reason"}, ARCHIVE_UNINDEXED,
                "how it ended"},
        {"released_by", ARCHIVE_TEXT, {"call.released_by"}, ARCHIVE_UNINDEXED,
                "who hung up"},
        {"pdd_ms", ARCHIVE_NUMBER, {"call.pdd_ms"}, ARCHIVE_UNINDEXED, "post-dial delay"},
        {"duration_s", ARCHIVE_HUNDREDTHS, {"call.duration_s"}, ARCHIVE_WALKED,
                "from the answer on"},
        {"mos", ARCHIVE_HUNDREDTHS,
                {"call.quality.caller_sent.mos", "call.quality.callee_sent.mos"},
                ARCHIVE_WALKED, "of the worse direction"},
        {"codec", ARCHIVE_TEXT, {"call.quality.caller_sent.codec"}, ARCHIVE_UNINDEXED,
                "of the caller's stream"},
        {"user_agent", ARCHIVE_TEXT, {"call.caller_user_agent"}, ARCHIVE_UNINDEXED,
                "of the caller"},
        {"country", ARCHIVE_TEXT, {"call.numbers.called.country"}, ARCHIVE_INDEXED,
                "of the called number"},
        {"direction", ARCHIVE_TEXT, {"call.direction"}, ARCHIVE_UNINDEXED,
                "inbound, outbound, internal or transit"},
        {"cost", ARCHIVE_HUNDREDTHS, {"call.cost.amount"}, ARCHIVE_UNINDEXED,
                "by the site's tariffs"},
        {"currency", ARCHIVE_TEXT, {"call.cost.currency"}, ARCHIVE_UNINDEXED, "of cost"},
        {"asn", ARCHIVE_NUMBER, {"call.geo.caller.asn"}, ARCHIVE_INDEXED,
                "network of the caller's address"},
};

static const struct archive_field REGISTRATION_FIELDS[] = {
        {"user", ARCHIVE_TEXT, {"registration.user"}, ARCHIVE_WALKED,
                "address of record"},
        {"host", ARCHIVE_TEXT, {"registration.host"}, ARCHIVE_UNINDEXED, "its domain"},
        {"change", ARCHIVE_TEXT, {"registration.change"}, ARCHIVE_UNINDEXED,
                "added, refreshed, removed or expired"},
        {"contact", ARCHIVE_TEXT, {"registration.binding.contact"}, ARCHIVE_UNINDEXED,
                "where it is"},
        {"src_ip", ARCHIVE_ADDRESS, {"src_ip"}, ARCHIVE_WALKED, "who registered"},
        {"dest_ip", ARCHIVE_ADDRESS, {"dest_ip"}, ARCHIVE_WALKED, "the registrar"},
        {"user_agent", ARCHIVE_TEXT, {"registration.user_agent"}, ARCHIVE_UNINDEXED,
                "of the device"},
};

static const struct archive_field STREAM_FIELDS[] = {
        {"src_ip", ARCHIVE_ADDRESS, {"src_ip"}, ARCHIVE_WALKED, "who sent it"},
        {"dest_ip", ARCHIVE_ADDRESS, {"dest_ip"}, ARCHIVE_WALKED, "who received it"},
        {"call_id", ARCHIVE_TEXT, {"rtp.call_id", "call.call_id"}, ARCHIVE_INDEXED,
                "of its call"},
        {"ssrc", ARCHIVE_TEXT, {"rtp.ssrc"}, ARCHIVE_UNINDEXED, "synchronisation source"},
        {"codec", ARCHIVE_TEXT, {"rtp.codec"}, ARCHIVE_UNINDEXED, "of most packets"},
        {"packets", ARCHIVE_NUMBER, {"rtp.packets"}, ARCHIVE_UNINDEXED, "received"},
        {"lost", ARCHIVE_NUMBER, {"rtp.lost"}, ARCHIVE_UNINDEXED, "never seen"},
        {"mos", ARCHIVE_HUNDREDTHS, {"rtp.mos"}, ARCHIVE_WALKED, "ITU-T G.107"},
        {"jitter_ms", ARCHIVE_HUNDREDTHS, {"rtp.jitter_ms_mean"}, ARCHIVE_UNINDEXED,
                "RFC 3550, mean"},
};

static const struct archive_field ANOMALY_FIELDS[] = {
        {"anomaly", ARCHIVE_TEXT, {"anomaly.event", "anomaly.name"}, ARCHIVE_INDEXED,
                "its name"},
        {"src_ip", ARCHIVE_ADDRESS, {"src_ip"}, ARCHIVE_WALKED, "who sent it"},
        {"dest_ip", ARCHIVE_ADDRESS, {"dest_ip"}, ARCHIVE_WALKED, "to whom"},
};

static const struct archive_field DEVICE_FIELDS[] = {
        {"role", ARCHIVE_TEXT, {"device.role"}, ARCHIVE_INDEXED,
                "gatekeeper, gateway, terminal or mcu"},
        {"change", ARCHIVE_TEXT, {"device.change"}, ARCHIVE_INDEXED,
                "found, changed or last: what was known at the end"},
        {"identifier", ARCHIVE_TEXT, {"device.identifier"}, ARCHIVE_INDEXED,
                "endpointIdentifier"},
        {"gatekeeper_identifier", ARCHIVE_TEXT, {"device.gatekeeper_identifier"},
                ARCHIVE_INDEXED, "the zone it belongs to"},
        {"vendor", ARCHIVE_TEXT, {"device.vendor"}, ARCHIVE_UNINDEXED, "T.35 code"},
        {"product", ARCHIVE_TEXT, {"device.product"}, ARCHIVE_INDEXED,
                "as it names itself"},
        {"h225_version", ARCHIVE_NUMBER, {"device.h225_version"}, ARCHIVE_UNINDEXED,
                "1 to 7"},
        {"src_ip", ARCHIVE_ADDRESS, {"src_ip"}, ARCHIVE_WALKED,
                "of the message that told"},
        {"dest_ip", ARCHIVE_ADDRESS, {"dest_ip"}, ARCHIVE_WALKED, "its destination"},
};

#define FIELDS(table) (table), sizeof(table) / sizeof((table)[0])

static const struct archive_table TABLES[ARCHIVE_KINDS] = {
        [ARCHIVE_ALERTS] = {"alerts", "alert", FIELDS(ALERT_FIELDS)},
        [ARCHIVE_CALLS] = {"calls", "call", FIELDS(CALL_FIELDS)},
        [ARCHIVE_REGISTRATIONS] = {"registrations", "registration",
                FIELDS(REGISTRATION_FIELDS)},
        [ARCHIVE_STREAMS] = {"streams", "rtp", FIELDS(STREAM_FIELDS)},
        [ARCHIVE_ANOMALIES] = {"anomalies", "anomaly", FIELDS(ANOMALY_FIELDS)},
        [ARCHIVE_DEVICES] = {"devices", "device", FIELDS(DEVICE_FIELDS)},
};

_Static_assert(sizeof(CALL_FIELDS) / sizeof(CALL_FIELDS[0]) <= ARCHIVE_FIELDS_MAX,
        "the widest table fits");

const struct archive_table *archive_table(enum archive_kind kind)
{
	return &TABLES[kind];
}

enum archive_kind archive_kind_of(struct slice event_type)
{
	for (unsigned i = 0; i < ARCHIVE_KINDS; i++) {
		const char *name = TABLES[i].event_type;
		if (slice_equal(event_type, slice_text(name)))
			return (enum archive_kind)i;
	}
	return ARCHIVE_KINDS;
}

const struct archive_field *archive_field(enum archive_kind kind, struct slice name)
{
	const struct archive_table *table = &TABLES[kind];
	for (size_t i = 0; i < table->field_count; i++)
		if (slice_equal(name, slice_text(table->fields[i].name)))
			return &table->fields[i];
	return NULL;
}
