#include "platform/geo.h"

#include <arpa/inet.h>
#include <maxminddb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/file.h"

enum { DATABASES_MAX = 8, PATH_BYTES = 4096 };

struct geo {
	size_t count;
	MMDB_s databases[DATABASES_MAX];
};

static bool open_one(struct geo *geo, const char *path, struct geo_error *error)
{
	if (geo->count == DATABASES_MAX) {
		(void)snprintf(error->text, sizeof(error->text),
		        "holds more than %d databases", DATABASES_MAX);
		return false;
	}
	const int status = MMDB_open(path, MMDB_MODE_MMAP, &geo->databases[geo->count]);
	if (status != MMDB_SUCCESS) {
		(void)snprintf(error->text, sizeof(error->text),
		        "is no MaxMind database that can be read (%s)",
		        MMDB_strerror(status));
		return false;
	}
	geo->count++;
	return true;
}

static bool open_directory(struct geo *geo, const char *path, struct geo_error *error)
{
	struct file_list list = {0};
	struct file_error trouble;
	bool fine = true;

	if (!file_list(path, ".mmdb", &list, &trouble)) {
		(void)snprintf(error->text, sizeof(error->text), "%s", trouble.text);
		return false;
	}
	if (!list.count)
		(void)snprintf(error->text, sizeof(error->text), "holds no *.mmdb");
	for (size_t i = 0; fine && i < list.count; i++) {
		char name[PATH_BYTES];
		(void)snprintf(name, sizeof(name), "%s/%s", path, list.names[i]);
		fine = open_one(geo, name, error);
	}
	fine = fine && list.count;
	file_list_free(&list);
	return fine;
}

struct geo *geo_open(const char *path, struct geo_error *error)
{
	struct geo *geo = calloc(1, sizeof(*geo));

	if (!geo) {
		(void)snprintf(error->text, sizeof(error->text), "found no memory");
		return NULL;
	}
	if (file_is_directory(path) ? open_directory(geo, path, error)
	                            : open_one(geo, path, error))
		return geo;
	geo_close(&geo);
	return NULL;
}

void geo_close(struct geo **geo)
{
	if (!*geo)
		return;
	for (size_t i = 0; i < (*geo)->count; i++)
		MMDB_close(&(*geo)->databases[i]);
	free(*geo);
	*geo = NULL;
}

/* The address as sockets write it; a database without IPv6 takes IPv4 alone. */
static bool lookup(const MMDB_s *database, const struct address *ip, MMDB_entry_s *entry)
{
	struct sockaddr_in four;
	struct sockaddr_in6 six = {.sin6_family = AF_INET6};
	int status = MMDB_SUCCESS;
	MMDB_lookup_result_s result;

	if (address_is_v4(ip)) {
		four = (struct sockaddr_in){.sin_family = AF_INET,
		        .sin_addr.s_addr = htonl(address_to_v4(ip))};
		result = MMDB_lookup_sockaddr(
		        database, (const struct sockaddr *)(const void *)&four, &status);
	} else {
		if (database->metadata.ip_version == 4)
			return false;
		memcpy(&six.sin6_addr, ip->bytes, sizeof(six.sin6_addr));
		result = MMDB_lookup_sockaddr(
		        database, (const struct sockaddr *)(const void *)&six, &status);
	}
	*entry = result.entry;
	return status == MMDB_SUCCESS && result.found_entry;
}

static void take_country(MMDB_entry_s *entry, struct geo_place *place)
{
	static const char *const names[] = {"country", "registered_country"};
	MMDB_entry_data_s data;

	for (size_t i = 0; i < 2 && !place->country[0]; i++)
		if (MMDB_get_value(entry, &data, names[i], "iso_code", NULL) ==
		                MMDB_SUCCESS &&
		        data.has_data && data.type == MMDB_DATA_TYPE_UTF8_STRING &&
		        data.data_size == GEO_COUNTRY_LEN)
			memcpy(place->country, data.utf8_string, GEO_COUNTRY_LEN);
}

static void take_asn(MMDB_entry_s *entry, struct geo_place *place)
{
	MMDB_entry_data_s data;

	if (!place->asn &&
	        MMDB_get_value(entry, &data, "autonomous_system_number", NULL) ==
	                MMDB_SUCCESS &&
	        data.has_data && data.type == MMDB_DATA_TYPE_UINT32)
		place->asn = data.uint32;
}

static struct geo_place find(const void *context, const struct address *ip)
{
	const struct geo *geo = context;
	struct geo_place place = {0};

	for (size_t i = 0; i < geo->count; i++) {
		MMDB_entry_s entry;
		if (!lookup(&geo->databases[i], ip, &entry))
			continue;
		take_country(&entry, &place);
		take_asn(&entry, &place);
	}
	return place;
}

struct geo_ops geo_ops(const struct geo *geo)
{
	return (struct geo_ops){.context = geo, .find = find};
}
