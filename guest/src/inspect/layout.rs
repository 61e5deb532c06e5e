//! One line or many: how the entries of an object are put together.

use super::style::strip;
use super::text::{units, width};
use super::{Inspector, peek};
use crate::js::{Tag, Value};

/// How many levels of nested objects may share one line.
const COMPACT: i32 = 3;

/// What kind of entries an object has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Entries {
    /// Properties, each with its name.
    Named,
    /// Elements, which can be put into columns.
    Listed,
}

/// What surrounds the entries.
pub struct Frame {
    /// What stands before the opening bracket.
    pub base: String,
    /// The opening bracket with the prefix that belongs to it.
    pub open: String,
    /// The closing bracket.
    pub close: char,
}

impl Inspector {
    /// Puts entries and brackets together, on one line if they fit.
    #[inline(never)]
    pub(super) fn join(
        &self,
        mut output: Vec<String>,
        frame: &Frame,
        entries: Entries,
        level: i32,
        list: Option<&Value>,
    ) -> String {
        let count = output.len();
        if entries == Entries::Listed && count > 6 {
            output = self.group(output, list);
        }
        let base = if frame.base.is_empty() {
            String::new()
        } else {
            format!("{} ", frame.base)
        };
        let (open, close) = (&frame.open, frame.close);
        // What was put into columns stays in lines.
        if self.current_depth - level < COMPACT
            && count == output.len()
            && self.fits(&output, frame)
        {
            let joined = output.join(", ");
            if !joined.contains('\n') {
                return format!("{base}{open} {joined} {close}");
            }
        }
        let indentation = format!("\n{:1$}", "", self.indentation);
        let joined = output.join(&format!(",{indentation}  "));
        format!("{base}{open}{indentation}  {joined}{indentation}{close}")
    }

    fn fits(&self, output: &[String], frame: &Frame) -> bool {
        if frame.base.contains('\n') {
            return false;
        }
        let Some(limit) = self.options.break_length else {
            return true;
        };
        let start = output.len() + self.indentation + units(&frame.open) + units(&frame.base) + 10;
        let mut total = output.len() + start;
        if total + output.len() > limit {
            return false;
        }
        output.iter().all(|entry| {
            total += units(&strip(entry));
            total <= limit
        })
    }

    /// Puts short elements into columns, which together are about as wide as high.
    fn group(&self, output: Vec<String>, list: Option<&Value>) -> Vec<String> {
        const SEPARATOR: usize = 2;
        let has_rest = output.len() > self.options.max_entries;
        let count = if has_rest {
            output.len() - 1
        } else {
            output.len()
        };
        let widths: Vec<usize> = output[..count]
            .iter()
            .map(|entry| width(&strip(entry)))
            .collect();
        let longest = widths.iter().copied().max().unwrap_or(0);
        let total: usize = widths.iter().map(|width| width + SEPARATOR).sum();
        let column = longest + SEPARATOR;
        let limit = self
            .options
            .break_length
            .map_or(f64::INFINITY, |limit| limit as f64);
        let (column_f, total_f) = (column as f64, total as f64);
        let dense = total_f / column_f > 5.0 || longest <= 6;
        if (column * 3 + self.indentation) as f64 >= limit || !dense {
            return output;
        }
        // A character is about 2.5 times as high as wide.
        let bias = (column_f - total_f / output.len() as f64).sqrt();
        let biased = (column_f - 3.0 - bias).max(1.0);
        let columns = ((2.5 * biased * count as f64).sqrt() / biased)
            .round()
            .min(((limit - self.indentation as f64) / column_f).floor())
            .min(f64::from(COMPACT * 4))
            .min(15.0);
        if columns <= 1.0 {
            return output;
        }
        let columns = columns as usize;
        let column_widths: Vec<usize> = (0..columns)
            .map(|first| {
                let of_column = widths.iter().skip(first).step_by(columns);
                of_column.max().copied().unwrap_or(0) + SEPARATOR
            })
            .collect();
        // Numbers are aligned to the right.
        let numbers = list.is_none_or(|list| is_all_numbers(list, output.len()));
        let mut rows = Vec::with_capacity(count / columns + 2);
        for start in (0..count).step_by(columns) {
            let end = (start + columns).min(count);
            let mut row = String::new();
            for index in start..end {
                let last = index + 1 == end;
                let padding = column_widths[index - start] - SEPARATOR - widths[index];
                let padding = format!("{:padding$}", "");
                if numbers {
                    row.push_str(&padding);
                }
                row.push_str(&output[index]);
                if !last {
                    row.push_str(", ");
                    if !numbers {
                        row.push_str(&padding);
                    }
                }
            }
            rows.push(row);
        }
        if has_rest {
            rows.extend(output.into_iter().next_back());
        }
        rows
    }
}

fn is_all_numbers(list: &Value, count: usize) -> bool {
    (0..count as u32).all(|index| {
        let value = peek::own_value(list, index);
        value.is_some_and(|value| matches!(value.tag(), Tag::Number | Tag::BigInt))
    })
}
