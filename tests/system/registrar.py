#!/usr/bin/env python3
"""A small SIP registrar with digest authentication, to be attacked in tests.

It knows a few users, answers 404 to others and 401 to wrong credentials, as an
ordinary (and careless) switchboard does. UDP only, one process, ends with its parent.

usage: registrar.py ADDRESS PORT USER=PASSWORD...
"""

import hashlib
import re
import socket
import sys

REALM = "office"


def md5(text):
    return hashlib.md5(text.encode("utf-8")).hexdigest()


def parse(datagram):
    """Method, URI and the first value of each header by lower-case name."""
    lines = datagram.decode("utf-8", "replace").split("\r\n\r\n")[0].split("\r\n")
    start = lines[0].split(" ")
    if len(start) != 3 or start[2] != "SIP/2.0":
        return None
    headers = {"via": [], "authorization": ""}
    for line in lines[1:]:
        name, _, value = line.partition(":")
        name, value = name.strip().lower(), value.strip()
        name = {"v": "via", "f": "from", "t": "to", "i": "call-id", "m": "contact"}.get(name, name)
        if name == "via":
            headers["via"].append(value)
        else:
            headers[name] = value
    return start[0], start[1], headers


def user_of(header):
    found = re.search(r"sips?:([^@;>]+)@", header)
    return found.group(1) if found else ""


def authorized(method, header, password):
    fields = {name: quoted or bare for name, quoted, bare in
              re.findall(r'(\w+)\s*=\s*(?:"([^"]*)"|([^,\s]+))', header)}
    first = md5(f"{fields.get('username', '')}:{REALM}:{password}")
    second = md5(f"{method}:{fields.get('uri', '')}")
    middle = fields.get("nonce", "")
    if fields.get("qop"):
        middle += f":{fields.get('nc', '')}:{fields.get('cnonce', '')}:{fields['qop']}"
    return fields.get("response") == md5(f"{first}:{middle}:{second}")


def answer(method, headers, users, nonce):
    """The status line and further headers for a request."""
    if method in ("ACK", "CANCEL"):
        return None, []
    if method == "OPTIONS":
        return "200 OK", ["Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER"]
    user = user_of(headers.get("to", ""))
    if user not in users:
        return "404 Not Found", []
    credentials = headers.get("authorization") or headers.get("proxy-authorization", "")
    if credentials and authorized(method, credentials, users[user]):
        return "200 OK", [f"Contact: {headers['contact']}"] if "contact" in headers else []
    return "401 Unauthorized", [
        f'WWW-Authenticate: Digest realm="{REALM}", nonce="{nonce}", algorithm=MD5']


def respond(datagram, users, counter):
    request = parse(datagram)
    if request is None:
        return None
    method, _, headers = request
    status, extra = answer(method, headers, users, md5(f"nonce {counter}"))
    if status is None:
        return None
    lines = [f"SIP/2.0 {status}"] + [f"Via: {via}" for via in headers["via"]]
    lines += [f"From: {headers.get('from', '')}", f"To: {headers.get('to', '')};tag=r{counter}",
              f"Call-ID: {headers.get('call-id', '')}", f"CSeq: {headers.get('cseq', '')}",
              "Server: Switchboard 2.0", *extra, "Content-Length: 0", "", ""]
    return "\r\n".join(lines).encode("utf-8")


def main():
    users = dict(pair.split("=", 1) for pair in sys.argv[3:])
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind((sys.argv[1], int(sys.argv[2])))
    counter = 0
    while True:
        datagram, source = server.recvfrom(65535)
        counter += 1
        reply = respond(datagram, users, counter)
        if reply:
            server.sendto(reply, source)


if __name__ == "__main__":
    main()
