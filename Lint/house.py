#!/usr/bin/env python3
"""Holds three rules of the house that no compiler and no formatter holds, over all Swift sources.

  stored    a type has at most 12 stored properties (static ones and computed ones do not count);
  writers   they are written in at most two files: the type's own and one more;
  numbers   a function takes at most two numbers without a label.

It reads tokens, not types, so `writers` is an approximation. A file writes a type if it assigns to, or passes with `&`,
a stored `var` of it that other files can write: in an extension of the type by its bare name or through `self`, and
anywhere in the module through something else (`guest.name = ...`), where only one type of the module has a stored
property of that name. What lies within the property counts too (`name.other = ...`, `name[0] += 1`). Not seen are calls
of mutating methods (`name.append(...)`) and writes from other modules. Any local variable of the same name in the
function hides the bare name. `numbers` sees the standard library's number types and their optionals, by name.

What breaks a rule for a good reason stands in `exceptions.txt` beside this file: `RULE SUBJECT MOST REASON`. An
exception that nothing needs any more is an error too, so that the list stays true.

  Lint/house.py                  checks the sources
  Lint/house.py --self-test      checks itself against fixtures/
  Lint/house.py --largest N      prints the N types with the most stored properties
  --root FOLDER                  another clone than this file's
"""
import argparse
import collections
import pathlib
import re
import sys

from swift_source import end_of_group, modifiers_before, parameters, stored_names, text_at, tokens_of

MOST = {"stored": 12, "writers": 2, "numbers": 2}
SAYS = {
    "stored": "has {} stored properties, more than {}",
    "writers": "is written in {} files, more than {}",
    "numbers": "takes {} numbers without a label, more than {}",
}
ROOTS = ("Sources", "Guest/Sources", "Fuzz")
NUMBERS = re.compile(r"(Swift\.)?(U?Int(8|16|32|64|128)?|Double|Float(16|32|64)?)\??")
ASSIGNMENTS = set("= += -= *= /= %= &= |= ^= <<= >>= &+= &-= &*= &<<= &>>=".split())


class House:
    """What the sources say: types, their stored properties, who writes them, and functions with many bare numbers."""

    def __init__(self):
        self.stored = collections.defaultdict(list)  # type: names of all stored properties
        self.open = collections.defaultdict(dict)  # module: name: types that other files can write it in
        self.place = {}  # subject: file:line
        self.numbers = {}  # function: unlabelled numbers
        self.writes = []  # (module, type whose extension this is or None, name, file)
        self.known = collections.defaultdict(lambda: collections.defaultdict(set))  # module: name: types that have it

    def read(self, module, path, source):
        tokens = tokens_of(source)
        scopes, coming, hidden = [], None, set()  # a scope is a type's name, or None for code
        for at, token in enumerate(tokens):
            text, next_text, before = token.text, text_at(tokens, at + 1), text_at(tokens, at - 1)
            kind = next((scope for scope in reversed(scopes) if scope), None)
            if text == "{":
                scopes.append(coming)
                coming = None
            elif text == "}":
                if scopes:
                    scopes.pop()
                if not scopes or scopes[-1]:
                    hidden = set()
            elif before == ".":
                if text not in ("self", "init"):
                    self.note_write(tokens, at, module, path, kind if text_at(tokens, at - 2) == "self" else None)
            elif (text in ("struct", "class", "enum", "actor", "protocol", "extension") and before not in (":", "&", ",")
                  and re.match(r"[A-Z]", next_text)):
                end = at + 2
                while text_at(tokens, end) == ".":
                    end += 2
                name = "".join(part.text for part in tokens[at + 1:end])
                if text != "extension":
                    name = f"{kind or module}.{name}"
                    self.place.setdefault(name, f"{path}:{token.line}")
                else:
                    name = f"{module}.{name}"
                coming = name if text != "protocol" else None
            elif text in ("var", "let") and scopes and scopes[-1]:
                self.note_property(tokens, at, module, scopes[-1])
            elif text in ("var", "let"):
                hidden.add(next_text)
            elif text == "func" or (text in ("init", "subscript") and (not scopes or scopes[-1] or token.is_first)):
                hidden |= self.note_function(tokens, at, module, kind, f"{path}:{token.line}")
            elif kind and not scopes[-1] and text not in hidden:
                self.note_write(tokens, at, module, path, kind)

    def note_property(self, tokens, at, module, kind):
        modifiers = modifiers_before(tokens, at)
        if modifiers & {"static", "class"}:
            return
        for name in stored_names(tokens, at):
            self.stored[kind].append(name)
            self.known[module][name].add(kind)
            if tokens[at].text == "var" and not modifiers & {"private", "fileprivate", "private(set)"}:
                self.open[kind][name] = True

    def note_function(self, tokens, at, module, kind, place):
        name, start = ("init", at) if tokens[at].text == "init" else (text_at(tokens, at + 1), at + 1)
        if tokens[at].text == "subscript":
            name, start = "subscript", at
        while start < len(tokens) and tokens[start].text not in "({}":
            start += 1
        if text_at(tokens, start) != "(":
            return set()
        listed = list(parameters(tokens, start))
        count = sum(label == "_" and NUMBERS.fullmatch(kind_) is not None for label, kind_ in listed)
        if count > MOST["numbers"]:
            subject = f"{kind or module}.{name}({''.join(label + ':' for label, _ in listed)})"
            self.numbers[subject] = max(count, self.numbers.get(subject, 0))
            self.place.setdefault(subject, place)
        end = end_of_group(tokens, start)
        return {text_at(tokens, here - 1) for here in range(start, end) if tokens[here].text == ":"}

    def note_write(self, tokens, at, module, path, kind):
        if not re.match(r"[a-z_]\w*$", tokens[at].text):
            return
        end = at + 1
        while True:  # over .name, [index], ? and !
            text = text_at(tokens, end)
            if text == "[" and not tokens[end].is_first:
                end = end_of_group(tokens, end)
            elif text == "." or text in ("?", "!", "?."):
                end += 2 if text == "." else 1
            else:
                break
        begin = at
        while text_at(tokens, begin - 1) == ".":
            begin -= 2
        if text_at(tokens, end) in ASSIGNMENTS or text_at(tokens, begin - 1) == "&":
            self.writes.append((module, kind, tokens[at].text, path))

    def writers(self):
        found = {kind: {self.place[kind].split(":")[0]} for kind in self.stored if kind in self.place}
        for module, kind, name, path in self.writes:
            if kind is None:
                owners = self.known[module].get(name, ())
                kind = next(iter(owners)) if len(owners) == 1 else None
            while kind and name not in self.stored.get(kind, ()) and "." in kind:
                kind = kind.rpartition(".")[0]
            if kind in found and name in self.open.get(kind, ()):
                found[kind].add(path)
        return found

    def faults(self):
        """(rule, subject): count, for all that is above a rule's most."""
        counts = {("stored", kind): len(names) for kind, names in self.stored.items()}
        counts.update({("writers", kind): len(files) for kind, files in self.writers().items()})
        counts.update({("numbers", function): count for function, count in self.numbers.items()})
        return {key: count for key, count in counts.items() if count > MOST[key[0]]}


def read_house(folder, roots):
    house = House()
    for root in roots:
        for path in sorted((folder / root).rglob("*.swift")):
            inner = path.relative_to(folder / root).parts
            if not any(part.startswith(".") for part in inner):
                house.read(inner[0].removesuffix(".swift"), str(path.relative_to(folder)), path.read_text("utf-8"))
    return house


def read_exceptions(path):
    """(rule, subject): (most, line number), and what is wrong with the list itself."""
    exceptions, wrong = {}, []
    for number, line in enumerate(path.read_text("utf-8").splitlines() if path.exists() else (), 1):
        if line.strip() and not line.startswith("#"):
            fields = line.split(None, 3)
            if len(fields) < 4 or fields[0] not in MOST or not fields[2].isdigit():
                wrong.append(f"{path.name}:{number}: not of the form RULE SUBJECT MOST REASON")
            else:
                exceptions[fields[0], fields[1]] = int(fields[2]), number
    return exceptions, wrong


def check(house, exceptions_file):
    exceptions, complaints = read_exceptions(exceptions_file)
    faults = house.faults()
    for (rule, subject), count in sorted(faults.items()):
        most = exceptions.get((rule, subject), (MOST[rule], 0))[0]
        if count > most:
            complaints.append(f"{house.place[subject]}: {rule}: {subject} {SAYS[rule].format(count, most)}")
    for (rule, subject), (_, number) in exceptions.items():
        if (rule, subject) not in faults:
            complaints.append(f"{exceptions_file.name}:{number}: {rule} {subject}: keeps the rule now; take this line out")
    return complaints


def self_test(folder):
    said = check(read_house(folder, ["fixtures"]), folder / "fixtures" / "exceptions.txt")
    expected = (folder / "fixtures" / "expected.txt").read_text("utf-8").splitlines()
    return [f"not found in fixtures/: {line}" for line in expected if line not in said] + [
        f"found in fixtures/ without cause: {line}" for line in said if line not in expected]


def main():
    here = pathlib.Path(__file__).resolve().parent
    options = argparse.ArgumentParser(description="Holds the rules of the house over the Swift sources.")
    options.add_argument("--self-test", action="store_true", help="check this script against its fixtures")
    options.add_argument("--largest", type=int, metavar="N", help="print the N types with the most stored properties")
    options.add_argument("--root", type=pathlib.Path, default=here.parent, help="the clone to read; default: this one")
    arguments = options.parse_args()
    if arguments.self_test:
        complaints = self_test(here)
    else:
        house = read_house(arguments.root, ROOTS)
        if arguments.largest is not None:
            writers = house.writers()
            for kind, names in sorted(house.stored.items(), key=lambda item: (-len(item[1]), item[0]))[:arguments.largest]:
                print(f"{len(names):4} stored, written in {len(writers.get(kind, ())):2} files  {kind}")
            return 0
        complaints = check(house, here / "exceptions.txt")
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
