/*
 * The settings by which every program finds Redis: rows for its table, and what a client
 * makes of them.
 */
#ifndef RINGFENCE_PLATFORM_REDIS_SETTINGS_H
#define RINGFENCE_PLATFORM_REDIS_SETTINGS_H

#include "platform/config.h"
#include "platform/redis.h"

struct redis_settings {
	const char *address; /* host:port or the path of a socket; "" = none */
	const char *user;
	const char *password_file;
	bool tls;
	const char *ca;
	const char *certificate;
	const char *key;
};

#define REDIS_ROW(name, kind, at, field, fallback, help)                                 \
	{                                                                                \
		"redis." name, kind, (at) + offsetof(struct redis_settings, field),      \
		        fallback, help, 0, 0, NULL                                       \
	}

/* The rows; at = offsetof(struct of the program, its struct redis_settings). */
#define REDIS_SETTINGS(at)                                                               \
	REDIS_ROW("address", SETTING_TEXT, at, address, "",                              \
	        "host:port or the path of a socket; none: this program stands alone"),   \
	        REDIS_ROW("user", SETTING_TEXT, at, user, "", "name it logs in with"),   \
	        REDIS_ROW("password_file", SETTING_TEXT, at, password_file, "",          \
	                "file that holds the password"),                                 \
	        REDIS_ROW("tls", SETTING_FLAG, at, tls, "false", "speak TLS"),           \
	        REDIS_ROW("ca", SETTING_TEXT, at, ca, "",                                \
	                "certificates it trusts; else the system's"),                    \
	        REDIS_ROW("certificate", SETTING_TEXT, at, certificate, "",              \
	                "its own certificate"),                                          \
	        REDIS_ROW("key", SETTING_TEXT, at, key, "", "the key of that")

/* What options point to: lives as long as they are used. */
struct redis_place {
	char host[256];
	char secret[512];
};

/*
 * The options of a client; texts belong to settings and place. False with a sentence when
 * the address is none or the password cannot be read.
 */
bool redis_options_of(const struct redis_settings *settings, struct redis_place *place,
        struct redis_options *options, struct config_error *error);

#endif
