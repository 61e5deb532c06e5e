//! Formats a line of source with a caret under the place of an error.

use unicode_width::UnicodeWidthChar;

use super::escape::is_command;

/// The maximum number of columns that are shown.
const WIDTH: usize = 100;

/// The mark for text that is cut off.
const CUT: char = '…';

/// Returns a line of a text by its number. A line ends with a line feed, a carriage return or both.
pub fn line(text: &str, number: u32) -> Option<&str> {
    let index = number.checked_sub(1)? as usize;
    let lines = text
        .split('\n')
        .flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r'));
    lines.into_iter().nth(index)
}

/// Formats a line with a caret under `column`, which counts UTF-8 bytes from 1. A long line is cut
/// to the part around the caret.
pub fn excerpt(line: &str, column: u32, colors: bool) -> String {
    let offset = line.floor_char_boundary(column.saturating_sub(1) as usize);
    let (before, after) = line.split_at(offset);
    let (cells_before, cells_after) = (cells(before), cells(after));

    // Up to three quarters of the width show the text before the caret.
    let fits = cells_before + cells_after <= WIDTH;
    let before_width = if fits {
        cells_before
    } else {
        cells_before.min(WIDTH * 3 / 4)
    };
    let before_width = before_width.max(WIDTH.saturating_sub(cells_after).min(cells_before));
    let before = shown(last_cells(before, before_width));
    let after = shown(first_cells(after, WIDTH - before_width));

    let (cut_left, cut_right) = (
        before_width < cells_before,
        WIDTH - before_width < cells_after,
    );
    let left = if cut_left {
        CUT.to_string()
    } else {
        String::new()
    };
    let right = if cut_right {
        CUT.to_string()
    } else {
        String::new()
    };
    // The line of the caret repeats tabs, whose width only the terminal knows.
    let blank = |c: char| {
        if c == '\t' {
            "\t".into()
        } else {
            " ".repeat(width(c))
        }
    };
    let indent: String = left.chars().chain(before.chars()).map(blank).collect();
    let caret = if colors { "\u{1b}[31m^\u{1b}[39m" } else { "^" };
    format!("{left}{before}{after}{right}\n{indent}{caret}")
}

/// Replaces control characters, which a terminal could take as commands.
pub fn shown(text: &str) -> String {
    text.chars()
        .map(|c| {
            if is_command(c) && c != '\t' {
                '\u{fffd}'
            } else {
                c
            }
        })
        .collect()
}

fn cells(text: &str) -> usize {
    text.chars().map(width).sum()
}

fn width(c: char) -> usize {
    // Control characters are shown as one other character.
    c.width().unwrap_or(1)
}

/// The end of a text that takes at most `limit` cells.
fn last_cells(text: &str, limit: usize) -> &str {
    let mut used = 0;
    let start = text.char_indices().rev().take_while(|(_, c)| {
        used += width(*c);
        used <= limit
    });
    start.last().map_or("", |(index, _)| &text[index..])
}

/// The start of a text that takes at most `limit` cells.
fn first_cells(text: &str, limit: usize) -> &str {
    let mut used = 0;
    let end = text.char_indices().take_while(|(_, c)| {
        used += width(*c);
        used <= limit
    });
    end.last()
        .map_or("", |(index, c)| &text[..index + c.len_utf8()])
}
