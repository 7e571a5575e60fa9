#include "engine/report/event_parts.h"
#include "engine/report/json.h"

enum { DEVICE_NAMES_MAX = 64 };

static const char *change_name(enum device_change change)
{
	switch (change) {
	case DEVICE_FOUND:
		return "found";
	case DEVICE_CHANGED:
		return "changed";
	case DEVICE_LAST:
		return "last";
	}
	return "last";
}

static bool present(const struct endpoint *at)
{
	return !address_none(&at->ip);
}

void h323_vendor_json(const struct h323_vendor *vendor, struct writer *out)
{
	char text[24];
	struct writer id = writer_of(text, sizeof(text));
	if (!vendor->known)
		return;
	/* T.35 country, extension and manufacturer, as H.225.0 names a maker. */
	writer_u64(&id, vendor->country);
	writer_byte(&id, '-');
	writer_u64(&id, vendor->extension);
	writer_byte(&id, '-');
	writer_u64(&id, vendor->manufacturer);
	json_string(out, "vendor", writer_text(&id));
	json_text(out, "product", vendor->product);
	json_text(out, "product_version", vendor->version);
}

void h323_names_json(const struct report_context *context,
        const struct h323_device *device, struct writer *out)
{
	json_array(out, "aliases");
	for (unsigned i = 0; i < DEVICE_NAMES_MAX; i++) {
		const struct h323_name *name =
		        track_device_name(context->track, device, i);
		if (!name)
			break;
		h323_name_json(NULL, name, out);
	}
	json_array_end(out);
}

void h323_name_json(const char *key, const struct h323_name *name, struct writer *out)
{
	if (!slice_present(name->text))
		return;
	json_object(out, key);
	json_literal(out, "kind", per_name_text(name->kind));
	json_text(out, "text", name->text);
	if (name->number_type != PER_NO_NAME)
		json_literal(out, "number_type", per_name_text(name->number_type));
	json_object_end(out);
}

void device_json(const struct report_context *context, const struct event *event,
        struct writer *out)
{
	const struct h323_device *device = event->device;
	json_object(out, "device");
	json_literal(out, "change", change_name(event->device_change));
	json_literal(out, "protocol", "h323");
	json_literal(out, "role", h323_role_name(device->role));
	json_text(out, "identifier", device->identifier);
	json_text(out, "gatekeeper_identifier", device->zone);
	h323_names_json(context, device, out);
	if (present(&device->ras))
		json_endpoint(out, "ras", &device->ras);
	if (present(&device->signalling))
		json_endpoint(out, "signalling", &device->signalling);
	if (present(&device->gatekeeper))
		json_endpoint(out, "gatekeeper", &device->gatekeeper);
	if (device->alternate_gatekeepers) {
		json_u64(out, "alternate_gatekeepers", device->alternate_gatekeepers);
		json_endpoint(out, "alternate_gatekeeper", &device->alternate_gatekeeper);
	}
	h323_vendor_json(&device->vendor, out);
	if (device->version)
		json_u64(out, "h225_version", device->version);
	json_bool(out, "registered", device->registration != 0);
	json_bool(out, "tokens", device->tokens);
	if (device->time_to_live_s)
		json_u64(out, "time_to_live_s", device->time_to_live_s);
	json_time(out, "first_seen", device->first_us);
	json_time(out, "last_seen", device->last_us);
	json_object_end(out);
}
