#!/usr/bin/env python3
"""Real user agents through a router that translates: baresip on both sides, each with a
tone for the other; then many calls of sipp."""

import math
import re
import shutil
import struct
import subprocess
import sys
import time
import wave

from common import skip
from filter_field import CLIENT, SERVER, Checks, need_filter
from test_filter_nat import INSIDE_CLIENT, TranslatedField

RATE = 8000
check = Checks()


def tone(path, hertz, seconds=12):
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(b"".join(struct.pack("<h", int(9000 * math.sin(2 * math.pi * hertz * i / RATE)))
                                 for i in range(RATE * seconds)))


def rates(folder):
    """The highest rates that it saw in a second: sent and received, in bits."""
    text = (folder / "log").read_text(errors="replace")
    found = [(int(sent), int(heard)) for sent, heard in re.findall(r"audio=(\d+)/(\d+)", text)]
    return tuple(map(max, zip(*found))) if found else (0, 0)


def baresip(field, side, address, hertz, *options):
    folder = field.folder / f"baresip-{address}"
    folder.mkdir()
    tone(folder / "tone.wav", hertz)
    (folder / "config").write_text(
        f"sip_listen {address}:5060\nmodule_path /usr/lib/baresip/modules\nmodule g711.so\n"
        "module aufile.so\nmodule_app account.so\nmodule_app menu.so\nmodule stdio.so\n"
        f"audio_source aufile,{folder}/tone.wav\naudio_channels 1\nrtp_ports 20000-20100\n",
        encoding="ascii")
    (folder / "accounts").write_text(f"<sip:u@{address}>;regint=0;answermode=auto\n", encoding="ascii")
    (folder / "contacts").write_text("", encoding="ascii")
    with open(folder / "log", "wb") as log:
        child = subprocess.Popen(["ip", "netns", "exec", side, "baresip", "-f", folder, *options],
                                 stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    field.children.append(child)
    return child, folder


def two_phones():
    with TranslatedField(INSIDE_CLIENT) as field:
        callee, there = baresip(field, field.server, SERVER, 700)
        time.sleep(1)
        caller, here = baresip(field, field.client, CLIENT, 400, "-e", f"/dial sip:u@{SERVER}", "-t", "6")
        caller.wait(20)
        time.sleep(1)
        callee.terminate()
        callee.wait(10)
        out, back = rates(there), rates(here)
        check(out[1] >= 60000, f"baresip outside hears the one inside (G.711, {out[1]} bit/s)")
        check(back[1] >= 60000, f"and the one inside hears the one outside ({back[1]} bit/s)")
        if check.bad:
            print((here / "log").read_text(errors="replace")[-600:])
        status = field.control("status")
        check(status["rewritten"] >= 4 and status["not_rewritten"] == 0,
              f"every message was rewritten ({status['rewritten']})")
        time.sleep(1)
        check(field.control("status")["pinholes"] == 0, "and nothing stays open")
        check(field.stop() == 0, "the filter ends cleanly")


def many_calls(calls=200):
    """sipp on both sides."""
    with TranslatedField(INSIDE_CLIENT + "block: { protected: [ 10.61.1.0/24, 10.61.2.0/24 ] }\n") as field:
        for role in ("uac", "uas"):
            text = subprocess.run(["sipp", "-sd", role], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                  check=False).stdout.decode()
            (field.folder / f"{role}.xml").write_text(text.replace("[media_port]", "[auto_media_port]"),
                                                      encoding="utf-8")
        field.run_in(field.server, "sipp", "-sf", "uas.xml", "-i", SERVER, "-p", 5060, "-nostdin", "-mp", 30000)
        time.sleep(0.5)
        caller = field.run_in(field.client, "sipp", "-sf", "uac.xml", "-i", CLIENT, "-p", 5060, "-nostdin",
                              "-m", calls, "-l", calls, "-r", 100, "-d", 1000, "-mp", 20000, "-timeout", "20s",
                              f"{SERVER}:5060")
        check(caller.wait(40) == 0, f"all {calls} calls of sipp through the translation succeed")
        status = field.control("status")
        check(status["not_rewritten"] == 0 and status["rewritten"] >= calls * 5,
              f"with {status['rewritten']} messages rewritten")


def main():
    need_filter()
    for tool in ("baresip", "sipp", "nft"):
        if not shutil.which(tool):
            skip(f"{tool} is not installed (./setup.sh --tests installs it)")
    two_phones()
    many_calls()
    return check.result()


if __name__ == "__main__":
    sys.exit(main())
