#include "nfq-filter/policy.h"

#include <netinet/in.h>
#include <stdio.h>

#include "engine/detect/rule.h"
#include "engine/track/track.h"

enum { PORT_DISCOVERY = 1718, PORT_RAS = 1719 }; /* H.225.0 */

static const uint64_t TRANSACTION_US = 32 * 1000000; /* RFC 3261 17.1 */
static const uint64_t LIMIT_US = 60 * 1000000;       /* of a rule that does not say */

static void stop(struct filter *filter, const char *rule, const char *why)
{
	struct moment *moment = &filter->moment;
	if (moment->stop.action)
		return;
	(void)snprintf(moment->why, sizeof(moment->why), "%s", why);
	moment->stop = (struct stop){
	        .action = "drop",
	        .rule = slice_text(rule),
	        .why = slice_text(moment->why),
	};
}

bool policy_enforces(const struct filter *filter, const struct view *view)
{
	const struct settings *settings = &filter->settings;
	switch ((enum filter_mode)settings->mode) {
	case MODE_MONITOR:
		return false;
	case MODE_ENFORCE:
		return true;
	case MODE_CANARY:
		break;
	}
	return networks_contain(&settings->canary, &view->src.ip) ||
	       networks_contain(&settings->canary, &view->dst.ip);
}

/* Requests that only make sense inside a call that began here. */
static bool needs_session(const struct sip_message *sip)
{
	switch (sip->method) {
	case SIP_BYE:
	case SIP_CANCEL:
	case SIP_PRACK:
	case SIP_UPDATE:
	case SIP_INFO:
		return true;
	case SIP_INVITE:
	case SIP_ACK:
		return sip->to.tag.len > 0;
	case SIP_METHOD_NONE:
	case SIP_REGISTER:
	case SIP_OPTIONS:
	case SIP_REFER:
	case SIP_MESSAGE:
	case SIP_SUBSCRIBE:
	case SIP_NOTIFY:
	case SIP_PUBLISH:
	case SIP_METHOD_OTHER:
	case SIP_METHOD_COUNT:
		break;
	}
	return false;
}

/* Whether the message continues something that was seen to begin. */
static bool belongs(struct filter *filter, const struct event *event)
{
	const struct sip_message *sip = event->message->sip;
	if (sip->is_request && !needs_session(sip))
		return true;
	/* The ACK of a refusal, and every response, belong to a transaction. */
	if (event->transaction && (!sip->is_request || sip->method == SIP_ACK))
		return true;
	/* What began before this program did is over after timers B and F. */
	if (filter->now_us - filter->started_us < TRANSACTION_US)
		return true;
	return session_known(&filter->sessions, event->message);
}

static void judge_dialog(struct filter *filter, const struct event *event)
{
	if (filter->settings.unknown_dialogs || belongs(filter, event))
		return;
	stop(filter, "policy-dialog",
	        event->message->sip->is_request ? "a request of a call that is not known"
	                                        : "a response that nobody asked for");
}

void policy_message(struct filter *filter, const struct event *event)
{
	const struct sip_message *sip = event->message->sip;
	const struct settings *settings = &filter->settings;
	if (settings->methods && sip->is_request &&
	        !(settings->methods >> sip->method & 1))
		stop(filter, "policy-method", "a method that is not allowed");
	if (sip->raw.len > settings->message_bytes)
		stop(filter, "policy-size", "a message longer than is allowed");
	judge_dialog(filter, event);
}

static struct slice rule_name(const struct judgement *judgement)
{
	return judgement->rule ? judgement->rule->id : SLICE("rule");
}

/* The source may send a little from here on. */
static void limit_offender(struct filter *filter, const struct judgement *judgement)
{
	const uint64_t for_us = judgement->rule && judgement->rule->respond_us
	                                ? judgement->rule->respond_us
	                                : LIMIT_US;
	if (networks_contain(&filter->settings.spared, &judgement->offender))
		return;
	limit_begin(&filter->limits, &judgement->offender, rule_name(judgement),
	        filter->now_us + for_us);
}

static bool is_real(const struct filter *filter, const struct judgement *judgement)
{
	return judgement->proven ||
	       track_source_proven(engine_track(filter->engine), &judgement->offender);
}

static void ban_offender(struct filter *filter, const struct judgement *judgement)
{
	struct ban ban = {.network = {judgement->offender, 128}};
	const struct slice rule = slice_first(rule_name(judgement), BAN_WORDS_MAX - 8);
	const uint64_t for_us = judgement->rule && judgement->rule->respond_us
	                                ? judgement->rule->respond_us
	                                : filter->settings.ban_ms * 1000;
	/* A forged source would make us ban somebody else. */
	if (!is_real(filter, judgement)) {
		filter->counters.not_banned++;
		limit_offender(filter, judgement);
		return;
	}
	(void)snprintf(
	        ban.words, sizeof(ban.words), "%.*s filter", (int)rule.len, rule.data);
	ban.until_us = filter->now_us + for_us;
	const enum ban_result result = filter_ban(filter, &ban, false);
	if (result == BAN_DONE)
		filter->moment.stop.until_us = ban.until_us;
}

static void judge_rules(struct filter *filter)
{
	const struct judgement *judgement = engine_judgement(filter->engine);
	if (!judgement || judgement->verdict == VERDICT_PASS)
		return;
	const bool enforces = policy_enforces(filter, &filter->moment.view);
	const bool named = !address_none(&judgement->offender);
	char words[80];
	const struct slice name = slice_first(rule_name(judgement), 48);
	(void)snprintf(words, sizeof(words), "%.*s", (int)name.len, name.data);
	switch (judgement->verdict) {
	case VERDICT_PASS:
		return;
	case VERDICT_LIMIT:
		if (enforces && named)
			limit_offender(filter, judgement);
		return;
	case VERDICT_DROP:
		stop(filter, "", "a message that the rule drops");
		break;
	case VERDICT_BLOCK:
		stop(filter, "", "a message of a source that the rule blocks");
		if (enforces && named)
			ban_offender(filter, judgement);
		break;
	}
	if (!filter->moment.stop.rule.len)
		filter->moment.stop.rule = rule_name(judgement);
}

/* What a gatekeeper hears is judged by the rules alone. */
static bool is_ras(const struct view *view)
{
	return view->src.port == PORT_RAS || view->dst.port == PORT_RAS ||
	       view->src.port == PORT_DISCOVERY || view->dst.port == PORT_DISCOVERY;
}

void policy_packet(struct filter *filter, bool whole)
{
	const struct view *view = &filter->moment.view;
	if (!filter->moment.known && whole && filter->moment.viewed && !is_ras(view) &&
	        view->protocol == IPPROTO_UDP && !view_keepalive(view)) {
		filter->counters.undecodable++;
		if (filter->settings.undecodable == UNDECODABLE_DROP)
			stop(filter, "policy-undecodable", "not a message of SIP");
	}
	judge_rules(filter);
}
