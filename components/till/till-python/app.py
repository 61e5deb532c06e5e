"""A till in Python: its receipts are objects of a component in TypeScript."""

from componentize_py_types import Err
from wit_world import exports
from wit_world.imports import receipts
from wit_world.imports.receipts import Problem_Empty, Problem_Unknown, Receipt


class Run(exports.Run):
    """What `wasmtime run` calls."""

    def run(self) -> None:
        with Receipt("Ada") as receipt:
            sell(receipt, "tea", 2)
            sell(receipt, "gold", 1)
            sell(receipt, "jam", 0)
            other = Receipt("Bob")
            sell(other, "bread", 3)
            print(f"{receipts.count()} open")
            # The handle is passed on: Bob's receipt ends.
            receipt.merge(other)
            print(receipts.print(receipt))
            print(f"{len(receipt.lines())} lines, {receipts.count()} open")
        print(f"{receipts.count()} open")


def sell(receipt: Receipt, item: str, count: int) -> None:
    """Adds an item, and prints its line."""
    try:
        line = receipt.add(item, count)
    except Err as error:
        match error.value:
            case Problem_Unknown(name):
                print(f"there is no {name}")
            case Problem_Empty():
                print("nothing to add")
    else:
        print(f"{line.count} {line.item}: {line.cents}")
