#define _GNU_SOURCE /* SOCK_SEQPACKET with flags, pthread names */

#include "nfq-filter/share.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/report/json.h"
#include "platform/document.h"
#include "platform/instant.h"
#include "platform/json.h"
#include "platform/store.h"

enum {
	POLL_MS = 100,
	STATE_EVERY_MS = 2000,
	ENTITY_BYTES = 64,
	DETAIL_BYTES = 512,
	SOCKET_BYTES = 8 << 20,
	US_PER_MS = 1000,
	PINHOLES_BYTES = 512 << 10,
};

/* How a word of Redis is known in the words of a ban. */
#define SHARED_MARK "@redis"

struct lists {
	struct store_list blocked, allowed;
};

static void entity_write(struct writer *out, const struct network *network)
{
	const bool v4 = address_is_v4(&network->ip);
	writer_address(out, &network->ip);
	if (ban_single(network))
		return;
	writer_byte(out, '/');
	writer_u64(out, v4 ? network->prefix - 96u : network->prefix);
}

/* Tells Redis; false when it could not be told. */
static bool tell(struct share *share, const struct share_word *word)
{
	char text[ENTITY_BYTES], detail[DETAIL_BYTES];
	struct writer entity = writer_of(text, sizeof(text));
	struct writer out = writer_of(detail, sizeof(detail));
	struct store_problem problem;
	uint64_t number;
	bool removed;
	const struct slice who = slice_text(share->node);
	entity_write(&entity, &word->ban.network);
	if (word->what == SHARE_REMOVE)
		return store_list_remove(
		        share->redis, STORE_BLOCKED, writer_text(&entity), who, &removed);
	struct slice by = slice_text(word->ban.words);
	json_object(&out, NULL);
	json_string(&out, "reason", slice_split(&by, ' '));
	json_string(&out, "by", who);
	json_time(&out, "since", instant_now_us());
	json_object_end(&out);
	const uint64_t now_us = instant_now_us(), until_us = word->ban.until_us;
	if (until_us && until_us <= now_us)
		return true;
	const struct store_entry entry = {.entity = writer_text(&entity),
	        .ttl_ms = until_us ? (until_us - now_us) / US_PER_MS + 1 : 0,
	        .detail = writer_text(&out),
	        .who = who};
	return store_list_add(share->redis, STORE_BLOCKED, &entry, &number, &problem);
}

static void tell_pending(struct share *share)
{
	size_t done = 0;
	while (done < share->pending_count && tell(share, &share->pending[done]))
		done++;
	share->pending_count -= done;
	memmove(share->pending, &share->pending[done],
	        share->pending_count * sizeof(*share->pending));
}

/* Reason and name of the detail, each without blanks. */
static void words_of(struct slice detail, char words[BAN_WORDS_MAX])
{
	struct document_error error;
	struct document *document = json_parse("detail", detail, &error);
	const struct node *root = document ? document->root : NULL;
	const struct node *reason = node_find(root, SLICE("reason"));
	const struct node *by = node_find(root, SLICE("by"));
	const struct slice why = slice_first(reason ? reason->text : SLICE("shared"), 40);
	const struct slice who = slice_first(by ? by->text : SLICE("somebody"), 40);
	(void)snprintf(words, BAN_WORDS_MAX, "%.*s %.*s" SHARED_MARK, (int)why.len,
	        why.data, (int)who.len, who.data);
	for (size_t i = 0, blanks = 0; words[i]; i++)
		if ((unsigned char)words[i] <= ' ' && (i != why.len || blanks++))
			words[i] = '-';
	document_free(&document);
}

static enum share_what what_of(enum store_list_kind kind, enum store_list_what what)
{
	const bool blocked = kind == STORE_BLOCKED;
	switch (what) {
	case STORE_LIST_ADD:
		return blocked ? SHARE_ADD : SHARE_ALLOW;
	case STORE_LIST_DEL:
		return blocked ? SHARE_REMOVE : SHARE_DISALLOW;
	case STORE_LIST_RESET:
	case STORE_LIST_LOST:
		break;
	}
	return blocked ? SHARE_RESET : SHARE_ALLOW_RESET;
}

/* To the packet path, which reads as fast as it can; waits for room. */
static void hand_on(struct share *share, const struct share_word *word)
{
	while (!atomic_load(&share->ending) &&
	        send(share->theirs, word, sizeof(*word), MSG_NOSIGNAL) < 0 &&
	        (errno == EAGAIN || errno == EINTR))
		(void)poll(NULL, 0, 1);
}

static void follow(struct share *share, struct store_list *list)
{
	struct store_list_change change;
	if (!store_list_read(share->redis, list))
		return;
	while (store_list_next(list, &change)) {
		struct share_word word = {.what = what_of(list->kind, change.what)};
		/* Redis began anew, empty: what is in force stays until it expires. */
		if (change.what == STORE_LIST_LOST)
			continue;
		if (change.what == STORE_LIST_ADD || change.what == STORE_LIST_DEL) {
			if (!network_parse(change.entity, &word.ban.network))
				continue;
			words_of(change.detail, word.ban.words);
			word.ban.until_us = change.expires_ms * US_PER_MS;
		}
		hand_on(share, &word);
	}
	if (list->kind != STORE_BLOCKED || list->number == share->handed)
		return;
	const struct share_word end = {.what = SHARE_CAUGHT_UP, .number = list->number};
	hand_on(share, &end);
	share->handed = list->number;
}

static void tell_state(struct share *share)
{
	char applied[24], started[24], at[24];
	const struct slice kind = SLICE("filter");
	(void)snprintf(applied, sizeof(applied), "%llu", atomic_load(&share->applied));
	(void)snprintf(
	        started, sizeof(started), "%llu", (unsigned long long)share->started_ms);
	(void)snprintf(at, sizeof(at), "%llu",
	        (unsigned long long)(instant_now_us() / US_PER_MS));
	const char *const version = RINGFENCE_VERSION;
	const struct slice fields[] = {SLICE("kind"), kind, SLICE("state"), SLICE("fine"),
	        SLICE("version"), slice_text(version), SLICE("blocks"),
	        slice_text(applied), SLICE("started_ms"), slice_text(started),
	        SLICE("at_ms"), slice_text(at)};
	if (store_node_set(share->redis, slice_text(share->node), fields,
	            sizeof(fields) / sizeof(fields[0])))
		(void)redis_run(share->redis);
}

static void tell_pinholes(struct share *share)
{
	(void)pthread_mutex_lock(&share->lock);
	const bool queued = store_pinholes_put(share->redis, slice_text(share->node),
	        slice_of(share->pinholes, share->pinholes_len));
	(void)pthread_mutex_unlock(&share->lock);
	if (queued)
		(void)redis_run(share->redis);
}

static void take_orders(struct share *share)
{
	struct share_word word;
	while (recv(share->theirs, &word, sizeof(word), MSG_DONTWAIT) == sizeof(word)) {
		if (share->pending_count < SHARE_PENDING)
			share->pending[share->pending_count++] = word;
		else
			share->lost++;
	}
}

static void *share_run(void *context)
{
	struct share *share = context;
	struct lists lists = {{.kind = STORE_BLOCKED}, {.kind = STORE_ALLOWED}};
	uint64_t told_ms = 0;
	sigset_t all;
	/* Signals are for the loop that reads them. */
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_BLOCK, &all, NULL);
	while (!atomic_load(&share->ending)) {
		struct pollfd orders = {.fd = share->theirs, .events = POLLIN};
		(void)poll(&orders, 1, POLL_MS);
		take_orders(share);
		tell_pending(share);
		follow(share, &lists.blocked);
		follow(share, &lists.allowed);
		if (instant_steady_ms() - told_ms < STATE_EVERY_MS)
			continue;
		told_ms = instant_steady_ms();
		tell_state(share);
		tell_pinholes(share);
	}
	return NULL;
}

static void widen(int fd)
{
	const int bytes = SOCKET_BYTES;
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof(bytes));
}

bool share_start(struct share *share, const struct redis_settings *settings,
        struct config_error *error)
{
	struct redis_options options;
	int pair[2];
	share->ours = share->theirs = -1;
	if (!settings->address[0])
		return true;
	if (!redis_options_of(settings, &share->place, &options, error))
		return false;
	options.client_name = "ringfence-filter";
	share->started_ms = instant_now_us() / US_PER_MS;
	if (gethostname(share->node, sizeof(share->node) - 16) != 0)
		share->node[0] = 0;
	(void)snprintf(share->node + strlen(share->node), 16, "-filter");
	share->redis = store_open(&options);
	share->pinholes = malloc(PINHOLES_BYTES);
	(void)pthread_mutex_init(&share->lock, NULL);
	if (!share->redis || !share->pinholes ||
	        socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0,
	                pair) != 0) {
		(void)snprintf(
		        error->text, sizeof(error->text), "redis: %s", strerror(errno));
		return false;
	}
	share->ours = pair[0];
	share->theirs = pair[1];
	widen(share->ours);
	widen(share->theirs);
	share->running = pthread_create(&share->thread, NULL, share_run, share) == 0;
	return share->running;
}

void share_stop(struct share *share)
{
	atomic_store(&share->ending, true);
	if (share->running)
		(void)pthread_join(share->thread, NULL);
	share->running = false;
	if (share->redis)
		redis_free(&share->redis);
	if (share->ours > 0)
		(void)close(share->ours);
	if (share->theirs > 0)
		(void)close(share->theirs);
	share->ours = share->theirs = -1;
	free(share->pinholes);
	share->pinholes = NULL;
}

bool share_pinholes_begin(struct share *share, struct writer *out)
{
	/* Who reads it now is given the next one. */
	if (!share->pinholes || pthread_mutex_trylock(&share->lock) != 0)
		return false;
	*out = writer_of(share->pinholes, PINHOLES_BYTES);
	return true;
}

void share_pinholes_end(struct share *share, const struct writer *out)
{
	share->pinholes_len = out->truncated ? 0 : out->len;
	(void)pthread_mutex_unlock(&share->lock);
}

void share_tell(struct share *share, enum share_what what, const struct ban *ban)
{
	const struct share_word word = {.what = what, .ban = *ban};
	if (share->ours > 0)
		(void)send(share->ours, &word, sizeof(word), MSG_NOSIGNAL | MSG_DONTWAIT);
}

bool share_next(struct share *share, struct share_word *word)
{
	return share->ours > 0 && recv(share->ours, word, sizeof(*word), MSG_DONTWAIT) ==
	                                  (ssize_t)sizeof(*word);
}

void share_applied(struct share *share, const struct share_word *word)
{
	if (word->number > atomic_load(&share->applied))
		atomic_store(&share->applied, word->number);
}
