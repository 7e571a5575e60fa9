#include "nfq-filter/filter.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "engine/track/h323.h"
#include "nfq-filter/helpers.h"
#include "nfq-filter/policy.h"

enum { BATCHES_MAX = 64, TOLD_A_SECOND = 200, SHARED_AT_ONCE = 256, HELPERS_EVERY_S = 5 };

static const uint64_t TICK_US = 100000;

/* Time never stands still from packet to packet: a verdict belongs to one moment. */
static uint64_t next_moment(struct filter *filter)
{
	const uint64_t now_us = instant_now_us();
	filter->now_us = now_us > filter->now_us ? now_us : filter->now_us + 1;
	return filter->now_us;
}

static void tell_not_rewritten(struct filter *filter)
{
	filter->counters.not_rewritten++;
	report_node(&filter->report, filter->now_us,
	        &(struct node_event){
	                "not-rewritten", filter->rewrite.failed, filter->number});
}

static void plan_rewriting(struct filter *filter, const struct message *message)
{
	struct rewrite *rewrite = &filter->rewrite;
	rewrite->nat = &filter->nat;
	rewrite->view = &filter->moment.view;
	rewrite->sip = message->sip;
	rewrite->sdp = message->sdp;
	filter->moment.rewritten = rewrite_plan(rewrite);
	if (filter->moment.rewritten == REWRITE_FAILED)
		tell_not_rewritten(filter);
}

static void see_sip(struct filter *filter, const struct event *event)
{
	filter->moment.sip = event->message->sip;
	filter->moment.known = true;
	policy_message(filter, event);
	if (!filter->moment.stop.action || !policy_enforces(filter, &filter->moment.view))
		session_event(&filter->sessions, event);
	if (filter->settings.nat_rewrite && filter->moment.view.protocol == IPPROTO_UDP)
		plan_rewriting(filter, event->message);
}

/* Media of H.323, and where else the two sides will speak of it. */
static void see_h323(
        struct filter *filter, const struct engine *engine, const struct event *event)
{
	const struct h323_step *step = event->step;
	filter->moment.known = true;
	if (event->kind == EVENT_H225_CALL && step && step->at.port &&
	        !address_none(&step->at.ip))
		(void)firewall_learn(&filter->firewall, &step->at);
	if (event->call && event->call->h323)
		session_h323(&filter->sessions, engine_track(engine), event);
}

void filter_event(void *context, const struct engine *engine, const struct event *event)
{
	struct filter *filter = context;
	const bool sip = event->message && event->message->sip;
	const bool h323 =
	        event->kind == EVENT_H225_CALL || event->kind == EVENT_H245_CHANNEL ||
	        event->kind == EVENT_CALL_ANSWER || event->kind == EVENT_CALL_END;
	if (sip &&
	        (event->kind == EVENT_SIP_REQUEST || event->kind == EVENT_SIP_RESPONSE))
		see_sip(filter, event);
	else if (h323 && (event->step || (event->call && event->call->h323)))
		see_h323(filter, engine, event);
}

void filter_alert(void *context, const struct engine *engine, const struct alert *alert)
{
	static const char *const queue[] = {"queue"};
	struct filter *filter = context;
	const struct report_context about = {.track = engine_track(engine),
	        .rules = engine_rules(engine),
	        .sources = queue,
	        .source_count = 1};
	report_alert(&filter->report, &about, alert);
}

static void closed(void *context, const struct pinhole *pinhole, uint64_t packets)
{
	struct filter *filter = context;
	report_pinhole(&filter->report, filter->now_us, "closed", pinhole, packets);
}

static void ended(void *context, const struct session *session, const char *why)
{
	struct filter *filter = context;
	if (strcmp(why, "idle") == 0)
		report_node(&filter->report, filter->now_us,
		        &(struct node_event){
		                "session-idle", "no media for too long", session->id});
}

static void one_way(void *context, const struct session *session, enum call_side side)
{
	struct filter *filter = context;
	report_node(&filter->report, filter->now_us,
	        &(struct node_event){"one-way-audio",
	                side == CALL_CALLER ? "no media reaches the caller"
	                                    : "no media reaches the callee",
	                session->call});
}

enum ban_result filter_ban(struct filter *filter, const struct ban *ban, bool forced)
{
	char text[64];
	struct writer entity = writer_of(text, sizeof(text));
	const enum ban_result result =
	        ban_add(&filter->bans, ban, filter->now_us, forced);
	const bool from_others = strstr(ban->words, "@redis") != NULL;
	struct slice by = slice_text(ban->words);
	const struct slice rule = slice_split(&by, ' ');
	writer_address(&entity, &ban->network.ip);
	if (result == BAN_DONE && ban_single(&ban->network) &&
	        filter->kill_count < FILTER_KILLS)
		filter->killed[filter->kill_count++] = ban->network.ip;
	if (result == BAN_DONE) {
		pinholes_set_grace(&filter->pinholes, 0);
		(void)sessions_end_of(&filter->sessions, &ban->network);
		pinholes_set_grace(&filter->pinholes, filter->settings.grace_ms * 1000);
	}
	if (result == BAN_DONE && !from_others)
		share_tell(&filter->share, SHARE_ADD, ban);
	filter->counters.banned += result == BAN_DONE;
	filter->counters.not_banned += result != BAN_DONE;
	report_ban(&filter->report, filter->now_us,
	        &(struct ban_event){.what = result == BAN_DONE ? "ban" : "ban-refused",
	                .entity = writer_text(&entity),
	                .rule = rule,
	                .by = result == BAN_DONE
	                              ? by
	                              : slice_of(ban_result_text(result),
	                                        strlen(ban_result_text(result))),
	                .until_us = ban->until_us});
	return result;
}

enum ban_result filter_unban(struct filter *filter, const struct network *network)
{
	const struct ban gone = {.network = *network};
	const enum ban_result result = ban_remove(&filter->bans, network, filter->now_us);
	if (result == BAN_DONE)
		share_tell(&filter->share, SHARE_REMOVE, &gone);
	return result;
}

/* A network of the shared allow list comes or goes. */
static void allow(struct filter *filter, const struct network *network, bool comes)
{
	struct networks *spared = &filter->settings.spared;
	for (size_t i = spared->count; i-- > 0;) {
		const struct network *other = &spared->items[i];
		if (other->prefix == network->prefix &&
		        address_equal(&other->ip, &network->ip))
			spared->items[i] = spared->items[--spared->count];
	}
	if (comes && spared->count < SETTINGS_NETWORKS)
		spared->items[spared->count++] = *network;
	firewall_protect(&filter->firewall);
}

void filter_shared(struct filter *filter)
{
	struct share_word word;
	for (int i = 0; i < SHARED_AT_ONCE && share_next(&filter->share, &word); i++) {
		switch (word.what) {
		case SHARE_ADD:
			(void)filter_ban(filter, &word.ban, false);
			break;
		case SHARE_REMOVE:
			(void)ban_remove(
			        &filter->bans, &word.ban.network, filter->now_us);
			break;
		case SHARE_ALLOW:
		case SHARE_DISALLOW:
			allow(filter, &word.ban.network, word.what == SHARE_ALLOW);
			break;
		case SHARE_RESET:
			bans_forget_shared(&filter->bans, filter->now_us);
			break;
		case SHARE_CAUGHT_UP:
			share_applied(&filter->share, &word);
			break;
		case SHARE_ALLOW_RESET:
			break;
		}
	}
}

static bool commit(struct filter *filter)
{
	/* What the other side will read must work before it does. */
	int error = nat_commit(&filter->nat);
	if (!error)
		error = pinholes_commit(&filter->pinholes);
	if (!error)
		return true;
	filter->counters.failed_commits++;
	report_node(&filter->report, filter->now_us,
	        &(struct node_event){"commit-failed", strerror(error), (uint64_t)error});
	return filter->settings.signalling_open;
}

void filter_stand_by(struct filter *filter)
{
	filter->nat.now_us = filter->sessions.now_us = next_moment(filter);
	standby_take(&filter->standby, &filter->sessions);
	(void)commit(filter);
}

static void tell_stop(struct filter *filter)
{
	const uint64_t second = filter->now_us / 1000000;
	if (second != filter->second) {
		filter->second = second;
		filter->told = 0;
	}
	if (filter->told++ >= TOLD_A_SECOND) {
		filter->counters.untold++;
		return;
	}
	const struct report_message message = {.time_us = filter->now_us,
	        .view = &filter->moment.view,
	        .sip = filter->moment.sip};
	report_stop(&filter->report, &message, &filter->moment.stop);
}

/* A source that a rule limits is not even looked at once it has sent enough. */
static bool over_its_limit(struct filter *filter)
{
	struct moment *moment = &filter->moment;
	const struct limited *limited =
	        moment->viewed ? limit_exceeded(&filter->limits, &moment->view.src.ip,
	                                 filter->now_us)
	                       : NULL;
	if (!limited)
		return false;
	filter->counters.limited++;
	moment->stop = (struct stop){.action = "limit",
	        .rule = slice_text(limited->rule),
	        .why = SLICE("more messages than the rule leaves to this source"),
	        .until_us = limited->until_us};
	return true;
}

static void judge(struct filter *filter, const struct queue_packet *queued)
{
	const struct packet packet = {.time_us = filter->now_us,
	        .data = queued->data,
	        .len = queued->len,
	        .wire_len = queued->whole_len,
	        .number = filter->number,
	        .link = LINK_RAW};
	if (over_its_limit(filter))
		return;
	(void)engine_packet(filter->engine, &packet);
	policy_packet(filter, queued->len == queued->whole_len);
}

static void let_go(struct filter *filter, const struct queue_packet *queued)
{
	struct rewrite *rewrite = &filter->rewrite;
	filter->counters.passed++;
	if (filter->moment.rewritten != REWRITE_DONE) {
		queue_accept(filter->queue, queued->id);
		return;
	}
	if (rewrite_make(rewrite, queued->data, queued->len) == REWRITE_DONE) {
		filter->counters.rewritten++;
		queue_accept_changed(
		        filter->queue, queued->id, rewrite->packet, rewrite->len);
	} else {
		tell_not_rewritten(filter);
		queue_accept(filter->queue, queued->id);
	}
}

static void hold_back(struct filter *filter, const struct queue_packet *queued)
{
	const struct view *view = &filter->moment.view;
	filter->counters.dropped++;
	pinholes_cancel(&filter->pinholes);
	/* TCP would send it again, and again, until it passes as a copy. */
	if (view->protocol == IPPROTO_TCP)
		firewall_end(&filter->firewall, &view->src, &view->dst);
	queue_drop(filter->queue, queued->id);
}

static void filter_packet(struct filter *filter, const struct queue_packet *queued)
{
	struct moment *moment = &filter->moment;
	*moment = (struct moment){0};
	filter->number++;
	filter->counters.packets++;
	filter->nat.now_us = next_moment(filter);
	moment->viewed = view_open(&moment->view, queued->data, queued->len);
	judge(filter, queued);
	if (moment->stop.action) {
		moment->stop.would = !policy_enforces(filter, &moment->view);
		filter->counters.would_drop += moment->stop.would;
		tell_stop(filter);
	}
	const bool passes = !moment->stop.action || moment->stop.would;
	if (passes && commit(filter))
		let_go(filter, queued);
	else
		hold_back(filter, queued);
}

bool filter_queue(struct filter *filter)
{
	struct queue_packet packets[QUEUE_BATCH];
	for (int batch = 0; batch < BATCHES_MAX; batch++) {
		const size_t count = queue_receive(filter->queue, packets);
		for (size_t i = 0; i < count; i++)
			filter_packet(filter, &packets[i]);
		if (!queue_flush(filter->queue) && errno != EAGAIN && errno != ENOBUFS)
			return false;
		if (count < QUEUE_BATCH)
			break;
	}
	return true;
}

/* The connections of those that were banned since the last tick. */
static void kill_connections(struct filter *filter)
{
	if (filter->kill_count && filter->conntrack)
		(void)conntrack_kill(
		        filter->conntrack, filter->killed, filter->kill_count);
	filter->kill_count = 0;
}

/* An active helper of the kernel is told once, when its signs first show. */
static void tell_helpers(struct filter *filter)
{
	if (filter->helpers_told ||
	        filter->now_us - filter->helpers_us < HELPERS_EVERY_S * 1000000ull)
		return;
	filter->helpers_us = filter->now_us;
	const char *sign = helpers_sign();
	if (!sign)
		return;
	filter->helpers_told = true;
	log_write(&filter->log, LOG_LEVEL_WARNING, "%s: it opens holes of its own", sign);
	report_node(&filter->report, filter->now_us,
	        &(struct node_event){"kernel-helper", sign, 1});
}

static void tell_losses(struct filter *filter)
{
	struct queue_losses losses;
	if (!queue_losses(filter->queue, &losses))
		return;
	if (losses.queue_full > filter->losses.queue_full)
		report_node(&filter->report, filter->now_us,
		        &(struct node_event){"queue-full",
		                "packets came faster than verdicts: the queue was full",
		                losses.queue_full - filter->losses.queue_full});
	if (losses.socket_full > filter->losses.socket_full)
		report_node(&filter->report, filter->now_us,
		        &(struct node_event){"socket-full",
		                "the socket's buffer had no room for a packet",
		                losses.socket_full - filter->losses.socket_full});
	filter->losses = losses;
}

/* Somebody flushed the ruleset, and the kernel let it happen. */
static void rebuild(struct filter *filter)
{
	struct firewall_error error = {{0}};
	filter->counters.rebuilt++;
	if (!firewall_install(&filter->firewall, &error)) {
		log_write(&filter->log, LOG_LEVEL_ERROR, "%s", error.text);
		return;
	}
	bans_reinstall(&filter->bans, filter->now_us);
	nat_reinstall(&filter->nat);
	(void)pinholes_reinstall(&filter->pinholes);
	report_node(&filter->report, filter->now_us,
	        &(struct node_event){"table-lost",
	                "somebody removed our table: it was built again",
	                filter->counters.rebuilt});
}

void filter_tick(struct filter *filter)
{
	const struct pinhole_watcher holes = {filter, closed};
	const struct session_watcher calls = {filter, one_way, ended};
	filter->tick_us = next_moment(filter);
	pinholes_advance(&filter->pinholes, filter->now_us, &holes);
	engine_advance(filter->engine, filter->now_us);
	sessions_advance(&filter->sessions, filter->now_us, &calls);
	nat_advance(&filter->nat, filter->now_us);
	standby_tell(&filter->standby, &filter->sessions);
	bans_advance(&filter->bans, filter->now_us);
	kill_connections(filter);
	if (!firewall_intact(&filter->firewall))
		rebuild(filter);
	tell_losses(filter);
	tell_helpers(filter);
	report_flush(&filter->report);
}

uint64_t filter_due_us(const struct filter *filter)
{
	const uint64_t tick_us = filter->tick_us + TICK_US;
	const uint64_t due_us = pinholes_due_us(&filter->pinholes);
	return due_us < tick_us ? due_us : tick_us;
}
