"""Prints a part of Cargo.toml with which a project shares compiled crates with this workspace.

Cargo compiles a crate once for all projects of a target folder, if version, features, profile and dependencies
are the same. So the project gets the profile of this workspace's build scripts, and, for build scripts alone,
third-party crates with the features that they have here. Most of what is shared is the compiler for WebAssembly.

Crates of wasmtime and of this repository are left out: they get the features that the packages ask for, so that
a missing one is noticed.
"""

import json
import subprocess
import tomllib

OWN = ("jsvm", "wasmtime", "cranelift", "pulley")


def metadata():
    """What cargo knows of the workspace, and of its dependencies on this machine's system."""
    host = subprocess.run(["rustc", "--print", "host-tuple"], check=True, capture_output=True, text=True)
    command = ["cargo", "metadata", "--format-version", "1", "--filter-platform", host.stdout.strip()]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def below(nodes, start):
    """A package and its dependencies, without those of tests alone."""
    found, waiting = set(), [start]
    while waiting:
        package = waiting.pop()
        if package in found:
            continue
        found.add(package)
        for dependency in nodes[package]["deps"]:
            if any(kind["kind"] != "dev" for kind in dependency["dep_kinds"]):
                waiting.append(dependency["pkg"])
    return found


def toml(value):
    """JSON's booleans, numbers, strings and lists of them are TOML's."""
    return json.dumps(value)


def main():
    workspace = metadata()
    packages = {package["id"]: package for package in workspace["packages"]}
    nodes = {node["id"]: node for node in workspace["resolve"]["nodes"]}
    start = next(id for id, package in packages.items() if package["name"] == "jsvm-precompile")
    shared = sorted((packages[id]["name"], packages[id]["version"], id) for id in below(nodes, start))

    print("[build-dependencies]")
    printed = set()
    for name, version, id in shared:
        if name.startswith(OWN):
            continue
        # A second version needs a name of its own; the first has that which it has elsewhere in the manifest.
        key = f"{name}-{version.replace('.', '-')}" if name in printed else name
        printed.add(name)
        print(
            f"{key} = {{ package = {toml(name)}, version = {toml('=' + version.partition('+')[0])}, "
            f"default-features = false, features = {toml(nodes[id]['features'])} }}"
        )

    with open("Cargo.toml", "rb") as file:
        profile = tomllib.load(file)["profile"]["dev"]
    print("\n[profile.dev]")
    print("# What runs is one short script: it need not be fast, but quick to compile.")
    print("debug = false\ndebug-assertions = false\noverflow-checks = false")
    print("\n[profile.dev.build-override]")
    for key, value in profile["build-override"].items():
        print(f"{key} = {toml(value)}")
    print("\n[profile.dev.package]")
    names = {f"{name}@{version.split('.')[0]}" for name, version, _ in shared} | {name for name, _, _ in shared}
    for name, settings in profile["package"].items():
        if name in names:
            print(f"{toml(name)} = {{ opt-level = {toml(settings['opt-level'])} }}")


main()
