/*
 * ringfence-api: alerts, calls and captures over REST.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "dashboard-api/api.h"
#include "dashboard-api/auth.h"
#include "dashboard-api/collector.h"
#include "dashboard-api/feed.h"
#include "dashboard-api/identities.h"
#include "dashboard-api/jobs.h"
#include "dashboard-api/limiter.h"
#include "dashboard-api/messenger.h"
#include "dashboard-api/program.h"
#include "dashboard-api/server.h"
#include "dashboard-api/suppressions.h"
#include "platform/file.h"
#include "platform/instant.h"
#include "platform/launch.h"
#include "platform/secret.h"
#include "platform/service.h"
#include "platform/store.h"

enum {
	PATH_BYTES = 4096,
	PEM_BYTES_MAX = 1 << 20,
	IDLE_S = 60,
	BEAT_S = 5,
	FEED_BEATS = 3, /* between signs of life to listeners */
	REDIS_PATIENCE_MS = 300,
};

static const struct launch LAUNCH = {
        .name = "ringfence-api",
        .file = "api.yaml",
        .summary = "serves alerts, calls and captures over REST and on a page",
        .signals = "SIGTERM and SIGINT end it.",
        .settings = SETTINGS,
};

static bool directory_make(const struct log *log, const char *directory)
{
	char path[PATH_BYTES];
	struct file_error error;
	(void)snprintf(path, sizeof(path), "%s/captures", directory);
	(void)umask(077);
	if (file_make_directories(path, &error))
		return true;
	log_write(log, LOG_LEVEL_ERROR, "%s: %s", path, error.text);
	return false;
}

static bool api_open(struct api *api)
{
	char path[PATH_BYTES];
	struct archive_error archive_error;
	struct ledger_error ledger_error;
	const char *directory = api->settings->directory;

	if (!directory_make(api->log, directory))
		return false;
	api->archive = api_archive(api->settings, &archive_error);
	if (!api->archive) {
		log_write(api->log, LOG_LEVEL_ERROR, "%s", archive_error.text);
		return false;
	}
	(void)snprintf(path, sizeof(path), "%s/state.db", directory);
	api->ledger = ledger_open(path, &ledger_error);
	if (!api->ledger) {
		log_write(api->log, LOG_LEVEL_ERROR, "%s", ledger_error.text);
		return false;
	}
	api->feed = feed_new();
	api->limiter = limiter_new(api->settings->requests_per_second);
	api->started_us = instant_now_us();
	api->identities = calloc(1, sizeof(*api->identities));
	api->suppressions = suppressions_open(api->ledger);
	api->messenger = messenger_start(api);
	if (api->feed && api->limiter && api->identities && api->suppressions &&
	        api->messenger && (api->jobs = jobs_start(api)))
		return true;
	log_write(api->log, LOG_LEVEL_ERROR, "out of memory");
	return false;
}

/* Redis is asked when it is needed; what is away at the start may come. */
static bool redis_open(struct api *api)
{
	struct redis_place place;
	struct redis_options options;
	struct config_error error;
	if (!api->settings->redis.address[0])
		return true;
	if (!redis_options_of(&api->settings->redis, &place, &options, &error)) {
		log_write(api->log, LOG_LEVEL_ERROR, "%s", error.text);
		return false;
	}
	options.client_name = "ringfence-api";
	api->collector = collector_start(api, &options);
	/* The server's thread must not wait long. */
	options.connect_ms = options.answer_ms = REDIS_PATIENCE_MS;
	api->redis = store_open(&options);
	return api->collector && api->redis;
}

static void api_close(struct api *api)
{
	collector_stop(&api->collector);
	jobs_stop(&api->jobs);
	programs_wait(api);
	http_stop(&api->server);
	redis_free(&api->redis);
	limiter_free(&api->limiter);
	free(api->identities);
	messenger_stop(&api->messenger);
	suppressions_close(&api->suppressions);
	feed_free(&api->feed);
	ledger_close(&api->ledger);
	archive_close(&api->archive);
}

static bool pem_read(const struct log *log, const char *path, struct file_text *text)
{
	struct file_error error;
	if (!path[0] || file_read(path, PEM_BYTES_MAX, text, &error))
		return true;
	log_write(log, LOG_LEVEL_ERROR, "%s: %s", path, error.text);
	return false;
}

static bool server_start(struct api *api)
{
	const struct settings *settings = api->settings;
	struct file_text certificate = {0};
	struct file_text key = {0};
	struct http_error error;
	const struct http_handler handler = server_handler(api);
	struct http_options options = {.directory = settings->directory,
	        .connections_max = (unsigned)settings->connections_max,
	        .idle_s = IDLE_S};

	if (!endpoint_parse(slice_text(settings->listen), &options.listen)) {
		log_write(api->log, LOG_LEVEL_ERROR,
		        "api.listen is an address and a port (127.0.0.1:8060), not '%s'",
		        settings->listen);
		return false;
	}
	if (pem_read(api->log, settings->certificate, &certificate) &&
	        pem_read(api->log, settings->key, &key)) {
		options.certificate = certificate.data;
		options.key = key.data;
		api->server = http_start(&options, &handler, &error);
		if (!api->server)
			log_write(api->log, LOG_LEVEL_ERROR, "%s: %s", settings->listen,
			        error.text);
	}
	file_text_free(&certificate);
	file_text_free(&key);
	return api->server != NULL;
}

static void greet(struct api *api)
{
	char secret[SECRET_TEXT_BYTES];
	const char *scheme = api->settings->certificate[0] ? "https" : "http";
	const char *colon = strrchr(api->settings->listen, ':');
	const int host = (int)(colon - api->settings->listen);
	const unsigned port = http_port(api->server);
	log_write(api->log, LOG_LEVEL_INFO, "listens on %s://%.*s:%u/", scheme, host,
	        api->settings->listen, port);
	if (auth_setup_secret(api, secret))
		log_write(api->log, LOG_LEVEL_INFO,
		        "there is no user yet; make the first one, once: "
		        "%s://%.*s:%u/#setup=%s",
		        scheme, host, api->settings->listen, port, secret);
}

/* Until a signal says to end. */
static void serve(struct api *api, const sigset_t *signals)
{
	const struct timespec beat = {.tv_sec = BEAT_S};
	unsigned beats = 0;
	for (;;) {
		const int signal = sigtimedwait(signals, NULL, &beat);
		if (signal == SIGINT || signal == SIGTERM)
			return;
		if (signal >= 0 || errno != EAGAIN)
			continue;
		service_beat();
		if (++beats % FEED_BEATS)
			continue;
		feed_beat(api->feed);
		http_wake(api->server);
	}
}

static int run(struct api *api)
{
	sigset_t signals;
	int code = LAUNCH_ENVIRONMENT;
	(void)sigemptyset(&signals);
	(void)sigaddset(&signals, SIGINT);
	(void)sigaddset(&signals, SIGTERM);
	/* Before any thread starts: they inherit it. */
	(void)sigprocmask(SIG_BLOCK, &signals, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	if (secret_start() && api_open(api) && redis_open(api)) {
		if (server_start(api)) {
			greet(api);
			service_ready("serving");
			serve(api, &signals);
			service_stopping();
			code = LAUNCH_FINE;
		}
	}
	api_close(api);
	return code;
}

int main(int argc, char **argv)
{
	struct launch launch = LAUNCH;
	struct launch_request request = {0};
	struct settings settings = {0};
	struct config_error error;
	struct log log;
	struct api api = {.settings = &settings, .log = &log};
	int code;

	launch.setting_count = SETTING_COUNT_ALL;
	if (!launch_read(&launch, argc, argv, &request, &code))
		return code;
	log_init(&log, LAUNCH.name, LOG_LEVEL_INFO);
	struct config *config = config_read(
	        request.config, SETTINGS, SETTING_COUNT_ALL, &settings, &error);
	if (!config) {
		log_write(&log, LOG_LEVEL_ERROR, "%s", error.text);
		return LAUNCH_BAD_INPUT;
	}
	code = launch_look(&request, config) ? LAUNCH_FINE : run(&api);
	config_free(&config);
	return code;
}
