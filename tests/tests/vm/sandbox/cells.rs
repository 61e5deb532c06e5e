//! Cells: their values, their variables, and what they throw.

use jsvm_sandbox::FaultKind;
use serde_json::json;

use super::{run, session, value};

#[test]
fn cells_share_variables_and_declare_them_again() {
    let (mut session, _) = session();
    run(&mut session, "const x = 1; let y = 2; class A { z = 3 }");
    assert_eq!(value(&mut session, "x + y + new A().z"), json!(6));
    run(&mut session, "const x = 10; class A { z = 30 }");
    assert_eq!(value(&mut session, "x + y + new A().z"), json!(42));
    run(&mut session, "const z = await Promise.resolve(5)");
    assert_eq!(
        value(&mut session, "const z = await Promise.resolve(x); z"),
        json!(10)
    );
    assert_eq!(session.cells(), 6);
}

#[test]
fn a_cell_can_be_typescript() {
    let (mut session, _) = session();
    let code = "interface Row { n: number }\nconst rows: Row[] = [{ n: 1 }];\nrows[0]!.n as number";
    assert_eq!(value(&mut session, code), json!(1));
}

#[test]
fn values_have_json_and_text() {
    let (mut session, _) = session();
    for (code, json, text) in [
        (
            "({ a: [1, new Date(0)] })",
            json!({ "a": [1, "1970-01-01T00:00:00.000Z"] }),
            "",
        ),
        ("{ a: 1 }", json!({ "a": 1 }), "{ a: 1 }"),
        ("Promise.resolve('x')", json!("x"), ""),
        ("new Map([[1, 2]])", json!({}), "Map(1) { 1 => 2 }"),
    ] {
        let outcome = run(&mut session, code);
        let value = outcome.value().unwrap();
        assert_eq!(value.json, Some(json), "{code}");
        assert!(text.is_empty() || value.text == text, "{}", value.text);
    }
    for code in [
        "undefined",
        "() => 1",
        "10n",
        "const a = {}; a.a = a; a",
        "",
    ] {
        let outcome = run(&mut session, code);
        assert_eq!(outcome.value().unwrap().json, None, "{code}");
    }
    let deep = "let deep = []; for (let i = 0; i < 1000; i++) deep = [deep]; deep";
    assert_eq!(run(&mut session, deep).value().unwrap().json, None);
}

#[test]
fn errors_say_where_and_what_to_do() {
    let (mut session, _) = session();
    run(&mut session, "function f(x) {\n  return x.y.z;\n}");
    let outcome = run(&mut session, "const a = 1;\n\n  f({});");
    let error = outcome.error().unwrap();
    assert_eq!(error.kind, FaultKind::Exception);
    assert!(
        error.message.starts_with("TypeError: "),
        "{}",
        error.message
    );
    let places: Vec<_> = error
        .places
        .iter()
        .map(|place| (place.cell, place.line))
        .collect();
    assert_eq!(places, [(1, 2), (2, 3)]);
    assert_eq!(error.places[0].code, None);
    assert_eq!(error.places[1].code.as_deref(), Some("f({});"));
    // What it did before it threw remains.
    assert_eq!(value(&mut session, "a"), json!(1));

    let outcome = run(&mut session, "process.exit()");
    assert!(
        outcome
            .error()
            .unwrap()
            .hint
            .as_ref()
            .unwrap()
            .contains("`tools`")
    );
}

#[test]
fn code_that_does_not_parse_is_told_from_code_that_throws() {
    let (mut session, _) = session();
    for (code, kind, hint) in [
        ("const a = ;", FaultKind::Syntax, None),
        (
            "const r = 1;\nreturn r",
            FaultKind::Syntax,
            Some("without `return`"),
        ),
        (
            "if (true) { return await tools.slow() }",
            FaultKind::Syntax,
            Some("without `return`"),
        ),
        ("JSON.parse('{')", FaultKind::Exception, None),
        ("await 1; JSON.parse('{')", FaultKind::Exception, None),
        ("eval('const a = ;')", FaultKind::Exception, None),
        ("throw 7", FaultKind::Exception, None),
        (
            "await Promise.reject(new RangeError('far'))",
            FaultKind::Exception,
            None,
        ),
        (
            "await new Promise(() => {})",
            FaultKind::Unsettled,
            Some("new Promise"),
        ),
    ] {
        let outcome = run(&mut session, code);
        let error = outcome
            .error()
            .unwrap_or_else(|| panic!("{code}: {outcome:#?}"));
        assert_eq!(error.kind, kind, "{code}: {error:?}");
        let given = error.hint.clone().unwrap_or_default();
        assert!(
            hint.map_or(given.is_empty(), |hint| given.contains(hint)),
            "{code}: {given}"
        );
    }
    assert_eq!(value(&mut session, "1 + 1"), json!(2));
}

#[test]
fn errors_that_no_code_handles_are_listed() {
    let (mut session, _) = session();
    let code = "Promise.reject(new Error('lost')); tools.fail({ a: 1 }); 'fine'";
    let outcome = run(&mut session, code);
    assert_eq!(outcome.value().unwrap().json, Some(json!("fine")));
    let mut messages: Vec<_> = outcome
        .unhandled
        .iter()
        .map(|error| &*error.message)
        .collect();
    messages.sort_unstable();
    assert_eq!(messages, ["Error: lost", "ToolError: no such user. Try 7"]);
    let outcome = run(
        &mut session,
        "setTimeout(() => { throw new Error('late') }, 1); await tools.slow()",
    );
    assert_eq!(outcome.value().unwrap().json, Some(json!("done")));
    assert_eq!(outcome.unhandled[0].message, "Error: late");
}

#[test]
fn the_console_is_structured() {
    let (mut session, _) = session();
    let outcome = run(
        &mut session,
        "console.log('a %d', 1); console.error({ b: 2 })",
    );
    let messages = outcome.console.messages.iter();
    let messages: Vec<_> = messages.map(|m| (&*m.level, &*m.text)).collect();
    assert_eq!(messages, [("log", "a 1"), ("error", "{ b: 2 }")]);
    assert!(run(&mut session, "1").console.messages.is_empty());
}

#[test]
fn a_fork_goes_its_own_way() {
    let (mut session, _) = session();
    run(&mut session, "let n = 1; files.write('a', '1')");
    let mut fork = session.fork().unwrap();
    assert_ne!(fork.id(), session.id());
    run(&mut fork, "n = 2; files.write('a', '2')");
    assert_eq!(value(&mut session, "[n, files.read('a')]"), json!([1, "1"]));
    assert_eq!(value(&mut fork, "[n, files.read('a')]"), json!([2, "2"]));
    let random = "Math.random()";
    assert_ne!(
        value(&mut session, random),
        value(&mut session.fork().unwrap(), random)
    );
}

#[test]
fn scripts_do_not_reach_what_the_session_relies_on() {
    let (mut session, _) = session();
    run(
        &mut session,
        "Function = null; JSON.stringify = () => 'x'; JSON.parse = null; Object.keys = null;
         globalThis.Promise = null; delete globalThis.AsyncFunction; 0",
    );
    assert_eq!(value(&mut session, "const k = 1; k"), json!(1));
    assert_eq!(
        value(&mut session, "(await tools.add({ a: 1, b: 2 })).sum"),
        json!(3)
    );
    assert_eq!(
        run(&mut session, "delete globalThis.tools; tools = 1; 2").cell,
        4
    );
}
