#define _GNU_SOURCE /* SOCK_SEQPACKET with flags */

#include "nfq-filter/standby.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "platform/instant.h"
#include "platform/store.h"

enum {
	POLL_MS = 100,
	TOLD_AT_ONCE = 500,
	TAKEN_AT_ONCE = 1000,
	KEY_BYTES = 160,
	SOCKET_BYTES = 16 << 20,
};

struct names {
	char calls[KEY_BYTES], log[KEY_BYTES], key[KEY_BYTES];
};

static struct names names_of(const char *group)
{
	struct names names;
	(void)snprintf(names.calls, sizeof(names.calls), "rf:calls:{%s}", group);
	(void)snprintf(names.log, sizeof(names.log), "rf:calls:{%s}:log", group);
	(void)snprintf(names.key, sizeof(names.key), "rf:calls:{%s}:key", group);
	return names;
}

static size_t word_bytes(const struct standby_word *word)
{
	return offsetof(struct standby_word, image) + word->image_len;
}

/* A session's name in Redis. */
struct call_name {
	char text[40];
};

static struct slice name_of(const struct standby_word *word, struct call_name *name)
{
	(void)snprintf(name->text, sizeof(name->text), "%016llx%016llx",
	        (unsigned long long)word->call, (unsigned long long)word->tag);
	return slice_text(name->text);
}

static uint64_t hex_of(struct slice text)
{
	uint64_t value = 0;
	for (size_t i = 0; i < text.len; i++) {
		const char byte = text.data[i];
		value = value << 4 |
		        (uint64_t)(byte <= '9' ? byte - '0' : byte - 'a' + 10);
	}
	return value;
}

/* What the packet path says, on to Redis. */
static void pass_on(struct standby *standby, const struct names *names)
{
	struct standby_word *word = &standby->word;
	const struct slice calls = slice_text(names->calls), log = slice_text(names->log);
	int count = 0;
	while (count < TOLD_AT_ONCE &&
	        recv(standby->theirs, word, sizeof(*word), MSG_DONTWAIT) > 0) {
		struct call_name text;
		const struct slice name = name_of(word, &text);
		const struct slice image = slice_of(word->image, word->image_len);
		const bool queued =
		        word->what == STANDBY_END
		                ? redis_add(standby->redis, calls,
		                          REDIS_ARGS(SLICE("HDEL"), calls, name))
		                : redis_add(standby->redis, calls,
		                          REDIS_ARGS(SLICE("HSET"), calls, name, image));
		if (!queued || !redis_add(standby->redis, log,
		                       REDIS_ARGS(SLICE("XADD"), log, SLICE("MAXLEN"),
		                               SLICE("~"), SLICE("100000"), SLICE("*"),
		                               SLICE("k"), name, SLICE("i"), image,
		                               SLICE("n"), slice_text(standby->node))))
			break;
		count++;
	}
	if (!count)
		return;
	if (redis_run(standby->redis))
		atomic_fetch_add(&standby->told, (unsigned)count);
	else
		standby->known = false;
}

/* To the packet path, which reads as fast as it can; waits for room. */
static void hand_on(struct standby *standby, enum standby_what what, struct slice name,
        struct slice image)
{
	struct standby_word *word = &standby->word;
	if (image.len > sizeof(word->image) || (what != STANDBY_ANEW && name.len != 32))
		return;
	word->what = what;
	word->call = hex_of(slice_first(name, 16));
	word->tag = hex_of(slice_from(name, 16));
	word->image_len = (uint32_t)image.len;
	if (image.len)
		memcpy(word->image, image.data, image.len);
	while (!atomic_load(&standby->ending) &&
	        send(standby->theirs, word, word_bytes(word), MSG_NOSIGNAL) < 0 &&
	        (errno == EAGAIN || errno == EINTR))
		(void)poll(NULL, 0, 1);
}

static void position_set(struct standby *standby, struct slice id)
{
	(void)snprintf(standby->position, sizeof(standby->position), "%.*s", (int)id.len,
	        id.data);
}

/* All that is there; the log is followed from before it was looked at. */
static bool snapshot(struct standby *standby, const struct names *names)
{
	const struct slice log = slice_text(names->log), calls = slice_text(names->calls);
	const struct redis_reply *last = redis_ask(standby->redis, log,
	        REDIS_ARGS(SLICE("XREVRANGE"), log, SLICE("+"), SLICE("-"),
	                SLICE("COUNT"), SLICE("1")));
	if (redis_kind(last) != REDIS_LIST)
		return false;
	position_set(standby, redis_count(last)
	                              ? redis_text(redis_item(redis_item(last, 0), 0))
	                              : SLICE("0-0"));
	const struct redis_reply *all =
	        redis_ask(standby->redis, calls, REDIS_ARGS(SLICE("HGETALL"), calls));
	if (redis_kind(all) != REDIS_LIST)
		return false;
	for (size_t i = 0; i + 1 < redis_count(all); i += 2)
		hand_on(standby, STANDBY_FIRST, redis_text(redis_item(all, i)),
		        redis_text(redis_item(all, i + 1)));
	hand_on(standby, STANDBY_ANEW, (struct slice){NULL, 0}, (struct slice){NULL, 0});
	standby->connections = redis_connections(standby->redis);
	return true;
}

static void follow(struct standby *standby, const struct names *names)
{
	const struct slice log = slice_text(names->log);
	char from[sizeof(standby->position) + 1];
	if (standby->connections != redis_connections(standby->redis))
		standby->known = false;
	if (!standby->known) {
		standby->known = snapshot(standby, names);
		return;
	}
	(void)snprintf(from, sizeof(from), "(%s", standby->position);
	const struct redis_reply *changes = redis_ask(standby->redis, log,
	        REDIS_ARGS(SLICE("XRANGE"), log, slice_text(from), SLICE("+"),
	                SLICE("COUNT"), SLICE("1000")));
	if (redis_kind(changes) != REDIS_LIST) {
		standby->known = false;
		return;
	}
	for (size_t i = 0; i < redis_count(changes); i++) {
		const struct redis_reply *change = redis_item(changes, i);
		const struct redis_reply *fields = redis_item(change, 1);
		const struct slice image = redis_text(redis_field(fields, SLICE("i")));
		const struct slice node = redis_text(redis_field(fields, SLICE("n")));
		position_set(standby, redis_text(redis_item(change, 0)));
		if (!slice_equal(node, slice_text(standby->node)))
			hand_on(standby, image.len ? STANDBY_CALL : STANDBY_END,
			        redis_text(redis_field(fields, SLICE("k"))), image);
	}
}

static void *run(void *context)
{
	struct standby *standby = context;
	const struct names names = names_of(standby->group);
	sigset_t all;
	/* Signals are for the loop that reads them. */
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_BLOCK, &all, NULL);
	while (!atomic_load(&standby->ending)) {
		struct pollfd orders = {.fd = standby->theirs, .events = POLLIN};
		(void)poll(&orders, 1, POLL_MS);
		pass_on(standby, &names);
		follow(standby, &names);
	}
	pass_on(standby, &names);
	return NULL;
}

static struct redis *client(const struct redis_settings *settings,
        struct redis_place *place, struct config_error *error)
{
	struct redis_options options;
	if (!redis_options_of(settings, place, &options, error))
		return NULL;
	options.client_name = "ringfence-filter";
	return store_open(&options);
}

bool standby_key(
        const struct redis_settings *settings, const char *group, struct hash_key *key)
{
	struct redis_place place = {0};
	struct config_error error;
	if (!group[0] || !settings->address[0])
		return false;
	struct redis *redis = client(settings, &place, &error);
	const struct names names = names_of(group);
	const struct slice at = slice_text(names.key);
	const bool asked =
	        redis &&
	        redis_add(redis, at,
	                REDIS_ARGS(SLICE("HSETNX"), at, SLICE("key"),
	                        slice_of(key, sizeof(*key)))) &&
	        redis_add(redis, at, REDIS_ARGS(SLICE("HGET"), at, SLICE("key"))) &&
	        redis_run(redis);
	const struct slice found =
	        asked ? redis_text(redis_answer(redis, 1)) : (struct slice){NULL, 0};
	const bool fine = found.len == sizeof(*key);
	if (fine)
		memcpy(key, found.data, sizeof(*key));
	if (redis)
		redis_free(&redis);
	return fine;
}

bool standby_start(struct standby *standby, const struct redis_settings *settings,
        const char *group, struct config_error *error)
{
	const int bytes = SOCKET_BYTES;
	int pair[2];
	standby->ours = standby->theirs = -1;
	standby->group = group;
	if (!group[0] || !settings->address[0])
		return true;
	if (gethostname(standby->node, sizeof(standby->node) - 24) != 0)
		standby->node[0] = 0;
	/* Two routers may have the same name; a run of this program has its number. */
	(void)snprintf(standby->node + strlen(standby->node), 24, "-%08x",
	        (unsigned)instant_now_us());
	standby->redis = client(settings, &standby->place, error);
	if (!standby->redis)
		return false;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) !=
	        0) {
		(void)snprintf(
		        error->text, sizeof(error->text), "standby: %s", strerror(errno));
		return false;
	}
	standby->ours = pair[0];
	standby->theirs = pair[1];
	for (int i = 0; i < 2; i++)
		(void)setsockopt(
		        pair[i], SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof(bytes));
	standby->running = pthread_create(&standby->thread, NULL, run, standby) == 0;
	return standby->running;
}

void standby_stop(struct standby *standby)
{
	atomic_store(&standby->ending, true);
	if (standby->running)
		(void)pthread_join(standby->thread, NULL);
	standby->running = false;
	if (standby->redis)
		redis_free(&standby->redis);
	if (standby->ours > 0)
		(void)close(standby->ours);
	if (standby->theirs > 0)
		(void)close(standby->theirs);
	standby->ours = standby->theirs = -1;
}

static bool say(struct standby *standby)
{
	const struct standby_word *word = &standby->ours_word;
	const size_t bytes = word_bytes(word);
	return send(standby->ours, word, bytes, MSG_NOSIGNAL | MSG_DONTWAIT) ==
	       (ssize_t)bytes;
}

void standby_tell(struct standby *standby, struct sessions *sessions)
{
	struct standby_word *word = &standby->ours_word;
	struct session_gone gone;
	if (standby->ours <= 0)
		return;
	word->image_len = 0;
	word->what = STANDBY_END;
	while (session_gone_next(sessions, &gone)) {
		word->call = gone.call;
		word->tag = gone.tag;
		if (!say(standby))
			atomic_fetch_add(&standby->lost, 1);
	}
	word->what = STANDBY_CALL;
	for (int i = 0; i < TOLD_AT_ONCE && sessions->changed.front; i++) {
		const uint32_t index = sessions->changed.front;
		word->call = session_at(sessions, index)->call;
		word->tag = session_at(sessions, index)->tag;
		word->image_len = (uint32_t)session_image(sessions, index, word->image);
		/* No room: it stays for the next time. */
		if (!say(standby))
			return;
		session_told(sessions, index);
	}
}

void standby_take(struct standby *standby, struct sessions *sessions)
{
	struct standby_word *word = &standby->ours_word;
	for (int i = 0; standby->ours > 0 && i < TAKEN_AT_ONCE &&
	                recv(standby->ours, word, sizeof(*word), MSG_DONTWAIT) > 0;
	        i++) {
		const struct slice image = slice_of(word->image, word->image_len);
		switch (word->what) {
		case STANDBY_CALL:
		case STANDBY_FIRST:
			session_adopt(sessions, image, word->what == STANDBY_FIRST);
			atomic_fetch_add(&standby->taken, 1);
			break;
		case STANDBY_END:
			session_ended_elsewhere(sessions, word->call, word->tag);
			break;
		case STANDBY_ANEW:
			sessions_tell_all(sessions);
			break;
		}
	}
}
