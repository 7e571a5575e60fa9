#!/usr/bin/env python3
"""The store in Redis against real servers: alone, with TLS and users, killed, restarted
empty, silent and full, and as a cluster of three whose slots move meanwhile."""

import signal
import sys
import tempfile
import time
from pathlib import Path

from common import SOURCE, run
from redis_kit import Cluster, Probe, Server, free_port, make_certificates, need_redis

FAILURES = []


def expect(what, got, wanted):
    fine = got.startswith(wanted) if isinstance(wanted, str) else got == wanted
    print(f"{'ok  ' if fine else 'BAD '} {what}: {str(got)[:110]}")
    if not fine:
        print(f"     wanted {wanted!r}")
        FAILURES.append(what)


def rules(one, two):
    expect("nothing is published at first", one.ask("fetch"), "ok 0")
    expect("the first version", one.ask("publish", 0, "body-one", "anna", "start"), "ok 1")
    expect("two publish at once: one is refused", two.ask("publish", 0, "other", "otto", "late"),
           "failed CONFLICT")
    expect("who knows the version may", two.ask("publish", 1, "body-two", "otto", "better"), "ok 2")
    expect("every reader sees it", one.ask("fetch"), "ok 2 body-two")
    expect("rolled back under a new number", one.ask("rollback", 2, 1, "anna", "worse"), "ok 3")
    expect("with the old body", two.ask("fetch"), "ok 3 body-one")
    expect("to what never was", two.ask("rollback", 3, 77, "otto", "no"), "failed GONE")


def lists(one, two):
    expect("an empty list", one.ask("follow"), "ok reset: at:0")
    expect("a block", one.ask("block", "192.0.2.1", 0, "{}", "anna"), "ok 1")
    expect("a block for a moment", one.ask("block", "192.0.2.2", 150, "{}", "anna"), "ok 2")
    expect("a late follower gets all at once", " ".join(sorted(two.ask("follow").split())),
           "add:192.0.2.1 add:192.0.2.2 at:2 ok reset:")
    expect("who follows gets the change", one.ask("follow"), "ok add:192.0.2.1 add:192.0.2.2 at:2")
    time.sleep(0.3)
    expect("what is due expires", one.ask("expire"), "ok")
    expect("and is gone everywhere", two.ask("follow"), "ok del:192.0.2.2 at:3")
    expect("taken away by hand", two.ask("unblock", "192.0.2.1", "otto"), "ok 1")
    expect("only once", two.ask("unblock", "192.0.2.1", "otto"), "ok 0")
    expect("seen by the other", one.ask("follow"), "ok del:192.0.2.2 del:192.0.2.1 at:4")


def events(probe, length):
    expect("events go in", probe.ask("events", "s1", "p1", 1, 600, "x"), "ok 601")
    expect("the same once more", probe.ask("events", "s1", "p1", 1, 600, "x"), "ok 601")
    expect("half of them new", probe.ask("events", "s1", "p1", 301, 600, "x"), "ok 901")
    expect("another producer", probe.ask("events", "s1", "p2", 1, 100, "y"), "ok 101")
    expect("each is there once", length("rf:events:{s1}"), "1000")


def accounts(one, two):
    expect("what one adds", one.ask("account", "alice", 12, 3, 60), "ok 3 60")
    expect("the other adds to", two.ask("account", "alice", 12, 2, 1), "ok 5 61")
    expect("another hour", two.ask("account", "alice", 13, 1, 1), "ok 1 1")
    expect("a hostile name stays inside its tag", one.ask("account", "a}b{c", 1, 1, 1), "ok 1 1")
    expect("a node tells of itself", one.ask("node", "sensor1", "state", "fine"), "ok 2")


def alone(folder):
    server = Server(folder / "alone").start()
    one, two = Probe(f"unix={server.socket}"), Probe(f"unix={server.socket}")
    try:
        rules(one, two)
        lists(one, two)
        events(one, lambda key: server.cli("XLEN", key).strip())
        accounts(one, two)
        trouble(server, one)
    finally:
        expect("the client ends in order", one.close() + two.close(), 0)
        server.stop()


def trouble(server, probe):
    server.cli("HSET", "{rf:rules}:set:3", "body", "forged")
    expect("a body that was tampered with", probe.ask("fetch"), "failed version 3 is not what")
    server.stop()
    begun = time.monotonic()
    expect("a dead server", probe.ask("account", "a", 1, 1, 1), "failed")
    expect("told at once", time.monotonic() - begun < 1, True)
    server.start()
    expect("back by itself, empty", probe.until("ok", "account", "a", 1, 1, 1), "ok 1 1")
    expect("what was blocked is lost, not lifted", probe.until("ok", "follow"), "ok lost: at:0")
    expect("events go on", probe.ask("events", "s1", "p1", 901, 10, "x"), "ok 911")
    expect("and are there", server.cli("XLEN", "rf:events:{s1}").strip(), "10")
    server.send(signal.SIGSTOP)
    begun = time.monotonic()
    expect("a server that says nothing", probe.ask("account", "a", 1, 1, 1), "failed")
    took = time.monotonic() - begun
    expect(f"is given up in time ({took:.1f} s)", 1 < took < 4, True)
    server.send(signal.SIGCONT)
    expect("and comes back", probe.until("ok", "account", "b", 1, 1, 1), "ok 1 1")
    server.cli("CONFIG", "SET", "maxmemory", "1")
    expect("a full server", probe.ask("events", "s1", "p1", 911, 10, "x"), "failed OOM")
    server.cli("CONFIG", "SET", "maxmemory", "0")
    expect("takes them later", probe.ask("events", "s1", "p1", 911, 10, "x"), "ok 921")
    expect("each once", server.cli("XLEN", "rf:events:{s1}").strip(), "20")


def guarded(folder):
    """TLS, the users that are shipped with what each may do, and what is refused."""
    keys = make_certificates(folder)
    other = folder / "other"
    other.mkdir()
    foreign = make_certificates(other) / "ca.pem"
    port = free_port()
    users = (SOURCE / "deploy/redis/users.acl").read_text(encoding="ascii")
    (folder / "users.acl").write_text(users.replace("_PASSWORD", ""), encoding="ascii")
    server = Server(folder / "guarded", 0, (
        "--tls-port", port, "--tls-cert-file", keys / "server.pem", "--tls-key-file",
        keys / "server.key", "--tls-ca-cert-file", keys / "ca.pem", "--tls-auth-clients", "no",
        "--aclfile", folder / "users.acl")).start()
    plain = ["host=127.0.0.1", f"port={port}"]
    secure = [*plain, f"ca={keys / 'ca.pem'}"]

    def of(user):
        return [*secure, f"user={user}", f"password={user.upper()}"]

    account, publish = ("account", "t", 1, 1, 1), ("publish", 0, "b", "w", "n")
    block = ("block", "192.0.2.9", 0, "{}", "w")
    rows = [("a sensor cannot bring functions", of("sensor"), account, "failed"),
            ("the API can", of("api"), account, "ok 1 1"),
            ("and then the sensor may count", of("sensor"), account, "ok 2 2"),
            ("and add events", of("sensor"), ("events", "s", "p", 1, 3, "x"), "ok 4"),
            ("and tell of itself", of("sensor"), ("node", "s1", "a", "b"), "ok 2"),
            ("but not publish rules", of("sensor"), publish, "failed"),
            ("nor block", of("sensor"), block, "failed"),
            ("an edge may block", of("edge"), block, "ok 1"),
            ("and expire", of("edge"), ("expire",), "ok"),
            ("but not publish rules", of("edge"), publish, "failed"),
            ("the API publishes", of("api"), publish, "ok 1"),
            ("the sensor fetches", of("sensor"), ("fetch",), "ok 1 b"),
            ("and reads what is blocked", of("sensor"), ("follow",), "ok reset: add:192.0.2.9 at:1"),
            ("a wrong password", [*secure, "user=sensor", "password=no"], account,
             "failed 127.0.0.1: WRONGPASS"),
            ("no password", secure, account, "failed"),
            ("in clear to a TLS port", [*plain, "user=sensor", "password=SENSOR"], account, "failed"),
            ("a certificate nobody vouches for", [*plain, f"ca={foreign}", "user=api", "password=API"],
             account, "failed 127.0.0.1: TLS:")]
    try:
        for what, options, words, wanted in rows:
            probe = Probe(*options)
            expect(what, probe.ask(*words), wanted)
            probe.close()
    finally:
        server.stop()


def cluster(folder):
    group = Cluster(folder)
    group.start()
    first = group.servers[0]
    one, two = (Probe("host=127.0.0.1", f"port={s.port}") for s in group.servers[:2])
    try:
        rules(one, two)
        lists(one, two)
        events(one, lambda key: run_cluster_cli(first, "XLEN", key))
        accounts(one, two)
        for i in range(30):
            answer = one.ask("account", f"user{i}", 1, 1, 0)
            if answer != "ok 1 0":
                expect(f"account user{i}", answer, "ok 1 0")
        spread = [int(s.cli("DBSIZE").split()[-1]) for s in group.servers]
        expect(f"keys lie on all nodes {spread}", min(spread) > 0, True)
        move_slot(group, one)
    finally:
        one.close()
        two.close()
        group.stop()


def run_cluster_cli(server, *arguments):
    done = run(["redis-cli", "-c", "-p", server.port, *arguments])
    return done.stdout.decode("utf-8", "replace").strip().splitlines()[-1]


def move_slot(group, probe):
    """One key's slot goes to another node while it is used: ASK, then MOVED."""
    key = "rf:acct:{mover}:1"
    slot = int(group.servers[0].cli("CLUSTER", "KEYSLOT", key).strip())
    expect("a counter before its slot moves", probe.ask("account", "mover", 1, 1, 0), "ok 1 0")
    owner = next(s for s in group.servers if key in s.cli("KEYS", "*"))
    target = next(s for s in group.servers if s is not owner)
    names = {s: s.cli("CLUSTER", "MYID").strip() for s in group.servers}
    target.cli("CLUSTER", "SETSLOT", str(slot), "IMPORTING", names[owner])
    owner.cli("CLUSTER", "SETSLOT", str(slot), "MIGRATING", names[target])
    owner.cli("MIGRATE", "127.0.0.1", str(target.port), key, "0", "2000")
    expect("while it moves", probe.ask("account", "mover", 1, 1, 0), "ok 2 0")
    for server in (target, owner, *group.servers):
        server.cli("CLUSTER", "SETSLOT", str(slot), "NODE", names[target])
    expect("when it has moved", probe.ask("account", "mover", 1, 1, 0), "ok 3 0")
    expect("and stays there", probe.ask("account", "mover", 1, 1, 0), "ok 4 0")


def main():
    need_redis()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        alone(folder)
        guarded(folder)
        cluster(folder)
    print(f"{len(FAILURES)} wrong")
    return 1 if FAILURES else 0


if __name__ == "__main__":
    sys.exit(main())
