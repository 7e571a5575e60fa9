#!/usr/bin/env python3
"""Every detection of the catalogue is there, on by default, and the pages of the rules are what the rules say.

The pages are written anew, which runs every rule's captures, and compared with those in rules/doc.
"""

import filecmp
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from common import RINGFENCE, SOURCE, need_ringfence, run

CATALOGUE = {
    "scanning":
        "scan-tool-ua scan-tool-struct scan-options-sweep scan-port-sweep scan-empty-probe ext-enum "
        "ext-enum-slow ext-enum-distributed method-probe dialplan-prefix-probe invite-unsolicited canary-hit",
    "authentication":
        "auth-bruteforce auth-bruteforce-slow auth-bruteforce-dist auth-spray auth-crack-success nonce-reuse "
        "nonce-unknown digest-leak digest-downgrade auth-weak-password secret-in-clear",
    "registration":
        "reg-geo-change reg-ua-change reg-contact-foreign reg-multi-bind reg-wipe reg-flap reg-storm",
    "floods":
        "flood-any flood-invite flood-register flood-auth-replies flood-distributed flood-halfopen "
        "flood-message-sub sip-reflection sip-loop tdos stream-abuse peer-crash-suspect",
    "malformed and injection":
        "sip-malformed fuzz-burst field-oversize sip-smuggling header-evasion inj-sql inj-xss inj-shell "
        "sdp-malformed sdp-bomb sdp-foreign-media",
    "dialog integrity":
        "bye-forged cancel-forged reinvite-hijack cseq-anomaly replaces-abuse resp-forged redirect-abuse "
        "notify-forged route-relay",
    "media":
        "rtp-bleed-scan rtp-bleed-success rtp-inject rtp-ssrc-clash rtp-seq-jump rtp-ts-jump rtp-orphan "
        "rtp-after-bye rtp-pt-undeclared rtp-covert rtp-flood rtcp-bye-forged dtmf-exposed vm-pin-bruteforce "
        "srtp-downgrade dtls-race",
    "toll fraud":
        "fraud-dest-risk fraud-premium fraud-invalid-number fraud-test-call fraud-velocity fraud-concurrent "
        "fraud-total fraud-sequential fraud-duration fraud-minutes fraud-offhours fraud-new-dest "
        "fraud-pbx-hack fraud-forward fraud-transfer wangiri-in wangiri-callback fraud-pumping fraud-tollfree "
        "fraud-bypass fraud-fas fraud-late-release fraud-subscription fraud-score",
    "caller identity":
        "cli-mismatch pai-untrusted cli-invalid cli-dno-own cli-domestic-abroad cli-rotate cli-neighbour "
        "stir-format stir-stale stir-mismatch stir-badsig stir-x5u-bad",
    "H.323":
        "h323-setup-noras h323-setup-flood h323-scanner ras-enum ras-hijack ras-flood ras-token-downgrade "
        "h323-malformed h245-redirect h225-release-forged",
    "NAT":
        "nat-private-leak nat-via-mismatch nat-symmetric sdp-rtp-mismatch one-way-audio no-media nat-timeout "
        "alg-mangled alg-bad-length nat-hairpin nat-ice-absent alg-slipstream",
    "interoperability and quality":
        "q-mos-low q-loss q-jitter q-delay q-rtcp-disagree codec-no-match pt-clash codec-mismatch "
        "ptime-mismatch codec-asymmetric dtmf-mode h323-version sig-retrans ack-lost timer-drop pdd-high dscp-wrong",
    "self-defence":
        "mon-drop mon-table-full mon-rule-slow mon-evidence-quota mon-clock-step mon-one-sided",
}
# Need a list of the site, or say little where a tap sees no media.
OFF = {"auth-weak-password", "no-media"}


def rules():
    done = run([RINGFENCE, "rules", "list", "-o", "json", "--rules", SOURCE / "rules"])
    return {rule["id"]: rule for rule in json.loads(done.stdout)}


def absent(known):
    for family, ids in CATALOGUE.items():
        for name in ids.split():
            if name not in known:
                yield f"{family}: {name} has no rule"
            elif not known[name]["enabled"] and name not in OFF:
                yield f"{family}: {name} is off by default"


def stale():
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, SOURCE / "rules" / "doc" / "make.py", folder], check=True)
        for made in sorted(Path(folder).iterdir()):
            kept = SOURCE / "rules" / "doc" / made.name
            if not kept.exists() or not filecmp.cmp(made, kept, shallow=False):
                yield f"rules/doc/{made.name} is not what make.py writes"
            if "**wrong**" in made.read_text(encoding="utf-8"):
                yield f"{made.name}: a rule fires where it should be silent"


def main():
    need_ringfence()
    known = rules()
    complaints = [*absent(known), *stale()]
    for line in complaints:
        print(line)
    print(f"{len(known)} rules, {sum(len(ids.split()) for ids in CATALOGUE.values())} detections of {len(CATALOGUE)} families, {len(complaints)} complaints")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
