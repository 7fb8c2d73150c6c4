"""Writes code out in lines that one can read: long ones are broken where their brackets are."""

import ast
import io
import re
import token
import tokenize

WIDTH = 110
OPENING, CLOSING = "([{", ")]}"
FSTRING_START, FSTRING_END = getattr(token, "FSTRING_START", -1), getattr(token, "FSTRING_END", -1)
KINDS = ((",",), ("for", "if"), ("and", "or"), ("if", "else"))  # what a line is parted at, the first that it has
WORDS = {word for kind in KINDS for word in kind} - {","}


def write_code(node: ast.stmt) -> str:
    """A statement as text. Its lines are broken only where that changes nothing."""
    lines = ast.unparse(ast.fix_missing_locations(node)).split("\n")
    text = "\n".join(lines)
    quoted = [_with_double_quotes(line) for line in lines]
    broken = "\n".join(map(_broken, quoted))
    return next(way for way in (broken, "\n".join(quoted), text) if way == text or _same(way, text))


def write_text(text: str) -> str:
    """A literal that is this text: over several lines where it has some, and nothing in it needs to be escaped."""
    plain = all(part.isprintable() for part in text.split("\n"))
    if plain and "\n" in text and "\\" not in text and '"""' not in text and not text.endswith('"'):
        return f'"""\\\n{text}"""'
    return write_value(text)


def write_data(node: ast.expr, indent: str = "") -> str:
    """An expression of calls, rows and constants, with each argument of a call that is long in a line of its own."""
    deeper = f"{indent}    "
    if isinstance(node, ast.Constant):
        return write_text(node.value) if isinstance(node.value, str) else write_value(node.value)
    if isinstance(node, ast.Call):
        parts = [f"{k.arg}={write_data(k.value, deeper)}" for k in node.keywords]
        start, end = f"{ast.unparse(node.func)}(", ")"
    elif isinstance(node, ast.Tuple):
        parts, start, end = [write_data(e, deeper) for e in node.elts], "(", ",)" if len(node.elts) == 1 else ")"
    else:
        return ast.unparse(node)
    line = f"{start}{', '.join(parts)}{end}"
    if len(indent) + len(line) <= WIDTH and "\n" not in line:
        return line
    return "\n".join([start, *(f"{deeper}{part}," for part in parts), f"{indent})"])


def write_value(value: object) -> str:
    """The literal of a value, its texts in double quotes where that needs no escapes."""
    if isinstance(value, str):
        plain = repr(value)
        return f'"{plain[1:-1]}"' if plain[0] == "'" and '"' not in value and "\\'" not in plain else plain
    if isinstance(value, dict):
        return "{" + ", ".join(f"{write_value(k)}: {write_value(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return f"[{', '.join(map(write_value, value))}]"
    if isinstance(value, tuple):
        return f"({', '.join(map(write_value, value))}{',' if len(value) == 1 else ''})"
    return repr(value)


def means(source: str, value: ast.expr) -> bool:
    """Whether this is how the value may be written."""
    return _same(f"value = {source}", ast.unparse(ast.Assign([ast.Name("value")], value, lineno=0)))


def _same(one: str, other: str) -> bool:
    try:
        return ast.dump(ast.parse(one)) == ast.dump(ast.parse(other))
    except SyntaxError:
        return False


def _with_double_quotes(line: str) -> str:
    """Plain texts in double quotes, as most people write them."""
    for t in reversed(_tokens(line)):
        if t.type == token.STRING and (match := re.fullmatch(r"(\w?)'([^'\"]*)'", t.string)) and t.start[0] == t.end[0]:
            shift = len(line) - len(line.lstrip())
            line = f'{line[: t.start[1] + shift]}{match[1]}"{match[2]}"{line[t.end[1] + shift :]}'
    return line


def _broken(line: str) -> str:
    if len(line) <= WIDTH:
        return line
    indent = " " * (len(line) - len(line.lstrip()))
    group = _widest_group(line)
    if group is None:
        return line
    start, end, cuts, comma = group
    pieces = [line[a:b].strip() for a, b in zip([start + 1, *cuts], [*cuts, end], strict=True)]
    inner = [_broken(f"{indent}    {piece}") for piece in pieces if piece]
    inner[-1] += "," if comma and not inner[-1].endswith(",") else ""
    return "\n".join([line[: start + 1], *inner, f"{indent}{line[end:]}"])


def _tokens(line: str) -> list[tokenize.TokenInfo]:
    try:
        return [*tokenize.generate_tokens(io.StringIO(line.lstrip()).readline)]
    except (tokenize.TokenError, IndentationError, SyntaxError):
        return []


def _widest_group(line: str) -> tuple[int, int, list[int], bool] | None:
    """Where the widest outermost brackets of a line are, where what is in them can be parted, and if by commas."""
    shift = len(line) - len(line.lstrip())
    depth, in_text, in_target, start = 0, 0, False, 0
    cuts: dict[str, list[int]] = {}
    groups: list[tuple[int, int, list[int], bool]] = []
    for t in _tokens(line):
        at = t.start[1] + shift
        in_text += (t.type == FSTRING_START) - (t.type == FSTRING_END)
        if in_text or t.type not in (token.OP, token.NAME):
            continue
        if t.string in OPENING:
            if not depth:
                start, cuts = at, {}
            depth += 1
        elif t.string in CLOSING:
            depth -= 1
            if not depth:
                by = next((kind for kind in KINDS if any(word in cuts for word in kind)), ())
                groups.append((start, at, sorted(c for word in by for c in cuts.get(word, [])), by == (",",)))
        elif depth == 1 and t.string == "," and not in_target:
            cuts.setdefault(",", []).append(at + 1)
        elif depth == 1 and t.string in WORDS:
            cuts.setdefault(t.string, []).append(at)
        in_target = (in_target or t.string == "for") and t.string != "in"
    return max(groups, key=lambda group: group[1] - group[0], default=None)
