/** Workers of browsers, Deno and Bun, and those of Node.js, which have another interface. */

/** One end of the line between two threads. */
export interface Port {
  post(message: unknown): void;
  listen(take: (message: any) => void, fail: (error: unknown) => void): void;
  end(): void;
}

interface NodeWorker {
  postMessage(message: unknown): void;
  on(event: string, listener: (value: any) => void): void;
  terminate(): unknown;
  unref(): void;
}

interface NodeThreads {
  Worker: new (url: URL, options: object) => NodeWorker;
  parentPort: NodeWorker | null;
}

// Bundlers for browsers leave this import alone.
const THREADS = "node:worker_threads";

const nodeThreads = (): Promise<NodeThreads> => import(/* @vite-ignore */ /* webpackIgnore: true */ THREADS);

/** Starts the worker of this package. `stack` is how many MiB of stack it gets, where that can be chosen. */
export async function startWorker(stack: number): Promise<Port> {
  if (typeof Worker === "function") {
    const worker = new Worker(new URL("./main.js", import.meta.url), { type: "module" });
    return {
      post: (message) => worker.postMessage(message),
      listen(take, fail) {
        worker.onmessage = ({ data }) => take(data);
        worker.onerror = (event) => fail(event.message);
        worker.onmessageerror = () => fail("a message could not be read");
      },
      end: () => worker.terminate(),
    };
  }
  const threads = await nodeThreads();
  const worker = new threads.Worker(new URL("./main.js", import.meta.url), { resourceLimits: { stackSizeMb: stack } });
  return {
    post: (message) => worker.postMessage(message),
    listen(take, fail) {
      worker.on("message", take);
      worker.on("error", fail);
      worker.on("exit", () => fail("it ended"));
    },
    end: () => void worker.terminate(),
  };
}

/** The end of the line inside of a worker. */
export async function ownPort(): Promise<Pick<Port, "post" | "listen">> {
  const scope = globalThis as unknown as { postMessage?: (message: unknown) => void; onmessage: unknown };
  if (typeof scope.postMessage === "function") {
    return {
      post: (message) => scope.postMessage!(message),
      listen(take) {
        scope.onmessage = ({ data }: { data: unknown }) => take(data);
      },
    };
  }
  const { parentPort } = await nodeThreads();
  return {
    post: (message) => parentPort!.postMessage(message),
    listen: (take) => parentPort!.on("message", take),
  };
}
