#include "dashboard-api/program.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dashboard-api/paging.h"
#include "dashboard-api/problem.h"

enum { OUTPUT_BYTES_MAX = 64 << 20, ERRORS_BYTES_MAX = 65536 };

struct run {
	struct api *api;
	const struct http_request *request;
	pid_t process;
	int output;
	int errors;
	struct buffer printed;
	struct buffer complaint;
	char *written; /* NULL = none */
	int status;    /* of waitpid */
	bool done;     /* set before the request is resumed, read after */
};

extern char **environ;

static bool pipe_open(int ends[2])
{
	if (pipe(ends) != 0)
		return false;
	(void)fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	(void)fcntl(ends[1], F_SETFD, FD_CLOEXEC);
	return true;
}

/* Starts it with the signals of a fresh program: ours are blocked. */
static pid_t spawn(
        const char *const *arguments, const posix_spawn_file_actions_t *actions)
{
	posix_spawnattr_t attributes;
	sigset_t signals;
	pid_t process = -1;
	if (posix_spawnattr_init(&attributes) != 0)
		return -1;
	(void)sigemptyset(&signals);
	(void)posix_spawnattr_setsigmask(&attributes, &signals);
	(void)sigaddset(&signals, SIGPIPE);
	(void)posix_spawnattr_setsigdefault(&attributes, &signals);
	(void)posix_spawnattr_setflags(
	        &attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	if (posix_spawnp(&process, arguments[0], actions, &attributes,
	            (char *const *)(uintptr_t)arguments, environ) != 0)
		process = -1;
	(void)posix_spawnattr_destroy(&attributes);
	return process;
}

pid_t program_start(const char *const *arguments, int *output, int *errors)
{
	posix_spawn_file_actions_t actions;
	int printed[2];
	int complaint[2] = {-1, -1};
	pid_t process = -1;

	if (!pipe_open(printed))
		return -1;
	if (errors && !pipe_open(complaint))
		goto out_printed;
	if (posix_spawn_file_actions_init(&actions) != 0)
		goto out_complaint;
	(void)posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	(void)posix_spawn_file_actions_adddup2(&actions, printed[1], 1);
	if (errors)
		(void)posix_spawn_file_actions_adddup2(&actions, complaint[1], 2);
	else
		(void)posix_spawn_file_actions_addopen(
		        &actions, 2, "/dev/null", O_WRONLY, 0);
	process = spawn(arguments, &actions);
	(void)posix_spawn_file_actions_destroy(&actions);
out_complaint:
	if (errors) {
		(void)close(complaint[1]);
		if (process < 0)
			(void)close(complaint[0]);
		else
			*errors = complaint[0];
	}
out_printed:
	(void)close(printed[1]);
	if (process < 0)
		(void)close(printed[0]);
	else
		*output = printed[0];
	return process;
}

static void pipe_read(int from, struct buffer *into)
{
	char block[16384];
	ssize_t bytes;
	while ((bytes = read(from, block, sizeof(block))) > 0 ||
	        (bytes < 0 && errno == EINTR))
		if (bytes > 0)
			buffer_slice(into, slice_of(block, (size_t)bytes));
	(void)close(from);
}

/* The thread of one program. Its complaints fit into the pipe's own buffer. */
static void *run_watch(void *context)
{
	struct run *run = context;
	pipe_read(run->output, &run->printed);
	pipe_read(run->errors, &run->complaint);
	while (waitpid(run->process, &run->status, 0) < 0 && errno == EINTR)
		;
	run->done = true;
	struct api *api = run->api;
	/* The run is the server's thread's from here on. */
	http_resume(api->server, run->request);
	(void)atomic_fetch_sub(&api->programs, 1);
	return NULL;
}

static void run_free(struct run *run)
{
	if (run->written)
		(void)unlink(run->written);
	free(run->written);
	buffer_free(&run->printed);
	buffer_free(&run->complaint);
	free(run);
}

static bool run_begin(
        struct visit *visit, const char *const *arguments, const char *written)
{
	struct run *run = calloc(1, sizeof(*run));
	pthread_t thread;
	if (!run)
		return false;
	*run = (struct run){.api = visit->api,
	        .request = visit->request,
	        .printed = buffer_of(OUTPUT_BYTES_MAX),
	        .complaint = buffer_of(ERRORS_BYTES_MAX)};
	run->written = written ? strdup(written) : NULL;
	if ((written && !run->written) || (run->process = program_start(arguments,
	                                           &run->output, &run->errors)) < 0) {
		run_free(run);
		return false;
	}
	if (pthread_create(&thread, NULL, run_watch, run) != 0) {
		(void)close(run->output);
		(void)close(run->errors);
		(void)waitpid(run->process, NULL, 0);
		run_free(run);
		return false;
	}
	(void)pthread_detach(thread);
	visit->run = run;
	return true;
}

static bool file_answer(struct visit *visit, const char *path)
{
	struct stat status;
	const int file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0 || fstat(file, &status) != 0) {
		if (file >= 0)
			(void)close(file);
		return problem(visit, 404, "nothing of it is left in the capture");
	}
	visit->reply->file = file;
	visit->reply->file_bytes = (uint64_t)status.st_size;
	return true;
}

void lines_items(struct buffer *out, struct slice lines)
{
	struct slice rest = slice_trim(lines);
	bool any = false;
	while (slice_present(rest) && rest.len) {
		if (any)
			buffer_string(out, ",");
		buffer_slice(out, slice_split(&rest, '\n'));
		any = true;
	}
}

/* Lines of JSON as one page. */
static void lines_answer(struct visit *visit, struct run *run)
{
	struct buffer *out = &visit->reply->body;
	paging_begin(out);
	lines_items(out, buffer_text(&run->printed));
	paging_end(visit, NULL);
}

static void run_answer(struct visit *visit, struct run *run, const char *content_type)
{
	if (!WIFEXITED(run->status) || WEXITSTATUS(run->status) != 0 ||
	        run->printed.failed) {
		struct slice why = buffer_text(&run->complaint);
		why = slice_trim(slice_split(&why, '\n'));
		if (slice_starts(why, SLICE("ringfence: ")))
			why = slice_from(why, sizeof("ringfence: ") - 1);
		(void)problem(visit, 422, "the capture cannot answer that: %.*s",
		        (int)slice_first(why, 300).len, why.data ? why.data : "");
		return;
	}
	if (run->written && !file_answer(visit, run->written))
		return;
	if (!content_type) {
		lines_answer(visit, run);
		return;
	}
	if (!run->written) {
		visit->reply->body = run->printed;
		run->printed = buffer_of(0);
	}
	visit->reply->content_type = content_type;
}

/* Starts the program; the visit is handled again when it has ended. */
static void run_start(
        struct visit *visit, const char *const *arguments, const char *written)
{
	if (atomic_fetch_add(&visit->api->programs, 1) >= PROGRAMS_AT_ONCE_MAX ||
	        !run_begin(visit, arguments, written)) {
		(void)atomic_fetch_sub(&visit->api->programs, 1);
		http_reply_header(visit->reply, "Retry-After", "1");
		(void)problem(
		        visit, 503, "too much is being read from captures at the moment");
		return;
	}
	visit->reply->later = true;
}

void program_answer(struct visit *visit, const char *const *arguments,
        const char *content_type, const char *written)
{
	if (visit->run)
		run_answer(visit, visit->run, content_type);
	else
		run_start(visit, arguments, written);
}

bool program_ran(
        struct visit *visit, const char *const *arguments, struct program_output *output)
{
	const struct run *run = visit->run;
	if (!run) {
		run_start(visit, arguments, NULL);
		return false;
	}
	if (!WIFEXITED(run->status) || run->printed.failed)
		return problem(visit, 422, "the program that was asked broke down");
	*output = (struct program_output){WEXITSTATUS(run->status),
	        buffer_text(&run->printed), buffer_text(&run->complaint)};
	return true;
}

void program_forget(struct visit *visit)
{
	if (visit->run)
		run_free(visit->run);
	visit->run = NULL;
}

void programs_wait(struct api *api)
{
	while (atomic_load(&api->programs) > 0)
		(void)usleep(10000);
}
