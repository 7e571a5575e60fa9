"""What the system tests share: where things are, how a replay runs, how a test skips."""

import fcntl
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

SKIP = 77
SOURCE = Path(os.environ.get("RINGFENCE_SOURCE", Path(__file__).resolve().parents[2]))
SHARED = Path(os.environ.get("RINGFENCE_SHARED", SOURCE / ".." / "shared" / "captures"))
RINGFENCE = os.environ.get("RINGFENCE", str(SOURCE / "build" / "dev" / "bin" / "ringfence"))


def skip(reason):
    """Ends the test as skipped; ctest shows the reason in its log."""
    print(f"skipped: {reason}")
    sys.exit(SKIP)


def need_ringfence():
    if not os.access(RINGFENCE, os.X_OK):
        sys.exit(f"no program at {RINGFENCE}: build first")


def need_shared():
    if not (SHARED / "truth").is_dir():
        skip(f"no shared captures at {SHARED} (set RINGFENCE_SHARED)")


def need_tool(*names):
    for name in names:
        if shutil.which(name) is None:
            skip(f"{name} is not installed (./setup.sh --tests installs it)")


def run(arguments, timeout=600, env=None):
    return subprocess.run(
        [str(a) for a in arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        timeout=timeout, env=env, check=False)


def replay_bytes(capture, *options, timeout=600, env=None):
    """The raw lines of `ringfence replay --json`, or the reason why there are none."""
    done = run([RINGFENCE, "replay", *options, "--json", capture], timeout, env)
    # 3 with a summary: the file is damaged or cut off, what could be read was judged.
    if done.returncode not in (0, 1) and not (done.returncode == 3 and b'"summary"' in done.stdout):
        message = done.stderr.decode("utf-8", "replace").strip().replace("\n", " | ")[-300:]
        raise RuntimeError(f"exit code {done.returncode}: {message}")
    return done.stdout


def replay(capture, *options, timeout=600):
    """All events of a replay as objects; the last one is the summary."""
    events = [json.loads(line) for line in replay_bytes(capture, *options, timeout=timeout).splitlines()]
    if not events or events[-1].get("event_type") != "summary":
        raise RuntimeError("the last line is not a summary")
    return events


def alerts_of(events):
    return [event for event in events if event.get("event_type") == "alert"]


def read_tsv(path):
    """Rows of a tab-separated file; empty lines and lines with # are comments."""
    rows = []
    for line in Path(path).read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            rows.append(line.split("\t"))
    return rows


def gen_traffic(*arguments):
    """Makes traffic with tests/bench/gen_traffic; raises when that fails."""
    program = os.environ.get("GEN_TRAFFIC", str(SOURCE / "build" / "dev" / "bin" / "gen_traffic"))
    done = run([program, *arguments])
    if done.returncode:
        raise RuntimeError(done.stderr.decode("utf-8", "replace"))


def sanitized(program):
    with open(program, "rb") as file:
        return b"__asan_init" in file.read() or b"__tsan_init" in Path(program).read_bytes()


def plain_ringfence():
    """The program without sanitizers, for what cannot be measured with them.

    Where RINGFENCE is sanitized, a release build of the same source is made next to
    it, once; tests that run side by side wait for each other.
    """
    need_ringfence()
    if not sanitized(RINGFENCE):
        return RINGFENCE
    build = Path(RINGFENCE).resolve().parents[1] / "plain"
    build.mkdir(exist_ok=True)
    with open(build / "lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for command in (["cmake", "-S", SOURCE, "-B", build, "-DCMAKE_BUILD_TYPE=Release",
                         "-DCMAKE_C_FLAGS_RELEASE=-O2 -g", "-DRINGFENCE_TESTS=OFF"],
                        ["cmake", "--build", build, "-j2"]):
            done = run(command, timeout=900)
            if done.returncode:
                sys.exit((done.stdout + done.stderr).decode("utf-8", "replace")[-4000:])
    return str(build / "bin" / "ringfence")
