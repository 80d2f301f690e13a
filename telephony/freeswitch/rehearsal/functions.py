"""The functions a dialplan may call inside `${…}`: pure ones, with the real switch's answers, its odd ones included."""

from __future__ import annotations

import ast
import hashlib
import operator
import re
import time
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, unquote

_OPERATORS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Mod: operator.mod,
}
_COND = re.compile(
    r"^(?P<a>'(?:\\.|[^'\\])*'|\S+) +(?P<o>==|!=|>=|<=|>|<).\s*(?P<b>'(?:\\.|[^'\\])*'|\S+) +\?(?P<rest>.*)$",
    re.S,
)
_NUMBER = re.compile(r"^[+-]?[0-9]*\.?[0-9]+$")


def expr(text: str) -> str:
    """Arithmetic; `!err!` for anything else, the empty operand of a missing variable too."""
    try:
        value = _evaluate(ast.parse(text.strip(), mode="eval").body)
    except (SyntaxError, ValueError, ZeroDivisionError, OverflowError, RecursionError, MemoryError):
        return "!err!"
    return f"{value:.10f}".rstrip("0").rstrip(".")


def _evaluate(node: ast.expr) -> float:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return float(node.value)
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        return _OPERATORS[type(node.op)](_evaluate(node.left), _evaluate(node.right))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_evaluate(node.operand)
    raise ValueError("not arithmetic")


def cond(text: str) -> str:
    """`a < b ? yes : no`. A side that is no number counts as its length, which is the trap of `!err! < 15`."""
    found = _COND.match(text)
    if found is None:
        return "-ERR"
    branches = [branch.strip(" ") for branch in found["rest"].split(":")]
    if not 1 <= len(branches) <= 2:
        return "-ERR"
    if _compare(found["a"], found["o"], found["b"]):
        return branches[0]
    return branches[1] if len(branches) == 2 else ""


def _compare(a: str, sign: str, b: str) -> bool:
    compare: dict[str, Callable[[Any, Any], bool]] = {
        "==": operator.eq,
        "!=": operator.ne,
        "<": operator.lt,
        "<=": operator.le,
        ">": operator.gt,
        ">=": operator.ge,
    }
    is_number = [bool(_NUMBER.match(side)) for side in (a, b)]
    if sign in {"==", "!="} and not any(is_number):
        return compare[sign](a.strip("'"), b.strip("'"))
    sides = [
        float(side) if number else float(len(side.strip("'")))
        for side, number in zip((a, b), is_number, strict=True)
    ]
    return compare[sign](*sides)


def strftime(text: str) -> str:
    """The format, in local time; with a leading epoch and `|`, of that moment."""
    moment, _, form = text.rpartition("|")
    seconds = float(moment) if _NUMBER.match(moment) else time.time()
    return time.strftime(form or "%Y-%m-%d %T", time.localtime(seconds))


def strepoch(text: str) -> str:
    """Seconds since the epoch, now, or of a stamp like `2026-11-20 13:32:46`."""
    if not text.strip():
        return str(int(time.time()))
    try:
        return str(int(time.mktime(time.strptime(text.strip(), "%Y-%m-%d %H:%M:%S"))))
    except ValueError:
        return "0"


def regex(text: str) -> str:
    """`subject|pattern` gives true or false; `subject|pattern|%1` gives the substitution, or the subject unmatched."""
    subject, pattern, replacement = (text.split("|", 2) + ["", ""])[:3]
    try:
        found = re.search(pattern, subject)
    except re.error:
        return "-ERR"
    if not replacement:
        return "true" if found else "false"
    if found is None:
        return subject
    return re.sub(r"[%$](\d)", lambda digit: _group(found, int(digit[1])), replacement)


def _group(found: re.Match[str], number: int) -> str:
    return (found[number] or "") if number <= found.re.groups else ""


PURE: dict[str, Callable[[str], str]] = {
    "expr": expr,
    "cond": cond,
    "strepoch": strepoch,
    "strmicroepoch": lambda text: str(time.time_ns() // 1000),
    "strftime": strftime,
    "regex": regex,
    "create_uuid": lambda text: str(uuid.uuid4()),
    "md5": lambda text: hashlib.md5(text.encode(), usedforsecurity=False).hexdigest(),
    "url_encode": quote,
    "url_decode": unquote,
    "tolower": str.lower,
    "toupper": str.upper,
    "echo": str,
    "strlen": lambda text: str(len(text)),
}
