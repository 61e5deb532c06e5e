"""Runs JavaScript in js-vm.wasm: python host.py js-vm.wasm [CODE ...]"""

import sys
import time

import cbor2
from wasmtime import Config, Engine, Store, WasiConfig
from wasmtime.component import Component, Linker, Record, Variant

HOST = "jsvm:engine/host@0.1.0"
VM = "jsvm:engine/vm@0.1.0"
CODE = "console.log('This is', greet('Python')); [1, 2, 3].map(n => n ** 2)"


def record(**fields):
    """A record of WIT; `_` in a name stands for `-`."""
    made = Record()
    for name, value in fields.items():
        setattr(made, name.strip("_").replace("_", "-"), value)
    return made


def unwrap(result):
    """The value of a `result`, or an exception for its error."""
    error = result.payload if isinstance(result, Variant) and result.tag == "err" else result
    if isinstance(error, Variant) and error.tag == "exception":
        thrown = error.payload
        raise RuntimeError(f"{thrown.name}: {thrown.message}\n{thrown.stack}")
    if isinstance(error, Variant) and error.tag in ("interrupted", "out-of-memory", "output-limit"):
        raise RuntimeError(error.tag)
    return result.payload if isinstance(result, Variant) and result.tag == "ok" else result


def decode(data):
    """What `types.data` says, without its rarer tags: see wit/data.md."""

    def tag(_, tagged):
        match tagged.tag:
            case 0x6A730001:
                return bytes(data.chunks[tagged.value])
            case 0x6A730002:
                return tagged.value.decode("latin-1")
            case 0x6A730003:
                return tagged.value.decode("utf-16-le", "replace")
        return tagged

    return cbor2.loads(data.item, tag_hook=tag)


class Vm:
    """One VM: an instance of the component with host functions and a time limit."""

    def __init__(self, component, engine, functions, seconds=1.0):
        self.functions, self.seconds, self.end = functions, seconds, 0.0
        linker = Linker(engine)
        linker.add_wasip2()
        with linker.root() as root, root.add_instance(HOST) as host:
            host.add_func("host-call", self.host_call)
            host.add_func("poll", lambda _store, _point: time.monotonic() > self.end)
        self.store = Store(engine)
        self.store.set_wasi(WasiConfig())
        self.instance = linker.instantiate(self.store, component)
        self.interface = self.instance.get_export_index(self.store, VM)
        # The stack must fit into the native stack that wasmtime gives a component.
        self.call("set-limits", record(memory=64 << 20, stack=96 << 10, output=16 << 20))
        for name in functions:
            function = self.call("[static]value.new-host-function", name, 0)
            self.call("[method]value.set", self.call("global"), name, Variant("value", function))

    def call(self, name, *args):
        """Calls a function of the interface `vm`."""
        self.end = time.monotonic() + self.seconds
        index = self.instance.get_export_index(self.store, name, self.interface)
        return unwrap(self.instance.get_func(self.store, index)(self.store, *args))

    def host_call(self, _store, name, args):
        """Answers a call of JavaScript."""
        args = decode(args)
        if name == "jsvm:console":
            print(args[1], file=sys.stderr if args[0] in ("warn", "error", "trace") else sys.stdout)
            return Variant("undefined")
        try:
            return Variant("text", self.functions[name](*args))
        except Exception as error:
            item = cbor2.dumps(cbor2.CBORTag(27, ["Error", {"message": str(error)}]))
            return record(item=item, chunks=[], tokens=[])  # What the script catches.

    def eval(self, source):
        """Evaluates a script. Returns its value as a console shows it."""
        options = record(file_name="<eval>", kind="script", strict=False, async_=False)
        output = self.call("eval", source, options)
        if output.tag != "value":
            return str(output.payload)
        value = output.payload
        text = self.call("[method]value.inspect", value, record(depth=2, colors=False))
        value.drop(self.store)
        return text


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
