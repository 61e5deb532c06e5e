//! Finds the parts of a memory that a module must store.

use std::ops::Range;

/// Returns the ranges of a memory that are not zero. Ranges are joined over gaps shorter than
/// `gap`, which are not worth another segment.
pub fn stretches(memory: &[u8], gap: usize) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    while let Some(start) = memory[at..].iter().position(|byte| *byte != 0) {
        let start = at + start;
        let end = memory[start..].iter().position(|byte| *byte == 0);
        let end = end.map_or(memory.len(), |length| start + length);
        match found.last_mut() {
            Some(last) if start - last.end < gap => last.end = end,
            _ => found.push(start..end),
        }
        at = end;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::stretches;

    #[test]
    fn zeros_are_left_out_where_that_is_shorter() {
        let mut memory = vec![0; 100];
        memory[3] = 1;
        memory[8] = 2;
        memory[50..53].fill(3);
        memory[99] = 4;
        assert_eq!(stretches(&memory, 10), [3..9, 50..53, 99..100]);
        assert_eq!(stretches(&memory, 4), [3..4, 8..9, 50..53, 99..100]);
        assert!(stretches(&[0; 10], 4).is_empty());
        assert!(stretches(&[], 4).is_empty());
    }
}
