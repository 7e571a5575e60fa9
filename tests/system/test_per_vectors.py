"""Aligned PER: messages of an independent encoder and the trees that they must give.

The short ones of tests/golden/per_vectors.txt always; all of them where they lie beside
the captures. A vector is a line "> ROOT hex" and the tree behind it.
"""

import gzip
import subprocess
import sys
from collections import defaultdict

import common

GOLDEN = common.SOURCE / "tests" / "golden" / "per_vectors.txt"
ALL = common.SHARED.parent / "data" / "h323-vectors.txt.gz"

# Faults of the encoder, each with the node whose subtree it spoils: random octets where a
# message belongs, which by chance decode; padding behind a string of no characters.
FAULTS = {
    "h235Key OCTETS:": 4,
    "- OCTETS:": 1,
    "multilinkRequest CHOICE:2": 1,
}


def split(text):
    vectors = []
    for line in text.split("\n"):
        if line.startswith("> "):
            vectors.append([line])
        elif line and vectors:
            vectors[-1].append(line)
    return vectors


def run_decode(root, lines):
    return subprocess.run([common.RINGFENCE, "decode", "--type", root, "--hex"], input=lines,
                          capture_output=True, encoding="ascii", timeout=600, check=False)


def decode(root, messages):
    done = run_decode(root, "\n".join(messages) + "\n")
    return done.returncode, split(done.stdout)


def first_difference(wanted, given):
    for index, line in enumerate(wanted):
        if index >= len(given) or given[index] != line:
            return line, given[index] if index < len(given) else "(nothing)"
    return "(nothing more)", given[len(wanted)]


def compare(vectors):
    """What differs, as (vector's head, wanted line, given line)."""
    roots = defaultdict(list)
    for vector in vectors:
        roots[vector[0].split()[1]].append(vector)
    differences = []
    for root, wanted in sorted(roots.items()):
        code, given = decode(root, [vector[0].split()[2] for vector in wanted])
        if code != 0 or len(given) != len(wanted):
            sys.exit(f"{root}: exit code {code}, {len(given)} trees of {len(wanted)}")
        for one, other in zip(wanted, given):
            if one != other:
                differences.append((one[0][:100], *first_difference(one, other)))
    return differences


def check_golden():
    vectors = split(GOLDEN.read_text(encoding="ascii"))
    differences = compare(vectors)
    for head, wanted, given in differences:
        print(f"{head}\n  wanted {wanted}\n  given  {given}")
    print(f"golden: {len(vectors) - len(differences)} of {len(vectors)} are equal")
    return len(vectors) >= 300 and not differences


def check_bad_lines():
    done = run_decode("UU", "08100100\n0x\n081\n28\n08100100\n")
    lines = done.stderr.splitlines()
    told = (any("line 2, column 2" in line for line in lines)
            and any("line 3: an odd number" in line for line in lines)
            and any("line 4: the message is wrong" in line for line in lines))
    trees = done.stdout.count("> UU 08100100\n")
    print(f"bad lines: exit code {done.returncode}, told {told}, {trees} good trees of 2")
    return done.returncode == 3 and told and trees == 2


def check_all():
    if not ALL.is_file():
        return True
    with gzip.open(ALL, "rt", encoding="ascii", newline="\n") as file:
        vectors = split(file.read())
    left = dict(FAULTS)
    fine = True
    for head, wanted, given in compare(vectors):
        fault = next((key for key in left if wanted.strip().startswith(key) and left[key]), None)
        if fault:
            left[fault] -= 1
            continue
        fine = False
        print(f"{head}\n  wanted {wanted}\n  given  {given}")
    print(f"all: {len(vectors)} vectors, {sum(FAULTS.values()) - sum(left.values())} encoder faults")
    return fine


def main():
    common.need_ringfence()
    checks = [check_golden(), check_bad_lines(), check_all()]
    sys.exit(0 if all(checks) else 1)


if __name__ == "__main__":
    main()
