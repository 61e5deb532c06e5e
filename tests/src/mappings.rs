//! Reads the `mappings` of source maps, to check those that are written elsewhere.

/// Each mapping as a line: what begins there in the code, and what in the source. Columns count
/// bytes.
pub fn explain(mappings: &str, code: &str, source: &str) -> String {
    let mut text = String::new();
    let mut from = [0i64; 3];
    for (line, group) in mappings.split(';').enumerate() {
        let mut column = 0;
        for segment in group.split(',').filter(|segment| !segment.is_empty()) {
            let fields = decode(segment);
            let [to, of, source_line, source_column] = fields[..] else {
                text.push_str(&format!("  {segment} has {} fields\n", fields.len()));
                continue;
            };
            column += to;
            from = [from[0] + of, from[1] + source_line, from[2] + source_column];
            text.push_str(&format!(
                "  {}:{column} {} <- {}:{} {}\n",
                line + 1,
                at(code, line as i64, column),
                from[1] + 1,
                from[2],
                at(source, from[1], from[2]),
            ));
        }
    }
    text
}

/// The beginning of what is at a place.
fn at(text: &str, line: i64, column: i64) -> String {
    let line = usize::try_from(line)
        .ok()
        .and_then(|line| text.lines().nth(line));
    let rest = line.and_then(|line| line.get(usize::try_from(column).ok()?..));
    match rest {
        Some(rest) => format!("'{}'", rest.chars().take(12).collect::<String>()),
        None => "nowhere".into(),
    }
}

fn decode(segment: &str) -> Vec<i64> {
    let digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut numbers = Vec::new();
    let (mut number, mut shift) = (0i64, 0);
    for c in segment.chars() {
        let digit = digits.find(c).unwrap_or_default() as i64;
        number |= (digit & 31) << shift;
        shift += 5;
        if digit & 32 == 0 {
            numbers.push(if number & 1 == 1 {
                -(number >> 1)
            } else {
                number >> 1
            });
            (number, shift) = (0, 0);
        }
    }
    numbers
}
