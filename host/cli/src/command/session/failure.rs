//! Why a program failed, in words.

use std::time::Instant;

use jsvm::{Error, Exception, Gone, Interrupt, Limit};

use super::Session;
use crate::command::exit::Exit;
use crate::command::report::Report;
use crate::command::{escape, output};

impl Session {
    /// Prints why the program failed, and returns the exit code as an error.
    pub fn failed(&self, error: &Error) -> anyhow::Error {
        let sentence = match error {
            Error::Exception(exception) => {
                self.print_exception(exception, false);
                return Exit::FAILED.into();
            }
            Error::Rejection(rejection) => {
                self.print_exception(&rejection.reason, true);
                if let Some(limit) = rejection.limit {
                    return self.failed(&Error::Limit(limit));
                }
                return Exit::FAILED.into();
            }
            Error::Unsettled => {
                output::print_error(
                    "jsvm: the awaited value never settles: no job, timer or request is left",
                );
                return Exit::UNSETTLED.into();
            }
            Error::Interrupted(Interrupt::Deadline | Interrupt::TimeLimit) => {
                self.too_long() + &self.interrupted_at()
            }
            // Nobody else stops a program this way.
            Error::Interrupted(Interrupt::Embedder | Interrupt::CpuTimeLimit)
                if let Some(limit) = &self.times.cpu_time =>
            {
                let place = self.interrupted_at();
                format!(
                    "the program exceeded its limit of CPU time, --cpu-time {}{place}",
                    limit.text
                )
            }
            // A lost VM does not say who stopped it.
            Error::Gone(Gone::Time) if self.is_late() => self.too_long(),
            Error::Interrupted(_) | Error::Gone(Gone::Time) => "interrupted".into(),
            Error::Limit(Limit::Memory) | Error::Gone(Gone::Memory) => {
                format!(
                    "the program exceeded its memory limit, --memory {}",
                    self.memory.text
                )
            }
            // With what it stems from.
            error => format!("{:#}", anyhow::Error::from(error.clone())),
        };
        output::print_error(&escape::lines(&format!("jsvm: {sentence}")));
        Exit::FAILED.into()
    }

    /// The stack of the script that was interrupted, on lines of its own.
    pub(super) fn interrupted_at(&self) -> String {
        let stack = self.vm.take_interrupted_stack().unwrap_or_default();
        match stack.trim_end() {
            "" => stack,
            stack => format!("\n{stack}"),
        }
    }

    pub(super) fn too_long(&self) -> String {
        match &self.times.timeout {
            Some(timeout) => {
                format!(
                    "the program exceeded its time limit, --timeout {}",
                    timeout.text
                )
            }
            None => "the program exceeded its time limit".into(),
        }
    }

    fn is_late(&self) -> bool {
        self.deadline
            .get()
            .is_some_and(|deadline| deadline <= Instant::now())
    }

    fn print_exception(&self, exception: &Exception, in_promise: bool) {
        let report = Report {
            exception,
            in_promise,
            at_prompt: self.at_prompt,
        };
        // The exception is read even if the program's time is over.
        let text = self.briefly(|_| Ok(report.text(&|file| self.text_of(file))));
        let text = text.unwrap_or_else(|_| escape::lines(&exception.to_string()).into_owned());
        output::print_error(&text);
    }
}
