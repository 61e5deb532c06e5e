// A worker with a VM, and the calls that the page makes of it.

const MIB = 1 << 20;
/** How long a VM has to stop by itself, in milliseconds. */
const PATIENCE = 700;

/** One VM in a worker. */
export class Session {
  #worker;
  #flag;
  #next = 1;
  #waiting = new Map();
  /** Settled when the worker has done all that it was asked to. */
  #last = Promise.resolve();
  /** Whether the program came from somebody else. */
  isForeign;

  /**
   * @param {{ module: WebAssembly.Module, codec: WebAssembly.Module }} engine
   * @param {boolean} isForeign
   * @param {{ time: number, memory: number, stack: number, work: number }} limits
   * @param {(event: object) => void} listen
   */
  constructor(engine, isForeign, limits, listen) {
    this.isForeign = isForeign;
    // Pages that share memory with their workers can stop a VM that computes.
    this.#flag = globalThis.crossOriginIsolated ? new Int32Array(new SharedArrayBuffer(4)) : undefined;
    this.#worker = new Worker("worker.js", { type: "module" });
    this.#worker.onmessage = ({ data }) => {
      if (data.event !== undefined) {
        listen(data);
        return;
      }
      const { done, fail } = this.#waiting.get(data.id) ?? {};
      this.#waiting.delete(data.id);
      if (data.error === undefined) {
        done?.(data.result);
      } else {
        fail?.(Object.assign(new Error(data.error), { gone: data.gone }));
      }
    };
    this.#worker.onerror = (event) => this.#end(event.message || "the worker could not be loaded");
    const { time, memory, stack, work } = limits;
    const hardMemory = (memory + 64) * MIB;
    this.ready = this.#call("start", {
      ...engine,
      foreign: isForeign,
      flag: this.#flag,
      limits: { time, memory: memory * MIB, hardMemory, stack: stack << 10, work },
    });
  }

  #call(name, args = {}) {
    const id = this.#next++;
    const answer = new Promise((done, fail) => {
      this.#waiting.set(id, { done, fail });
      this.#worker.postMessage({ id, name, args });
    });
    this.#last = answer.catch(() => {});
    return answer;
  }

  #end(message) {
    this.#worker.terminate();
    for (const { fail } of this.#waiting.values()) {
      fail(Object.assign(new Error(message), { gone: true }));
    }
    this.#waiting.clear();
  }

  async #ask(name, args) {
    await this.ready;
    return this.#call(name, args);
  }

  run = (source) => this.#ask("run", { source });
  thaw = (bytes) => this.#ask("thaw", { bytes });
  freeze = () => this.#ask("freeze");
  answer = (id, value) => this.#ask("answer", { id, value });
  inspect = (expression) => this.#ask("inspect", { expression });
  globals = () => this.#ask("globals");
  children = (id) => this.#ask("children", { id });
  usage = () => this.#ask("usage");

  /** Stops what runs. Returns whether the VM is still there. */
  async stop() {
    if (this.#flag !== undefined) {
      Atomics.store(this.#flag, 0, 1);
      const late = new Promise((done) => setTimeout(done, PATIENCE, false));
      const stopped = await Promise.race([this.#idle().then(() => true), late]);
      Atomics.store(this.#flag, 0, 0);
      if (stopped) {
        return true;
      }
    }
    this.#end("the program was stopped, and its VM is gone");
    return false;
  }

  /** Waits until the worker has answered everything. A call may be made once the worker is ready. */
  async #idle() {
    await this.ready;
    for (let last; last !== this.#last; ) {
      last = this.#last;
      await last;
    }
  }

  /** Gives the VM up. */
  end() {
    this.#end("the VM was replaced");
  }
}
