//! Collections: arrays, maps, sets, and binary data.

use super::layout::{Entries, Frame};
use super::style::Style;
use super::text::counted;
use super::{Inspector, peek};
use crate::js::{Atom, Entry, OwnKeys, PromiseState, Value};
use crate::realm::{intrinsics, readers};

/// `... 3 more items`
pub fn more(count: usize, noun: &str) -> String {
    let ending = if count > 1 { "s" } else { "" };
    format!("... {count} more {noun}{ending}")
}

impl Inspector {
    fn push_rest(&self, output: &mut Vec<String>, rest: usize) {
        if rest > 0 {
            output.push(more(rest, "item"));
        }
    }

    /// Elements of an array; runs of holes are counted.
    #[inline(never)]
    pub(super) fn array(&mut self, array: &Value, len: usize, level: i32) -> Vec<String> {
        let limit = self.options.max_entries.min(len);
        let mut output = Vec::new();
        let mut next = 0_u32;
        // Elements that are not there are found only by listing those that are.
        let mut present: Option<std::vec::IntoIter<u32>> = None;
        while output.len() < limit && !self.is_exhausted() {
            let element = match &mut present {
                None => {
                    let element = peek::own(array, next);
                    if element.is_none() {
                        present = Some(indices(array, next, limit).into_iter());
                        continue;
                    }
                    element
                }
                Some(indices) => {
                    let Some(index) = indices.next() else { break };
                    if index > next {
                        output.push(self.holes((index - next) as usize));
                        next = index;
                        if output.len() == limit {
                            break;
                        }
                    }
                    peek::own(array, index)
                }
            };
            output.push(match element {
                Some(element) => self.slot(&element.slot, level),
                None => self.style("undefined", Style::Undefined),
            });
            next += 1;
        }
        let rest = len.saturating_sub(next as usize);
        if rest > 0 && output.len() < limit && present.is_some() && !self.is_exhausted() {
            output.push(self.holes(rest));
        } else {
            self.push_rest(&mut output, rest);
        }
        output
    }

    fn holes(&self, count: usize) -> String {
        let text = format!("<{}>", counted(count, "empty item"));
        self.style(&text, Style::Undefined)
    }

    /// Members of a set.
    #[inline(never)]
    pub(super) fn set(&mut self, set: &Value, len: usize, level: i32) -> Vec<String> {
        let members = intrinsics()
            .set_start(set, self.options.max_entries)
            .unwrap_or_default();
        let mut output = Vec::with_capacity(members.len() + 1);
        for member in &members {
            if self.is_exhausted() {
                break;
            }
            output.push(self.indent(|this| this.value(member, level, false)));
        }
        let rest = len.saturating_sub(output.len());
        self.push_rest(&mut output, rest);
        output
    }

    /// Entries of a map.
    #[inline(never)]
    pub(super) fn map(&mut self, map: &Value, len: usize, level: i32) -> Vec<String> {
        let entries = intrinsics()
            .map_start(map, self.options.max_entries)
            .unwrap_or_default();
        let mut output = Vec::with_capacity(entries.len() + 1);
        for [key, value] in &entries {
            if self.is_exhausted() {
                break;
            }
            let key = self.indent(|this| this.value(key, level, false));
            let value = self.indent(|this| this.value(value, level, false));
            output.push(format!("{key} => {value}"));
        }
        let rest = len.saturating_sub(output.len());
        self.push_rest(&mut output, rest);
        output
    }

    /// What an iterator of a map or set still gives. It is not advanced.
    #[inline(never)]
    pub(super) fn iterator(&mut self, iterator: &Value, level: i32) -> Vec<String> {
        let (entries, len) = iterator.iterator_entries(self.options.max_entries);
        let mut output = Vec::with_capacity(entries.len() + 1);
        for entry in &entries {
            if self.is_exhausted() {
                break;
            }
            output.push(self.indent(|this| match entry {
                Entry::One(value) => this.value(value, level, false),
                Entry::Both(key, value) => {
                    let parts = vec![
                        this.value(key, level, false),
                        this.value(value, level, false),
                    ];
                    let frame = Frame {
                        base: String::new(),
                        open: "[".to_owned(),
                        close: ']',
                    };
                    this.join(parts, &frame, Entries::Listed, level, None)
                }
            }));
        }
        let rest = len.saturating_sub(output.len());
        self.push_rest(&mut output, rest);
        output
    }

    /// Elements of a typed array.
    #[inline(never)]
    pub(super) fn typed_array(&mut self, array: &Value, len: usize, level: i32) -> Vec<String> {
        let mut output = Vec::new();
        for index in 0..len.min(self.options.max_entries) {
            if self.is_exhausted() {
                break;
            }
            let element = peek::own_value(array, index as u32).unwrap_or(Value::UNDEFINED);
            output.push(self.primitive(&element));
        }
        let rest = len - output.len();
        self.push_rest(&mut output, rest);
        if self.options.show_hidden
            && let (Some(kind), Ok(view)) = (array.view_kind(), array.typed_array_view())
        {
            for (name, value) in [
                ("BYTES_PER_ELEMENT", kind.element_size()),
                ("length", len),
                ("byteLength", view.len),
                ("byteOffset", view.offset),
            ] {
                let value = self.primitive(&Value::number(value as f64));
                output.push(format!("[{name}]: {value}"));
            }
            let buffer = self.indent(|this| this.value(&view.buffer, level, true));
            output.push(format!("[buffer]: {buffer}"));
        }
        output
    }

    /// The contents of an array buffer, without the bytes if a view shows them already.
    #[inline(never)]
    pub(super) fn array_buffer(&mut self, buffer: &Value, viewed: bool) -> Vec<String> {
        let mut output = Vec::new();
        let limit = self.options.max_entries;
        let bytes = buffer.buffer_len().and_then(|len| {
            let start = buffer.buffer_part(0..limit)?;
            let start: Vec<String> = start.iter().map(|byte| format!("{byte:02x}")).collect();
            Ok((start.join(" "), len))
        });
        let len = match bytes {
            Err(_) => {
                output.push(self.style("(detached)", Style::Special));
                0
            }
            Ok((mut hex, len)) => {
                if len > limit {
                    hex.push(' ');
                    hex.push_str(&more(len - limit, "byte"));
                }
                if !viewed {
                    self.charge(hex.len());
                    let label = self.style("[Uint8Contents]", Style::Special);
                    output.push(format!("{label}: <{hex}>"));
                }
                len
            }
        };
        let len = self.primitive(&Value::number(len as f64));
        output.push(format!("byteLength: {len}"));
        output
    }

    /// Where a `DataView` lies.
    #[inline(never)]
    pub(super) fn data_view(&mut self, view: &Value, level: i32) -> Vec<String> {
        let Ok(span) = readers().data_view_span(view) else {
            return vec![self.style("(detached)", Style::Special)];
        };
        let len = self.primitive(&Value::number(span.len));
        let offset = self.primitive(&Value::number(span.offset));
        let buffer = self.indent(|this| this.value(&span.buffer, level, false));
        vec![
            format!("byteLength: {len}"),
            format!("byteOffset: {offset}"),
            format!("buffer: {buffer}"),
        ]
    }

    /// State and result of a promise.
    #[inline(never)]
    pub(super) fn promise(&mut self, promise: &Value, level: i32) -> Vec<String> {
        let state = promise.promise_state();
        if matches!(state, None | Some(PromiseState::Pending)) {
            return vec![self.style("<pending>", Style::Special)];
        }
        let result = promise.promise_result();
        let result = self.indent(|this| this.value(&result, level, false));
        vec![if state == Some(PromiseState::Rejected) {
            format!("{} {result}", self.style("<rejected>", Style::Special))
        } else {
            result
        }]
    }

    /// A proxy as target and handler.
    #[inline(never)]
    pub(super) fn proxy(&mut self, proxy: &Value, level: i32) -> String {
        let (Some(target), Some(handler)) = (proxy.proxy_target(), proxy.proxy_handler()) else {
            return self.style("<Revoked Proxy>", Style::Special);
        };
        if self.is_too_deep(level) {
            return self.style("Proxy [Array]", Style::Special);
        }
        let parts = self.indent(|this| {
            let target = this.value(&target, level + 1, false);
            vec![target, this.value(&handler, level + 1, false)]
        });
        let frame = Frame {
            base: String::new(),
            open: "Proxy [".to_owned(),
            close: ']',
        };
        self.join(parts, &frame, Entries::Listed, level + 1, None)
    }
}

/// The first `count` indices, from `first` on, of elements that an array has.
fn indices(array: &Value, first: u32, count: usize) -> Vec<u32> {
    let keys = array.own_keys(OwnKeys::ENUMERABLE).unwrap_or_default();
    let index = |key: &Atom| {
        let text = key.to_value().ok()?.to_lossy().ok()?;
        let index: u32 = text.parse().ok()?;
        (index != u32::MAX && index.to_string() == text).then_some(index)
    };
    let from_first = keys.iter().map_while(index).filter(|index| *index >= first);
    from_first.take(count).collect()
}
