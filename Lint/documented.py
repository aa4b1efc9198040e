#!/usr/bin/env python3
"""Prints the public declarations that have no doc comment, of the modules named, and fails if there are any.

Reads the symbol graphs that `swift package generate-documentation` left. What implements a protocol's requirement has
the requirement's comment; what the compiler makes has none and needs none.
"""
import json
import pathlib
import sys
import urllib.parse


def undocumented(graph, root):
    for symbol in json.loads(graph.read_text("utf-8"))["symbols"]:
        location = symbol.get("location")
        if location is None or "docComment" in symbol:
            continue
        path = pathlib.Path(urllib.parse.unquote(urllib.parse.urlparse(location["uri"]).path)).relative_to(root)
        yield f"{path}:{location['position']['line'] + 1}: {'.'.join(symbol['pathComponents'])} has no doc comment"


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    complaints = []
    for module in sys.argv[1:]:
        graphs = sorted(root.glob(f".build/*/extracted-symbols/*/{module}/{module}.symbols.json"))
        if not graphs:
            complaints.append(f"{module}: no symbol graph; `make docs` makes it")
        for graph in graphs:
            complaints.extend(undocumented(graph, root))
    for complaint in sorted(set(complaints)):
        print(complaint, file=sys.stderr)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
