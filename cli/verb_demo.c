/*
 * ringfence demo: everything on this machine, without configuration. A folder of its own
 * holds a private Redis on a Unix socket and the API's archive; the shipped captures are
 * uploaded and judged. Ctrl-C ends the programs and removes the folder.
 */
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli/exit.h"
#include "cli/option.h"
#include "cli/program.h"
#include "cli/verb.h"
#include "engine/detect/document.h"
#include "platform/document.h"
#include "platform/file.h"
#include "platform/http_client.h"
#include "platform/json.h"

enum {
	PATH_BYTES = 4096,
	LINE_BYTES = 1024,
	START_MS = 15000,
	PASSWORD_BYTES = 24,
};

struct demo {
	const char *listen;
	const char *captures;
	bool once; /* end when everything is there: for tests */
	char directory[PATH_BYTES];
	char program[PATH_BYTES]; /* ringfence itself */
	char api[PATH_BYTES];     /* beside it */
	char url[LINE_BYTES];
	char secret[LINE_BYTES]; /* of the set-up link */
	char password[PASSWORD_BYTES];
	pid_t redis;
	pid_t server;
	struct http_client *client;
};

extern char **environ;

static volatile sig_atomic_t ended;

static void on_signal(int number)
{
	(void)number;
	ended = 1;
}

static void pause_ms(long ms)
{
	const struct timespec time = {ms / 1000, ms % 1000 * 1000000};
	(void)nanosleep(&time, NULL);
}

/* Starts a program with its output in a file. */
static pid_t start(const char *const *arguments, const char *output)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	pid_t process = -1;
	if (posix_spawn_file_actions_init(&actions) != 0)
		return -1;
	if (posix_spawnattr_init(&attributes) != 0) {
		(void)posix_spawn_file_actions_destroy(&actions);
		return -1;
	}
	/* A group of its own: Ctrl-C is ours, we end them in their order. */
	(void)posix_spawnattr_setpgroup(&attributes, 0);
	(void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
	(void)posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	(void)posix_spawn_file_actions_addopen(
	        &actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	(void)posix_spawn_file_actions_adddup2(&actions, 1, 2);
	if (posix_spawnp(&process, arguments[0], &actions, &attributes,
	            (char *const *)(uintptr_t)arguments, environ) != 0)
		process = -1;
	(void)posix_spawnattr_destroy(&attributes);
	(void)posix_spawn_file_actions_destroy(&actions);
	return process;
}

static void stop(pid_t *process)
{
	if (*process <= 0)
		return;
	(void)kill(*process, SIGTERM);
	while (waitpid(*process, NULL, 0) < 0 && errno == EINTR)
		;
	*process = 0;
}

static bool place(const struct demo *demo, const char *name, char path[PATH_BYTES])
{
	const int len = snprintf(path, PATH_BYTES, "%s/%s", demo->directory, name);
	return len > 0 && len < PATH_BYTES;
}

/* The text behind a mark in a file, up to the end of its line. */
static bool line_find(const struct demo *demo, const char *name, const char *mark,
        char text[LINE_BYTES])
{
	char path[PATH_BYTES];
	struct file_text file;
	struct file_error error;
	if (!place(demo, name, path) || !file_read(path, 1 << 20, &file, &error))
		return false;
	const char *at = strstr(file.data, mark);
	if (at) {
		at += strlen(mark);
		(void)snprintf(text, LINE_BYTES, "%.*s", (int)strcspn(at, "\n"), at);
	}
	file_text_free(&file);
	return at != NULL;
}

static bool programs_find(struct demo *demo)
{
	if (program_beside("ringfence", demo->program) &&
	        program_beside("ringfence-api", demo->api))
		return true;
	fprintf(stderr, "ringfence: ringfence-api is missing beside this program\n");
	return false;
}

static bool redis_start(struct demo *demo)
{
	char socket[PATH_BYTES];
	char output[PATH_BYTES];
	if (!place(demo, "redis.sock", socket) || !place(demo, "redis.log", output))
		return false;
	const char *const arguments[] = {"redis-server", "--port", "0", "--unixsocket",
	        socket, "--unixsocketperm", "700", "--dir", demo->directory, "--save", "",
	        "--appendonly", "no", NULL};
	demo->redis = start(arguments, output);
	for (int waited = 0; demo->redis > 0 && waited < START_MS; waited += 50) {
		if (access(socket, F_OK) == 0)
			return true;
		pause_ms(50);
	}
	fprintf(stderr, "ringfence: redis-server does not start; install it, please\n");
	return false;
}

static bool api_start(struct demo *demo)
{
	char config[PATH_BYTES];
	char output[PATH_BYTES];
	char text[PATH_BYTES * 4];
	char line[LINE_BYTES];
	struct file_error error;
	if (!place(demo, "api.yaml", config) || !place(demo, "api.log", output))
		return false;
	(void)snprintf(text, sizeof(text),
	        "api:\n  listen: \"%s\"\n  directory: %s/data\n  program: %s\n"
	        "redis:\n  address: %s/redis.sock\n",
	        demo->listen, demo->directory, demo->program, demo->directory);
	if (!file_write(config, slice_text(text), &error)) {
		fprintf(stderr, "ringfence: %s: %s\n", config, error.text);
		return false;
	}
	const char *const arguments[] = {demo->api, "--config", config, NULL};
	demo->server = start(arguments, output);
	for (int waited = 0; demo->server > 0 && waited < START_MS; waited += 50) {
		/* The link of a new archive comes a moment behind the address. */
		if (line_find(demo, "api.log", "listens on ", line) &&
		        line_find(demo, "api.log", "#setup=", demo->secret)) {
			line[strlen(line) - 1] = 0; /* the slash */
			(void)snprintf(demo->url, sizeof(demo->url), "%s", line);
			return true;
		}
		if (waitpid(demo->server, NULL, WNOHANG) > 0)
			demo->server = 0;
		pause_ms(50);
	}
	if (line_find(demo, "api.log", "error: ", line))
		fprintf(stderr, "ringfence: %s\n", line);
	else
		fprintf(stderr, "ringfence: ringfence-api does not start\n");
	return false;
}

/* Asks, and takes one text member out of the answer; member NULL: none. */
static bool ask(struct demo *demo, const struct http_question *question,
        const char *member, char text[LINE_BYTES])
{
	struct http_answer answer;
	struct document_error error;
	bool fine =
	        http_client_ask(demo->client, question, &answer) && answer.status < 300;
	if (fine && member) {
		struct document *document =
		        json_parse("", buffer_text(&answer.body), &error);
		const struct node *node =
		        document ? node_find(document->root, slice_text(member)) : NULL;
		fine = node != NULL;
		if (fine)
			(void)snprintf(text, LINE_BYTES, "%.*s", (int)node->text.len,
			        node->text.data);
		document_free(&document);
	}
	if (!fine)
		fprintf(stderr, "ringfence: %s: %.*s\n", question->path,
		        (int)answer.body.len, answer.body.data ? answer.body.data : "");
	buffer_free(&answer.body);
	return fine;
}

/* The first user, with a password that only this demo knows. */
static bool user_make(struct demo *demo)
{
	static const char LETTERS[] = "abcdefghijkmnpqrstuvwxyz23456789";
	unsigned char random[PASSWORD_BYTES];
	char body[LINE_BYTES * 2];
	const int from = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
	const bool drawn =
	        from >= 0 && read(from, random, sizeof(random)) == sizeof(random);
	if (from >= 0)
		(void)close(from);
	if (!drawn) {
		fprintf(stderr, "ringfence: /dev/urandom gives nothing\n");
		return false;
	}
	for (size_t i = 0; i + 1 < sizeof(demo->password); i++)
		demo->password[i] = LETTERS[random[i] % (sizeof(LETTERS) - 1)];
	(void)snprintf(body, sizeof(body),
	        "{\"secret\":\"%s\",\"name\":\"demo\",\"password\":\"%s\"}", demo->secret,
	        demo->password);
	const struct http_question setup = {.method = "POST",
	        .path = "/api/v1/setup",
	        .content_type = "application/json",
	        .body = slice_text(body)};
	return ask(demo, &setup, NULL, NULL);
}

static bool capture_play(struct demo *demo, const char *path, const char *name)
{
	char target[PATH_BYTES];
	char id[LINE_BYTES];
	(void)snprintf(target, sizeof(target), "/api/v1/captures?name=%s", name);
	const struct http_question upload = {.method = "POST",
	        .path = target,
	        .content_type = "application/octet-stream",
	        .file = path};
	if (!ask(demo, &upload, "id", id))
		return false;
	(void)snprintf(target, sizeof(target), "/api/v1/captures/%s/replay", id);
	const struct http_question replay = {.method = "POST", .path = target};
	return ask(demo, &replay, NULL, NULL);
}

static bool captures_play(struct demo *demo)
{
	static const char *const FOLDERS[] = {"attack", "benign"};
	char folder[PATH_BYTES];
	char path[PATH_BYTES * 2];
	struct file_error error;
	struct file_list list;
	size_t played = 0;
	for (size_t f = 0; f < 2; f++) {
		(void)snprintf(
		        folder, sizeof(folder), "%s/%s", demo->captures, FOLDERS[f]);
		if (!file_list(folder, ".pcap", &list, &error)) {
			fprintf(stderr, "ringfence: %s: %s\n", folder, error.text);
			return false;
		}
		for (size_t i = 0; i < list.count && !ended; i++) {
			(void)snprintf(
			        path, sizeof(path), "%s/%s", folder, list.names[i]);
			played += capture_play(demo, path, list.names[i]);
		}
		file_list_free(&list);
	}
	printf("%zu captures of attacks and of ordinary calls are being judged.\n",
	        played);
	return played > 0;
}

/* The folder with all that is in it; links are removed, not followed. */
static void folder_remove(char *path)
{
	char *const roots[] = {path, NULL};
	FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	for (FTSENT *entry; tree && (entry = fts_read(tree));)
		if (entry->fts_info != FTS_D)
			(void)remove(entry->fts_accpath);
	if (tree)
		(void)fts_close(tree);
}

static void demo_end(struct demo *demo)
{
	http_client_free(&demo->client);
	stop(&demo->server);
	stop(&demo->redis);
	if (demo->directory[0])
		folder_remove(demo->directory);
}

static int demo_run(struct demo *demo)
{
	(void)snprintf(
	        demo->directory, sizeof(demo->directory), "/tmp/ringfence-demo-XXXXXX");
	if (!mkdtemp(demo->directory)) {
		demo->directory[0] = 0;
		fprintf(stderr, "ringfence: /tmp takes no folder\n");
		return EXIT_ENVIRONMENT;
	}
	if (!programs_find(demo) || !redis_start(demo) || !api_start(demo))
		return EXIT_ENVIRONMENT;
	const struct http_client_options options = {
	        .server = demo->url, .token = NULL, .keep_cookies = true};
	demo->client = http_client_new(&options);
	if (!demo->client || !user_make(demo) || !captures_play(demo))
		return EXIT_ENVIRONMENT;
	printf("\nThe page:  %s/\n   name      demo\n   password  %s\n\n%s\n", demo->url,
	        demo->password,
	        demo->once ? "" : "Ctrl-C ends it and leaves nothing behind.");
	(void)fflush(stdout);
	while (!ended && !demo->once)
		pause_ms(200);
	return EXIT_FINE;
}

int verb_demo(int argc, char **argv)
{
	static const struct usage USAGE = {"demo", NULL, NULL,
	        "Everything on this machine, without configuration: a private Redis, the "
	        "API and\n"
	        "its page on loopback, the shipped captures judged. Ctrl-C leaves "
	        "nothing behind.",
	        "ringfence demo"};
	struct demo demo = {
	        .listen = "127.0.0.1:8060", .captures = RINGFENCE_CAPTURES_DIR};
	const struct option options[] = {
	        {"listen", 0, OPTION_TEXT, "ADDRESS",
	                "where the page is, 127.0.0.1:8060 unless given", &demo.listen},
	        {"captures", 0, OPTION_TEXT, "DIR",
	                "whose attack/ and benign/ are judged", &demo.captures},
	        {"once", 0, OPTION_FLAG, NULL, "end as soon as everything runs",
	                &demo.once},
	};
	struct arguments arguments = {argc, argv};
	const struct sigaction action = {.sa_handler = on_signal};
	int code;
	if (!options_read(&USAGE, options, sizeof(options) / sizeof(options[0]),
	            &arguments, &code))
		return code;
	(void)sigaction(SIGINT, &action, NULL);
	(void)sigaction(SIGTERM, &action, NULL);
	code = demo_run(&demo);
	demo_end(&demo);
	return ended ? EXIT_FINE : code;
}
