//! How long something takes. `peers/measure.mjs` and `native/driver.c` do the same.

use std::time::{Duration, Instant};

use anyhow::Result;

/// What a batch should take at least, so that looking at the clock costs nothing.
const BATCH: Duration = Duration::from_micros(500);

/// Nanoseconds that `run` takes: the median of batches, after one run and a tenth of the time to
/// warm up.
///
/// # Errors
/// If `run` fails.
pub fn measure(run: &mut dyn FnMut() -> Result<()>, budget: Duration) -> Result<f64> {
    let start = Instant::now();
    let mut runs = 0_u32;
    while runs == 0 || start.elapsed() < budget / 10 {
        run()?;
        runs += 1;
    }
    let each = start.elapsed() / runs;
    let batch = (BATCH.as_nanos() / each.as_nanos().max(1) + 1) as u32;
    let mut samples = Vec::new();
    let start = Instant::now();
    while samples.is_empty() || start.elapsed() < budget {
        let start = Instant::now();
        for _ in 0..batch {
            run()?;
        }
        samples.push(start.elapsed().as_nanos() as f64 / f64::from(batch));
    }
    samples.sort_by(f64::total_cmp);
    Ok(samples[samples.len() / 2])
}
