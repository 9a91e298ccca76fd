#!/usr/bin/env python3
"""Makes protocol.json: what the messages of the language server protocol that bvlc speaks are made of.

Microsoft generates the Python package `lsprotocol` from the protocol's own meta model; this reads its types. Run once, when
another release is taken:

    pip install lsprotocol==2025.0.0 && python3 editors/tools/protocol.py > tests/lsp/protocol.json

A type is the name of a base type or of one in `types`; `{"list": T}`, `{"map": T}`, `{"or": [T, ..]}`. Of a structure each field has
its type, and `?` behind its name where it may be left out; an enumeration has its values, `open` where there may be others.
"""

import collections.abc
import enum
import json
import typing

import attrs
from lsprotocol import types, validators

# What the server answers, and what it sends and asks; capabilities are compared by other tests.
ANSWERED = """
textDocument/diagnostic workspace/diagnostic textDocument/completion completionItem/resolve textDocument/hover
textDocument/definition textDocument/declaration textDocument/implementation textDocument/typeDefinition
textDocument/references textDocument/documentHighlight textDocument/documentSymbol workspace/symbol
textDocument/foldingRange textDocument/semanticTokens/full textDocument/semanticTokens/full/delta
textDocument/semanticTokens/range textDocument/inlayHint inlayHint/resolve textDocument/signatureHelp
textDocument/codeLens codeLens/resolve workspace/executeCommand workspace/textDocumentContent textDocument/formatting
textDocument/rangeFormatting textDocument/onTypeFormatting textDocument/prepareRename textDocument/rename
workspace/willRenameFiles textDocument/prepareTypeHierarchy typeHierarchy/supertypes typeHierarchy/subtypes
textDocument/prepareCallHierarchy callHierarchy/incomingCalls callHierarchy/outgoingCalls textDocument/documentLink
textDocument/selectionRange textDocument/codeAction codeAction/resolve shutdown
""".split()
SENT = """
textDocument/publishDiagnostics window/showMessage window/showDocument window/showMessageRequest
window/workDoneProgress/create workspace/configuration client/registerCapability
workspace/diagnostic/refresh workspace/inlayHint/refresh workspace/codeLens/refresh workspace/textDocumentContent/refresh
textDocument/didOpen textDocument/didChange textDocument/didClose textDocument/didSave
workspace/didChangeWatchedFiles workspace/didChangeConfiguration workspace/didChangeWorkspaceFolders
""".split()

known = {}


def camel(name):
    first, *rest = name.rstrip("_").split("_")
    return first + "".join(part.capitalize() for part in rest)


def kind(of, validator=None):
    """A type as it is written."""
    if of in (typing.Any, object):
        return "any"
    if of is type(None):
        return "null"
    if of is int:
        return "uinteger" if "uinteger" in getattr(validator, "__name__", repr(validator)) else "integer"
    base = {str: "string", bool: "boolean", float: "decimal"}.get(of)
    if base:
        return base
    origin, args = typing.get_origin(of), typing.get_args(of)
    if origin is typing.Union:
        kinds = [kind(arg, validator) for arg in args]
        return "any" if "any" in kinds else {"or": kinds}
    if origin in (collections.abc.Sequence, list):
        return {"list": kind(args[0])}
    if origin is tuple:
        return {"list": {"or": [kind(arg) for arg in args]}}
    if origin in (collections.abc.Mapping, dict):
        return {"map": kind(args[1])}
    if origin is typing.Literal:
        return {"one of": list(args)}
    name = of.__name__
    if name not in known:
        if issubclass(of, enum.Enum):
            known[name] = {"values": [one.value for one in of]}
        else:
            known[name] = None  # it may speak of itself
            known[name] = {"fields": fields(of)}
    return name


def fields(of):
    made = {}
    for field in attrs.fields(attrs.resolve_types(of, vars(types))):
        # null, and not left out; elsewhere a field that may be null may be left out as well
        is_null = types.is_special_property(of, field.name)
        is_needed = field.default is attrs.NOTHING or is_null and field.name == "version"
        made_of = field.type
        if not is_needed and not is_null:
            # absent is not null
            left = [arg for arg in typing.get_args(made_of) if arg is not type(None)]
            if typing.get_origin(made_of) is typing.Union:
                made_of = typing.Union[tuple(left)] if left else made_of
        made[camel(field.name) + ("" if is_needed else "?")] = kind(made_of, field.validator)
    return made


def message(method):
    request, response, params, _ = types.METHOD_TO_TYPES[method]
    made = {"params": kind(params) if params else "null"}
    if response:
        result = attrs.fields_dict(attrs.resolve_types(response, vars(types)))["result"].type if hasattr(response, "__attrs_attrs__") and "result" in attrs.fields_dict(response) else type(None)
        made["result"] = kind(result)
    return made


messages = {method: message(method) for method in ANSWERED + SENT}
print('{\n"messages": {')
print(",\n".join(f"{json.dumps(name)}: {json.dumps(messages[name])}" for name in sorted(messages)))
print('},\n"types": {')
print(",\n".join(f"{json.dumps(name)}: {json.dumps(known[name])}" for name in sorted(known)))
print("}\n}")
