use crate::{Form, Malformed, Value, from_bytes, to_bytes};

fn read(item: &[u8], chunks: &[&[u8]]) -> Result<Value, Malformed> {
    Value::read(Form {
        item: item.to_vec(),
        chunks: chunks.iter().map(|chunk| chunk.to_vec()).collect(),
    })
}

#[test]
fn what_is_written_is_read() {
    let value = Value::List(vec![
        Value::Undefined,
        Value::Null,
        Value::Bool(true),
        Value::Number(0.0),
        Value::Number(9e15),
        Value::Number(-1.5),
        Value::text("grüße"),
        Value::Bytes(vec![1, 2, 3]),
        Value::Bytes(vec![7; 5000]),
        Value::object([("a", Value::List(vec![])), ("b", Value::text(""))]),
    ]);
    let form = value.clone().write();
    assert_eq!(form.chunks.len(), 1);
    assert_eq!(Value::read(form), Ok(value));
}

#[test]
fn long_strings_are_chunks() {
    let tagged = |tag: u8| [0xda, 0x6a, 0x73, 0, tag, 0xda, 0x6a, 0x73, 0, 1, 0];
    assert_eq!(read(&tagged(2), &[b"a\xe9"]), Ok(Value::text("aé")));
    assert_eq!(read(&tagged(3), &[b"\xac\x20"]), Ok(Value::text("€")));
    assert_eq!(read(&tagged(2), &[]), Err(Malformed));
}

#[test]
fn part_of_a_buffer_is_bytes() {
    // 27(["Uint8Array", 'abcd', offset, length])
    let view = |offset: u8, length: u8| {
        let mut item = vec![0xd8, 27, 0x84, 0x6a];
        item.extend(b"Uint8Array");
        item.extend([0x44, b'a', b'b', b'c', b'd', offset, length]);
        read(&item, &[])
    };
    assert_eq!(view(1, 2), Ok(Value::Bytes(b"bc".to_vec())));
    assert_eq!(view(4, 0), Ok(Value::Bytes(vec![])));
    assert_eq!(view(1, 4), Err(Malformed));
    assert_eq!(view(5, 0), Err(Malformed));
    // 27(["Date", 0])
    let date = [0xd8, 27, 0x82, 0x64, b'D', b'a', b't', b'e', 0];
    assert_eq!(read(&date, &[]), Ok(Value::Other));
}

#[test]
fn what_is_shared_is_read_twice() {
    // [28("a"), 29(0)]
    let shared = read(&[0x82, 0xd8, 28, 0x61, b'a', 0xd8, 29, 0], &[]);
    assert_eq!(
        shared,
        Ok(Value::List(vec![Value::text("a"), Value::text("a")]))
    );
    // 28([29(0)])
    assert_eq!(
        read(&[0xd8, 28, 0x81, 0xd8, 29, 0], &[]),
        Ok(Value::List(vec![Value::Other]))
    );
    assert_eq!(read(&[0xd8, 29, 0], &[]), Err(Malformed));
}

#[test]
fn depth_has_an_end() {
    assert_eq!(read(&[0x81; 100_000], &[]), Err(Malformed));
    assert_eq!(
        read(&[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], &[]),
        Err(Malformed)
    );
    assert_eq!(read(&[], &[]), Err(Malformed));
}

#[test]
fn header_values_are_bytes() {
    let all: Vec<u8> = (0..=255).collect();
    assert_eq!(to_bytes(&from_bytes(&all)), all);
    assert_eq!(to_bytes("€"), b"?");
}
