/** Sessions. */

import type { Output } from "../abi/machine.js";
import { EngineError, ScriptError, UseError } from "../errors.js";
import type { Snapshot } from "../snapshot/snapshot.js";
import { Value } from "../value.js";
import type { Vm } from "../vm.js";
import { INSTALL } from "./assets.js";
import { CellReader } from "./cell.js";
import { Gate } from "./gate.js";
import { sentence } from "./gate.js";
import type { CellError, Decision, FileChange, Outcome, OutcomeParts, PendingCall } from "./outcome.js";
import { BRIEF, fileName, type Scene, stoppedError, thrownError, unsettledError, type valueOf, valueOrError } from "./report.js";
import { Driver, REQUEST } from "./run.js";
import { notASession, readRecord, type SessionRecord } from "./record.js";
import type { Sandbox } from "./sandbox.js";
import { SavedSession } from "./saved.js";
import { scriptOf } from "./script.js";

/** The names of the roots, as those of the Rust crate. */
const INSIDE = "jsvm:sandbox";
const CELL = "jsvm:sandbox:cell";

/** A session is used in a way that its state does not allow. */
export class SessionError extends UseError {
  /** The calls that the session waits for, if it waits. */
  readonly waiting: PendingCall[];

  constructor(message: string, waiting: PendingCall[] = []) {
    super(message);
    this.waiting = waiting;
  }
}

/** The options of {@link Session.run} and {@link Session.resume}. */
export interface RunOptions {
  /** Aborting it stops the cell while it waits for tools and timers, or calls one. */
  signal?: AbortSignal;
}

/** A VM and what belongs to it. */
interface Live {
  vm: Vm;
  inside: Value;
  reader: CellReader;
}

type Phase = { is: "idle" } | { is: "running" | "waiting"; start: Snapshot };

/**
 * A place where cells of code run one after the other, from {@link Sandbox.createSession}.
 *
 * A cell can declare again what an earlier one declared. The value of its last statement is its result, and
 * a promise is awaited. A cell ends when that value is there and all calls of tools have ended. Timers that
 * are still set go on during the next cell.
 *
 * A cell that throws leaves what it did. A cell that is stopped, by a limit or by its signal, leaves no trace in
 * the session: its variables and files are as they were before.
 */
export class Session {
  readonly #sandbox: Sandbox;
  #live: Live | undefined;
  #phase: Phase;
  #cells: number;
  #code: string;
  #gate: Gate;
  #id = crypto.randomUUID().replaceAll("-", "");

  /** @internal */
  constructor(sandbox: Sandbox, saved?: SavedSession, isFork = false) {
    this.#sandbox = sandbox;
    this.#cells = 0;
    this.#code = "";
    this.#phase = saved?.start === undefined ? { is: "idle" } : { is: "waiting", start: saved.start };
    this.#gate = this.#newGate([]);
    if (saved === undefined) {
      this.#live = this.#living(sandbox.engine.createVm(this.#options()), true);
      return;
    }
    const make = isFork ? "restore" : "resume";
    this.#live = this.#living(sandbox.engine[make](saved.now, this.#options()), false);
    const record = readRecord(this.#inside("getRecord"));
    this.#cells = record.cells;
    this.#code = record.code;
    if (!isFork) {
      this.#id = record.id;
    }
    this.#gate = this.#newGate([]);
  }

  /** The id of the session. Forks have their own. */
  get id(): string {
    return this.#id;
  }

  /** How many cells have run. */
  get cells(): number {
    return this.#cells;
  }

  /** Runs a cell. What goes wrong in its code is part of the outcome. */
  async run(code: string, options: RunOptions = {}): Promise<Outcome> {
    const { vm, inside } = this.#idle("runs no other code");
    const limit = this.#sandbox.caps.code;
    if (code.length > limit) {
      throw new SessionError(`the code has ${code.length} characters, more than the limit of ${limit}: run it in several cells`);
    }
    this.#keepRecord();
    inside.callMethod("beginCell");
    const start = vm.snapshot();
    this.#cells++;
    this.#code = code;
    this.#gate = this.#newGate([]);
    return this.#advance(start, true, options);
  }

  /**
   * Decides about calls that wait for approval, and goes on with the cell. Calls without a decision wait on.
   *
   * What the cell did before is not done again.
   */
  async resume(decisions: Iterable<Decision>, options: RunOptions = {}): Promise<Outcome> {
    const { start, calls } = this.#waits();
    const all = [...decisions];
    for (const decision of all) {
      const call = calls.find(({ id }) => id === decision.id);
      if (call === undefined) {
        throw new SessionError(`no call with the number ${decision.id} waits for approval`, calls);
      }
      await this.#check(call, decision);
    }
    this.#gate = this.#newGate(all);
    return this.#advance(start, false, options);
  }

  /** Gives up the cell that waits for approval. The session is as it was before the cell. */
  cancel(): void {
    this.#rollBack(this.#waits().start);
  }

  /** The calls that wait for approval. */
  get waiting(): PendingCall[] {
    if (this.#phase.is !== "waiting") {
      return [];
    }
    return this.#alive()
      .vm.unsettledRequests()
      .filter(({ name }) => name === REQUEST)
      .map(({ id, args }) => ({ id: Number(id), tool: String(args[0]), input: inputOf(args[1]) }));
  }

  /** The session at rest, to be stored or for {@link Sandbox.restore}. This one can be used on. */
  save(): SavedSession {
    const phase = this.#settledPhase();
    this.#keepRecord();
    return new SavedSession(phase.is === "waiting" ? phase.start : undefined, this.#alive().vm.snapshot());
  }

  /** Creates a second session that goes on from here. The two share nothing. */
  fork(): Session {
    return new Session(this.#sandbox, this.save(), true);
  }

  // Files.

  /** The files, sorted by path. */
  listFiles(): { path: string; size: number }[] {
    return this.#inside("list") as { path: string; size: number }[];
  }

  /** The content of a file: text as it is, and other content as bytes. */
  readFile(path: string): string | Uint8Array | undefined {
    return this.#inside("read", path) as string | Uint8Array | undefined;
  }

  writeFile(path: string, content: string | Uint8Array): void {
    this.#inside("write", path, content);
  }

  /** Removes a file. Returns whether there was one. */
  removeFile(path: string): boolean {
    return this.#inside("remove", path) as boolean;
  }

  /** What changed since the session began, or since {@link acceptChanges}. */
  fileChanges(): FileChange[] {
    return this.#inside("changes") as FileChange[];
  }

  /** Takes note of the present files: {@link fileChanges} starts from them. */
  acceptChanges(): void {
    this.#inside("accept");
  }

  /** Gives the session up. */
  dispose(): void {
    this.#gate.controller.abort();
    this.#live?.vm.dispose();
    this.#live = undefined;
  }

  async #advance(start: Snapshot, isNew: boolean, { signal }: RunOptions): Promise<Outcome> {
    const began = performance.now();
    const live = this.#alive();
    const { caps } = this.#sandbox;
    const gate = this.#gate;
    const before = this.#phase;
    this.#phase = { is: "running", start };
    const driver = new Driver(live.vm, gate, began + caps.time, signal);
    live.vm.watch.signal = signal;
    const scene: Scene = { ...live, tools: this.#sandbox.tools, caps, cell: this.#cells, code: this.#code };
    let end: { value: ReturnType<typeof valueOf> } | { error: CellError } | { stopped: CellError } | { waits: true };
    try {
      scene.code = await scriptOf(this.#code, live.reader, this.#sandbox.typescript, driver);
      const cell = isNew ? this.#begin(live, driver, scene.code) : live.vm.getRoot(CELL);
      const progress = await driver.run(cell);
      const brief = <T>(calls: () => T): T => live.vm.withDeadline(performance.now() + BRIEF, calls);
      if ("waits" in progress) {
        end = progress;
      } else if ("unsettled" in progress) {
        end = { error: unsettledError };
      } else if ("threw" in progress) {
        end = { error: brief(() => thrownError(progress.threw, scene)) };
      } else {
        end = brief(() => valueOrError(progress.ended, scene));
      }
    } catch (error) {
      if (error instanceof EngineError) {
        // The transpiler could not be loaded, and nothing has run.
        this.#phase = before;
        this.#cells -= isNew ? 1 : 0;
        live.vm.watch.signal = undefined;
        throw error;
      }
      end = { stopped: stoppedError(error, caps) };
    }
    live.vm.watch.signal = undefined;
    gate.controller.abort();
    const isStopped = "stopped" in end;
    const unhandled = isStopped ? [] : driver.unhandled.map((error) => thrownError(error, scene));
    const files = isStopped ? [] : (this.#inside("cellChanges") as FileChange[]);
    if (isStopped) {
      this.#rollBack(start);
    } else if ("waits" in end) {
      this.#phase = { is: "waiting", start };
    } else {
      live.vm.removeRoot(CELL);
      this.#phase = { is: "idle" };
    }
    const calls = [...gate.records.values()].map((record) => ({ ...record }));
    const memory = this.#alive().vm.memoryUsage();
    const parts: OutcomeParts = {
      cell: this.#cells,
      console: gate.console,
      unhandled,
      calls,
      files,
      costs: {
        milliseconds: performance.now() - began,
        runningMilliseconds: driver.running,
        memory: Number(memory.used),
        peakMemory: Number(memory.peak),
        calls: calls.length,
        toolMilliseconds: calls.reduce((sum, { milliseconds }) => sum + milliseconds, 0),
      },
    };
    if ("value" in end) {
      return { ...parts, status: "completed", value: end.value };
    }
    if ("waits" in end) {
      return { ...parts, status: "waiting", waiting: [...gate.waiting.values()] };
    }
    const error = "error" in end ? end.error : end.stopped;
    return { ...parts, status: "failed", error, rolledBack: isStopped };
  }

  /** Evaluates the code of a cell. What it throws rejects a promise. */
  #begin({ vm, reader }: Live, driver: Driver, code: string): Output {
    const { text, isAsync } = driver.enter(() => reader.read(code));
    let cell: Output;
    try {
      cell = driver.enter(() => vm.eval(text, { async: isAsync, fileName: fileName(this.#cells) }));
    } catch (error) {
      if (!(error instanceof ScriptError)) {
        throw error;
      }
      const { promise, reject } = vm.createPromise();
      reject.call(error.value);
      cell = promise;
    }
    vm.setRoot(CELL, cell);
    return cell;
  }

  /** Has the VM know what it is the session of, before a snapshot is taken of it. */
  #keepRecord(): void {
    const code = this.#phase.is === "waiting" ? this.#code : "";
    const record: SessionRecord = { id: this.#id, cells: this.#cells, code };
    this.#inside("setRecord", JSON.stringify(record));
  }

  async #check(call: PendingCall, decision: Decision): Promise<void> {
    const tool = this.#sandbox.tools.get(call.tool);
    let checked = undefined;
    if (tool !== undefined && "approve" in decision && decision.input !== undefined) {
      checked = await tool.checkInput(decision.input);
    } else if (tool !== undefined && "answer" in decision) {
      checked = await tool.checkOutput(decision.answer);
    }
    if (checked !== undefined && "issues" in checked) {
      throw new SessionError(`the decision about the call ${call.id} does not fit the schema of its tool: ${sentence(checked.issues)}`, this.waiting);
    }
  }

  #rollBack(start: Snapshot): void {
    this.#live?.vm.dispose();
    this.#live = undefined;
    this.#phase = { is: "running", start };
    this.#live = this.#living(this.#sandbox.engine.resume(start, this.#options()), false);
    this.#phase = { is: "idle" };
  }

  #living(vm: Vm, isNew: boolean): Live {
    if (isNew) {
      const install = vm.eval(INSTALL, { fileName: "jsvm:sandbox" }) as Value;
      vm.setRoot(INSIDE, install.call(vm.createRequestFunction(REQUEST, 2)));
    }
    const inside = vm.getRoot(INSIDE);
    if (!(inside instanceof Value)) {
      throw notASession();
    }
    const names = vm.fromData([...this.#sandbox.tools.keys()]);
    vm.withDeadline(performance.now() + BRIEF, () => inside.callMethod("setTools", names));
    return { vm, inside, reader: new CellReader(vm) };
  }

  #options() {
    const { limits } = this.#sandbox;
    return { limits, console: (level: any, text: string) => this.#gate.print(level, text) };
  }

  #newGate(decisions: Decision[]): Gate {
    const { tools, caps } = this.#sandbox;
    return new Gate(this.id, tools, caps, new Map(decisions.map((decision) => [decision.id, decision])));
  }

  #inside(name: string, ...args: unknown[]): unknown {
    const { vm, inside } = this.#alive();
    const values = args.map((arg) => vm.fromData(arg));
    const result = vm.withDeadline(performance.now() + BRIEF, () => inside.callMethod(name, ...values));
    return result instanceof Value ? (result.toData() as unknown) : result;
  }

  #alive(): Live {
    if (this.#live === undefined) {
      throw new SessionError("the session was disposed");
    }
    return this.#live;
  }

  #settledPhase(): Phase {
    this.#alive();
    if (this.#phase.is === "running") {
      throw new SessionError("a cell of the session runs: await its outcome first");
    }
    return this.#phase;
  }

  #idle(what: string): Live {
    if (this.#settledPhase().is === "waiting") {
      const calls = this.waiting;
      const names = calls.map(({ tool, id }) => `${tool} (${id})`).join(", ");
      throw new SessionError(`the session waits for approval of ${names}, and ${what}: resume or cancel it first`, calls);
    }
    return this.#alive();
  }

  #waits(): { start: Snapshot; calls: PendingCall[] } {
    const phase = this.#settledPhase();
    if (phase.is !== "waiting") {
      throw new SessionError("the session does not wait for approval: run code instead");
    }
    return { start: phase.start, calls: this.waiting };
  }
}

/** The arguments of a call. They were parsed before the call began to wait, unless the session was forged. */
function inputOf(text: unknown): unknown {
  try {
    return JSON.parse(String(text)) as unknown;
  } catch {
    return null;
  }
}
