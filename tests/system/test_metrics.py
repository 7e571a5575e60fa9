#!/usr/bin/env python3
"""What a monitor is given: OpenMetrics of a real sensor and a real API, well formed, with
labels of the configuration only; the dashboard and the alerting rules name nothing that
these scrapes do not hold; promtool takes the rules and runs their tests."""

import json
import re
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

from api_kit import Server
from common import RINGFENCE, SOURCE, need_ringfence, need_tool
from live_kit import FAILURES, Sensor, Wire, expect, need_sensor, until

PORT = 9469
LABELS = {"interface", "outlet"}
DEPLOY = SOURCE / "deploy"
SAMPLE = re.compile(r'^([a-z_]+)(?:\{([a-z_]+)="([^"]*)"\})? (\d+(?:\.\d+)?)$')


def families(text):
    """Checks the form (OpenMetrics 1.0) and answers samples by name and label."""
    samples, types, family = {}, {}, None
    lines = text.splitlines()
    expect("it ends as it must", lines[-1] == "# EOF" and text.endswith("\n"))
    for line in lines[:-1]:
        if line.startswith("# HELP "):
            family = line.split()[2]
            expect(f"{family} is told once", family not in types)
        elif line.startswith("# TYPE "):
            _, _, name, kind = line.split()
            types[name] = kind
            expect(f"the type of {name} follows its help", name == family and kind in ("counter", "gauge"))
        else:
            found = SAMPLE.match(line)
            expect(f"a sample: {line}", found is not None)
            name, label, value, number = found.groups()
            wanted = family + ("_total" if types[family] == "counter" else "")
            expect(f"{name} belongs to {family}", name == wanted)
            expect(f"{name}: label {label}", label is None or label in LABELS)
            samples[name, value] = float(number)
    return samples


def scrape_in(wire):
    code = f"import urllib.request as u; print(u.urlopen('http://127.0.0.1:{PORT}/metrics').read().decode(), end='')"
    done = wire.command("python3", "-c", code)
    return done.stdout.decode()


def of_sensor(folder):
    with Wire() as wire:
        sensor = Sensor(wire, folder / "sensor", **{
            "metrics.listen": f"127.0.0.1:{PORT}", "events.syslog": "udp://127.0.0.1:9"}).start()
        before = families(scrape_in(wire))
        wire.send(SOURCE / "captures/attack/svcrack-long.pcap", speed=50)
        until(lambda: families(scrape_in(wire))["ringfence_sensor_alerts_total", None] > 0)
        after = families(scrape_in(wire))
        told = json.loads(wire.command(RINGFENCE, "doctor", "-o", "json", "--config", sensor.config).stdout)
        expect("doctor asks it for its losses", ("drops", "b0") in {(f["what"], f["about"]) for f in told}, str(told))
        refused = wire.command("python3", "-c", f"""
import urllib.request as u, urllib.error as e
for path, data in (("/", None), ("/metrics", b"x"), ("/%2e%2e/etc/passwd", None)):
    try: u.urlopen(u.Request("http://127.0.0.1:{PORT}" + path, data)); print(200)
    except e.HTTPError as error: print(error.code)
""").stdout.split()
        sensor.stop()
        told = wire.command(RINGFENCE, "doctor", "-o", "json", "--config", sensor.config)
        expect("and says when it does not run", told.returncode == 1 and any(
            f["what"] == "sensor" and f["level"] == "bad" for f in json.loads(told.stdout)), str(told.stdout))
        expect("all else is refused", refused == [b"404", b"405", b"404"], str(refused))
        summary = sensor.events()[-1]
    grown = after["ringfence_sensor_packets_total", None] - before["ringfence_sensor_packets_total", None]
    expect("packets are counted", 0 < grown <= summary["packets"], f"{grown} of {summary['packets']}")
    expect("by interface too", after["ringfence_sensor_interface_packets_total", "b0"] >= grown)
    expect("alerts are counted", after["ringfence_sensor_alerts_total", None] > 0)
    expect("far ends have a label", ("ringfence_sensor_outlet_up", "syslog") in after, str(after))
    expect("nothing of the wire is a label", {v for _, v in after} == {None, "b0", "syslog"}, str(after))
    return after


def of_api(folder):
    (folder / "api").mkdir()
    server = Server(folder / "api")
    with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/metrics") as answer:
        samples = families(answer.read().decode())
    server.stop()
    return samples


def named(samples):
    known = {name for name, _ in samples} | {"up"}
    texts = {path.name: path.read_text(encoding="utf-8") for path in DEPLOY.glob("*/ringfence.*")
             if path.suffix in (".json", ".yaml")}
    expect("there are a dashboard and rules", {"ringfence.json", "ringfence.rules.yaml"} <= set(texts))
    for name, text in texts.items():
        for metric in set(re.findall(r"\bringfence_(?:sensor|api)_[a-z_]+", text)):
            expect(f"{name}: {metric} is scraped", metric in known)


def dashboard():
    board = json.loads((DEPLOY / "grafana/ringfence.json").read_text(encoding="utf-8"))
    panels = [p for p in board["panels"] if p["type"] != "row"]
    expect("panels have queries, ids and places of their own", len(panels) >= 12
           and len({p["id"] for p in board["panels"]}) == len(board["panels"])
           and all(t["expr"] for p in panels for t in p["targets"]))
    taken = [(p["gridPos"]["y"] + dy, p["gridPos"]["x"] + dx) for p in board["panels"]
             for dy in range(p["gridPos"]["h"]) for dx in range(p["gridPos"]["w"])]
    expect("no two lie upon each other", len(taken) == len(set(taken)))
    variables = {"instance", "sensor", "source", "__rate_interval", "__all"}
    used = set(re.findall(r"\$\{?([a-z_]+)", json.dumps(board)))
    expect("only known variables are used", used <= variables, str(used))
    # Prometheus itself judges each expression, with what Grafana would put in.
    rules = {"groups": [{"name": "panels", "rules": [
        {"record": f"panel:{i}", "expr": e.replace("$__rate_interval", "5m").replace("$sensor", ".*")}
        for i, e in enumerate(t["expr"] for p in panels for t in p["targets"])]}]}
    return rules


def promtool(folder, rules):
    path = folder / "panels.yaml"
    path.write_text(json.dumps(rules).replace("panel:", "panel_"), encoding="utf-8")
    for words in (["check", "rules", DEPLOY / "prometheus/ringfence.rules.yaml"],
                  ["test", "rules", DEPLOY / "prometheus/ringfence.test.yaml"],
                  ["check", "rules", path]):
        done = subprocess.run(["promtool", *map(str, words)], capture_output=True, text=True,
                              timeout=60, check=False)
        expect(f"promtool {' '.join(map(str, words))}", done.returncode == 0, done.stdout + done.stderr)


def main():
    need_ringfence()
    need_sensor()
    need_tool("promtool")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        named({**of_sensor(folder), **of_api(folder)})
        promtool(folder, dashboard())
    return 1 if FAILURES else 0


if __name__ == "__main__":
    sys.exit(main())
