"""Fifty thousand accounts of one carrier: who they are, where they are, whom they call and when."""

from tape import Host

SBC = Host("192.0.2.20")
MEDIA = [Host(f"192.0.2.{last}") for last in range(31, 35)]
CARRIERS = [Host("203.0.113.11"), Host("203.0.113.12"), Host("203.0.113.13")]
ABROAD = {"43": "AT", "41": "CH", "33": "FR", "39": "IT", "90": "TR", "48": "PL", "34": "ES", "44": "GB", "1": "US", "31": "NL"}

# Of a day's calls, the share that begins in each hour.
AT_HOME = (1, 1, 0, 0, 0, 1, 3, 6, 10, 12, 12, 12, 10, 10, 11, 12, 14, 18, 22, 22, 18, 12, 6, 2)
AT_WORK = (0, 0, 0, 0, 0, 0, 2, 10, 30, 40, 40, 36, 20, 28, 38, 36, 28, 12, 4, 1, 0, 0, 0, 0)
ON_WARDS = (6, 5, 5, 5, 6, 8, 14, 20, 26, 28, 26, 24, 22, 24, 24, 22, 20, 20, 18, 16, 12, 10, 8, 7)
DIALLING = (0, 0, 0, 0, 0, 0, 0, 0, 0, 40, 44, 44, 36, 40, 44, 44, 44, 40, 38, 20, 0, 0, 0, 0)

AGENTS = ("AVM FRITZ!Box 7590 154.07.57", "Gigaset DX800A/41.00", "Yealink SIP-T46S 66.86.0.15", "snomD785/10.1.73.16",
          "Grandstream GXP2170 1.0.11.48", "PolycomVVX-VVX_411-UA/5.9.5.0614", "Cisco/SPA504G-7.6.2c", "Zoiper rv2.10.19",
          "Linphone Android/5.0.12 (belle-sip/5.2.0)", "Bria 6 release 6.5.1 stamp 109721")

# kind: accounts of 50,000, accounts behind one address, calls a day of each, hours, share of calls abroad, PBX
KINDS = {
    "home": (30_000, 1, 2, AT_HOME, 0.06, False),
    "office": (10_000, 50, 6, AT_WORK, 0.05, False),
    "roamer": (1_000, 1, 4, AT_HOME, 0.10, False),
    "callshop": (400, 20, 20, AT_HOME, 0.85, False),
    "hospital": (2_600, 260, 8, ON_WARDS, 0.01, True),
    "centre": (2_000, 100, 40, DIALLING, 0.0, True),
    "enterprise": (4_000, 40, 6, AT_WORK, 0.08, True),
}


class Account:
    """Somebody with a number. Behind a PBX the PBX has the credentials, and speaks."""

    __slots__ = ("kind", "number", "host", "agent", "user", "private", "friends", "countries", "nonce", "count", "cseq",
                 "call_id", "name")

    def __init__(self, kind, number, host, random):
        self.kind, self.number, self.host = kind, number, host
        self.user, self.private, self.name = number, False, ""
        self.agent = AGENTS[random.randrange(len(AGENTS))]
        self.friends, self.countries = [], random.sample(sorted(ABROAD), 2)
        self.nonce, self.count, self.cseq = None, 0, 0
        self.call_id = f"{random.getrandbits(80):020x}@{host.ip}"

    @property
    def contact(self):
        host = f"192.168.178.{2 + int(self.number[-2:])}:5060" if self.private else str(self.host)
        return f"<sip:{self.user}@{host}>"

    def registers(self):
        return not KINDS[self.kind][5]



def make_people(random, total):
    """All accounts, and by kind; a smaller carrier has fewer of each, never less than one site of a kind."""
    people, sites, number = [], {}, 4_930_200_0000
    for place, (kind, (share, together, _, _, _, pbx)) in enumerate(KINDS.items()):
        count = max(together, share * total // 50_000 // together * together)
        for index in range(count):
            site = index // together
            if together == 1:
                ip = f"{84 + place}.{144 + site // 62_500}.{site // 250 % 250}.{1 + site % 250}"
            else:
                ip = f"81.{100 + place}.{site // 250}.{1 + site % 250}"
            port = 5060 if pbx or together == 1 else 20_000 + index % together * 7
            person = Account(kind, str(number), Host(ip, port), random)
            number += 1
            if pbx:
                person.user = f"{kind}-{site}"
                person.agent = "Asterisk PBX 18.10.0"
            else:
                person.private = random.random() < 0.05
            people.append(person)
            sites.setdefault((kind, site), []).append(person)
    return people, sites


def national(random):
    """Somebody's number of another carrier at home: mobile, or a town."""
    if random.random() < 0.5:
        return f"491{random.choice(('51', '60', '70', '75', '76'))}{random.randrange(10**6, 10**8)}"
    return f"49{random.choice(('89', '40', '221', '69', '711'))}{random.randrange(10**5, 10**7)}"


def foreign(random, country):
    lengths = {"1": 10, "44": 10, "39": 10, "90": 10, "33": 9, "34": 9, "48": 9, "41": 9, "43": 10, "31": 9}
    starts = {"1": "212", "44": "20", "39": "06", "90": "212", "33": "1", "34": "91", "48": "22", "41": "44", "43": "1", "31": "20"}
    start = starts[country]
    rest = lengths[country] - len(start)
    return country + start + "".join(random.choice("23456789") for _ in range(rest))


def whom(random, person, people):
    """The number that somebody calls next; mostly one that was called before."""
    _, _, _, _, abroad, _ = KINDS[person.kind]
    if person.friends and random.random() < (0.1 if person.kind == "centre" else 0.6):
        return random.choice(person.friends)
    if person.kind == "centre":
        return national(random)
    if person.kind == "callshop" or random.random() < abroad:
        country = random.choice(sorted(ABROAD) if person.kind == "callshop" else person.countries)
        number = foreign(random, country)
    elif random.random() < 0.4:
        number = random.choice(people).number
    else:
        number = national(random)
    if len(person.friends) < 8 and person.kind != "callshop":
        person.friends.append(number)
    return number


def dialled(random, number):
    """As a person types it, or a phone sends it."""
    form = random.random()
    if form < 0.4:
        return "+" + number
    if number.startswith("49"):
        return "0" + number[2:]
    return "00" + number
