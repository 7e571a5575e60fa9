#define _GNU_SOURCE /* strerrordesc_np */
#include "platform/service.h"

#include <cap-ng.h>
#include <errno.h>
#include <pwd.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "platform/instant.h"

void service_ready(const char *status)
{
	(void)sd_notifyf(0, "READY=1\nSTATUS=%s", status);
}

void service_reloading(void)
{
	(void)sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%llu",
	        (unsigned long long)instant_steady_us());
}

void service_status(const char *status)
{
	(void)sd_notifyf(0, "STATUS=%s", status);
}

void service_beat(void)
{
	(void)sd_notify(0, "WATCHDOG=1");
}

void service_stopping(void)
{
	(void)sd_notify(0, "STOPPING=1");
}

static bool fail(struct service_error *error, const char *what, const char *why)
{
	(void)snprintf(error->text, sizeof(error->text), "%.100s: %.90s", what, why);
	return false;
}

bool service_drop(const char *user, int capability_keep, struct service_error *error)
{
	if (geteuid() == 0 && user[0]) {
		const struct passwd *entry = getpwnam(user);
		if (!entry)
			return fail(error, user, "there is no such user");
		capng_clear(CAPNG_SELECT_BOTH);
		if (capability_keep >= 0)
			(void)capng_update(CAPNG_ADD,
			        (capng_type_t)(CAPNG_EFFECTIVE | CAPNG_PERMITTED),
			        (unsigned)capability_keep);
		if (capng_change_id((int)entry->pw_uid, (int)entry->pw_gid,
		            (capng_flags_t)(CAPNG_INIT_SUPP_GRP |
		                            CAPNG_CLEAR_BOUNDING)) != 0)
			return fail(
			        error, user, "the system refuses to become this user");
	}
	if (geteuid() == 0 && !user[0] && capability_keep >= 0) {
		capng_clear(CAPNG_SELECT_BOTH);
		(void)capng_update(CAPNG_ADD,
		        (capng_type_t)(CAPNG_EFFECTIVE | CAPNG_PERMITTED),
		        (unsigned)capability_keep);
		if (capng_apply(CAPNG_SELECT_CAPS) != 0)
			return fail(error, "capabilities", "they cannot be given up");
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return fail(error, "no_new_privs", strerrordesc_np(errno));
	return true;
}

/*
 * None of these is called by a program that is up; the list follows systemd's groups. The
 * sanitizer that looks for leaks at the end of a test traces its own process.
 */
static const char *const REFUSED[] = {
#ifndef __SANITIZE_ADDRESS__
        "ptrace",
#endif
        "execve", "execveat", "process_vm_readv", "process_vm_writev", "mount", "umount2",
        "pivot_root", "chroot", "move_mount", "open_tree", "fsopen", "fsmount",
        "init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load",
        "reboot", "swapon", "swapoff", "settimeofday", "clock_settime", "clock_adjtime",
        "adjtimex", "add_key", "request_key", "keyctl", "bpf", "perf_event_open",
        "userfaultfd", "acct", "quotactl", "setns", "unshare", "personality", "iopl",
        "ioperm", "sethostname", "setdomainname", "syslog", "vhangup", "mknod", "mknodat",
        "setuid", "setgid", "setreuid", "setregid", "setresuid", "setresgid", "setgroups",
        "io_uring_setup", "lookup_dcookie", "name_to_handle_at", "open_by_handle_at",
        "nfsservctl", "pkey_alloc", "fork", "vfork"};

bool service_confine(struct service_error *error)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int code = filter ? seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1) : -ENOMEM;
	/* Calls of another architecture would pass under other numbers. */
	if (code == 0)
		code = seccomp_attr_set(
		        filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	for (size_t i = 0; code == 0 && i < sizeof(REFUSED) / sizeof(*REFUSED); i++) {
		const int number = seccomp_syscall_resolve_name(REFUSED[i]);
		if (number == __NR_SCMP_ERROR)
			continue;
		code = seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, number, 0);
		/* One that this architecture never had. */
		if (code == -EDOM || code == -EFAULT)
			code = 0;
	}
	if (code == 0)
		code = seccomp_load(filter);
	seccomp_release(filter);
	return code == 0 || fail(error, "seccomp", strerrordesc_np(-code));
}
