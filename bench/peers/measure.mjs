// How long something takes: what `src/measure.rs` does, for this side.

/** What a batch should take at least, in milliseconds. */
const BATCH = 0.5;

/**
 * Nanoseconds that `run` takes: the median of batches, after one run and a tenth of the time to warm up.
 * A function that answers with a promise is waited for; others are not, since even that costs time.
 */
export async function measure(run, budget) {
  let runs = 0;
  let waits = false;
  let start = performance.now();
  while (runs === 0 || performance.now() - start < budget / 10) {
    const answer = run();
    waits = answer instanceof Promise;
    if (waits) await answer;
    runs++;
  }
  const each = (performance.now() - start) / runs;
  const batch = Math.floor(BATCH / Math.max(each, 1e-6)) + 1;
  const samples = [];
  start = performance.now();
  while (samples.length === 0 || performance.now() - start < budget) {
    const from = performance.now();
    if (waits) for (let i = 0; i < batch; i++) await run();
    else for (let i = 0; i < batch; i++) run();
    samples.push((performance.now() - from) / batch);
  }
  samples.sort((a, b) => a - b);
  return samples[samples.length >> 1] * 1e6;
}
