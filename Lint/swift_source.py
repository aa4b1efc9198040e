"""Reads Swift as tokens: enough to find declarations, and far from a parser."""
import collections
import re

MODIFIERS = set(
    "public package internal fileprivate private final static class lazy weak unowned nonisolated mutating nonmutating "
    "override required convenience indirect isolated dynamic optional borrowing consuming set unsafe".split())
DECLARATIONS = MODIFIERS | set(
    "var let func init deinit subscript case typealias associatedtype struct enum actor extension protocol import".split())
OPENING, CLOSING = set("([{"), set(")]}")
TOKEN = re.compile(r"`\w+`|\$?\w+|->|[-+*/%&|^<>=!?~]+|\S")
TEXT = re.compile(r'(#*)("""|")|//[^\n]*|/\*')

Token = collections.namedtuple("Token", "text line is_first")


def without_text(source):
    """The source less its comments, with all string literals empty."""
    kept, at = [], 0
    while found := TEXT.search(source, at):
        kept.append(source[at:found.start()])
        if found[0] == "/*":
            at = end_of_comment(source, found.end())
        elif found[2]:
            at = end_of_string(source, found.end(), found[1], found[2])
            kept.append('""')
        else:
            at = found.end()
        kept.append("\n" * source.count("\n", found.start(), at))
    return "".join(kept) + source[at:]


def end_of_comment(source, at):
    depth = 1
    while depth and (found := re.compile(r"/\*|\*/").search(source, at)):
        depth += 1 if found[0] == "/*" else -1
        at = found.end()
    return at if depth == 0 else len(source)


def end_of_string(source, at, hashes, quote):
    part = re.compile(rf'(?P<end>{quote}{hashes})|\\{hashes}(?P<code>\()|\\{hashes}.', re.DOTALL)
    while found := part.search(source, at):
        at = found.end()
        if found["end"]:
            return at
        depth = 1 if found["code"] else 0
        while depth and (inner := re.compile(r'[()]|(#*)("""|")').search(source, at)):
            at = inner.end()
            if inner[2]:
                at = end_of_string(source, at, inner[1], inner[2])
            else:
                depth += 1 if inner[0] == "(" else -1
    return len(source)


def tokens_of(source):
    tokens, last = [], 0
    for line, text in enumerate(without_text(source).split("\n"), 1):
        for found in TOKEN.finditer(text):
            tokens.append(Token(found[0].strip("`"), line, line != last))
            last = line
    return tokens


def text_at(tokens, at):
    return tokens[at].text if 0 <= at < len(tokens) else ""


def end_of_group(tokens, at):
    """The place behind the bracket that closes the one at `at`."""
    depth = 0
    while at < len(tokens):
        depth += (tokens[at].text in OPENING) - (tokens[at].text in CLOSING)
        at += 1
        if depth == 0:
            break
    return at


def modifiers_before(tokens, at):
    found, at = set(), at - 1
    while text_at(tokens, at) in MODIFIERS or text_at(tokens, at) in ("(", ")"):
        if text_at(tokens, at) == "(" and text_at(tokens, at - 1) not in MODIFIERS:
            break
        found.add("private(set)" if text_at(tokens, at) == "set" and text_at(tokens, at - 2).endswith("private")
                  else text_at(tokens, at))
        at -= 3 if text_at(tokens, at) == "set" else 1
    return found


def stored_names(tokens, at):
    """The names that the declaration `var` or `let` at `at` stores: `var a = 1, b: Int`; none if it is computed."""
    names, depth, is_bare, start = [text_at(tokens, at + 1)], 0, True, at
    at += 2
    while at < len(tokens):
        text = tokens[at].text
        if depth == 0 and tokens[at].is_first and at > start + 1 and (text in DECLARATIONS or text in "@#}"):
            break
        if depth == 0 and is_bare and text == "{":
            return names if text_at(tokens, at + 1) in ("willSet", "didSet") else names[:-1]
        if depth == 0 and text == "=":
            is_bare = False
        if depth == 0 and text == "," and text_at(tokens, at + 2) in (":", "="):
            names.append(text_at(tokens, at + 1))
            is_bare = True
        depth += (text in OPENING) - (text in CLOSING)
        if depth < 0:
            break
        at += 1
    return names


def parameters(tokens, at):
    """The label and the type of each parameter in the list that opens at `at`."""
    end, depth, part, parts = end_of_group(tokens, at), 0, [], []
    for token in tokens[at + 1:end]:
        depth += (token.text in OPENING or token.text == "<") - (token.text in CLOSING)
        depth -= len(token.text) if not token.text.strip(">") else 0
        if depth < 0 or (depth == 0 and token.text == ","):
            parts.append(part)
            part = []
        else:
            part.append(token.text)
    for part in parts:
        if ":" in part:
            names, kind = part[:part.index(":")], part[part.index(":") + 1:]
            kind = kind[:kind.index("=")] if "=" in kind else kind
            yield names[0], "".join(word for word in kind if word not in ("inout", "consuming", "borrowing", "sending"))
