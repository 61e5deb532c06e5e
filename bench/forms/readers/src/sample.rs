//! The items: those of `host/benches/data.rs`, and what JSON-like data has besides.

/// A value to write.
pub enum Value {
    Number(f64),
    Boolean(bool),
    Text(String),
    Tagged(u64, Vec<u8>),
    List(Vec<Value>),
    Object(Vec<(&'static str, Value)>),
}

pub fn all() -> Vec<(&'static str, Value)> {
    vec![
        ("2,000 objects", objects()),
        ("100,000 numbers", numbers()),
        ("10,000 strings", strings()),
        ("1,000 nested arrays", nested()),
        ("5,000 tagged buffers", tagged()),
    ]
}

fn objects() -> Value {
    let object = |id: u32| {
        Value::Object(vec![
            ("id", Value::Number(id.into())),
            ("name", Value::Text(format!("item {id}"))),
            ("price", Value::Number(f64::from(id) * 1.1)),
            ("active", Value::Boolean(id % 2 == 0)),
        ])
    };
    Value::List((0..2000).map(object).collect())
}

/// One by one, as an array is that holds other values too.
fn numbers() -> Value {
    let number = |n: i32| match n % 3 {
        0 => Value::Number(n.into()),
        1 => Value::Number(f64::from(-n)),
        _ => Value::Number(f64::from(n) * 1.5 + 0.25),
    };
    Value::List((0..100_000).map(number).collect())
}

fn strings() -> Value {
    let text = |n: usize| match n % 4 {
        0 => Value::Text("grüße aus Köln".repeat(1 + n % 5)),
        _ => Value::Text("a".repeat(n % 90)),
    };
    Value::List((0..10_000).map(text).collect())
}

fn nested() -> Value {
    (0..1000).fold(Value::List(vec![]), |inner, n| {
        Value::List(vec![Value::Number(n.into()), inner, Value::Boolean(true)])
    })
}

fn tagged() -> Value {
    let buffer = |n: u8| Value::Tagged(64, vec![n; usize::from(n) % 40]);
    Value::List((0..5000).map(|n: u32| buffer(n as u8)).collect())
}
