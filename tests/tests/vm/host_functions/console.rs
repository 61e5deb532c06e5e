//! Messages of the console.

use super::*;

#[test]
fn every_console_method_has_its_level() {
    let console = Console::default();
    let vm = console.attach(builder()).build().unwrap();
    for (method, level) in [
        ("log", "log"),
        ("info", "info"),
        ("debug", "debug"),
        ("warn", "warn"),
        ("error", "error"),
        ("trace", "trace"),
    ] {
        eval(
            &vm,
            &format!("console.{method}('%s=%d', 'x', 5, {{ y: 1 }})"),
        );
        let lines = console.take();
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].0, level);
        assert!(lines[0].1.contains("x=5 { y: 1 }"), "{}", lines[0].1);
    }
    assert!(eval(&vm, "console.log()").is_undefined());
    assert_eq!(console.take(), [("log".to_owned(), String::new())]);
    eval(&vm, "console.log('a\\0b\\ud800', -0, 10n, Symbol('s'))");
    assert_eq!(console.take()[0].1, "a\0b\u{fffd} -0 10n Symbol(s)");
}

#[test]
fn a_console_that_nobody_listens_to_is_no_error() {
    let vm = vm();
    eval(
        &vm,
        "console.log('into the void'); console.error(new Error('x'))",
    );
    assert_usable(&vm);
}

#[test]
fn a_console_handler_that_panics_does_not_disturb_the_script() {
    let vm = builder()
        .console(|_, _| panic!("full disk"))
        .build()
        .unwrap();
    assert_eq!(eval(&vm, "console.log('x'); 5").to::<i32>().unwrap(), 5);
}
