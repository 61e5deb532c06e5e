use super::*;

fn cost(wat: &str) -> Cost {
    let bytes = wat::parse_str(wat).unwrap();
    estimate(&bytes, &CompileLimits::default()).unwrap()
}

/// A component with one function.
fn function(locals: usize, body: &str) -> Cost {
    cost(&format!(
        "(component (core module (func (local {}) {body})))",
        "i32 ".repeat(locals)
    ))
}

#[test]
fn a_variable_costs_in_each_block_it_crosses() {
    let uses: String = (0..1000)
        .map(|index| format!("(local.get {index}) drop "))
        .collect();
    let blocks = |count: usize| format!("{uses} {} {uses}", "(block)".repeat(count));
    let few = function(1000, &blocks(10)).memory;
    let many = function(1000, &blocks(1000)).memory;
    assert!(many > few + 20 * 1000 * 1000, "{few} {many}");
    // Those that are not used elsewhere cost little.
    let unused = format!("{uses} {}", "(block)".repeat(1000));
    assert!(function(1000, &unused).memory < many / 2);
}

#[test]
fn a_variable_costs_in_each_loop_around_it() {
    let uses: String = (0..1000)
        .map(|index| format!("(local.get {index}) drop "))
        .collect();
    let around = |count: usize| format!("{} {uses} {}", "(loop ".repeat(count), ")".repeat(count));
    let few = function(1000, &around(10)).memory;
    let many = function(1000, &around(1000)).memory;
    assert!(many > few + 20 * 1000 * 1000, "{few} {many}");
}

#[test]
fn instances_multiply() {
    // Each level instantiates the one below it ten times.
    let mut inner =
        String::from("(component $c0 (core module $m) (core instance (instantiate $m)))");
    for level in 1..=6 {
        let below = level - 1;
        inner = format!(
            "(component $c{level} {inner} {})",
            format!("(instance (instantiate $c{below}))").repeat(10)
        );
    }
    let cost = cost(&inner);
    assert!(cost.parts > 1_000_000, "{cost:?}");
    assert!(cost.instance_bytes > 1_000_000_000, "{cost:?}");
}

#[test]
fn an_imported_component_has_no_known_cost() {
    let cost = cost(
        "(component
            (component $c (import \"a\" (component $a)) (instance (instantiate $a)))
            (component $b)
            (instance (instantiate $c (with \"a\" (component $b)))))",
    );
    assert_eq!(cost.parts, u64::MAX);
}

#[test]
fn a_sparse_table_costs_its_size() {
    let module = "(module (table 1000000 funcref) (elem (i32.const 999999) func $f) (func $f))";
    let one = cost(&format!("(component (core {})", &module[1..])).memory;
    assert!(one > 8_000_000, "{one}");
}

#[test]
fn results_that_code_does_not_name_cost() {
    let ty = format!(
        "(type $t (func (param {0}) (result {0})))",
        "i32 ".repeat(500)
    );
    let body = format!(
        "{} {} {}",
        "(i32.const 0)".repeat(500),
        "(call $g)".repeat(1000),
        "drop ".repeat(500)
    );
    let cost = cost(&format!(
        "(component (core module {ty} (func $g (type $t) unreachable) (func {body})))"
    ));
    assert!(cost.memory > 400 << 20, "{cost:?}");
}
