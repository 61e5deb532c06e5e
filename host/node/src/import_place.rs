//! Finds where a module imports another. The engine links static imports before any code runs, so it
//! has no stack of them.

/// Returns the line and the column, in bytes, of the first literal with a specifier. The text is
/// searched, not parsed.
pub fn find(text: &str, specifier: &str) -> Option<(u32, u32)> {
    let literals = ['"', '\''].map(|quote| format!("{quote}{specifier}{quote}"));
    let start = literals
        .iter()
        .filter_map(|literal| text.find(literal))
        .min()?;
    let before = &text[..start];
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    let column = start - line_start + 1;
    Some((u32::try_from(line).ok()?, u32::try_from(column).ok()?))
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn the_first_literal_is_found() {
        let text = "import a from './a.js';\nimport b from \"./b.js\";\né('./b.js')";
        assert_eq!(find(text, "./a.js"), Some((1, 15)));
        assert_eq!(find(text, "./b.js"), Some((2, 15)));
        assert_eq!(find(text, "./c.js"), None);
    }
}
