#define _GNU_SOURCE /* pipe2 */
#include "cli/program.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

bool program_beside(const char *name, char path[PROGRAM_PATH_BYTES])
{
	char own[PROGRAM_PATH_BYTES];
	const ssize_t len = readlink("/proc/self/exe", own, sizeof(own) - 1);
	if (len <= 0)
		return false;
	own[len] = 0;
	const int folder = (int)(strrchr(own, '/') - own);
	const int used = snprintf(path, PROGRAM_PATH_BYTES, "%.*s/%s", folder, own, name);
	return used < PROGRAM_PATH_BYTES && access(path, X_OK) == 0;
}

static void all_read(int from, struct buffer *output)
{
	char part[4096];
	ssize_t got;
	while ((got = read(from, part, sizeof(part))) > 0 || (got < 0 && errno == EINTR))
		if (got > 0)
			buffer_slice(output, slice_of(part, (size_t)got));
}

int program_run(const char *const *arguments, struct buffer *output)
{
	posix_spawn_file_actions_t actions;
	int ends[2] = {-1, -1};
	pid_t process = -1;
	int status = -1;

	if (output && pipe2(ends, O_CLOEXEC) != 0)
		return -1;
	if (posix_spawn_file_actions_init(&actions) == 0) {
		if (output)
			(void)posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
		(void)fflush(stdout);
		if (posix_spawn(&process, arguments[0], &actions, NULL,
		            (char *const *)(uintptr_t)arguments, environ) != 0)
			process = -1;
		(void)posix_spawn_file_actions_destroy(&actions);
	}
	if (output) {
		(void)close(ends[1]);
		if (process > 0)
			all_read(ends[0], output);
		(void)close(ends[0]);
	}
	while (process > 0 && waitpid(process, &status, 0) < 0 && errno == EINTR)
		;
	return process > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
