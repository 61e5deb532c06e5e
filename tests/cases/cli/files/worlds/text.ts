import { lookup } from "acme:text/words";
import type { World } from "acme:text/text";

export const translate: World["translate"] = async (words, call) =>
  (async function* () {
    for await (const word of words) yield word === "none" ? await lookup(word, call) : word.toUpperCase();
  })();

export const wait: World["wait"] = (milliseconds, { signal }) =>
  new Promise((resolve) => setTimeout(() => resolve(signal.aborted ? 300 : milliseconds), milliseconds));

export const report: World["report"] = () => ({
  lines: (async function* () {
    yield* ["a", "b"];
  })(),
  done: Promise.resolve(2),
});
