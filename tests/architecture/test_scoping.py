"""What the house forbids in its own code: a way round the scope, a second clock, a drawer, a function too long."""

import ast
from collections.abc import Iterator

from django.apps import apps

from tests.architecture.sources import ROOMS, Source, dotted, sources

REFERENCE = ("core", "territories", "agreements")  # the same for everyone: nothing of a tenant
PAGES = ("views", "forms", "filters", "tables")
READ_BY_TOKEN = {("accounts/views.py", "Invitation.objects.open")}  # the link is the key: nobody is signed in yet
# Heavy libraries stay out of web start-up; nothing else is imported inside a function.
GATEWAYS = {
    "documents/layout/pdf.py",
    "documents/signing/engine.py",
    "documents/verification/reader.py",
    "documents/paper/reader.py",
    "core/spreadsheets.py",
}
# What is measured on the wall, not on the portal’s date: leases of jobs, what the authorities of certificates and of
# time stamps date, and the demonstration that moves the date.
REAL_TIME = {
    "core/clock.py",
    "documents/signing/demonstration_authority.py",
    "documents/inventory.py",
    "documents/jobs.py",
    "documents/signing/identities.py",  # a certificate counts on the real day, as for every reader of the file
    "documents/signing/timestamps.py",
    "demonstration/loading.py",
    "demonstration/playback.py",
    "demonstration/views.py",
}
VIEW_LINES, FILE_LINES = 25, 600
DRAWERS = {"utils", "helpers", "services", "signals", "misc", "common"}
EXPLAINED = ("actions", "rules", "lifecycle", "assemblers", "engine")


def tenant_models() -> dict[str, type]:
    """Return the models whose rows belong to someone."""
    rooms = [room for room in ROOMS if room not in (*REFERENCE, "cpts_portal")]
    return {model.__name__: model for room in rooms for model in apps.get_app_config(room).get_models()}


def managers_used(source: Source) -> Iterator[tuple[int, str]]:
    """Give (line, « Model.objects.method ») for each use of the manager of a tenant model."""
    models = tenant_models()
    for node in ast.walk(source.tree):
        parts = dotted(node).split(".") if isinstance(node, ast.Attribute) else []
        if len(parts) == 3 and parts[0] in models and parts[1] in ("objects", "_default_manager", "_base_manager"):
            yield node.lineno, dotted(node)


def calls(source: Source, *names: str) -> Iterator[ast.Call]:
    """Give the calls of these functions, by their dotted or last name."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and {dotted(node.func), dotted(node.func).split(".")[-1]} & set(names):
            yield node


def public_functions(source: Source) -> Iterator[ast.FunctionDef]:
    return (node for node in source.tree.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"))


def test_a_page_reaches_a_tenant_only_through_its_scope():
    outside = [
        f"{source.name}:{line} {used}"
        for source in sources(*PAGES)
        for line, used in managers_used(source)
        if not used.endswith((".visible_to", ".none")) and (source.name, used) not in READ_BY_TOKEN
    ]
    assert outside == []


def test_a_page_never_looks_a_bare_model_up():
    bare = [
        f"{source.name}:{call.lineno}"
        for source in sources(*PAGES)
        for call in calls(source, "get_object_or_404", "get_list_or_404")
        if isinstance(call.args[0], ast.Name) and call.args[0].id in tenant_models()
    ]
    assert bare == []


def test_nothing_is_imported_inside_a_function():
    inside = [
        f"{source.name}:{node.lineno}"
        for source in sources()
        if source.name not in GATEWAYS
        for function in source.functions()
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert inside == []


def test_the_portal_has_one_clock():
    clocks = ("date.today", "datetime.today", "datetime.now", "datetime.utcnow", "timezone.now", "timezone.localdate")
    others = [
        f"{source.name}:{call.lineno}"
        for source in sources()
        if source.name not in REAL_TIME
        for call in calls(source, *clocks)
        if dotted(call.func) in clocks and not call.args  # with an argument, it only converts
    ]
    assert others == []


def test_the_files_that_read_the_wall_clock_still_do():
    assert {source.name for source in sources()} >= REAL_TIME


def test_a_view_is_short():
    long = [
        f"{source.name}:{function.lineno} {function.name}: {length} lines"
        for source in sources("views")
        for function in source.functions()
        if (length := function.end_lineno - function.lineno + 1) > VIEW_LINES
    ]
    assert long == []


def test_a_file_is_short():
    lengths = {source.name: len(source.text.splitlines()) for source in sources()}
    assert {name: length for name, length in lengths.items() if length > FILE_LINES} == {}


def test_a_file_is_named_for_its_subject():
    assert [source.name for source in sources() if source.path.stem in DRAWERS] == []


def test_a_file_says_what_it_is():
    silent = [
        source.name
        for source in sources()
        if source.path.stem != "apps" and source.text.strip() and not ast.get_docstring(source.tree)
    ]
    assert silent == []


def test_what_the_rooms_call_says_what_it_does():
    silent = [
        f"{source.name}:{function.lineno} {function.name}"
        for source in sources(*EXPLAINED)
        for function in public_functions(source)
        if not ast.get_docstring(function)
    ]
    assert silent == []


def test_an_action_is_called_by_keyword():
    """Its arguments are named: a swap of two of them cannot pass unseen."""
    positional = [
        f"{source.name}:{function.lineno} {function.name}"
        for source in sources("actions")
        for function in public_functions(source)
        if any(dotted(item) == "transaction.atomic" for item in function.decorator_list) and function.args.args
    ]
    assert positional == []
