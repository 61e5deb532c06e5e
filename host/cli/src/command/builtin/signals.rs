//! Signals that a program listens to by `process.on`.

use std::sync::atomic::{AtomicBool, Ordering};

use jsvm::{HostError, VmBuilder};

use super::error::error_of_call;

/// Adds the request of `guest/node/lib/internal/jsvm/signals.js`: for the next of these signals. A
/// restored program makes it again, so it names them all.
pub fn add_to(builder: VmBuilder) -> VmBuilder {
    builder.background_handler("jsvm:signal-next", |names: Vec<String>| async move {
        for name in &names {
            catch(name, true)?;
        }
        system::next().await
    })
}

/// Whether this process needs its signals itself.
static IS_RESERVED: AtomicBool = AtomicBool::new(false);

/// Keeps signals from programs.
pub fn reserve() {
    IS_RESERVED.store(true, Ordering::Relaxed);
}

fn require_signals() -> Result<(), HostError> {
    match IS_RESERVED.load(Ordering::Relaxed) {
        true => Err(HostError::new("programs get no signals here")),
        false => Ok(()),
    }
}

/// Begins or ends to catch a signal. A signal that is not caught has its default action.
///
/// # Errors
/// If the system does not allow to catch it.
pub fn catch(name: &str, is_caught: bool) -> Result<(), HostError> {
    require_signals()?;
    system::catch(name, is_caught).map_err(|error| error_of_call(&error, "uv_signal_start"))
}

/// Sends a signal to this process.
///
/// # Errors
/// If the system has no such signal.
pub fn raise(name: &str) -> Result<(), HostError> {
    require_signals()?;
    system::raise(name).map_err(|error| error_of_call(&error, "kill"))
}

#[cfg(unix)]
mod system {
    use std::collections::{BTreeSet, VecDeque};
    use std::ffi::c_int;
    use std::io;
    use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
    use std::thread;

    use jsvm::HostError;
    use signal_hook::consts::signal as number;
    use signal_hook::iterator::{Handle, Signals};
    use signal_hook::low_level::emulate_default_handler;
    use tokio::sync::Notify;

    use crate::command::output;

    /// The names of signals, as Node.js has them. Those that a program cannot catch are missing.
    const NAMES: [(&str, c_int); 20] = [
        ("SIGHUP", number::SIGHUP),
        ("SIGINT", number::SIGINT),
        ("SIGQUIT", number::SIGQUIT),
        ("SIGTRAP", number::SIGTRAP),
        ("SIGABRT", number::SIGABRT),
        ("SIGBUS", number::SIGBUS),
        ("SIGUSR1", number::SIGUSR1),
        ("SIGUSR2", number::SIGUSR2),
        ("SIGPIPE", number::SIGPIPE),
        ("SIGALRM", number::SIGALRM),
        ("SIGTERM", number::SIGTERM),
        ("SIGCHLD", number::SIGCHLD),
        ("SIGCONT", number::SIGCONT),
        ("SIGTSTP", number::SIGTSTP),
        ("SIGTTIN", number::SIGTTIN),
        ("SIGTTOU", number::SIGTTOU),
        ("SIGURG", number::SIGURG),
        ("SIGWINCH", number::SIGWINCH),
        ("SIGIO", number::SIGIO),
        ("SIGSYS", number::SIGSYS),
    ];

    #[derive(Default)]
    struct Caught {
        /// Present since the first signal was caught.
        handle: Option<Handle>,
        numbers: BTreeSet<c_int>,
        /// Signals that the program has not taken.
        arrived: VecDeque<c_int>,
    }

    static CAUGHT: LazyLock<Mutex<Caught>> = LazyLock::new(Mutex::default);
    static ARRIVED: Notify = Notify::const_new();

    fn caught() -> MutexGuard<'static, Caught> {
        CAUGHT.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn number_of(name: &str) -> io::Result<c_int> {
        let found = NAMES.iter().find(|known| known.0 == name);
        found
            .map(|known| known.1)
            .ok_or_else(|| io::ErrorKind::InvalidInput.into())
    }

    pub fn catch(name: &str, is_caught: bool) -> io::Result<()> {
        let number = number_of(name)?;
        let mut caught = caught();
        if !is_caught {
            caught.numbers.remove(&number);
            return Ok(());
        }
        match &caught.handle {
            Some(handle) => handle.add_signal(number)?,
            None => {
                let mut signals = Signals::new([number])?;
                caught.handle = Some(signals.handle());
                let thread = thread::Builder::new().name("signals".into());
                thread.spawn(move || signals.forever().for_each(deliver))?;
            }
        }
        caught.numbers.insert(number);
        Ok(())
    }

    /// Hands a signal to the program. One that the program no longer catches has its default action.
    fn deliver(number: c_int) {
        let mut caught = caught();
        if caught.numbers.contains(&number) {
            caught.arrived.push_back(number);
            ARRIVED.notify_one();
            return;
        }
        drop(caught);
        act(number);
    }

    /// Does what a signal does to a process that does not catch it.
    fn act(number: c_int) {
        output::flush();
        output::restore_terminal();
        let _ = emulate_default_handler(number);
    }

    pub async fn next() -> Result<String, HostError> {
        loop {
            let number = caught().arrived.pop_front();
            let known = |number| NAMES.iter().find(|known| known.1 == number);
            match number.and_then(known) {
                Some((name, _)) => return Ok((*name).to_owned()),
                None => ARRIVED.notified().await,
            }
        }
    }

    pub fn raise(name: &str) -> io::Result<()> {
        match name {
            "SIGKILL" => act(number::SIGKILL),
            "SIGSTOP" => act(number::SIGSTOP),
            name => deliver(number_of(name)?),
        }
        Ok(())
    }
}

#[cfg(not(unix))]
mod system {
    use std::io;

    use jsvm::HostError;

    pub fn catch(_: &str, _: bool) -> io::Result<()> {
        Ok(())
    }

    pub async fn next() -> Result<String, HostError> {
        std::future::pending().await
    }

    pub fn raise(_: &str) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}
