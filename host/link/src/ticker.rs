//! Advances the epoch of an engine while calls run, so that they can be stopped.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use wasmtime::EngineWeak;

/// Ticks without a call after which the thread waits for the next call. Short calls that follow
/// each other then need not wake it.
const IDLE_TICKS: u32 = 200;

/// A thread that advances the epoch of an engine while calls run. It ends when this is dropped.
#[derive(Debug)]
pub struct EpochTicker {
    ticks: Arc<Ticks>,
}

#[derive(Debug, Default)]
struct Ticks {
    state: Mutex<TickState>,
    /// Notified when a call begins or the ticker is dropped, while the thread waits.
    wake: Condvar,
}

#[derive(Debug, Default)]
struct TickState {
    /// The number of calls that run.
    calls: usize,
    is_waiting: bool,
    is_dropped: bool,
}

impl EpochTicker {
    /// Starts the thread, which advances the epoch once per `period`.
    ///
    /// # Errors
    /// If the system refuses a thread.
    pub fn start(engine: EngineWeak, period: Duration) -> std::io::Result<Self> {
        let ticks = Arc::new(Ticks::default());
        let ticker = EpochTicker {
            ticks: ticks.clone(),
        };
        thread::Builder::new()
            .name("jsvm-epochs".into())
            .spawn(move || ticks.run(&engine, period))?;
        Ok(ticker)
    }

    /// Marks a call as running until the result is dropped.
    pub fn running(&self) -> RunningCall<'_> {
        let mut state = self.ticks.state();
        state.calls += 1;
        if state.is_waiting {
            self.ticks.wake.notify_one();
        }
        drop(state);
        RunningCall(&self.ticks)
    }
}

impl Drop for EpochTicker {
    fn drop(&mut self) {
        self.ticks.state().is_dropped = true;
        self.ticks.wake.notify_one();
    }
}

impl Ticks {
    fn state(&self) -> MutexGuard<'_, TickState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self, engine: &EngineWeak, period: Duration) {
        let mut idle = 0;
        loop {
            thread::sleep(period);
            let Some(engine) = engine.upgrade() else {
                return;
            };
            engine.increment_epoch();
            drop(engine);
            let mut state = self.state();
            idle = if state.calls == 0 { idle + 1 } else { 0 };
            if idle >= IDLE_TICKS {
                state.is_waiting = true;
                let wake = &self.wake;
                state = wake
                    .wait_while(state, |state| state.calls == 0 && !state.is_dropped)
                    .unwrap_or_else(PoisonError::into_inner);
                state.is_waiting = false;
                idle = 0;
            }
            if state.is_dropped {
                return;
            }
        }
    }
}

/// A call that runs, until this is dropped.
#[derive(Debug)]
pub struct RunningCall<'a>(&'a Ticks);

impl Drop for RunningCall<'_> {
    fn drop(&mut self) {
        self.0.state().calls -= 1;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use wasmtime::{Config, Engine, Instance, Module, Store};

    use super::*;

    const PERIOD: Duration = Duration::from_millis(1);

    /// Runs an endless loop, which ends when the epoch advances twice.
    fn spin(engine: &Engine, ticker: &EpochTicker) -> Duration {
        let binary = wat::parse_str("(module (func (export \"f\") (loop (br 0))))").unwrap();
        let module = Module::new(engine, binary).unwrap();
        let mut store = Store::new(engine, ());
        let instance = Instance::new(&mut store, &module, &[]).unwrap();
        let spin = instance.get_typed_func::<(), ()>(&mut store, "f").unwrap();
        let started = Instant::now();
        let _running = ticker.running();
        store.set_epoch_deadline(2);
        assert!(spin.call(&mut store, ()).is_err());
        started.elapsed()
    }

    #[test]
    fn a_call_after_a_long_pause_is_stopped_like_any_other() {
        let mut config = Config::new();
        config.epoch_interruption(true);
        let engine = Engine::new(&config).unwrap();
        let ticker = EpochTicker::start(engine.weak(), PERIOD).unwrap();
        spin(&engine, &ticker);
        let deadline = Instant::now() + Duration::from_secs(60);
        while !ticker.ticks.state().is_waiting {
            assert!(Instant::now() < deadline, "the thread never waits");
            thread::sleep(PERIOD);
        }
        assert!(spin(&engine, &ticker) < Duration::from_secs(60));
    }

    #[test]
    fn the_thread_ends_with_its_ticker() {
        let engine = Engine::default();
        let ticker = EpochTicker::start(engine.weak(), PERIOD).unwrap();
        let ticks = ticker.ticks.clone();
        drop(ticker);
        let deadline = Instant::now() + Duration::from_secs(60);
        while Arc::strong_count(&ticks) > 1 {
            assert!(Instant::now() < deadline, "the thread never ends");
            thread::sleep(PERIOD);
        }
    }
}
