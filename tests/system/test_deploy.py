#!/usr/bin/env python3
"""What packages install beside programs: units are tight, configurations are good and read
by the units, users exist for them, maintainer scripts are plain POSIX shell."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from common import RINGFENCE, SOURCE, need_ringfence, need_tool

DEPLOY = SOURCE / "deploy"
DAEMONS = ("sensor", "filter", "api")
EXPOSURE_MAX = 2.0
BAD = []


def expect(what, fine, told=""):
    print(f"{'ok  ' if fine else 'BAD '} {what} {'' if fine else str(told)[-800:]}")
    if not fine:
        BAD.append(what)


def said(*words):
    return subprocess.run([str(word) for word in words], capture_output=True, text=True,
                          timeout=60, check=False)


def unit(daemon):
    path = DEPLOY / "systemd" / f"ringfence-{daemon}.service"
    text = path.read_text(encoding="ascii")
    level = re.search(r"Overall exposure level.*: ([0-9.]+)",
                      said("systemd-analyze", "security", "--offline=true", path).stdout)
    expect(f"{daemon}: exposure {level and level.group(1)}", level and float(level.group(1)) <= EXPOSURE_MAX)
    with tempfile.TemporaryDirectory() as name:
        # The program it starts need not be installed where this runs.
        copy = Path(name) / path.name
        copy.write_text(text.replace("/usr/bin/ringfence-", "/bin/true -"), encoding="ascii")
        done = said("systemd-analyze", "verify", "--man=no", "--recursive-errors=no", copy)
        told = [l for l in done.stderr.splitlines() if path.name in l]
        expect(f"{daemon}: systemd takes each line", not told, done.stderr)
    expect(f"{daemon}: it reads the installed configuration",
           f"--config /etc/ringfence/{daemon}.yaml" in text)
    expect(f"{daemon}: its user is made", f"User=ringfence-{daemon}\n" in text
           and f"u ringfence-{daemon} " in (DEPLOY / f"sysusers/ringfence-{daemon}.conf").read_text())
    expect(f"{daemon}: it keeps its state apart", f"StateDirectory=ringfence/{daemon}\n" in text)


def configuration(daemon):
    done = said(RINGFENCE, "config", "check", daemon, "--file", DEPLOY / f"etc/{daemon}.yaml")
    expect(f"{daemon}: the installed configuration is good", done.returncode == 0, done.stderr)
    shown = said(RINGFENCE, "config", "show", daemon, "--effective", "--file",
                 DEPLOY / f"etc/{daemon}.yaml").stdout
    paths = re.findall(r'"(/var/[^"]+)"', shown)
    expect(f"{daemon}: it writes only where its unit lets it", paths and all(
        p.startswith((f"/var/lib/ringfence/{daemon}", f"/var/log/ringfence/{daemon}/")) for p in paths), paths)


def scripts():
    for path in sorted((DEPLOY / "debian").glob("p*.in")):
        expect(f"{path.name} is shell", said("sh", "-n", path).returncode == 0)
        expect(f"{path.name} stops at an error", "\nset -e\n" in path.read_text(encoding="ascii"))


def users():
    if not said("sh", "-c", "command -v systemd-sysusers").stdout:
        print("systemd-sysusers is not installed: users are not made")
        return
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "etc").mkdir()
        done = said("systemd-sysusers", f"--root={name}", *sorted((DEPLOY / "sysusers").glob("*.conf")))
        made = (Path(name) / "etc/passwd").read_text() if done.returncode == 0 else ""
        expect("users are made", all(f"ringfence-{d}:" in made for d in DAEMONS), done.stderr + made)
        group = (Path(name) / "etc/group").read_text() if made else ""
        members = re.search(r"^ringfence:[^:]*:\d+:(.*)$", group, re.M)
        expect("and share a group", members and len(members.group(1).split(",")) == 3, group)


def main():
    need_ringfence()
    need_tool("systemd-analyze")
    for daemon in DAEMONS:
        unit(daemon)
        configuration(daemon)
    scripts()
    users()
    return 1 if BAD else 0


if __name__ == "__main__":
    sys.exit(main())
