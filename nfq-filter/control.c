#define _GNU_SOURCE /* accept4 */

#include "nfq-filter/control.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "engine/report/json.h"

enum { CLIENTS_WAITING = 16, CLIENT_PATIENCE_MS = 20, SOCKET_MODE = 0660 };

bool control_open(struct control *control, const char *state_directory)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	(void)snprintf(
	        control->path, sizeof(control->path), "%s/filter.sock", state_directory);
	memcpy(address.sun_path, control->path, sizeof(address.sun_path));
	control->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (control->fd < 0)
		return false;
	(void)unlink(control->path);
	if (bind(control->fd, (const struct sockaddr *)&address, sizeof(address)) == 0 &&
	        chmod(control->path, SOCKET_MODE) == 0 &&
	        listen(control->fd, CLIENTS_WAITING) == 0)
		return true;
	control_close(control);
	return false;
}

void control_close(struct control *control)
{
	const int kept = errno;
	if (control->fd >= 0)
		(void)close(control->fd);
	control->fd = -1;
	errno = kept;
}

static void answer_error(struct writer *out, const char *text)
{
	json_object(out, NULL);
	json_literal(out, "error", text);
	json_object_end(out);
}

static void rule_and_who(struct writer *out, const char *words)
{
	struct slice who = slice_text(words);
	const struct slice rule = slice_split(&who, ' ');
	json_string(out, "rule", rule);
	json_string(out, "by", who);
}

static void check(struct filter *filter, struct slice text, struct writer *out)
{
	struct address address;
	struct ban_found found;
	if (!address_parse(text, &address)) {
		answer_error(out, "no address");
		return;
	}
	json_object(out, NULL);
	json_address(out, "address", &address);
	const bool blocked = ban_check(&filter->bans, &address, filter->now_us, &found);
	json_bool(out, "blocked", blocked);
	json_bool(out, "protected", networks_contain(&filter->settings.spared, &address));
	if (blocked) {
		rule_and_who(out, found.ban.words);
		json_literal(out, "where", found.where);
		json_u64(out, "packets", found.packets);
		if (found.ban.until_us)
			json_time(out, "until", found.ban.until_us);
	}
	json_object_end(out);
}

static void result_answer(struct writer *out, enum ban_result result)
{
	json_object(out, NULL);
	json_bool(out, "done", result == BAN_DONE);
	json_literal(out, "text", ban_result_text(result));
	json_object_end(out);
}

static void ban(struct filter *filter, struct slice words, struct writer *out)
{
	struct ban wanted = {0};
	uint64_t seconds = 0;
	if (!network_parse(slice_split(&words, ' '), &wanted.network) ||
	        !slice_to_u64(slice_split(&words, ' '), &seconds)) {
		answer_error(out, "ban ADDRESS[/PREFIX] SECONDS REASON [force]");
		return;
	}
	struct slice reason = slice_split(&words, ' ');
	reason = slice_first(reason, BAN_WORDS_MAX - 12);
	if (seconds)
		wanted.until_us = filter->now_us + seconds * 1000000;
	(void)snprintf(wanted.words, sizeof(wanted.words), "%.*s operator",
	        (int)reason.len, reason.len ? reason.data : "");
	result_answer(
	        out, filter_ban(filter, &wanted, slice_equal(words, SLICE("force"))));
}

static void unban(struct filter *filter, struct slice text, struct writer *out)
{
	struct network network;
	if (!network_parse(text, &network))
		answer_error(out, "no address or network");
	else
		result_answer(out, filter_unban(filter, &network));
}

static void counters_json(const struct filter *filter, struct writer *out)
{
	const struct pinhole_counters *holes = &filter->pinholes.counters;
	const struct session_counters *calls = &filter->sessions.counters;
#define X(name) json_u64(out, #name, filter->counters.name);
	FILTER_COUNTERS(X)
#undef X
	json_u64(out, "pinholes", filter->pinholes.slab.count);
	json_u64(out, "pinholes_opened", holes->opened);
	json_u64(out, "pinholes_closed", holes->closed);
	json_u64(out, "pinholes_refused", holes->refused);
	json_u64(out, "pinholes_full", holes->full);
	json_u64(out, "sessions", filter->sessions.slab.count);
	json_u64(out, "calls_told", atomic_load(&filter->standby.told));
	json_u64(out, "calls_taken", atomic_load(&filter->standby.taken));
	json_u64(out, "translations", filter->nat.slab.count);
	json_u64(out, "sessions_limited", calls->limited);
	json_u64(out, "answers", calls->answers);
	json_u64(out, "unasked", calls->unasked);
	json_u64(out, "bans_added", filter->bans.added);
	json_u64(out, "networks_banned", filter->bans.network_count);
	json_u64(out, "queue_full", filter->losses.queue_full);
	json_u64(out, "socket_full", filter->losses.socket_full);
	json_u64(out, "queue_waiting", filter->losses.waiting);
	json_u64(out, "lines_lost", filter->report.lost);
}

static void status(const struct filter *filter, struct writer *out)
{
	json_object(out, NULL);
	json_literal(out, "table", filter->settings.table);
	json_bool(out, "lasting", filter->firewall.lasting);
	json_bool(out, "ingress", filter->firewall.ingress);
	json_literal(
	        out, "queue", filter->firewall.native_queue ? "native" : "compatible");
	counters_json(filter, out);
	json_object_end(out);
}

void control_answer(struct filter *filter, struct slice request, struct writer *out)
{
	struct slice words = slice_trim(request);
	const struct slice verb = slice_split(&words, ' ');
	if (slice_equal(verb, SLICE("check")))
		check(filter, words, out);
	else if (slice_equal(verb, SLICE("ban")))
		ban(filter, words, out);
	else if (slice_equal(verb, SLICE("unban")))
		unban(filter, words, out);
	else if (slice_equal(verb, SLICE("status")))
		status(filter, out);
	else
		answer_error(out, "check, ban, unban or status");
	writer_byte(out, '\n');
}

/* Everything that waits is answered by now: the successor begins with the next packet. */
static void hand_over(struct filter *filter, int client)
{
	struct handover all = {.queue = queue_fd(filter->queue),
	        .table = netfilter_fd(filter->firewall.netfilter),
	        .sessions = handover_save(&filter->sessions)};
	if (all.sessions < 0)
		return;
	filter->handed_over = handover_answer(client, &all);
	(void)close(all.sessions);
}

static void serve_one(struct filter *filter, int client)
{
	char request[CONTROL_LINE_MAX], text[CONTROL_ANSWER_MAX];
	struct writer out = writer_of(text, sizeof(text));
	struct pollfd patience = {.fd = client, .events = POLLIN};
	if (poll(&patience, 1, CLIENT_PATIENCE_MS) != 1)
		return;
	const ssize_t got = recv(client, request, sizeof(request), 0);
	if (got <= 0)
		return;
	if (slice_starts(slice_of(request, (size_t)got), SLICE("handover"))) {
		hand_over(filter, client);
		return;
	}
	control_answer(filter, slice_of(request, (size_t)got), &out);
	(void)send(client, out.data, out.len, MSG_NOSIGNAL | MSG_DONTWAIT);
}

void control_serve(struct control *control, struct filter *filter)
{
	const int client = accept4(control->fd, NULL, NULL, SOCK_CLOEXEC);
	if (client < 0)
		return;
	serve_one(filter, client);
	(void)close(client);
}
