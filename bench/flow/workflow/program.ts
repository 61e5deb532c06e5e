// The programs of the comparison for the package `workflow`: compiled by `workflow build`.
import { createHook } from "workflow";

async function work(_: string): Promise<string> {
  "use step";
  (globalThis as any).onStep?.();
  return "ok";
}

async function reached(): Promise<void> {
  "use step";
  (globalThis as any).onReached?.();
}

export async function steps(count: number, token: string | null) {
  "use workflow";
  let text = "";
  for (let step = 0; step < count; step++) text = await work(`step ${step}`);
  if (token !== null) {
    const hook = createHook<string>({ token });
    for await (const _ of hook) await reached();
  }
  return text;
}

export async function signals(token: string) {
  "use workflow";
  const hook = createHook<number>({ token });
  for await (const count of hook) await work(`step ${count}`);
}
