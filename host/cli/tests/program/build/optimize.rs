//! Files with the engine that was compiled for size.

use std::fs;

use super::leave_out::{ALL, lines};
use crate::make::built;

#[tokio::test(flavor = "multi_thread")]
async fn a_file_for_size_does_the_same_and_is_smaller() {
    let expected: Vec<_> = ALL.iter().map(|(line, _)| *line).collect();
    let all = ["--with", "all"];
    let fast = built("left-out.js", &all);
    let small = built("left-out.js", &[&all[..], &["--optimize", "size"]].concat());
    assert_eq!(lines(&small).await, expected);
    let [fast, small] = [fast, small].map(|built| fs::metadata(built.file).unwrap().len());
    assert!(
        small * 5 < fast * 4 + fast / 5,
        "{small} bytes for size, {fast} for speed"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_for_size_lacks_what_its_program_does_not_name() {
    let file = built("left-out.js", &["--optimize", "size"]);
    for line in lines(&file).await {
        assert!(line.contains("left out of this file"), "{line}");
    }
}
