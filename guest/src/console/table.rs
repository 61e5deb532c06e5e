//! `console.table`: objects in rows and columns.

use crate::inspect::text::width;
use crate::inspect::{Options, inspect, peek};
use crate::js::{Atom, Key, OwnKeys, Slot, Value};
use crate::realm::{Class, intrinsics, readers};

/// Rows that are drawn.
const MAX_ROWS: usize = 10_000;

/// Columns that are drawn.
const MAX_COLUMNS: usize = 100;

/// Code units of a string in a cell.
const MAX_CELL: usize = 1_000;

/// Bytes that are drawn in sum. A cell counts for at least one.
const MAX_AREA: usize = 4 << 20;

/// A table under construction.
#[derive(Default)]
struct Table {
    heads: Vec<String>,
    /// Rows of cells; a short row ends with empty ones.
    rows: Vec<Vec<String>>,
    /// Rows that are not drawn.
    rest: usize,
}

/// Draws a table of an object's properties, or of those among them that `columns` lists.
/// Nothing if the value has no rows to speak of.
pub fn render(value: &Value, columns: &Value) -> Option<String> {
    if !value.is_object() || value.is_function() {
        return None;
    }
    let value = peek::resolve(value)?;
    let table = match intrinsics().class_of(&value) {
        Class::Map => map(&value),
        Class::Set => set(&value),
        _ => object(&value, wanted(columns)),
    };
    Some(table.draw())
}

/// The columns that the second argument asks for.
fn wanted(columns: &Value) -> Option<Vec<Atom>> {
    let columns = peek::resolve(columns).filter(Value::is_array)?;
    let len = peek::own_value(&columns, "length")?.as_number()? as usize;
    let names = (0..len.min(MAX_COLUMNS)).filter_map(|index| {
        let name = peek::own_value(&columns, index as u32)?;
        if name.is_object() {
            None
        } else {
            Key::Value(&name).to_atom().ok()
        }
    });
    Some(names.collect())
}

fn map(map: &Value) -> Table {
    let entries = intrinsics().map_start(map, MAX_ROWS).unwrap_or_default();
    let size = readers().map_size(map).unwrap_or(0);
    let heads = ["(iteration index)", "Key", "Values"];
    let rows = entries
        .iter()
        .map(|[key, value]| vec![cell_text(key), cell_text(value)]);
    numbered(heads.into(), rows, size)
}

fn set(set: &Value) -> Table {
    let members = intrinsics().set_start(set, MAX_ROWS).unwrap_or_default();
    let size = readers().set_size(set).unwrap_or(0);
    let heads = ["(iteration index)", "Values"];
    let rows = members.iter().map(|member| vec![cell_text(member)]);
    numbered(heads.into(), rows, size)
}

/// A table of rows with their numbers in front, as many of `count` as there is room for.
fn numbered(heads: Vec<&str>, rows: impl Iterator<Item = Vec<String>>, count: usize) -> Table {
    let mut area = 0;
    let rows = rows.enumerate().map(|(index, mut row)| {
        row.insert(0, index.to_string());
        row
    });
    let rows: Vec<_> = rows.take_while(|row| has_room(&mut area, row)).collect();
    Table {
        heads: heads.into_iter().map(str::to_owned).collect(),
        rest: count.saturating_sub(rows.len()),
        rows,
    }
}

/// Counts a row. Returns whether there was room for it.
fn has_room(area: &mut usize, row: &[String]) -> bool {
    let room = *area < MAX_AREA;
    *area += row.iter().map(|cell| cell.len() + 1).sum::<usize>();
    room
}

fn object(object: &Value, wanted: Option<Vec<Atom>>) -> Table {
    let keys = object.own_keys(OwnKeys::ENUMERABLE).unwrap_or_default();
    let mut columns: Vec<Atom> = Vec::new();
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut values: Vec<(usize, String)> = Vec::new();
    let mut area = 0;
    for key in keys.iter().take(MAX_ROWS) {
        let slot = peek::own(object, key).map(|property| property.slot);
        let item = match &slot {
            Some(Slot::Data(item)) if item.is_object() => peek::resolve(item),
            _ => None,
        };
        let mut row = vec![key_text(key)];
        match (&item, &wanted) {
            (None, None) => {
                let text = slot_text(slot);
                area += text.len();
                values.push((rows.len(), text));
            }
            (item, wanted) => {
                let names = match (wanted, item) {
                    (Some(_), _) | (None, None) => Vec::new(),
                    (None, Some(item)) => item.own_keys(OwnKeys::ENUMERABLE).unwrap_or_default(),
                };
                for name in wanted.as_ref().unwrap_or(&names) {
                    let known = columns.iter().position(|column| column == name);
                    let column = match known {
                        Some(column) => column,
                        None if columns.len() < MAX_COLUMNS => {
                            let Ok(name) = Key::Atom(name).to_atom() else {
                                continue;
                            };
                            columns.push(name);
                            columns.len() - 1
                        }
                        None => continue,
                    };
                    let found = item.as_ref().and_then(|item| peek::own(item, name));
                    if let Some(property) = found {
                        row.resize(row.len().max(column + 2), String::new());
                        row[column + 1] = slot_text(Some(property.slot));
                    }
                }
            }
        }
        if !has_room(&mut area, &row) {
            break;
        }
        rows.push(row);
    }
    let mut heads = vec!["(index)".to_owned()];
    heads.extend(columns.iter().map(key_text));
    if !values.is_empty() {
        for (row, text) in values {
            // The last one may have found no room.
            if let Some(row) = rows.get_mut(row) {
                row.resize(heads.len(), String::new());
                row.push(text);
            }
        }
        heads.push("Values".to_owned());
    }
    let rest = keys.len() - rows.len();
    Table { heads, rows, rest }
}

fn key_text(key: &Atom) -> String {
    key.to_value()
        .and_then(|key| key.to_lossy())
        .unwrap_or_default()
}

fn slot_text(slot: Option<Slot>) -> String {
    match slot {
        Some(Slot::Data(value)) => cell_text(&value),
        Some(Slot::Accessor { .. }) => "[Getter]".to_owned(),
        None => String::new(),
    }
}

/// A value in a cell: of an object with more than two properties only what it is.
fn cell_text(value: &Value) -> String {
    let resolved = peek::resolve(value).filter(|value| value.is_object() && !value.is_function());
    let summary = resolved.is_some_and(|object| {
        !object.is_array()
            && object.view_kind().is_none()
            && object
                .own_keys(OwnKeys::ENUMERABLE)
                .is_ok_and(|keys| keys.len() > 2)
    });
    let options = Options {
        depth: 0,
        summary,
        max_entries: 3,
        max_string: MAX_CELL,
        break_length: None,
        ..Options::default()
    };
    inspect(value, &options)
}

impl Table {
    fn draw(mut self) -> String {
        let mut widths: Vec<usize> = self.heads.iter().map(|head| width(head)).collect();
        for row in &self.rows {
            for (cell, widest) in row.iter().zip(&mut widths) {
                *widest = width(cell).max(*widest);
            }
        }
        let line: usize = widths.iter().map(|width| width + 3).sum();
        let fitting = (MAX_AREA / line.max(1)).max(1);
        if self.rows.len() > fitting {
            self.rest += self.rows.len() - fitting;
            self.rows.truncate(fitting);
        }
        let rule = |left: &str, middle: &str, right: &str| {
            let bars: Vec<String> = widths.iter().map(|width| "─".repeat(width + 2)).collect();
            format!("{left}{}{right}", bars.join(middle))
        };
        let mut text = rule("┌", "┬", "┐");
        text.push('\n');
        text.push_str(&row_text(&self.heads, &widths));
        text.push_str(&rule("├", "┼", "┤"));
        text.push('\n');
        for row in &self.rows {
            text.push_str(&row_text(row, &widths));
        }
        text.push_str(&rule("└", "┴", "┘"));
        if self.rest > 0 {
            let ending = if self.rest > 1 { "s" } else { "" };
            text.push_str(&format!("\n... {} more row{ending}", self.rest));
        }
        text
    }
}

/// One row with its line end.
fn row_text(cells: &[String], widths: &[usize]) -> String {
    let cells: Vec<String> = widths
        .iter()
        .enumerate()
        .map(|(column, wide)| {
            let cell = cells.get(column).map_or("", String::as_str);
            format!("{cell}{:1$}", "", wide - width(cell))
        })
        .collect();
    format!("│ {} │\n", cells.join(" │ "))
}
