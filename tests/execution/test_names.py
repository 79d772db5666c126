"""What a statement binds, uses and changes."""

import ast

import pytest

from dlbook.execution.names import read_module
from dlbook.execution.statements import canonical, import_targets


def only(code):
    """Return the one statement of a module `lib.part` that is no plain import."""
    (statement,) = read_module(code, "lib.part").statements
    return statement


@pytest.mark.parametrize(
    ("code", "module", "is_package", "expected"),
    [
        ("import numpy.linalg", "lib.a", False, [("numpy", "numpy:")]),
        ("import numpy.linalg as la", "lib.a", False, [("la", "numpy.linalg:")]),
        ("from lib import b as c, d", "x", False, [("c", "lib:b"), ("d", "lib:d")]),
        ("from .b import c", "lib.a.x", False, [("c", "lib.a.b:c")]),
        ("from . import b", "lib.a.x", False, [("b", "lib.a:b")]),
        ("from .. import b", "lib.a.x", False, [("b", "lib:b")]),
        ("from .b import c", "lib.a", True, [("c", "lib.a.b:c")]),
        ("from ..b import c", "lib.a", True, [("c", "lib.b:c")]),
        ("from .b import *", "lib.a", True, [("*", "lib.a.b:")]),
    ],
)
def test_imports_are_resolved(code, module, is_package, expected):
    (node,) = ast.parse(code).body
    assert list(import_targets(node, module, is_package=is_package)) == expected


@pytest.mark.parametrize(
    ("code", "uses"),
    [
        ("f = g.h(k)", {"g.h", "k"}),
        ("def f(x, y=d):\n    return x.a + y + z", {"d", "z"}),
        ("def f():\n    a = b\n    return a", {"b"}),
        ("def f():\n    def g():\n        return a\n    a = 1\n    return g", set()),
        ("def f():\n    global a\n    a = 1", {"a"}),
        ("def f():\n    return [x for x in x]", {"x"}),
        ("def f():\n    return {k: v for k, v in t for w in k}", {"t"}),
        ("def f(xs):\n    if (y := xs):\n        return y", set()),
        ("def f():\n    return any((y := x) for x in z) and y", {"any", "z"}),
        ("f = lambda x: x + y", {"y"}),
        ("def f(x: A) -> B:\n    y: C = D\n    return y", {"D"}),
        ("class A(B, metaclass=C):\n    x: D = E\n    def f(self):\n        return F", {"B", "C", "E", "F"}),
        ("def f(x):\n    match x:\n        case [a, *b]: return a, b", set()),
        ("def f(x):\n    match x:\n        case {'k': c, **d}: return c, d", set()),
        ("def f():\n    try: pass\n    except E as e: return e", {"E"}),
        ("def f(x):\n    with x as y: return y", set()),
        ("def f(x):\n    del x.a, y[0]", {"y"}),
        ("@d(1)\ndef f(): pass", {"d"}),
        ("async def f():\n    async for x in g(): yield x", {"g"}),
        ("x = getattr(a, 'b')", {"a.b"}),
        ("x = getattr(a, b)", {"getattr", "a", "b"}),
        ("x = f'{a:{b}}'", {"a", "b"}),
        ("x = a.b[c].d", {"a.b", "c"}),
    ],
)  # fmt: skip
def test_names_are_those_of_the_module(code, uses):
    assert only(code).uses == {f"lib.part:{name}" for name in uses}


@pytest.mark.parametrize(
    ("code", "uses", "loads"),
    [
        ("def f():\n    import lib.b\n    return lib.b.g", {"lib:b.g"}, {"lib.b"}),
        ("def f():\n    from .b import g\n    return lambda: g.h", {"lib.b:g.h"}, {"lib.b", "lib.b.g"}),
        ("def f():\n    from . import b\n    return b", {"lib:b"}, {"lib", "lib.b"}),
        (
            "def f():\n    if x: from .b import g\n    else: from .c import g\n    return g",
            {"lib.part:x", "lib.b:g", "lib.c:g"},
            {"lib.b", "lib.b.g", "lib.c", "lib.c.g"},
        ),
        ("def f():\n    return import_module('lib.b').g", {"lib.part:import_module", "lib.b:"}, {"lib.b"}),
        ("def f(n):\n    return import_module(n)", {"lib.part:import_module", ":"}, set()),
        ("def f():\n    return globals()", {"lib.part:globals", "lib.part:"}, set()),
        ("def f(n):\n    return sys.modules[n]", {"lib.part:sys.modules", "lib.part:"}, set()),
        ("def f():\n    return sys.modules['lib.b']", {"lib.b:"}, set()),
        ("def f():\n    return sys.modules.get('lib.b')", {"lib.b:"}, set()),
        ("def f():\n    return 'lib.b' in sys.modules", set(), set()),
    ],
)
def test_imports_inside_of_functions(code, uses, loads):
    statement = only(code)
    assert statement.uses == uses
    assert statement.loads == loads


@pytest.mark.parametrize(
    ("code", "now", "later"),
    [
        ("t['a'] = 1", {"t"}, set()),
        ("t.a.b += 1", {"t.a.b"}, set()),
        ("t.a[0].b = 1", {"t.a"}, set()),
        ("t.run(1)", {"t"}, set()),
        ("x = t.setdefault(1, 2)", {"t"}, set()),
        ("for x in y:\n    t[x] = 1", {"t"}, set()),
        ("@t.register\ndef f(): pass", {"t"}, set()),
        ("def f(k):\n    t[k] = 1", set(), {"t"}),
        ("def f(t):\n    t[0] = 1", set(), set()),
        ("def f():\n    global n\n    n += 1", set(), {"n"}),
        ("class A:\n    @classmethod\n    def add(cls, x):\n        cls.all.append(x)", set(), {"A.all"}),
        ("class A:\n    def __init_subclass__(cls):\n        cls.all[cls.__name__] = cls", set(), {"A"}),
        ("class A:\n    def __init_subclass__(cls):\n        cls.size = 2", set(), set()),
        ("class A:\n    def add(self, x):\n        self.all.append(x)", set(), set()),
    ],
)
def test_changes_are_noted(code, now, later):
    statement = only(code)
    assert statement.changes == {f"lib.part:{name}" for name in now}
    assert statement.changes_later == {f"lib.part:{name}" for name in later}


@pytest.mark.parametrize(
    ("code", "acts"),
    [
        ("run()", True),
        ("if x:\n    raise ValueError", True),
        ("assert x", True),
        ("x = run()", False),
        ("try:\n    import a\nexcept ImportError:\n    a = None", False),
        ("def f():\n    run()", False),
    ],
)
def test_statements_that_act_on_import(code, acts):
    assert only(code).acts is acts


def test_what_types_do_not_need_counts():
    module = read_module("if TYPE_CHECKING:\n    from .b import c\nelse:\n    from .d import e", "lib.a")
    assert module.names["e"][0] == "lib.d:e"
    assert module.loads == {"lib.d", "lib.d.e"}


def test_what_only_types_need_is_no_import():
    module = read_module(
        "if TYPE_CHECKING:\n    from .b import c\nif typing.TYPE_CHECKING: import d", "lib.a"
    )
    assert (module.names, module.loads, module.statements) == ({}, set(), [])


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        ("x = 1  # one", "x = (\n    1\n)", True),
        ("def f():\n    'Doc.'\n    return 1", "def f():\n    return 1", True),
        ("class A:\n    'Doc.'\n    x = 1\n    'About x.'", "class A:\n    x = 1", True),
        ("x = 'a' 'b'", "x = 'ab'", True),
        ("x = f'a{1}' f'b'", "x = f'a{1}b'", True),
        ("x = 1", "x = 1.0", False),
        ("x = 1", "x = True", False),
        ("x = 'a'", "x = b'a'", False),
        ("x = None", "x = ...", False),
        ("f(x)", "f(*x)", False),
        ("f(a=x)", "f(**x)", False),
        ("x = {**a}", "x = {None: a}", False),
        ("def f(a, /): pass", "def f(a): pass", False),
        ("x = a[1:]", "x = a[:1]", False),
        ("x = f'{a}'", "x = f'{a!r}'", False),
        ("x = f'{a}'", "x = f'{{a}}'", False),
    ],
)
def test_the_canonical_text_tells_what_differs(one, two, same):
    assert (canonical(ast.parse(one)) == canonical(ast.parse(two))) is same


def test_the_canonical_text_is_the_same_in_every_version_of_python():
    code = "async def f(x, *, y=1): return f'{x!r:>{y}}b' if x else -1.5"
    assert canonical(ast.parse(code)) == (
        "Module(body=[AsyncFunctionDef(name='f',args=arguments(args=[arg(arg='x')],kwonlyargs=[arg(arg='y')],"
        "kw_defaults=[Constant(value=1)]),body=[Return(value=IfExp(test=Name(id='x'),body=JoinedStr(values=["
        "FormattedValue(value=Name(id='x'),conversion=114,format_spec=JoinedStr(values=[Constant(value='>'),"
        "FormattedValue(value=Name(id='y'),conversion=-1)])),Constant(value='b')]),"
        "orelse=UnaryOp(op=USub(),operand=Constant(value=1.5))))])])"
    )
