/** Fresh VMs, prepared once: what is prepared takes as long as a VM. */

import type { Engine } from "../engine.js";
import type { Snapshot } from "../snapshot/snapshot.js";
import type { Vm } from "../vm.js";

/** A prepared VM, once it is worth one. */
interface Template {
  uses: number;
  frozen: Snapshot | undefined;
}

/** By engine, and by what was prepared. */
const templates = new WeakMap<Engine, Map<string, Template>>();

/** With which VM of a kind the template is made. A program that creates one VM needs none. */
const WORTHWHILE = 2;

/** A frozen VM that was prepared, if it is worth one by now. */
export function templateOf(engine: Engine, kind: string, prepare: (vm: Vm) => void): Snapshot | undefined {
  let kinds = templates.get(engine);
  if (kinds === undefined) {
    templates.set(engine, (kinds = new Map()));
  }
  let template = kinds.get(kind);
  if (template === undefined) {
    kinds.set(kind, (template = { uses: 0, frozen: undefined }));
  }
  if (++template.uses >= WORTHWHILE && template.frozen === undefined) {
    // Its clocks stand still: a VM that is made of it has the time of its own.
    const vm = engine.createVm({ clock: { now: () => 0, elapsed: () => 0 } });
    prepare(vm);
    template.frozen = vm.snapshot();
    vm.dispose();
  }
  return template.frozen;
}
