#!/usr/bin/env python3
"""What the kernel loses because the sensor was too slow is counted to the packet, told as
an event, and attributed to the calls and alerts that it touches; timers fire while the wire
is idle; no signal is lost in a flood: the sensor stops while packets keep coming."""

import signal
import sys
import tempfile
import time
from pathlib import Path

from common import SOURCE, need_tool
from live_kit import FAILURES, Sensor, Wire, expect, need_sensor, packets, until

CALL = SOURCE / "captures/benign/call.pcap"
FLOOD = SOURCE / "captures/attack/sip-reflection.pcap"
GUESS = SOURCE / "captures/attack/svcrack-long.pcap"


def told(sensor, kind):
    return [e for e in sensor.events() if e["event_type"] == kind]


def write(path, rows):
    """A capture of these packets, with the head of the call's."""
    with open(path, "wb") as out:
        out.write(CALL.read_bytes()[:24])
        for stamp, data in rows:
            out.write(int(stamp).to_bytes(4, "little") + b"\0\0\0\0"
                      + 2 * len(data).to_bytes(4, "little") + data)
    return path


def halves(folder):
    """The call up to its answer, and from its end on."""
    rows = list(packets(CALL))
    end = next(i for i, (_, data) in enumerate(rows) if b"\r\nCSeq: " in data and b" BYE" in data)
    return [write(folder / f"half{i}.pcap", part) for i, part in enumerate((rows[:end], rows[end:]))]


def drops(wire, folder):
    """Frozen while a flood comes into a ring of a megabyte, in the middle of a call."""
    first, second = halves(folder)
    sensor = Sensor(wire, folder / "slow", **{"capture.buffer": "1M"}).start()
    wire.send(first)
    time.sleep(0.5)
    sensor.send_signal(signal.SIGSTOP)
    for _ in range(8):
        wire.send(FLOOD)
    sensor.send_signal(signal.SIGCONT)
    time.sleep(1)
    wire.send(second)
    wire.send(GUESS)
    time.sleep(0.5)
    sensor.stop()
    sent = sum(1 for p in (first, second, GUESS) for _ in packets(p)) + 8 * sum(1 for _ in packets(FLOOD))
    lost = sum(e["node"]["value"] for e in told(sensor, "node") if e["node"]["what"] == "drops")
    judged = sensor.events()[-1]["packets"]
    losing = [e for e in told(sensor, "alert") if e["alert"]["rule_id"] == "mon-drop"]
    expect("the loss is an alert of its own", len(losing) == 1, losing)
    expect(f"packets were lost ({lost} of {sent})", lost > 0)
    expect("each is judged or told as lost", judged + lost == sent, f"{judged} + {lost} != {sent}")
    calls = [e["call"] for e in told(sensor, "call") if e["call"].get("end_reason") == "bye"]
    expect("the call knows what was lost meanwhile", calls and calls[0]["sensor_drops"] == lost,
           str([c.get("sensor_drops") for c in calls]))
    alerts = [e["alert"] for e in told(sensor, "alert") if e["alert"]["rule_id"] == "auth-bruteforce"]
    expect("so does the alert, as a lower bound", alerts and alerts[0]["sensor_drops"] == lost
           and alerts[0]["lower_bound"], str(alerts[:1])[:500])


def idle(wire, folder):
    """A challenge to which nobody answers: the call ends ten seconds later, by the clock."""
    rows = [(stamp, data.replace(b"SIP/2.0 100 Trying", b"SIP/2.0 407 Trying"))
            for stamp, data in list(packets(CALL))[:2]]
    path = write(folder / "challenged.pcap",
                 [(stamp, data[:40] + b"\0\0" + data[42:]) for stamp, data in rows])
    sensor = Sensor(wire, folder / "idle").start()
    wire.send(path)
    expect("a call ends by the clock alone", until(lambda: told(sensor, "call")),
           str(sensor.events())[:300])
    sensor.stop()


def flooded(wire, folder):
    sensor = Sensor(wire, folder / "flooded").start()
    code = (f"from live_kit import send_packets\nimport time\nend = time.time() + 8\n"
            f"while time.time() < end: send_packets({str(FLOOD)!r}, 'a0', 0)")
    sender = wire.start(sys.executable, "-c", code, cwd=SOURCE / "tests" / "system")
    time.sleep(2)
    begun = time.monotonic()
    sensor.stop()
    took = time.monotonic() - begun
    expect(f"it stops under load ({took:.1f} s)", took < 5 and sender.poll() is None)
    expect("with its summary", sensor.events()[-1]["event_type"] == "summary")
    sender.kill()


def main():
    need_sensor()
    need_tool("sysctl")
    with tempfile.TemporaryDirectory() as name, Wire() as wire:
        folder = Path(name)
        drops(wire, folder)
        idle(wire, folder)
        flooded(wire, folder)
    return 1 if FAILURES else 0


if __name__ == "__main__":
    sys.exit(main())
