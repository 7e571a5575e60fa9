#!/usr/bin/env python3
"""ringfence doctor finds what is wrong, names the command that mends it, and that command
does; ringfence config says where configurations are wrong and where values come from."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from common import RINGFENCE, need_ringfence, need_tool
from live_kit import FAILURES, Wire, expect
from redis_kit import Server as Redis


def doctor(*words, wire=None, code=None):
    command = [str(RINGFENCE), "doctor", "-o", "ndjson", *map(str, words)]
    done = wire.command(*command) if wire else subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False)
    if code is not None:
        expect(f"exit code {code} of doctor {' '.join(map(str, words))}", done.returncode == code,
               f"{done.returncode} {done.stdout} {done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def of(findings, what, about=None):
    return [f for f in findings if f["what"] == what and (about is None or f["about"] == about)]


def interfaces():
    with Wire() as wire:
        found = of(doctor("--interface", "b0", wire=wire), "offload", "b0")
        wrong = [f for f in found if f["level"] == "warning"]
        expect("what a veth pair merges is found", wrong, str(found))
        for finding in wrong:
            wire.command("sh", "-c", finding["mend"])
        found = of(doctor("--interface", "b0", wire=wire, code=0), "offload", "b0")
        expect("the commands mend it", [f["level"] for f in found] == ["fine"], str(found))
        wire.command("ip", "link", "set", "b0", "down")
        found = of(doctor("--interface", "b0", wire=wire, code=1), "interface", "b0")
        expect("an interface that is down", found and found[0]["level"] == "bad", str(found))
        wire.command("sh", "-c", found[0]["mend"])
        doctor("--interface", "b0", wire=wire, code=0)
        found = of(doctor("--interface", "none9", wire=wire, code=1), "interface", "none9")
        expect("one that is not there", found and "No such device" in found[0]["text"], str(found))
        expect("both of two are looked at", {f["about"] for f in doctor(
            "--interface", "a0,b0", wire=wire) if f["what"] == "offload"} == {"a0", "b0"})


def host():
    found = doctor()
    for what in ("clock", "rights", "helper", "disk", "redis", "queue"):
        expect(f"it looks at {what}", of(found, what), str(found))
    modules = Path("/proc/modules").read_text() if Path("/proc/modules").exists() else ""
    told = {f["about"] for f in of(found, "helper") if f["level"] == "warning"}
    expect("it tells the helpers that are loaded", told == {
        m for m in ("nf_nat_sip", "nf_conntrack_sip", "nf_nat_h323", "nf_conntrack_h323")
        if f"{m} " in modules}, str(told))
    expect("each warning names what mends it",
           all(f.get("mend") for f in found if f["level"] in ("warning", "bad")), str(found))


def redis(folder):
    nowhere = doctor("--redis", folder / "no.sock", code=1)
    expect("Redis that is away", of(nowhere, "redis")[0]["level"] == "bad", str(nowhere))
    server = Redis(folder / "redis").start()
    try:
        found = doctor("--redis", server.socket, code=0)
        expect("Redis answers", of(found, "redis")[0]["level"] == "fine", str(found))
        now = str(int(time.time() * 1000))
        server.cli("ZADD", "rf:nodes", now, "one", now, "gone")
        server.cli("HSET", "rf:node:one", "state", "degraded", "dropped", "77", "packets", "900",
                   "waiting", "5", "problem", "the disk is full")
        found = doctor("--redis", server.socket, code=1)
        expect("a silent node", of(found, "node", "gone")[0]["level"] == "bad", str(found))
        expect("a degraded one with its problem", "disk is full" in of(found, "node", "one")[0]["text"])
        expect("its drops", "77" in of(found, "drops", "one")[0]["text"], str(found))
    finally:
        server.stop()


def forms():
    table, csv, whole = (subprocess.run([RINGFENCE, "-o", form, "doctor"], capture_output=True, text=True,
                                        timeout=60, check=False).stdout for form in ("table", "csv", "json"))
    rows = json.loads(whole)
    expect("every form tells the same number", len(rows) == len(csv.splitlines()) - 1
           == len([l for l in table.splitlines() if not l.startswith(" ")]))


def config(folder):
    def said(*words):
        done = subprocess.run([RINGFENCE, "config", *map(str, words)], capture_output=True, text=True,
                              timeout=60, check=False)
        return done.returncode, done.stdout, done.stderr
    (folder / "conf.d").mkdir()
    (folder / "sensor.yaml").write_text("capture: { interfaces: [eth7] }\nmemory: 1G\n")
    (folder / "api.yaml").write_text("api:\n  keep: 7d\n")
    (folder / "conf.d" / "own.yaml").write_text("{}\n")
    code, out, err = said("check", "--directory", folder)
    expect("all configurations are checked", code == 0 and out.count("good") == 2, out + err)
    code, out, _ = said("show", "sensor", "--directory", folder)
    expect("what files set is shown with its place", code == 0 and "memory" in out
           and f"{folder}/sensor.yaml:2:9" in out and "built in" not in out, out)
    code, out, _ = said("show", "sensor", "--directory", folder, "--effective")
    expect("and with --effective everything", "built in" in out and out.count("\n") > 30, out)
    (folder / "sensor.d").mkdir()
    (folder / "sensor.d" / "own.yaml").write_text("memory: 3G\n")
    (folder / "conf.d" / "own.yaml").write_text("redis: { address: \"192.0.2.1:6379\" }\n")
    code, out, err = said("show", "--directory", folder)
    expect("conf.d is read by all, sensor.d by the sensor", code == 0 and out.count("192.0.2.1:6379") == 2
           and f'memory: {3 << 30}  # {folder}/sensor.d/own.yaml' in out, out + err)
    (folder / "sensor.d" / "own.yaml").unlink()
    (folder / "sensor.yaml").write_text("memory: 1G\nmemroy: 2G\n")
    code, out, err = said("check", "--directory", folder)
    expect("a wrong one is refused with its place", code == 3 and f"{folder}/sensor.yaml:2:1" in err, err)
    found = doctor("--config", folder / "sensor.yaml", code=1)
    expect("doctor says so too", of(found, "config")[0]["level"] == "bad", str(found))
    for program in ("sensor", "filter", "api"):
        code, out, _ = said("schema", program)
        schema = json.loads(out)
        expect(f"a schema of {program}", code == 0 and schema["properties"], out[:200])
        code, sample, _ = said("sample", program)
        path = folder / f"sample-{program}.yaml"
        path.write_text(sample)
        code, out, err = said("check", program, "--file", path)
        expect(f"the sample of {program} is good", code == 0, err)
    expect("another program is refused", said("check", "toaster")[0] == 2)


def main():
    need_ringfence()
    need_tool("redis-server", "redis-cli", "ip")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        host()
        forms()
        redis(folder)
        config(folder)
    if os.geteuid() == 0:
        interfaces()
    else:
        print("not root: interfaces are not looked at")
    return 1 if FAILURES else 0


if __name__ == "__main__":
    sys.exit(main())
