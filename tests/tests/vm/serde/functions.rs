//! Types of functions, and of what they are given.

use super::*;

#[test]
fn host_functions() {
    #[derive(Serialize)]
    struct Receipt {
        total: f64,
        lines: BTreeMap<String, u32>,
    }
    #[derive(Serialize, Debug)]
    struct Refusal {
        reason: &'static str,
    }
    let vm = jsvm_tests::builder()
        .function("pay", |lines: Vec<Line>, factor: Option<f64>| Receipt {
            total: lines.iter().map(|line| line.price).sum::<f64>() * factor.unwrap_or(1.0),
            lines: [("count".to_owned(), lines.len() as u32)].into(),
        })
        .function("parse", |text: String| text.parse::<f64>())
        .function(
            "text",
            |fail: bool| if fail { Err("no".to_owned()) } else { Ok(1) },
        )
        .function("refuse", || Err::<(), _>(Refusal { reason: "late" }))
        .function("checked", || {
            Err::<u8, HostError>(HostError::range_error("far"))
        })
        .function("unfit", || {
            (0..=MAX_DEPTH).fold(json!(1), |inner, _| json!([inner]))
        })
        .build()
        .unwrap();
    let eval = |source: &str| {
        vm.eval(source)
            .map(|value| value.to_json().unwrap().unwrap())
    };
    assert_eq!(
        eval("pay([{ name: 'a', price: 2 }], 3)").unwrap(),
        r#"{"total":6,"lines":{"count":1}}"#
    );
    let message = |source: &str| vm.eval(source).unwrap_err().to_string();
    assert_eq!(
        message("pay([{ name: 'a', price: 2 }, { name: 'a', price: 'x' }])"),
        r#"TypeError: argument 1: [1].price: expected a number, found string "x""#
    );
    assert_eq!(
        message("pay([], 'x')"),
        r#"TypeError: argument 2: expected a number, found string "x""#
    );
    assert_eq!(
        message("pay()"),
        "TypeError: argument 1: expected an array, found undefined"
    );
    assert_eq!(eval("parse('1.5')").unwrap(), "1.5");
    assert_eq!(message("parse('x')"), "Error: invalid float literal");
    assert_eq!(eval("text(false)").unwrap(), "1");
    assert_eq!(message("text(true)"), "Error: no");
    assert_eq!(
        eval("try { refuse() } catch (e) { e.reason }").unwrap(),
        r#""late""#
    );
    assert_eq!(message("checked()"), "RangeError: far");
    assert!(message("unfit()").starts_with("TypeError: the result cannot be converted: [0][0]"));
}

#[test]
fn functions_in_types() {
    #[derive(Serialize, Deserialize)]
    struct Callbacks {
        name: String,
        all: Vec<(String, Token)>,
        missing: Option<Token>,
        rest: Data,
    }
    let vm = vm();
    let source = "({ name: 'x', all: [['double', (x) => 2 * x]], rest: { deep: [() => 5] } })";
    let callbacks: Callbacks = vm.eval(source).unwrap().to().unwrap();
    let double = vm.value_of_token(&callbacks.all[0].1).unwrap();
    assert_eq!(double.call((21,)).unwrap().to::<u8>().unwrap(), 42);
    assert!(callbacks.missing.is_none());
    // And back in.
    let value = vm.create_value(&callbacks).unwrap();
    let use_both = vm.eval("(o) => o.all[0][1](o.rest.deep[0]())").unwrap();
    assert_eq!(use_both.call((&value,)).unwrap().to::<u8>().unwrap(), 10);
    // A function of another VM is refused wherever it is.
    let other = jsvm_tests::vm();
    assert!(matches!(
        other.create_value(&callbacks),
        Err(Error::ForeignValue)
    ));
    assert!(use_both.call((&callbacks,)).is_ok());
}

#[test]
fn arguments() {
    let vm = vm();
    let show = vm
        .eval("(...args) => args.map((a) => typeof a).join()")
        .unwrap();
    let args = (1, 2u64, "x", line(), None::<u8>, &show, Value::NULL, [1]);
    assert_eq!(
        show.call(args).unwrap().to::<String>().unwrap(),
        "number,bigint,string,object,undefined,function,object,object"
    );
    let deep = (0..=MAX_DEPTH).fold(json!(1), |inner, _| json!([inner]));
    assert!(matches!(show.call((deep,)), Err(Error::Conversion(_))));
}
