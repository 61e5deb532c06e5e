//! Completes the names of globals, variables and properties.

use std::collections::BTreeSet;

use jsvm::{Error, KeyFilter, OwnKey, Value, ValueKind, Vm};

const KEYWORDS: &[&str] = &[
    "async",
    "await",
    "break",
    "case",
    "catch",
    "class",
    "const",
    "continue",
    "debugger",
    "default",
    "delete",
    "else",
    "extends",
    "false",
    "finally",
    "for",
    "function",
    "if",
    "import",
    "in",
    "instanceof",
    "let",
    "new",
    "null",
    "return",
    "static",
    "super",
    "switch",
    "this",
    "throw",
    "true",
    "try",
    "typeof",
    "undefined",
    "var",
    "void",
    "while",
    "yield",
];

/// Finds the names that can be typed. It runs no code of the program: it stops at accessors and
/// proxies.
pub struct NameCompleter {
    vm: Vm,
    global: Value,
    /// `Object` and its functions, from before any code could replace them.
    object: Value,
    prototype_of: Value,
    descriptor_of: Value,
    /// Words of earlier inputs. Variables declared with `let`, `const` and `class` are not
    /// properties of any object, so they can be found only among these words.
    words: BTreeSet<String>,
}

impl NameCompleter {
    /// Creates the completion for a fresh VM.
    pub fn new(vm: &Vm) -> Result<NameCompleter, Error> {
        let global = vm.global()?;
        let object = global.get("Object")?;
        Ok(NameCompleter {
            vm: vm.clone(),
            prototype_of: object.get("getPrototypeOf")?,
            descriptor_of: object.get("getOwnPropertyDescriptor")?,
            object,
            global,
            words: BTreeSet::new(),
        })
    }

    /// Remembers the words of an input.
    pub fn learn(&mut self, input: &str) {
        let words = input
            .split(|c| !is_part(c))
            .filter(|word| is_identifier(word));
        let new = words
            .filter(|word| !KEYWORDS.contains(word))
            .map(str::to_owned);
        self.words.extend(new);
    }

    /// Returns where the word at the end of `before` starts, and its possible completions.
    pub fn complete(&self, before: &str) -> Result<(usize, Vec<String>), Error> {
        let start = before.len() - last_word(before).len();
        let prefix = &before[start..];
        let Some(path) = path(&before[..start]) else {
            return Ok((start, Vec::new()));
        };
        let mut names = BTreeSet::new();
        match path.split_first() {
            None => {
                self.collect(self.global.clone(), prefix, &mut names)?;
                names.extend(
                    self.words
                        .iter()
                        .filter(|word| word.starts_with(prefix) && self.variable(word).is_some())
                        .cloned(),
                );
                let keywords = KEYWORDS.iter().filter(|word| word.starts_with(prefix));
                names.extend(keywords.map(|word| (*word).to_owned()));
            }
            Some((first, rest)) => {
                let mut value = match self.property(&self.global, first)? {
                    Some(value) => Some(value),
                    None if *first == "this" => Some(self.global.clone()),
                    None => self.variable(first),
                };
                for name in rest {
                    value = value
                        .map(|value| self.property(&value, name))
                        .transpose()?
                        .flatten();
                }
                if let Some(value) = value {
                    self.collect(value, prefix, &mut names)?;
                }
            }
        }
        Ok((start, names.into_iter().collect()))
    }

    /// Returns the value of a variable that earlier inputs declared.
    fn variable(&self, name: &str) -> Option<Value> {
        if !self.words.contains(name) || !is_identifier(name) {
            return None;
        }
        // A property of the global object may be an accessor. Evaluating the name of a variable
        // runs no code, and throws if there is no such variable.
        if self.global.has(name).ok()? {
            return None;
        }
        self.vm.eval(name).ok()
    }

    /// Returns the value of an own or inherited property, unless that would run code.
    fn property(&self, value: &Value, name: &str) -> Result<Option<Value>, Error> {
        for object in self.chain(value)? {
            let descriptor = self.descriptor_of.call((&object, name))?;
            if !descriptor.is_undefined() {
                let is_data = descriptor.has("value")?;
                return if is_data {
                    descriptor.get("value").map(Some)
                } else {
                    Ok(None)
                };
            }
        }
        Ok(None)
    }

    /// Adds the names of properties that start with `prefix`.
    fn collect(
        &self,
        value: Value,
        prefix: &str,
        names: &mut BTreeSet<String>,
    ) -> Result<(), Error> {
        for object in self.chain(&value)? {
            for key in object.keys(KeyFilter::STRINGS | KeyFilter::HIDDEN)? {
                if let OwnKey::Text(name) = key
                    && name.starts_with(prefix)
                    && is_identifier(&name)
                    // Names such as `__proto__` are offered only once their start is typed.
                    && (prefix.starts_with("__") || !name.starts_with("__"))
                {
                    names.insert(name);
                }
            }
        }
        Ok(())
    }

    /// Returns an object and its prototypes, up to the first proxy.
    fn chain(&self, value: &Value) -> Result<Vec<Value>, Error> {
        let mut chain = Vec::new();
        if value.is_undefined() || value.is_null() {
            return Ok(chain);
        }
        let mut object = self.object.call((value,))?;
        while !object.is_null() && object.kind()? != ValueKind::Proxy {
            let next = self.prototype_of.call((&object,))?;
            chain.push(object);
            object = next;
        }
        Ok(chain)
    }
}

/// Returns the word at the end of a text.
fn last_word(text: &str) -> &str {
    let start = text
        .char_indices()
        .rev()
        .take_while(|(_, c)| is_part(*c))
        .last();
    start.map_or("", |(index, _)| &text[index..])
}

/// Returns the names that lead to an object, from text that ends where the name of a property
/// starts: `["a", "b"]` from `x = a.b?.`, and no names where the name of a variable starts. Returns
/// `None` if the path contains anything but names, as in `f().`.
fn path(mut text: &str) -> Option<Vec<&str>> {
    let mut path = Vec::new();
    while let Some(rest) = text.strip_suffix('.') {
        if rest.ends_with("..") {
            // A spread: `[...`
            break;
        }
        let rest = rest.strip_suffix('?').unwrap_or(rest);
        let name = last_word(rest);
        if !is_identifier(name) {
            return None;
        }
        path.push(name);
        text = &rest[..rest.len() - name.len()];
    }
    path.reverse();
    Some(path)
}

fn is_start(c: char) -> bool {
    c.is_alphabetic() || matches!(c, '_' | '$')
}

fn is_part(c: char) -> bool {
    is_start(c) || c.is_numeric()
}

fn is_identifier(name: &str) -> bool {
    name.starts_with(is_start) && name.chars().all(is_part)
}
