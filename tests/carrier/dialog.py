"""SIP between two hosts: a registration, and one leg of a call, a message at a time."""

REALM = "carrier.example"


class Dialog:
    """What two hosts say to each other under one Call-ID: requests go from a to b unless turned."""

    def __init__(self, tape, a, b, **more):
        self.tape, self.a, self.b = tape, a, b
        self.random = more["random"]
        self.user, self.to = more["user"], more["to"]
        self.domain = more.get("domain", REALM)
        self.call_id = more.get("call_id") or f"{self.random.getrandbits(80):020x}@{a.ip}"
        self.tag, self.to_tag = f"{self.random.getrandbits(40):010x}", f"{self.random.getrandbits(40):010x}"
        self.contact = more.get("contact", f"<sip:{self.user}@{a}>")
        self.agent = more.get("agent", "")
        self.extra = "".join(f"{line}\r\n" for line in more.get("lines", ()))
        self.name = more.get("name", "")
        self.media = more.get("media", (a.at(16000), b.at(30000)))
        self.cseq = more.get("cseq", 0)
        self.branch, self.via = "", ""
        self.talking = False

    def request(self, method, lines="", body="", **more):
        """From a to b, or from b to a with turned=True; new_branch=False repeats the last transaction's branch."""
        turned = more.get("turned", False)
        src, dst = (self.b, self.a) if turned else (self.a, self.b)
        if more.get("new_branch", True):
            self.branch = f"z9hG4bK{self.random.getrandbits(56):014x}"
        if method not in ("ACK", "CANCEL"):
            self.cseq += 1
        self.via = f"Via: SIP/2.0/UDP {more.get('sent_by', src)};branch={self.branch};rport"
        caller = f'{self.name}<sip:{self.user}@{self.domain}>;tag={self.tag}'
        callee = f"<sip:{self.to}@{self.domain}>" + (f";tag={self.to_tag}" if self.talking or more.get("in_dialog") else "")
        if turned:
            caller, callee = callee, caller
        agent = f"User-Agent: {self.agent}\r\n" if self.agent and not turned else ""
        content = f"Content-Type: {more.get('type', 'application/sdp')}\r\n" if body else ""
        uri = more.get("uri") or (f"sip:{self.user}@{self.a}" if turned else f"sip:{self.to}@{self.b.ip}")
        self.head = f"From: {caller}\r\nTo: {callee}\r\nCall-ID: {self.call_id}\r\nCSeq: {self.cseq} {method}\r\n"
        text = (f"{method} {uri} SIP/2.0\r\n{self.via}\r\nMax-Forwards: 70\r\n{self.head}"
                f"Contact: {self.contact if not turned else f'<sip:{self.to}@{self.b}>'}\r\n{agent}{self.extra}{lines}{content}"
                f"Content-Length: {len(body)}\r\n\r\n{body}")
        self.tape.udp(more.get("src", src), more.get("dst", dst), text.encode())

    def answer(self, status, lines="", body="", turned=False):
        """To the last request: from b to a, or the other way when the request came from b."""
        src, dst = (self.a, self.b) if turned else (self.b, self.a)
        head = self.head
        if not self.talking and not turned and status[:3] != "100":
            head = head.replace(f"@{self.domain}>\r\nCall-ID", f"@{self.domain}>;tag={self.to_tag}\r\nCall-ID", 1)
        content = "Content-Type: application/sdp\r\n" if body else ""
        text = (f"SIP/2.0 {status}\r\n{self.via};received={dst.ip}\r\n{head}{lines}{content}"
                f"Content-Length: {len(body)}\r\n\r\n{body}")
        self.tape.udp(src, dst, text.encode())

    def sdp(self, side, version=1, host=None):
        media = host or self.media[side]
        return (f"v=0\r\no=- {2000 + side} {version} IN IP4 {media.ip}\r\ns=-\r\nc=IN IP4 {media.ip}\r\nt=0 0\r\n"
                f"m=audio {media.port} RTP/AVP 8 0 101\r\na=rtpmap:101 telephone-event/8000\r\na=ptime:20\r\na=sendrecv\r\n")

    def credentials(self, method, nonce, header="Proxy-Authorization", user=None, count=1):
        return (f'{header}: Digest username="{user or self.user}", realm="{REALM}", nonce="{nonce}", '
                f'uri="sip:{REALM}", response="{self.random.getrandbits(128):032x}", algorithm=MD5, '
                f'qop=auth, cnonce="{self.random.getrandbits(32):08x}", nc={count:08x}\r\n')

    def nonce(self):
        return f"{self.random.getrandbits(96):024x}"


def challenge(nonce, header="Proxy-Authenticate", stale=False):
    return f'{header}: Digest realm="{REALM}", nonce="{nonce}", algorithm=MD5, qop="auth"{", stale=true" if stale else ""}\r\n'


def register(dialog, state, expires=3600):
    """One registration: with the nonce known from the last one, challenged when there is none or it is stale."""
    lines = f"Expires: {expires}\r\n"
    uri = f"sip:{REALM}"
    if state.nonce:
        state.count += 1
        dialog.request("REGISTER", lines + dialog.credentials("REGISTER", state.nonce, "Authorization", count=state.count), uri=uri)
    else:
        dialog.request("REGISTER", lines, uri=uri)
    yield 0.004
    if not state.nonce or state.count > 12:
        stale = bool(state.nonce)
        state.nonce, state.count = dialog.nonce(), 1
        dialog.answer("401 Unauthorized", challenge(state.nonce, "WWW-Authenticate", stale))
        yield 0.03
        dialog.request("REGISTER", lines + dialog.credentials("REGISTER", state.nonce, "Authorization"), uri=uri)
        yield 0.005
    dialog.answer("200 OK", f"Contact: {dialog.contact};expires={expires}\r\n")


def challenged_invite(dialog, body=True, user=None):
    """INVITE, 407, ACK, INVITE with credentials, 100."""
    sdp = dialog.sdp(0) if body else ""
    dialog.request("INVITE", body=sdp)
    yield 0.003
    nonce = dialog.nonce()
    dialog.answer("407 Proxy Authentication Required", challenge(nonce))
    yield 0.02
    dialog.request("ACK", new_branch=False, in_dialog=True)
    yield 0.002
    dialog.request("INVITE", dialog.credentials("INVITE", nonce, user=user), body=sdp)
    yield 0.004
    dialog.answer("100 Trying")


def refuse(dialog, status):
    dialog.answer(status)
    yield 0.02
    dialog.request("ACK", new_branch=False, in_dialog=True)


def cancel(dialog):
    dialog.request("CANCEL", new_branch=False)
    yield 0.003
    dialog.answer("200 OK")
    dialog.head = dialog.head.replace(" CANCEL\r\n", " INVITE\r\n")
    yield 0.002
    dialog.answer("487 Request Terminated")
    yield 0.02
    dialog.request("ACK", new_branch=False, in_dialog=True)


def accept(dialog):
    dialog.answer("200 OK", f"Contact: <sip:{dialog.to}@{dialog.b}>\r\n", dialog.sdp(1))
    dialog.talking = True
    yield 0.03
    dialog.request("ACK")


def hang_up(dialog, turned=False):
    dialog.request("BYE", turned=turned)
    yield 0.01
    dialog.answer("200 OK", turned=turned)
