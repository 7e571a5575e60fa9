#!/usr/bin/env python3
"""The Debian packages in a fresh system: packages.py [DIRECTORY OF PACKAGES]

Makes a minimal Debian 12 by debootstrap, installs the packages with apt as an
administrator would, reads their manual pages, runs each program as its service would, and
purges them: nothing may be left behind. Needs root, debootstrap and a mirror; takes
minutes. Without an argument the packages are built first (cmake --workflow --preset
package). RINGFENCE_BASE names a system that debootstrap made before, to be copied.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
PACKAGES = ("ringfence", "ringfence-sensor", "ringfence-filter", "ringfence-api")
DAEMONS = ("sensor", "filter", "api")
SUITE = "bookworm"
# What a package manager keeps about packages that were there, and its caches.
KEPT = re.compile(r"^(/var/lib/(dpkg|apt|pam|systemd)/|/var/cache/|/var/log/|/tmp/|/etc/[^/]*-$|/proc/|/sys/|/dev/|"
                  r"/etc/(passwd|group|shadow|gshadow|subuid|subgid)|/etc/ld\.so\.cache|/usr/share/info/dir)")
BAD = []


def expect(what, fine, told=""):
    print(f"{'ok  ' if fine else 'BAD '} {what} {'' if fine else str(told)[-1500:]}", flush=True)
    if not fine:
        BAD.append(what)


def run(*words, **more):
    return subprocess.run([str(w) for w in words], capture_output=True, text=True, check=False, **more)


class Chroot:
    def __init__(self, root):
        self.root = Path(root)
        self.network = f"rf-packages-{os.getpid()}"

    def make(self):
        base = os.environ.get("RINGFENCE_BASE")
        if base:
            subprocess.run(["cp", "-a", f"{base}/.", self.root], check=True)
        else:
            subprocess.run(["debootstrap", "--variant=minbase", SUITE, self.root], check=True,
                           stdout=subprocess.DEVNULL)
        for name in ("sources.list", "sources.list.d", "apt.conf.d"):
            place = Path("/etc/apt") / name
            if place.exists():
                subprocess.run(["cp", "-a", place, self.root / "etc/apt"], check=True)
        shutil.copy("/etc/resolv.conf", self.root / "etc/resolv.conf")
        # It is thrown away: nothing needs to reach the platter.
        (self.root / "etc/dpkg/dpkg.cfg.d/quick").write_text("force-unsafe-io\n", encoding="ascii")
        # Nothing is started by packages: there is no systemd here.
        policy = self.root / "usr/sbin/policy-rc.d"
        policy.write_text("#!/bin/sh\nexit 101\n", encoding="ascii")
        policy.chmod(0o755)
        subprocess.run(["mount", "-t", "proc", "proc", self.root / "proc"], check=True)
        # The filter shall not touch this host's rules.
        subprocess.run(["ip", "netns", "add", self.network], check=True)
        subprocess.run(["ip", "-n", self.network, "link", "set", "lo", "up"], check=True)
        return self

    def __call__(self, *words, **more):
        return run("chroot", self.root, "/usr/bin/env", "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C.UTF-8",
                   "PATH=/usr/sbin:/usr/bin:/sbin:/bin", *words, **more)

    def files(self):
        done = self("find", "/", "-xdev", "-not", "-type", "d")
        folders = self("find", "/", "-xdev", "-path", "*ringfence*")
        return {p for p in (done.stdout + folders.stdout).splitlines() if not KEPT.match(p)}

    def start(self, *words):
        """A program in the system, with a network of its own."""
        return subprocess.Popen(["ip", "netns", "exec", self.network, "chroot", str(self.root),
                                 *map(str, words)], stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True)

    def end(self):
        run("umount", self.root / "proc")
        run("ip", "netns", "del", self.network)


def packages():
    if len(sys.argv) > 1:
        return Path(sys.argv[1])
    subprocess.run(["cmake", "--workflow", "--preset", "package"], cwd=SOURCE, check=True)
    return SOURCE / "build/package"


def install(system, folder):
    done = system("apt-get", "update", "-qq")
    expect("the mirror answers", done.returncode == 0, done.stderr)
    system("apt-get", "install", "-y", "-qq", "--no-install-recommends", "redis-server", "man-db", "mandoc",
           "procps", "iproute2")
    before = system.files()
    (system.root / "tmp/packages").mkdir()
    for path in folder.glob("*.deb"):
        shutil.copy(path, system.root / "tmp/packages")
    done = system("sh", "-c", "apt-get install -y -qq --no-install-recommends /tmp/packages/*.deb")
    expect("apt installs them", done.returncode == 0, done.stdout + done.stderr)
    for name in PACKAGES:
        state = system("dpkg-query", "-W", "-f", "${Status} ${Conffiles}", name).stdout
        expect(f"{name} is installed", state.startswith("install ok installed"), state)
        if name != "ringfence":
            expect(f"{name} has its configuration as conffile", f"/etc/ringfence/{name[10:]}.yaml" in state, state)
    return before


def looks(system):
    for verb in ("replay", "doctor", "calls"):
        shown = system("man", f"ringfence-{verb}", env={**os.environ, "MANPAGER": "cat"})
        expect(f"man ringfence-{verb}", "EXIT STATUS" in shown.stdout, shown.stderr)
    for daemon in DAEMONS:
        expect(f"pages of ringfence-{daemon}", (system.root / f"usr/share/man/man8/ringfence-{daemon}.8.gz").exists()
               and (system.root / f"usr/share/man/man5/ringfence-{daemon}.5.gz").exists())
        user = system("getent", "passwd", f"ringfence-{daemon}").stdout
        expect(f"a user without a shell for {daemon}", "nologin" in user, user)
    for place in ("bash-completion/completions/ringfence", "zsh/vendor-completions/_ringfence",
                  "fish/vendor_completions.d/ringfence.fish"):
        expect(f"completion in {place}", (system.root / "usr/share" / place).stat().st_size > 1000)
    expect("configurations are good", system("ringfence", "config", "check").stdout.count("is good") == 3)
    done = system("ringfence", "replay", "/usr/share/ringfence/captures/attack/svcrack-long.pcap")
    expect("it judges by its rules", "auth-bruteforce" in done.stdout, done.stderr)
    done = system("sh", "-c", "strings -a /usr/bin/ringfence* 2>/dev/null || grep -a -c ringfence /usr/bin/ringfence")
    expect("no path of the build is in it", str(SOURCE) not in done.stdout)


def serves(system):
    redis = system.start("redis-server", "--port", "6379", "--save", "", "--dir", "/tmp")
    running = []
    try:
        for daemon, waits in (("sensor", "watches"), ("api", "listens on"), ("filter", "filtering")):
            child = system.start("setpriv", "--reuid", f"ringfence-{daemon}", "--regid", "ringfence",
                                 "--clear-groups", *(["--inh-caps", "+net_raw,+net_admin", "--ambient-caps",
                                                      "+net_raw,+net_admin"] if daemon != "api" else []),
                                 f"ringfence-{daemon}", "--config", f"/etc/ringfence/{daemon}.yaml")
            running.append(child)
            heard = ""
            while waits not in heard and (line := child.stdout.readline()):
                heard += line
            expect(f"ringfence-{daemon} runs as its user, by its configuration", waits in heard, heard)
        time.sleep(2)
        told = system.start("ringfence", "doctor", "--config", "/etc/ringfence/sensor.yaml",
                            "-o", "csv").communicate()[0]
        expect("doctor finds Redis and the sensor", "127.0.0.1:6379 answers" in told and "fine,node" in told, told)
    finally:
        for child in running:
            child.terminate()
        codes = [child.wait(30) for child in running]
        redis.terminate()
        redis.wait(30)
    expect("they end when told", codes == [0] * len(codes), codes)


def purge(system, before):
    done = system("apt-get", "purge", "-y", "-qq", *PACKAGES)
    expect("apt purges them", done.returncode == 0, done.stdout + done.stderr)
    done = system("apt-get", "autoremove", "--purge", "-y", "-qq")
    left = {p for p in system.files() - before if "ringfence" in p}
    expect("no file is left", not left, sorted(left))
    users = system("getent", "passwd").stdout + system("getent", "group").stdout
    expect("no user is left", "ringfence" not in users, users)


def main():
    if os.geteuid() != 0 or not shutil.which("debootstrap"):
        print("skipped: needs root and debootstrap")
        return 77
    folder = packages()
    with tempfile.TemporaryDirectory(prefix="ringfence-packages-") as name:
        system = Chroot(name)
        try:
            system.make()
            before = install(system, folder)
            looks(system)
            serves(system)
            purge(system, before)
        finally:
            system.end()
    print(f"{len(BAD)} failures")
    return 1 if BAD else 0


if __name__ == "__main__":
    sys.exit(main())
