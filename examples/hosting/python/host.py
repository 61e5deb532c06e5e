"""Runs JavaScript in js-vm.wasm: python host.py js-vm.wasm [CODE ...]"""

import sys
import time

from wasmtime import Config, Engine, Store, WasiConfig
from wasmtime.component import Component, Linker, Record, Variant

ENGINE = "jsvm:engine/{}@0.2.0"
CODE = "console.log('This is', greet('Python')); [1, 2, 3].map(n => n ** 2)"


def record(**fields):
    """A record of WIT; `_` in a name stands for `-`."""
    made = Record()
    for name, value in fields.items():
        setattr(made, name.replace("_", "-"), value)
    return made


class Vm:
    """One VM: an instance of the component with host functions and a time limit."""

    def __init__(self, component, engine, functions, seconds=1.0):
        self.functions, self.seconds, self.end = functions, seconds, 0.0
        linker = Linker(engine)
        linker.add_wasip2()
        imports = {
            "host": {"host-call": self.host_call, "should-interrupt": self.should_interrupt},
            "console": {"write": self.write},
            "modules": {"resolve": self.not_found, "load": self.not_found},
        }
        with linker.root() as root:
            for interface, members in imports.items():
                with root.add_instance(ENGINE.format(interface)) as instance:
                    for name, function in members.items():
                        instance.add_func(name, function)
        self.store = Store(engine)
        self.store.set_wasi(WasiConfig())
        self.instance = linker.instantiate(self.store, component)
        # The stack must fit into the native stack that wasmtime gives a component.
        limits = record(memory=64 << 20, stack=96 << 10, output=16 << 20)
        self.call("heap", "set-limits", limits)
        for name in functions:
            self.call("evaluator", "define-function", name)

    def call(self, interface, name, *args):
        """Calls a function of an interface."""
        self.end = time.monotonic() + self.seconds
        interface = self.instance.get_export_index(self.store, ENGINE.format(interface))
        index = self.instance.get_export_index(self.store, name, interface)
        return self.instance.get_func(self.store, index)(self.store, *args)

    def host_call(self, _store, name, args):
        """Answers a call of JavaScript: plain values need no decoding."""
        try:
            text = self.functions[name](*(arg.payload for arg in args))
            return Variant("ok", Variant("text", text))
        except Exception as error:
            return Variant("err", Variant("text", str(error)))  # What the script catches.

    def should_interrupt(self, _store, _point):
        """Stops a script that takes too long."""
        return "time-limit" if time.monotonic() > self.end else None

    def write(self, _store, level, text):
        """Prints a message of `console`."""
        print(text, file=sys.stderr if level in ("warn", "error", "trace") else sys.stdout)

    def not_found(self, _store, specifier, *_):
        """Answers an import: there are no modules here."""
        return Variant("text", f"there is no module {specifier}")

    def eval(self, source):
        """Evaluates a script. Returns its value as a console shows it."""
        result = self.call("evaluator", "inspect", source)
        if isinstance(result, str):
            return result
        if result.tag != "exception":
            raise RuntimeError(result.tag)
        thrown = result.payload
        raise RuntimeError(": ".join(filter(None, [thrown.name, thrown.message])))


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    config = Config()
    config.cache = True  # The component is compiled once, and kept in the user's cache folder.
    engine = Engine(config)
    component = Component.from_file(engine, sys.argv[1])
    vm = Vm(component, engine, {"greet": lambda name: f"JavaScript in {name}"})
    for code in sys.argv[2:] or [CODE, "for (;;) {}"]:
        try:
            print(vm.eval(code))
        except RuntimeError as error:
            print(f"{code} fails: {error}")


main()
