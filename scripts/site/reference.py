"""The reference: a page for each public module, with the sections that are specified for one.

A page has public names: the sync form, then the async one. What the managers share is on a page of
its own, with the methods that implement the public ones.
"""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Final

from scripts.site.docstrings import Link, Section, escaped, linked_type, prose, sections
from scripts.site.members import Member, members_of
from scripts.site.names import (
    Name,
    homes,
    is_ours,
    kind_of,
    manager_of,
    module_sections,
    modules,
    names,
    page_of,
)
from scripts.site.places import on_github
from scripts.site.signatures import parameters_of, short_signature, signature_of, type_text
from scripts.site.sources import Place, aliases, file_of, place_of_class, place_of_function

_IMPLEMENTS: Final = re.compile(r"Implement `(\w+)\.(\w+)`\.?")
BASES: Final = "base-classes.md"
_ABOUT_BASES: Final = (
    "What a sync and an async manager share. The methods of a base class implement the public ones,"
    " which programs call; they are described for readers of the source."
)
# How the source hands on documentation, which says nothing to a reader.
_HIDDEN: Final = re.compile(r"(mirrors|parameters_of|overload|wraps|define|final)\b")


def module_page(module: str) -> str:
    """Return the page of a module."""
    loaded = importlib.import_module(module)
    own = [one for one in names() if one.module == module]
    parts = module.split(".")
    title = parts[-1].title() if len(parts) > 1 and parts[1] == "managers" else module
    trail = ["[Julep Python SDK Index](index.md)"]
    for number in range(1, len(parts)):
        parent = ".".join(parts[:number])
        shown = parts[number - 1].title()
        trail.append(f"[{shown}]({page_of(parent)})" if parent in modules() else shown)
    source = on_github(file_of(module))
    blocks = [
        f"# {title}",
        " / ".join([*trail, parts[-1].title()]),
        f"Auto-generated documentation for [{module}]({source}) module.",
        *_titled(sections(inspect.getdoc(loaded) or "", _linker(module))),
    ]
    moved = [one for one in own if not one.is_home]
    for one in own:
        if one.is_home:
            blocks += _described(one)
    if moved:
        blocks.append("## Names of other modules" if len(moved) < len(own) else "## Names")
        blocks.append("\n".join(_elsewhere(one) for one in moved))
    return "\n\n".join(block for block in blocks if block) + "\n"


def base_page() -> str:
    """Return the page of the base classes of the managers."""
    bases = [one for one in names() if one.is_base and one.is_home]
    blocks = [
        "# Base classes of the managers",
        "[Julep Python SDK Index](index.md) / Base classes",
        _ABOUT_BASES,
    ]
    for one in bases:
        # The anchor of the class is that of its section on the page of its module.
        blocks.append(f"## {one.name} {{ #{one.name} }}")
        blocks += _class(one, with_methods=True)
    return "\n\n".join(block for block in blocks if block) + "\n"


def index_page() -> str:
    """Return the list of the modules, with the names of each."""
    blocks = ["# Julep Python SDK Index", "Every public module, and what is described on its page."]
    for title, section in module_sections().items():
        blocks.append(f"## {title}")
        for module in section:
            own = [one for one in names() if one.module == module]
            at_home = [one for one in own if one.is_home] or own
            # Two underscores around a word would make it bold.
            shown = [(one.name.replace("__", r"\_\_"), one.anchor) for one in at_home]
            links = " · ".join(f"[{name}]({page_of(module)}#{anchor})" for name, anchor in shown)
            blocks += [f"### [{module}]({page_of(module)})", links]
    return "\n\n".join(blocks) + "\n"


def _elsewhere(one: Name) -> str:
    address = f"{page_of(one.home)}#{one.home}.{one.name}"
    return f'- <span id="{one.anchor}"></span>[{one.name}]({address}) of `{one.home}`'


def _linker(module: str, cls: str | None = None) -> Link:
    """Return a function from a name to its address, as seen from a page of the reference."""

    def link(name: str) -> str | None:
        plain = name.strip("()")
        if cls is not None and plain in _methods_of(f"{module}.{cls}"):
            return _address(homes()[f"{module}.{cls}"], plain)
        found = homes().get(plain)
        if found is not None:
            return f"{page_of(found.home)}#{found.anchor}"
        owner, _, method = plain.rpartition(".")
        found = homes().get(owner)
        if found is not None and method in _methods_of(f"{found.module}.{found.name}"):
            return _address(found, method)
        return None

    return link


def _address(one: Name, method: str) -> str:
    """Return the address of a method; a part's methods are on the page of its manager."""
    manager = manager_of(one.value) if _is_part(one) else None
    owner = manager or one
    page = BASES if owner.is_base else page_of(owner.home)
    return f"{page}#{owner.anchor}.{method}"


@cache
def _methods_of(full_name: str) -> frozenset[str]:
    found = homes().get(full_name)
    if found is None or not inspect.isclass(found.value):
        return frozenset()
    return frozenset(one.name for one in members_of(found) if one.is_method)


def _described(one: Name) -> Iterator[str]:
    if "__" in one.name:  # which is markup also in an anchor
        yield f'## <span id="{one.anchor}"></span>{escaped(one.name)}'
    else:
        yield f"## {escaped(one.name)} {{ #{one.anchor} }}"
    if inspect.isclass(one.value):
        yield from _class(one, with_methods=not one.is_base)
    elif inspect.isroutine(one.value):
        yield _source(place_of_function(one.value))
        link = _linker(one.module)
        yield from _titled(sections(inspect.getdoc(one.value) or "", link, one.value))
        yield from _signature(signature_of(one.value, one.name, bound=""))
        yield from _see_also(one, None, one.value)
    else:
        yield from _value(one)


def _value(one: Name) -> Iterator[str]:
    found = aliases()[one.name]
    yield _source(Place(found.file, found.line, ()))
    yield from _titled(sections(found.docstring, _linker(one.module)))
    yield from _signature(found.statement)
    linked = linked_names(found.statement, _linker(one.module), but=one.name)
    if linked:
        yield "**See also**"
        yield linked


def _class(one: Name, *, with_methods: bool) -> Iterator[str]:
    cls: type = one.value
    link = _linker(one.module, one.name)
    yield _source(place_of_class(cls))
    text = (cls.__doc__ and inspect.cleandoc(cls.__doc__)) or ""
    found = list(sections(text, link, cls))
    yield from _titled(part for part in found if part.title in {"", "Arguments"})
    listed = [section.text for section in found if section.title == "Attributes"]
    constructor = _constructor(cls)
    if constructor is not None and not any(section.title == "Arguments" for section in found):
        described = sections(inspect.getdoc(constructor) or "", link, constructor)
        yield from _titled(section for section in described if section.title == "Arguments")
    yield from _attributes(one, link, listed)
    shown = {"", "Arguments", "Attributes", "Examples"}
    yield from _titled(part for part in found if part.title not in shown)
    methods = [member for member in members_of(one) if member.is_method and with_methods]
    if not with_methods:
        yield "**Methods**"
        yield f"They are on the page of the [base classes]({BASES}#{one.name})."
    if hasattr(cls, "__attrs_attrs__"):
        methods = []
        yield "**Methods**"
        yield "Those of every [model](../models.md): `to_dict()`, `to_json()`, `from_dict()`."
    elif methods:
        yield "**Methods**"
        yield "\n".join(_in_short(one, member, link) for member in methods)
    if one.is_base and with_methods:
        yield from _together(methods, link)
    if any("beartype" in member.decorators for member in methods):
        yield "**Notes**"
        yield "Types of arguments are checked at run time, as `@beartype` says."
    yield from _titled(section for section in found if section.title == "Examples")
    yield from _signature(_class_signature(cls))
    yield from _see_also(one, cls, None)
    if not _is_part(one):
        for member in methods:
            yield from _method(one, member)


def _is_part(one: Name) -> bool:
    """Return whether a manager's page describes the methods of this class."""
    manager = manager_of(one.value)
    return manager is not None and not one.name.endswith("Manager")


def _attributes(one: Name, link: Link, listed: list[str]) -> Iterator[str]:
    """Yield the attributes that the docstring lists, and those that have their own."""
    lines = [
        f"- `{member.name}` {_type_of(member, link)} - {_in_a_line(member, link)}".rstrip(" -")
        for member in members_of(one)
        if not member.is_method and f"- `{member.name}`" not in "\n".join(listed)
    ]
    if kind_of(one.value) == "enum":
        lines = [f"- `{item.name}` - `{item.value!r}`" for item in one.value]
    elif kind_of(one.value) in {"dict", "model"} and not listed:
        types = one.value.__annotations__
        lines = [f"- `{name}` {linked_type(type_text(hint), link)}" for name, hint in types.items()]
    if lines or listed:
        yield "**Attributes**"
        yield "\n".join([*listed, *lines])
    elif one.name.endswith("Manager"):
        yield "**Attributes**"
        base = on_github(file_of("julep.managers.base"))
        yield f"Inherits attributes from [BaseManager]({base}): `api_client`, the low-level client."


def _type_of(member: Member, link: Link) -> str:
    # Those of the openai package, whose class has the name of one of ours.
    return linked_type(member.type, (lambda _: None) if member.name == "chat" else link)


def _in_a_line(member: Member, link: Link) -> str:
    text = inspect.cleandoc(member.docstring).partition("\n\n")[0]
    return prose(" ".join(text.split()), link)


def _in_short(one: Name, member: Member, link: Link) -> str:
    shown = short_signature(member.value, member.name)
    return f"- [`{shown}`]({_address(one, member.name)}): {_in_a_line(member, link)}"


def _method(one: Name, member: Member) -> Iterator[str]:
    link = _linker(one.module, one.name)
    # In the list beside the page, the class stands above its methods.
    attributes = f'#{one.anchor}.{member.name} data-toc-label="{member.name}"'
    yield f"### {one.name}().{escaped(member.name)} {{ {attributes} }}"
    yield _source(member.place)
    yield from _titled(_sections(member, link))
    yield from _notes(member)
    shown_decorators = [text for text in member.decorators if not _HIDDEN.match(text)]
    bound = "cls" if "classmethod" in member.decorators else "self"
    yield from _signature(signature_of(member.value, member.name, shown_decorators, bound=bound))
    yield from _see_also(one, None, member.value, method=member.name)


def _sections(member: Member, link: Link) -> list[Section]:
    """Return the sections of a method; one of a base class has those of the public method."""
    implemented = _IMPLEMENTS.match(member.docstring)
    public = homes().get(implemented[1]) if implemented else None
    text = member.docstring
    if implemented and public is not None:
        text = inspect.getdoc(getattr(public.value, implemented[2])) or ""
    found = list(sections(text, link, member.value))
    if public is not None:
        head = Section("", prose(member.docstring, link))
        found = [head, *(one for one in found if one.title in {"Arguments", "Raises"})]
    titles = [one.title for one in found]
    if not {"Returns", "Yields"} & set(titles):
        returned = type_text(inspect.signature(member.value).return_annotation)
        shown = "" if public is None else " - The result, or an awaitable of it."
        section = Section("Returns", f"- {linked_type(returned, link)}{shown}")
        after = [number for number, title in enumerate(titles, 1) if title in {"", "Arguments"}]
        found.insert(after[-1] if after else 0, section)
    return found


def _notes(member: Member) -> Iterator[str]:
    if "beartype" in member.decorators:
        yield "**Notes**"
        yield "Types of arguments are checked at run time, as `@beartype` says."
    elif member.name.startswith("_"):
        yield "**Notes**"
        yield "It is called by the method without `_` of the sync and of the async class."


def _together(methods: list[Member], link: Link) -> Iterator[str]:
    """Yield what the methods of a base class take, return and raise, each once."""
    lines: dict[str, dict[str, str]] = {"Arguments": {}, "Returns": {}, "Raises": {}}
    for member in methods:
        for section in _sections(member, link):
            for line in section.text.split("\n") if section.title in lines else ():
                lines[section.title].setdefault(line.partition(" - ")[0], line)
    yield from _titled(Section(title, "\n".join(found.values())) for title, found in lines.items())


def _titled(found: Iterable[Section]) -> Iterator[str]:
    for section in found:
        if section.title:
            yield f"**{section.title}**"
        yield section.text


def _signature(text: str) -> Iterator[str]:
    yield "**Signature**"
    yield f"```python\n{text}\n```"


def _class_signature(cls: type) -> str:
    bases = [base.__name__ for base in cls.__bases__ if base is not object]
    if hasattr(cls, "_fields"):
        bases = ["NamedTuple"]
    elif hasattr(cls, "__total__"):
        bases = ["TypedDict"]
    head = f"class {cls.__name__}" + (f"({', '.join(bases)})" if bases else "")
    own = _constructor(cls)
    if own is None or not parameters_of(own):
        return f"{head}: ..."
    name = "__new__" if hasattr(cls, "_fields") else "__init__"
    bound = "cls" if name == "__new__" else "self"
    init = signature_of(own, name, bound=bound).replace("\n", "\n    ")
    return f"{head}:\n    {init}"


def _constructor(cls: type) -> object:
    """Return what makes an instance: of the class itself, or of a base that has no page."""
    name = "__new__" if hasattr(cls, "_fields") else "__init__"
    for owner in cls.__mro__:
        found = owner.__dict__.get(name)
        if not is_ours(owner) or (owner is not cls and owner.__name__ in homes()):
            return None
        if inspect.isfunction(found):
            return found
    return None


def _source(place: Place | None) -> str:
    if place is None:
        return ""
    address = on_github(place.file, place.line)
    return f"[Show source in {place.file.name}:{place.line}]({address})"


def linked_names(text: str, link: Link, *, but: str) -> str:
    """Return a list of links to the public names in a text."""
    found = dict.fromkeys(re.findall(r"[A-Z]\w+", text))
    lines = [f"- [{name}]({link(name)})" for name in found if name != but and link(name)]
    return "\n".join(lines)


def _see_also(one: Name, cls: type | None, function: object, method: str = "") -> Iterator[str]:
    """Yield links: the same in the other kind of client, bases, and types of the signature."""
    link = _linker(one.module)
    lines: list[str] = []
    twin = one.name.removeprefix("Async") if one.name.startswith("Async") else f"Async{one.name}"
    found = homes().get(f"{one.module}.{twin}")
    if found is not None and (not method or method in _methods_of(f"{one.module}.{twin}")):
        shown = f"{twin}().{method}" if method else twin
        anchor = f"{found.anchor}.{method}" if method else found.anchor
        if not (method and _is_part(found)):
            lines.append(f"- [{shown}]({page_of(found.home)}#{anchor})")
    text = ""
    if cls is not None:
        text = " ".join(base.__name__ for base in cls.__bases__)
    elif function is not None:
        text = str(inspect.signature(function))  # type: ignore[arg-type] # callable
    linked = linked_names(text, link, but=one.name)
    if linked:
        lines.append(linked)
    if lines:
        yield "**See also**"
        yield "\n".join(lines)
