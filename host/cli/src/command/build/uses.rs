//! Finds where a program uses values that are known only when the component runs.

use std::sync::{Arc, Mutex, PoisonError};

use jsvm::{Error, Exception, Location, Source, Vm};

use super::BuildInputs;
use crate::command::excerpt;
use crate::command::report::colors;

/// The file name of the script that records uses, which is skipped in stacks.
const SCRIPT: &str = "jsvm:uses";

/// The recorded uses, each with its stack.
#[derive(Clone, Default)]
pub struct Uses(Arc<Mutex<Vec<(String, String)>>>);

/// A use of such a value, and its place.
pub struct Use {
    pub what: String,
    pub place: Option<Location>,
}

impl Uses {
    /// Records a use with its stack.
    pub fn note(&self, what: &str, stack: &str) {
        let mut uses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        uses.push((what.to_owned(), stack.to_owned()));
    }

    /// Makes a VM record its uses of the clock, of randomness and of the network.
    pub fn watch(&self, vm: &Vm, known: &BuildInputs) -> Result<(), Error> {
        const NOTE: &str = "jsvm:note-use";
        let uses = self.clone();
        vm.add_handler(NOTE, move |what: String, stack: String| {
            uses.note(&what, &stack)
        })?;
        let watch = vm.eval(Source::script(include_str!("uses.js")).file_name(SCRIPT))?;
        let wanted = vm.create_object()?;
        wanted.set("clock", known.clock.is_none())?;
        wanted.set("random", known.seed.is_none())?;
        watch.call((vm.create_host_function(NOTE, 2)?, wanted))?;
        Ok(())
    }

    /// Takes the uses, in order, each place once.
    pub fn taken(&self) -> Vec<Use> {
        let mut uses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut taken: Vec<Use> = Vec::new();
        for (what, stack) in uses.drain(..) {
            let place = place(&stack);
            if !taken
                .iter()
                .any(|known| known.what == what && known.place == place)
            {
                taken.push(Use { what, place });
            }
        }
        taken
    }
}

/// The innermost frame of the program.
fn place(stack: &str) -> Option<Location> {
    Exception::places(stack).find(|place| {
        let file = place.file.as_str();
        !file.starts_with("jsvm:") && !file.starts_with('<') && !file.starts_with("node:")
    })
}

impl Use {
    /// Whether the place is in a package, which the author of the program cannot change.
    pub fn is_in_package(&self) -> bool {
        let place = self.place.as_ref();
        place.is_some_and(|place| place.file.split('/').any(|part| part == "node_modules"))
    }

    /// Place, line of source with a caret, and message.
    pub fn text(&self, text_of: impl Fn(&str) -> Option<String>, advice: &str) -> String {
        let mut text = String::new();
        if let Some(Location {
            file, line, column, ..
        }) = &self.place
        {
            text.push_str(&format!("{file}:{line}:{column}\n"));
            let source = text_of(file);
            if let Some(source) = source
                .as_deref()
                .and_then(|text| excerpt::line(text, *line))
            {
                let colors = colors(&std::io::stderr());
                text.push_str(&excerpt::excerpt(source, *column, colors));
                text.push_str("\n\n");
            }
        }
        let what = &self.what;
        text.push_str(&format!(
            "jsvm: {what} is used during the build, but is known only when the component runs. {advice}"
        ));
        text
    }
}
