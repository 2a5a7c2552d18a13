"""Mutation testing: changes `validators/` and `domain/calendar.py` in one place at a time, and asks whether a test notices.

The operators are mutmut's. Its runner is not used, for it leaves out every decorated function, and here each rule is
one. Instead the tests are collected once; for each mutant the process forks, the changed function's code is put in the
place of the original, and the tests that run the changed statement are run, the quickest first, until one fails.

    python tests/mutants.py [--sample N --seed S] [--again] [--jobs 2] [FILE ...]

What is no behaviour is left alone: annotations and names of types, decorators (the rules' pages), how much is remembered
(`lru_cache`), and texts (what users read, docstrings, messages of errors, the plan's words beside a proof).
Results in build/mutants; exit code 1 where more than 10 % are alive.
"""

from __future__ import annotations
import __future__

import argparse
import ast
import difflib
import gc
import hashlib
import json
import os
import pickle
import random
import resource
import subprocess
import sys
import tempfile
import time
import types
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import Any

import coverage
import libcst as cst
import libcst.matchers as m
import pytest
from _pytest.runner import runtestprotocol
from hypothesis import Phase, settings
from libcst.metadata import MetadataWrapper, ParentNodeProvider, PositionProvider
from mutmut.mutation.mutators import mutation_operators

ROOT = Path(__file__).resolve().parent.parent
TESTS = ("tests/rules", "tests/validators", "tests/domain", "tests/plans")
MEASURED = [str(ROOT / "validators/*"), str(ROOT / "domain/*")]
RESULTS = ROOT / "build" / "mutants"
MAP = RESULTS / "map.pickle"
LOG = RESULTS / "log.jsonl"
"""One line for each mutant tried: key, status, file, line, seconds of processor time."""
ALIVE = ("survived", "no test", "not in place")
NOT_IN_PLACE = 3
"""How a process ends where no function that could be exchanged was found: what is not tried is alive."""
ALLOWED = 0.10
SLOW = 1.0
"""Seconds of processor time from which a test is only run with --slow: the properties over a whole municipality."""
WIDE = tuple(f"tests/validators/test_{name}.py" for name in ("needs", "carries", "properties"))
"""Only with --slow too: each test of these hides every field there is in turn, and together they take twice the others."""
_QUIETLY = ["-q", "-s", "--no-header", "--tb=native", "--assert=plain"]
OPTIONS = [*_QUIETLY, "-p", "no:cacheprovider", "--timeout=0", "--hypothesis-profile=mutants"]
_TEXTS = ("Text", "SettingsError", "ValueError", "RuntimeError", "TypeVar", "Chapter", "cast", "anyone", "lru_cache")
_A_TYPE = m.Subscript(value=m.Name("Callable") | m.Name("tuple"))
_QUOTE = m.Arg(keyword=m.Name("words"))


def _negated(node: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    yield cst.UnaryOperation(cst.Not(), node.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()]))


def _conditions(node: Any) -> Iterator[cst.CSTNode]:
    """Turns a condition round: mutmut only does so where it holds a comparison or «not»."""
    for test in _negated(node.test):
        yield node.with_changes(test=test)


OPERATORS = (*mutation_operators, (cst.If, _conditions), (cst.While, _conditions), (cst.CompIf, _conditions))


@dataclass(frozen=True)
class Mutant:
    """One change in one place; ``function`` is empty where it changes a name of the module."""

    key: str
    path: str
    function: str
    first: int
    last: int
    module: cst.Module
    statement: cst.CSTNode
    original: cst.CSTNode
    changed: cst.CSTNode

    def code(self) -> str:
        """The source of the changed function or assignment, alone."""
        return _source(self.statement.deep_replace(self.original, self.changed))

    def difference(self) -> list[str]:
        """The lines taken away and put in."""
        lines = difflib.unified_diff(_source(self.statement).splitlines(), self.code().splitlines(), n=0, lineterm="")
        return [line for line in lines if line[:3] not in ("---", "+++") and line[:2] != "@@"]


def _source(node: Any) -> str:
    if isinstance(node, cst.FunctionDef):
        node = node.with_changes(decorators=[], leading_lines=[])
    return cst.Module(body=[node]).code


class _Finder(cst.CSTVisitor):
    """Collects the mutants of one file."""

    METADATA_DEPENDENCIES = (PositionProvider, ParentNodeProvider)

    def __init__(self, path: str, module: cst.Module) -> None:
        self.path, self.module = path, module
        self.found: list[Mutant] = []
        self._names: list[str] = []
        self._functions: list[cst.FunctionDef] = []
        self._same: Counter[str] = Counter()

    def on_visit(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.Annotation | cst.Decorator | cst.Import | cst.ImportFrom):
            return False
        if isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value in _TEXTS:
            return False
        if m.matches(node, _QUOTE):
            return False
        if isinstance(node, cst.FunctionDef | cst.ClassDef):
            self._names.append(node.name.value)
            if isinstance(node, cst.FunctionDef):
                self._functions.append(node)
            return True
        if self._functions or self._assigned(node) is not None:
            self._change(node)
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        if isinstance(original_node, cst.FunctionDef | cst.ClassDef):
            self._names.pop()
            if isinstance(original_node, cst.FunctionDef):
                self._functions.pop()

    def _assigned(self, node: cst.CSTNode) -> cst.CSTNode | None:
        """The assignment at the module's level that ``node`` stands in."""
        if self._names:
            return None
        statement = self._statement(node)
        named = m.Assign(targets=[m.AssignTarget(m.Name())], value=m.DoesNotMatch(_A_TYPE))
        plain = m.SimpleStatementLine(body=[named | m.AnnAssign(m.Name())])
        return statement if statement is not None and m.matches(statement, plain) else None

    def _statement(self, node: cst.CSTNode) -> cst.CSTNode | None:
        while not isinstance(node, cst.SimpleStatementLine | cst.BaseCompoundStatement | cst.Module):
            node = self.get_metadata(ParentNodeProvider, node)
        return None if isinstance(node, cst.Module) else node

    def _change(self, node: cst.CSTNode) -> None:
        statement = self._statement(node)
        if statement is None:
            return
        target = self._functions[0] if self._functions else statement
        function = ".".join(self._names) if self._functions else ""
        first, last = self._lines(statement)
        for kind, operator in OPERATORS:
            if not isinstance(node, kind):
                continue
            changes = list(operator(node))
            if isinstance(node, cst.SimpleString):
                changes = changes[:1]  # another letter case is no other key than one more letter
            for changed in changes:
                if _only_a_quote(node, changed):
                    continue
                told = f"{self.path}|{function}|{_code(node)}|{_code(changed)}"
                self._same[told] += 1
                key = hashlib.sha1(f"{told}|{self._same[told]}".encode(), usedforsecurity=False).hexdigest()[:12]
                self.found.append(
                    Mutant(key, self.path, self._outermost(), first, last, self.module, target, node, changed)
                )

    def _outermost(self) -> str:
        """The qualified name of the outermost function, with its class: the code object that is exchanged."""
        if not self._functions:
            return ""
        return ".".join(self._names[: self._names.index(self._functions[0].name.value) + 1])

    def _lines(self, statement: cst.CSTNode) -> tuple[int, int]:
        """The lines of a simple statement, or of the head of a compound one."""
        place = self.get_metadata(PositionProvider, statement)
        body = getattr(statement, "body", None)
        # What stands among a function's parameters is run when it is defined, and matters when it is called.
        if isinstance(body, cst.IndentedBlock) and not isinstance(statement, cst.FunctionDef):
            inside = self.get_metadata(PositionProvider, body.body[0])
            return place.start.line, max(place.start.line, inside.start.line - 1)
        return place.start.line, place.end.line


def _only_a_quote(node: cst.CSTNode, changed: cst.CSTNode) -> bool:
    """Whether two calls differ in nothing but the plan's words that stand in them, which the laws hold to the plan."""
    if not isinstance(node, cst.Call) or not isinstance(changed, cst.Call):
        return False
    said = [[_code(arg.value) for arg in call.args if not m.matches(arg, _QUOTE)] for call in (node, changed)]
    return said[0] == said[1] and any(m.matches(arg, _QUOTE) for arg in node.args)


def _code(node: cst.CSTNode) -> str:
    return cst.Module(body=[]).code_for_node(node)


def find_mutants(path: Path) -> list[Mutant]:
    """Every mutant of one file, in the file's order."""
    wrapper = MetadataWrapper(cst.parse_module(path.read_text("utf-8")))
    finder = _Finder(path.relative_to(ROOT).as_posix(), wrapper.module)
    wrapper.visit(finder)
    return finder.found


# --- putting a mutant in the place of the original -------------------------------------------------------------------


def put_in_place(mutant: Mutant, functions: dict[tuple[str, str], list[types.FunctionType]]) -> None:
    """Changes this process. Raises whatever the changed source raises when it is compiled or run."""
    module = sys.modules["skolemiljo." + mutant.path.removesuffix(".py").replace("/", ".")]
    code = compile(mutant.code(), mutant.path, "exec", __future__.annotations.compiler_flag, dont_inherit=True)
    namespace = dict(vars(module))
    exec(code, namespace)  # noqa: S102 - the project's own source, changed in one place
    if not mutant.function:
        for name in _follow(mutant, module.__file__ or "", namespace):
            _rename(name, vars(module)[name], namespace[name])
        _forget()
        return
    _forget()
    new = namespace[mutant.function.rpartition(".")[2]]
    if not functions.get((mutant.path, mutant.function)):
        os._exit(NOT_IN_PLACE)
    for name, changed in _codes(mutant.function, new.__code__):
        for old in functions.get((mutant.path, name), ()):
            old.__code__ = changed.replace(co_freevars=old.__code__.co_freevars)
    if _in_parameters(mutant):
        for old in functions[mutant.path, mutant.function]:
            old.__defaults__, old.__kwdefaults__ = new.__defaults__, new.__kwdefaults__


def _codes(name: str, code: types.CodeType) -> Iterator[tuple[str, types.CodeType]]:
    """The code of a function and of the functions in it: those that were made at import live on by themselves."""
    yield name, code
    for inner in code.co_consts:
        if isinstance(inner, types.CodeType):
            yield from _codes(f"{name}.<locals>.{inner.co_name}", inner)


def _follow(mutant: Mutant, file: str, namespace: dict[str, Any]) -> list[str]:
    """The name that was changed, and those made from it further down the module, which are made anew."""
    changed: list[str] = []
    for statement in ast.parse(Path(file).read_text("utf-8")).body:
        if not isinstance(statement, ast.Assign | ast.AnnAssign) or statement.lineno < mutant.first:
            continue
        target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
        used = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
        if not isinstance(target, ast.Name) or (changed and not used & set(changed)):
            continue
        if changed:
            exec(compile(ast.Module([statement], []), file, "exec"), namespace)  # noqa: S102 - as above
        changed.append(target.id)
    return changed


def _in_parameters(mutant: Mutant) -> bool:
    """Whether the change stands among the function's parameters: in the value that one has when it is left out."""
    stack: list[cst.CSTNode] = [cst.ensure_type(mutant.statement, cst.FunctionDef).params]
    while stack:
        node = stack.pop()
        if node is mutant.original:
            return True
        stack.extend(node.children)
    return False


def _rename(name: str, old: Any, new: Any) -> None:
    """``new`` under ``name`` in every module that holds ``old`` there."""
    for module in list(sys.modules.values()):
        names = getattr(module, "__dict__", {})
        if isinstance(names, dict) and names.get(name) is old:
            names[name] = new


def _forget() -> None:
    """Empties what the package's functions remember: it may have been found by the original."""
    for name, module in list(sys.modules.items()):
        if name.startswith(("skolemiljo.validators.", "skolemiljo.domain.")):
            for thing in vars(module).values():
                if hasattr(thing, "cache_clear"):
                    thing.cache_clear()


def live_functions() -> dict[tuple[str, str], list[types.FunctionType]]:
    """Every function object of the package, by file and qualified name: methods, properties and rules included."""
    found = defaultdict(list)
    for thing in gc.get_objects():
        if isinstance(thing, types.FunctionType):
            file = Path(thing.__code__.co_filename).resolve()
            if file.is_relative_to(ROOT):
                found[file.relative_to(ROOT).as_posix(), thing.__code__.co_qualname].append(thing)
    return found


# --- a mutant of what runs at import ---------------------------------------------------------------------------------


class Anew:
    """A pytest plugin for an interpreter of its own, which has loaded a changed source: the quickest tests first."""

    def __init__(self, seconds: dict[str, float]) -> None:
        self.seconds = seconds

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = sorted((item for item in items if item.nodeid in self.seconds), key=lambda i: self.seconds[i.nodeid])


def try_anew(path: str, key: str, slow: bool) -> int:
    """Runs every test over a source that is loaded changed, until one fails. Returns pytest's exit code."""
    (mutant,) = (mutant for mutant in find_mutants(ROOT / path) if mutant.key == key)
    source = cst.ensure_type(mutant.module.deep_replace(mutant.original, mutant.changed), cst.Module).code
    plainly = SourceFileLoader.get_code

    def get_code(self: SourceFileLoader, fullname: str) -> types.CodeType | None:
        if Path(self.path).resolve() == ROOT / path:
            return compile(source, self.path, "exec", dont_inherit=True)
        return plainly(self, fullname)

    SourceFileLoader.get_code = get_code  # type: ignore[method-assign, assignment] # the interpreter ends with the run
    *_, seconds = pickle.loads(MAP.read_bytes())  # noqa: S301 - written by the run that asks
    chosen = {name: spent for name, spent in seconds.items() if slow or spent < SLOW}
    return pytest.main([*OPTIONS, "-x", *_left_out(slow), *TESTS], plugins=[Anew(chosen)])


# --- running ---------------------------------------------------------------------------------------------------------


class Runner:
    """A pytest plugin that, in place of the tests' run, runs the tests of each mutant in a process of its own."""

    def __init__(self, mutants: Sequence[Mutant], jobs: int, slow: bool) -> None:
        self.mutants, self.jobs, self.slow = mutants, jobs, slow
        self.status: dict[str, str] = {}
        self._seconds: dict[str, float] = {}
        self._loading = coverage.Coverage(data_file=None, include=MEASURED)
        self._loading.start()
        self._at_import: dict[str, set[int]] = {}

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        import_module("skolemiljo.validators.loading").load_rules()  # only then are there functions to exchange
        self._loading.stop()
        data = self._loading.get_data()
        self._at_import = {_inside(file): set(data.lines(file) or ()) for file in data.measured_files()}
        covered, seconds = self._map(session)
        items = {item.nodeid: item for item in session.items}
        self._run(session.items[:1])  # loads the plan and the holidays once for all
        functions = live_functions()
        gc.collect()
        gc.freeze()  # what is here before the forks is shared, and stays so
        running: dict[int, Mutant] = {}
        started, done, told = time.monotonic(), 0, 0
        for mutant in self.mutants:
            tests = sorted(self._tests(mutant, covered), key=lambda name: seconds[name])
            tests = [name for name in tests if self.slow or seconds[name] < SLOW]
            if not tests:
                self.status[mutant.key] = "no test"
                self._note(mutant, 0)
                continue
            while len(running) >= self.jobs:
                done += self._wait(running)
            budget = 20 + 10 * sum(seconds[name] for name in tests)
            sys.stdout.flush()
            child = os.fork()
            if child == 0:
                self._try([items[name] for name in tests], mutant, functions, int(budget))
            running[child] = mutant
            if done >= told + 200:
                told = done
                self._tell(done, started)
        while running:
            done += self._wait(running)
        self._tell(done, started)
        return True

    def runs_at_import(self, mutant: Mutant) -> bool:
        """Whether the changed statement has run when the tests begin, so that changing it then may change nothing."""
        ran = self._at_import.get(mutant.path, set())
        return not mutant.function or not ran.isdisjoint(range(mutant.first, mutant.last + 1))

    def anew(self, mutant: Mutant) -> str:
        """What the tests say of it where the changed source is the one that is loaded."""
        command = [sys.executable, __file__, "--anew", mutant.key, mutant.path, *(["--slow"] if self.slow else [])]
        ended = subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.status[mutant.key] = {0: "survived", 1: "killed", 2: "does not run"}[ended.returncode]  # pytest's codes
        self._note(mutant, 0)
        return self.status[mutant.key]

    def _tell(self, done: int, started: float) -> None:
        alive = sum(status in ALIVE for status in self.status.values())
        print(f"{done}/{len(self.mutants)} alive {alive} {time.monotonic() - started:.0f} s", flush=True)

    def _wait(self, running: dict[int, Mutant]) -> int:
        child, how, used = os.wait3(0)
        mutant = running.pop(child)
        code = os.waitstatus_to_exitcode(how)
        told = {0: "survived", 1: "killed", 2: "does not run", NOT_IN_PLACE: "not in place"}
        self.status[mutant.key] = told.get(code, "timeout")
        self._note(mutant, round(used.ru_utime + used.ru_stime, 3))
        return 1

    def _note(self, mutant: Mutant, seconds: float) -> None:
        with LOG.open("a", encoding="utf-8") as log:
            log.write(json.dumps([mutant.key, self.status[mutant.key], mutant.path, mutant.first, seconds]) + "\n")

    def _try(self, items: list[pytest.Item], mutant: Mutant, functions: Any, budget: int) -> None:
        """In the child: never returns."""
        try:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, 1)
            os.dup2(nowhere, 2)
            resource.setrlimit(resource.RLIMIT_CPU, (budget, budget + 5))
            resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))
            try:
                put_in_place(mutant, functions)
            except BaseException:  # noqa: BLE001 - a source that cannot even be loaded is noticed by any test
                os._exit(2)
            os._exit(1 if self._run(items) else 0)
        finally:
            os._exit(1)

    def _run(self, items: Sequence[pytest.Item]) -> bool:
        """Whether a test failed. Stops at the first."""
        for item, following in zip(items, [*items[1:], None], strict=True):
            try:
                reports = runtestprotocol(item, log=False, nextitem=following)
            except BaseException:  # noqa: BLE001 - whatever a test ends in, it has noticed the change
                return True
            if any(report.failed for report in reports):
                return True
        return False

    def _map(self, session: pytest.Session) -> tuple[dict[str, dict[int, set[str]]], dict[str, float]]:
        """Which tests run which lines, and their seconds, found in a child so that nothing is cached here."""
        state = _state()
        if MAP.exists() and (known := pickle.loads(MAP.read_bytes()))[0] == state:  # noqa: S301 - written by a run before
            return known[1], known[2]
        MAP.unlink(missing_ok=True)
        child = os.fork()
        if child == 0:
            try:
                self._measure(session.items, state)
                os._exit(0)
            finally:
                os._exit(1)
        os.waitpid(child, 0)
        if not MAP.exists():
            raise pytest.UsageError("the tests must pass before anything is changed")
        _, covered, seconds = pickle.loads(MAP.read_bytes())  # noqa: S301 - written by the child above
        return covered, seconds

    def _measure(self, items: Sequence[pytest.Item], state: str) -> None:
        measure = coverage.Coverage(data_file=None, include=MEASURED)
        measure.start()
        for item in items:
            measure.switch_context(item.nodeid)
            _forget()  # else what is remembered would be run by the first test that asks, and by no other
            before = _spent()
            # Run just as for a mutant, so that this is the control too: what fails here would notice every mutant.
            if self._run([item]):
                print(f"fails where nothing is changed: {item.nodeid}", flush=True)
                return
            self._seconds[item.nodeid] = _spent() - before
        measure.stop()
        data = measure.get_data()
        covered: dict[str, dict[int, set[str]]] = {}
        for measured in data.measured_files():
            by_line = covered.setdefault(_inside(measured), {})
            for line, tests in data.contexts_by_lineno(measured).items():
                by_line.setdefault(line, set()).update(test for test in tests if test)
        MAP.write_bytes(pickle.dumps((state, covered, self._seconds)))

    def _tests(self, mutant: Mutant, covered: dict[str, dict[int, set[str]]]) -> set[str]:
        """The tests that run the changed statement; for a name of the module, all that run any line of the file, and for
        a file of names alone, of a file that reads it."""
        by_line = covered.get(mutant.path, {})
        if not mutant.function and not any(by_line.values()):
            imported = f"{Path(mutant.path).stem} import "
            readers = (lines for file, lines in covered.items() if imported in (ROOT / file).read_text("utf-8"))
            return set().union(*(tests for lines in readers for tests in lines.values()))
        lines: Iterable[int] = range(mutant.first, mutant.last + 1) if mutant.function else by_line
        return set().union(*(by_line.get(line, set()) for line in lines))


def _inside(file: str) -> str:
    return Path(file).resolve().relative_to(ROOT).as_posix()


def _state() -> str:
    """What the map is of: everything that is tracked, as it lies here, but this file."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout
    files = [ROOT / name for name in listed.decode().split("\0") if name and ROOT / name != Path(__file__)]
    digest = hashlib.sha256()
    for file in files:
        if file.is_file() and file.suffix in (".py", ".toml", ".md", ".txt"):
            digest.update(file.read_bytes())
    return digest.hexdigest()


def _spent() -> float:
    """Seconds of processor time, those of processes started included; a busy machine does not lengthen them."""
    return sum(os.times()[:4])


# --- the whole -------------------------------------------------------------------------------------------------------


def _files(named: Sequence[str]) -> list[Path]:
    if named:
        return [(ROOT / name).resolve() for name in named]
    return [*sorted((ROOT / "validators").rglob("*.py")), *sorted((ROOT / "domain").glob("calendar*.py"))]


def _before() -> dict[str, str]:
    """What is known from earlier runs, by key; the newest counts."""
    lines = LOG.read_text("utf-8").splitlines() if LOG.exists() else []
    return {key: status for key, status, *_ in map(json.loads, lines)}


def _report(mutants: Sequence[Mutant], status: dict[str, str]) -> float:
    """Writes the results and prints the table; returns the share that is alive."""
    rows: list[dict[str, Any]] = [
        {
            "key": mutant.key,
            "file": mutant.path,
            "function": mutant.function,
            "line": mutant.first,
            "status": status[mutant.key],
            "change": mutant.difference() if status[mutant.key] in ALIVE else [],
        }
        for mutant in mutants
    ]
    (RESULTS / "results.json").write_text(json.dumps(rows, ensure_ascii=False, indent=0), "utf-8")
    alive = [row for row in rows if row["status"] in ALIVE]
    text = [f"{r['file']}:{r['line']} {r['function']} ({r['status']})\n" + "\n".join(r["change"]) for r in alive]
    (RESULTS / "survivors.txt").write_text("\n\n".join(text) + "\n", "utf-8")
    for path in sorted({mutant.path for mutant in mutants}):
        here = [row for row in rows if row["file"] == path]
        left = sum(row in alive for row in here)
        print(f"{path:34} {len(here):5} mutants {left:4} alive {left / len(here):6.1%}")
    print(dict(Counter(row["status"] for row in rows)))
    share = len(alive) / len(rows)
    print(f"{len(rows)} mutants, {len(alive)} alive: {share:.1%}. Survivors: build/mutants/survivors.txt")
    return share


def _left_out(slow: bool) -> list[str]:
    return [] if slow else [f"--ignore={ROOT / file}" for file in WIDE]


def main(arguments: Sequence[str]) -> int:
    """Runs and reports. Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", metavar="FILE")
    parser.add_argument("--sample", type=int, default=0, help="only so many, drawn at random")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--again", action="store_true", help="only those that were alive or not tried last time")
    parser.add_argument("--slow", action="store_true", help="the slow tests too (with --again: of what is alive)")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--anew", metavar="KEY", help="one mutant of one file, in this interpreter; pytest's exit code")
    asked = parser.parse_args(arguments)
    RESULTS.mkdir(parents=True, exist_ok=True)
    os.chdir(ROOT)
    # Failing examples are neither kept nor made smaller: a mutant's must not be met by the next one.
    settings.register_profile(
        "mutants", deadline=None, derandomize=True, database=None, phases=[Phase.explicit, Phase.generate]
    )
    if asked.anew:
        return try_anew(asked.files[0], asked.anew, asked.slow)
    if not asked.again:
        LOG.unlink(missing_ok=True)
    mutants = [mutant for path in _files(asked.files) for mutant in find_mutants(path)]
    # In an order drawn at random, so that what has been tried is a fair sample of the whole whenever a run is stopped.
    random.Random(asked.seed).shuffle(mutants)  # noqa: S311 - a sample that can be made again
    known = _before()
    chosen = [mutant for mutant in mutants if known.get(mutant.key, "survived") in ALIVE][: asked.sample or None]
    chosen.sort(key=lambda mutant: mutant.key not in known)  # first those that were alive
    print(f"{len(chosen)} of {len(mutants)} mutants")
    runner = Runner(chosen, asked.jobs, asked.slow)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["TMPDIR"] = tempfile.tempdir = folder
        pytest.main([*OPTIONS, *_left_out(asked.slow), *TESTS], plugins=[runner])
    status = known | runner.status
    if not runner.status:
        return 1  # nothing was tried: a test fails where nothing is changed
    for mutant in chosen:
        if status[mutant.key] in ALIVE and runner.runs_at_import(mutant):
            status[mutant.key] = runner.anew(mutant)
    share = _report([mutant for mutant in mutants if mutant.key in status], status)
    return 0 if share <= ALLOWED else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
