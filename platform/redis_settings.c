#include "platform/redis_settings.h"

#include <stdio.h>
#include <string.h>

#include "platform/file.h"

static bool refuse(struct config_error *error, const char *what, const char *why)
{
	(void)snprintf(error->text, sizeof(error->text), "%s: %s", what, why);
	return false;
}

static const char *or_null(const char *text)
{
	return text[0] ? text : NULL;
}

/* "host:port", "[::1]:6379"; a bare host has the usual port. */
static bool host_split(const char *address, struct redis_place *place, uint16_t *port)
{
	const char *colon = strrchr(address, ':');
	struct slice host =
	        slice_of(address, colon ? (size_t)(colon - address) : strlen(address));
	uint32_t value = 6379;
	if (colon && (!slice_to_u32(slice_text(colon + 1), &value) || value < 1 ||
	                     value > UINT16_MAX))
		return false;
	if (host.len > 2 && host.data[0] == '[' && host.data[host.len - 1] == ']')
		host = slice_of(host.data + 1, host.len - 2);
	if (!host.len || host.len >= sizeof(place->host))
		return false;
	memcpy(place->host, host.data, host.len);
	place->host[host.len] = 0;
	*port = (uint16_t)value;
	return true;
}

static bool secret_read(
        const char *path, struct redis_place *place, struct config_error *error)
{
	struct file_text text;
	struct file_error why;
	if (!file_read(path, sizeof(place->secret) - 1, &text, &why))
		return refuse(error, path, why.text);
	const struct slice secret = slice_trim(slice_of(text.data, text.len));
	memcpy(place->secret, secret.data, secret.len);
	place->secret[secret.len] = 0;
	file_text_free(&text);
	return true;
}

bool redis_options_of(const struct redis_settings *settings, struct redis_place *place,
        struct redis_options *options, struct config_error *error)
{
	*options = (struct redis_options){
	        .user = or_null(settings->user),
	        .tls = settings->tls,
	        .tls_ca = or_null(settings->ca),
	        .tls_cert = or_null(settings->certificate),
	        .tls_key = or_null(settings->key),
	};
	if (settings->address[0] == '/') {
		options->unix_path = settings->address;
	} else {
		if (!host_split(settings->address, place, &options->port))
			return refuse(
			        error, "redis.address", "neither host:port nor a path");
		options->host = place->host;
	}
	if (settings->password_file[0]) {
		if (!secret_read(settings->password_file, place, error))
			return false;
		options->password = place->secret;
	}
	return true;
}
