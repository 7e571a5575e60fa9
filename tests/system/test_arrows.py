#!/usr/bin/env python3
"""The house's arrows: which room may include which, and how long a file may be.

base <- frame <- decode <- track <- detect <- report <- engine.c <- the four faces;
platform sees the engine's base, frame and detect headers; the engine never sees
platform, a third party's header, or anything that does I/O, threads or time.
"""

import re
import sys

from common import SOURCE

ORDER = ["base", "frame", "decode", "track", "detect", "report"]
FACES = ["sensor", "nfq-filter", "cli", "dashboard-api"]
# The pure part of the C library: no stdio, stdlib, time, threads, sockets, locale.
PURE = {"assert.h", "float.h", "inttypes.h", "limits.h", "math.h", "stdalign.h", "stdarg.h",
        "stdbool.h", "stddef.h", "stdint.h", "stdnoreturn.h", "string.h",
        "sanitizer/asan_interface.h",
        "emmintrin.h", "immintrin.h", "arm_neon.h"}  # the compiler's own
# Made from engine/decode/h323.schema while building; they belong to decode.
GENERATED = {"per_names.h"}
PLATFORM_SEES = {"base", "frame", "detect"}
LINES_MAX = 600
DECLARED = re.compile(r"(?!static)[a-z][\w \*]*[ \*]([a-z]\w+)\(")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
FORBIDDEN_CALLS = re.compile(r"(?<![.>\w])(malloc|calloc|realloc|free|printf|fprintf|sprintf|strtok|"
                             r"sscanf|strtol|atoi|gettimeofday|clock_gettime|rand)\s*\(")


def room_of(path):
    parts = path.relative_to(SOURCE).parts
    if parts[0] != "engine":
        return parts[0]
    return parts[1] if len(parts) > 2 else "engine"


def target_room(name):
    parts = name.split("/")
    if parts[0] != "engine":
        return parts[0]
    return parts[1] if len(parts) > 2 else "engine"


def judge_engine(room, name, quoted):
    if not quoted:
        return None if name in PURE else f"<{name}> has no place in the engine"
    if name in GENERATED:
        return None if room == "decode" else f'{room} must not include "{name}"'
    if not name.startswith("engine/"):
        return f'"{name}" is not of the engine, or not named from the root'
    if name == "engine/limits.h" or room == "engine":
        return None
    # A struct that two rooms name is declared, not included, by the lower one.
    target = target_room(name)
    if target not in ORDER or ORDER.index(target) > ORDER.index(room):
        return f'{room} must not include "{name}"'
    return None


def judge_other(room, name, quoted):
    if not quoted:
        return None
    target = target_room(name)
    if room == "platform":
        if target == "platform" or name == "engine/limits.h" or target in PLATFORM_SEES:
            return None
        return f'platform must not include "{name}"'
    if target in FACES and target != room:
        return f'{room} must not see the face "{name}"'
    return None


def judge_file(path):
    room = room_of(path)
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    if len(lines) > LINES_MAX:
        yield 1, f"{len(lines)} lines, more than {LINES_MAX}"
    inside = path.relative_to(SOURCE).parts[0] == "engine"
    for number, line in enumerate(lines, 1):
        found = INCLUDE.match(line)
        if found:
            quoted = found.group(1) == '"'
            judge = judge_engine if inside else judge_other
            complaint = judge(room, found.group(2), quoted)
            if complaint:
                yield number, complaint
        elif inside and not line.lstrip().startswith(("*", "/*", "//")):
            call = FORBIDDEN_CALLS.search(line)
            if call:
                yield number, f"{call.group(1)}() has no place in the engine"


def declared(top):
    """The functions that the headers of a room declare: name and place."""
    for path in sorted((SOURCE / top).rglob("*.h")):
        text = path.read_text(encoding="utf-8", errors="replace")
        for number, line in enumerate(text.splitlines(), 1):
            found = DECLARED.match(line)
            if found:
                yield found.group(1), f"{path.relative_to(SOURCE)}:{number}"


def names_taken_twice():
    """A face that defines a name of the engine or of platform would be called by them."""
    below = {name: place for top in ("engine", "platform") for name, place in declared(top)}
    for face in FACES:
        for name, place in declared(face):
            if name in below:
                yield f"{place}: {name}() is also declared at {below[name]}"


def main():
    bad, files = 0, 0
    for complaint in names_taken_twice():
        print(complaint)
        bad += 1
    for top in ["engine", "platform", *FACES]:
        for path in sorted((SOURCE / top).rglob("*.[ch]")):
            files += 1
            for number, complaint in judge_file(path):
                print(f"{path.relative_to(SOURCE)}:{number}: {complaint}")
                bad += 1
    print(f"{files} files, {bad} wrong")
    return 1 if bad or not files else 0


if __name__ == "__main__":
    sys.exit(main())
