#include "engine/report/event_parts.h"
#include "engine/report/json.h"
#include "engine/track/registration.h"

static const char *change_name(enum registration_change change)
{
	switch (change) {
	case BINDING_ADDED:
		return "added";
	case BINDING_REFRESHED:
		return "refreshed";
	case BINDING_REMOVED:
		return "removed";
	case BINDING_EXPIRED:
		return "expired";
	}
	return "added";
}

static void binding_json(const struct binding *binding, struct writer *out)
{
	json_object(out, "binding");
	json_text(out, "contact", binding->contact);
	json_text(out, "user_agent", binding->user_agent);
	json_endpoint(out, "source", &binding->source);
	json_time(out, "since", binding->since_us);
	json_time(out, "expires", binding->expires_us);
	json_u64(out, "interval_s", binding->interval_s);
	json_bool(out, "contact_foreign", binding->contact_foreign);
	json_object_end(out);
}

static void gatekeeper_json(const struct report_context *context,
        const struct h323_device *device, struct writer *out)
{
	json_object(out, "h323");
	json_text(out, "endpoint_identifier", device->identifier);
	json_literal(out, "role", h323_role_name(device->role));
	h323_names_json(context, device, out);
	if (device->time_to_live_s)
		json_u64(out, "time_to_live_s", device->time_to_live_s);
	if (device->alternate_gatekeepers) {
		json_u64(out, "alternate_gatekeepers", device->alternate_gatekeepers);
		json_endpoint(out, "alternate_gatekeeper", &device->alternate_gatekeeper);
	}
	json_object_end(out);
}

void registration_json(const struct report_context *context, const struct event *event,
        struct writer *out)
{
	const struct registration *registration = event->registration;

	json_object(out, "registration");
	json_literal(out, "change", change_name(event->change));
	if (registration) {
		json_literal(out, "protocol", registration->h323 ? "h323" : "sip");
		json_text(out, "user", registration->user);
		json_text(out, "host", registration->host);
		json_text(out, "account", registration->auth_user);
		json_endpoint(out, "registrar", &registration->registrar);
		json_endpoint(out, "source", &registration->source);
		if (registration->source_changed)
			json_endpoint(
			        out, "previous_source", &registration->previous_source);
		json_text(out, "user_agent", registration->user_agent);
		if (registration->agent_changed)
			json_text(out, "previous_user_agent",
			        registration->previous_user_agent);
		json_u64(out, "bindings", registration->binding_count);
		json_bool(out, "wiped", registration->wiped);
	}
	if (event->device)
		gatekeeper_json(context, event->device, out);
	if (event->binding)
		binding_json(event->binding, out);
	json_object_end(out);
}
