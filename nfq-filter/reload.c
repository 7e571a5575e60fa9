#include "nfq-filter/reload.h"

#include "nfq-filter/start.h"

/*
 * What may change while it runs: values alone, whatever is a text belongs to the file
 * that the program was started with.
 */
static void take_over(struct settings *now, const struct settings *read)
{
	now->mode = read->mode;
	now->canary = read->canary;
	now->ports = read->ports;
	now->undecodable = read->undecodable;
	now->methods = read->methods;
	now->message_bytes = read->message_bytes;
	now->unknown_dialogs = read->unknown_dialogs;
	now->limited_rate = read->limited_rate;
	now->source_rate = read->source_rate;
	now->media_first = read->media_first;
	now->media_last = read->media_last;
	now->grace_ms = read->grace_ms;
	now->early_ms = read->early_ms;
	now->lease_ms = read->lease_ms;
	now->idle_ms = read->idle_ms;
	now->audio_rate = read->audio_rate;
	now->video_rate = read->video_rate;
	now->ice = read->ice;
	now->nat = read->nat;
	now->before_answer = read->before_answer;
	now->ban_ms = read->ban_ms;
	/* With Redis the list has networks of others in it, too. */
	if (!now->redis.address[0])
		now->spared = read->spared;
}

/* All of it in the kernel, or nothing. */
static bool enforce(struct filter *filter)
{
	struct firewall_error error = {{0}};
	if (firewall_install(&filter->firewall, &error))
		return true;
	log_write(&filter->log, LOG_LEVEL_ERROR, "%s", error.text);
	return false;
}

static void reload_settings(struct filter *filter)
{
	struct config_error error = {{0}};
	struct settings *now = &filter->settings;
	const struct settings before = *now;
	struct settings read = {0};
	struct config *config = settings_read(filter->config_path, &read, &error);
	if (config)
		take_over(now, &read);
	if (!config || !enforce(filter)) {
		*now = before;
		log_write(&filter->log, LOG_LEVEL_ERROR,
		        "the settings stay as they were: %s", error.text);
		config_free(&config);
		return;
	}
	filter->limits.gap_us = 1000000 / now->limited_rate;
	pinholes_set_grace(&filter->pinholes, now->grace_ms * 1000);
	config_free(&config);
	log_write(&filter->log, LOG_LEVEL_INFO, "settings were read again");
}

void filter_reload(struct filter *filter)
{
	if (filter->config_path)
		reload_settings(filter);
	(void)filter_reload_rules(filter);
}
