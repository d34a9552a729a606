"""auth can-i, whoami, version, api-resources and config."""

from __future__ import annotations

import json
from typing import Any

from tui.practice.oc.arguments import Arguments
from tui.practice.oc.connection import Connection, read_context
from tui.practice.oc.failures import Failure, ServerFailure
from tui.practice.oc.kinds import Kinds
from tui.practice.oc.output import aligned, as_yaml, warn, write
from tui.practice.oc.reads import unknown

_REVIEW = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
_RULES = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews"
_CLIENT = {
    "major": "4",
    "minor": "16",
    "gitVersion": "v4.16.0-practice",
    "gitCommit": "",
    "gitTreeState": "",
    "buildDate": "",
    "goVersion": "",
    "compiler": "",
    "platform": "practice",
}


def auth(arguments: Arguments) -> int:
    """Runs `oc auth can-i`."""
    words = arguments.words
    if words[:1] != ["can-i"]:
        raise unknown(f"auth {' '.join(words)}")
    connection = Connection(arguments)
    namespace = "" if arguments.on("all-namespaces") else connection.namespace
    if arguments.on("list"):
        return _list_rules(connection, namespace)
    if len(words) < 3:
        raise Failure("error: you must specify two arguments: verb resource or verb resource/name")
    word, _, name = words[2].partition("/")
    plural, _, group = word.partition(".")
    try:
        kind = Kinds(connection).find(word)
        plural, group = kind.plural, kind.group
    except Failure:
        warn(f"Warning: the server doesn't have a resource type '{word}'\n")
    attributes = {"namespace": namespace, "verb": words[1], "group": group, "resource": plural}
    if name or len(words) > 3:
        attributes["name"] = name or words[3]
    if sub := arguments.value("subresource"):
        attributes["subresource"] = sub
    body = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": attributes},
    }
    allowed = bool(connection.request("POST", _REVIEW, None, body)["status"]["allowed"])
    if not arguments.on("quiet"):
        write("yes\n" if allowed else "no\n")
    return 0 if allowed else 1


def _list_rules(connection: Connection, namespace: str) -> int:
    body = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectRulesReview",
        "spec": {"namespace": namespace},
    }
    status = connection.request("POST", _RULES, None, body)["status"]
    rows = [["Resources", "Non-Resource URLs", "Resource Names", "Verbs"]]
    for rule in status["resourceRules"]:
        verbs = f"[{' '.join(rule['verbs'])}]"
        for resource in rule["resources"]:
            for group in rule["apiGroups"]:
                name = f"{resource}.{group}" if group else resource
                rows.append([name, "[]", "[]", verbs])
    for rule in status["nonResourceRules"]:
        for url in rule["nonResourceURLs"]:
            rows.append(["", f"[{url}]", "[]", f"[{' '.join(rule['verbs'])}]"])
    write(aligned(rows))
    return 0


def whoami(arguments: Arguments) -> int:
    """Runs `oc whoami`."""
    context = read_context(arguments)
    if arguments.on("show-server"):
        write(f"{context.server}\n")
    elif arguments.on("show-context"):
        write(f"{context.name}\n")
    elif arguments.on("show-token"):
        raise Failure("error: the stand-in for oc does not print tokens")
    else:
        user = Connection(arguments).get("/apis/user.openshift.io/v1/users/~")
        write(f"{user['metadata']['name']}\n")
    return 0


def version(arguments: Arguments) -> int:
    """Runs `oc version`."""
    shown: dict[str, Any] = {"clientVersion": _CLIENT, "kustomizeVersion": "v5.0.1"}
    if not arguments.on("client"):
        connection = Connection(arguments)
        shown["serverVersion"] = connection.version
        try:
            found = connection.get("/apis/config.openshift.io/v1/clusterversions/version")
            shown["openshiftVersion"] = found["status"]["history"][0]["version"]
        except (ServerFailure, KeyError, IndexError):
            shown["openshiftVersion"] = ""
    output = arguments.value("output")
    if output == "json":
        write(json.dumps(shown, indent=2) + "\n")
        return 0
    if output == "yaml":
        write(as_yaml(shown))
        return 0
    write(f"Client Version: {_CLIENT['gitVersion']}\nKustomize Version: v5.0.1\n")
    if "serverVersion" in shown:
        if shown["openshiftVersion"]:
            write(f"Server Version: {shown['openshiftVersion']}\n")
        write(f"Kubernetes Version: {shown['serverVersion']['gitVersion']}\n")
    return 0


def api_resources(arguments: Arguments) -> int:
    """Runs `oc api-resources`."""
    found = [kind for kind in Kinds(Connection(arguments)).all if "list" in kind.verbs]
    if "api-group" in arguments.values:
        found = [kind for kind in found if kind.group == arguments.values["api-group"]]
    if "namespaced" in arguments.switches:
        found = [kind for kind in found if kind.namespaced is arguments.switches["namespaced"]]
    if verbs := arguments.value("verbs"):
        found = [kind for kind in found if set(verbs.split(",")) <= set(kind.verbs)]
    found.sort(key=lambda kind: (kind.group, kind.plural))
    if arguments.value("output") == "name":
        write("".join(f"{kind.plural_qualified}\n" for kind in found))
        return 0
    rows = [["NAME", "SHORTNAMES", "APIVERSION", "NAMESPACED", "KIND"]]
    if arguments.on("no-headers"):
        rows = []
    for kind in found:
        scope = "true" if kind.namespaced else "false"
        rows.append([kind.plural, ",".join(kind.short_names), kind.api_version, scope, kind.kind])
    write(aligned(rows))
    return 0


def config(arguments: Arguments) -> int:
    """Runs `oc config current-context` and `oc config view --minify`."""
    context = read_context(arguments)
    match arguments.words:
        case ["current-context"]:
            write(f"{context.name}\n")
        case ["view"]:
            here = {"cluster": "practice", "namespace": context.namespace, "user": "practice"}
            shown = {
                "apiVersion": "v1",
                "kind": "Config",
                "clusters": [{"name": "practice", "cluster": {"server": "REDACTED"}}],
                "contexts": [{"name": context.name, "context": here}],
                "current-context": context.name,
                "users": [{"name": "practice", "user": {"token": "REDACTED"}}],
            }
            write(as_yaml(shown))
        case words:
            raise unknown(f"config {' '.join(words)}")
    return 0
