#!/usr/bin/env python3
"""Every malformed and hostile class of H.323, by seed, in the middle of an ordinary call.

Each must be named by its anomaly, raise the alert when it comes three times, cost bounded
time, and lose nothing of the call around it. Streams come in pieces of several sizes.
Arguments: seeds, 1 to 3 unless given.
"""

import random
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "h323"))

from common import need_ringfence, replay  # noqa: E402
import messages as m  # noqa: E402
from hostile import CLASSES, control, datagram  # noqa: E402
from wire import Capture, Connection, call, tpkt, transport  # noqa: E402

SECONDS_MAX = 5  # with sanitizers; nothing here takes a tenth of it
TIMES = 3  # of h323-malformed
# What real vendors send too: named, but no alert.
QUIET = {None, "per-nested", "per-extension", "per-oid-empty", "tpkt-several"}
WANTED = {
    "ras": {"gatekeeperRequest": 1, "gatekeeperConfirm": 1, "registrationRequest": 1,
            "registrationConfirm": 1, "admissionRequest": 1, "admissionConfirm": 1,
            "disengageRequest": 1},
    "h225": {"setup": 1, "alerting": 1, "connect": 1, "releaseComplete": 2},
    "h245": {"terminalCapabilitySet": 2, "masterSlaveDetermination": 1,
             "openLogicalChannel": 2, "openLogicalChannelAck": 1, "endSessionCommand": 1},
}


class Call:
    """A registered endpoint calls; H.245 has a connection of its own."""

    def __init__(self, piece):
        self.capture = Capture()
        self.piece = piece
        self.signalling = Connection(self.capture, (m.CALLER, 30000), (m.CALLEE, 1720))
        self.control = Connection(self.capture, (m.CALLER, 30001), (m.CALLEE, 40001))

    def ras(self, value, answer=False):
        data = value if isinstance(value, bytes) else datagram(value)
        ends = (m.GATEKEEPER, m.CALLER) if answer else (m.CALLER, m.GATEKEEPER)
        self.capture.udp(*ends, data, (1719, 1719))

    def say(self, side, data):
        self.signalling.send(side, data, self.piece)

    def speak(self, side, value):
        data = value if isinstance(value, bytes) else control(value)
        self.control.send(side, tpkt(data), self.piece)

    def begin(self):
        for number, value in enumerate((m.gatekeeper_request(), m.gatekeeper_confirm(),
                                        m.registration_request(), m.registration_confirm(),
                                        m.admission_request(), m.admission_confirm())):
            self.ras(value, number % 2 == 1)
        self.say(0, tpkt(call("setup", 77, **m.setup()[1])))
        self.say(1, tpkt(call("alerting", 77, True,
                              **m.answer("alerting", h245Address=transport(m.CALLEE, 40001))[1])))
        self.speak(0, m.capabilities())
        self.speak(1, m.capabilities())
        self.speak(0, m.determination())

    def end(self):
        self.say(1, tpkt(call("connect", 77, True, **m.answer("connect")[1])))
        self.speak(0, m.open_channel(1))
        self.speak(1, m.open_channel(2))
        self.speak(1, m.channel_ack(1))
        self.speak(0, m.end_session())
        self.say(0, tpkt(call("releaseComplete", 77, **m.release()[1])))
        self.say(1, tpkt(call("releaseComplete", 77, True, **m.release()[1])))
        self.ras(m.disengage_request())


def played(call_):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hostile.pcap"
        call_.capture.write(path)
        started = time.monotonic()
        events = replay(path)
        return events, time.monotonic() - started


def judge(name, seed):
    anomaly, where, make = CLASSES[name]
    rng = random.Random(f"{name} {seed}")
    case = Call(rng.choice((1400, 200, 7, 1)) if seed > 1 else 1400)
    case.begin()
    for _ in range(TIMES):
        data = make(rng)
        if where == "ras":
            case.ras(data)
        elif where == "control":
            case.speak(0, data)
        else:
            case.say(0, data if where == "stream" else tpkt(data))
    case.end()
    events, seconds = played(case)
    summary = events[-1]
    found = {event["anomaly"]["event"] for event in events if event["event_type"] == "anomaly"}
    found |= set(summary["anomalies"])
    if anomaly and anomaly not in found:
        yield f"anomaly {anomaly} is missing, there are {sorted(found)}"
    if not anomaly and found:
        yield f"anomalies where nothing is wrong: {sorted(found)}"
    if ("h323-malformed" in summary["alerts"]) == (anomaly in QUIET):
        yield f"alerts: {summary['alerts']}"
    if seconds > SECONDS_MAX:
        yield f"took {seconds:.1f} s"
    for group, wanted in WANTED.items():
        for message, count in wanted.items():
            if summary["h323"][group].get(message, 0) < count:
                yield f"{group} {message}: {summary['h323'][group].get(message, 0)} of {count}"


def main():
    need_ringfence()
    seeds = [int(argument) for argument in sys.argv[1:]] or [1, 2, 3]
    bad = 0
    for name in CLASSES:
        for seed in seeds:
            try:
                wrong = list(judge(name, seed))
            except (RuntimeError, AssertionError) as error:
                wrong = [str(error)]
            bad += bool(wrong)
            for text in wrong:
                print(f"{name} (seed {seed}): {text}")
    print(f"{len(CLASSES)} classes, {len(seeds)} seeds, {bad} wrong")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
