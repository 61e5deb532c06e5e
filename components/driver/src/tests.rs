use jsvm_component_data::Value;
use jsvm_protocol::http;

use crate::message::{IncomingRequestHead, header_fields};
use crate::request::{HttpRequest, Request, ServedEvent};
use crate::target::Target;

fn refused(name: &str, args: Vec<Value>) -> String {
    match Request::read(name, args) {
        Err(Value::TypeError(message) | Value::Coded { message, .. }) => message,
        Err(_) => panic!("{name} gives another error"),
        Ok(_) => panic!("{name} is accepted"),
    }
}

#[test]
fn requests_are_read() {
    let response = Value::object([
        (http::response::STATUS, Value::Number(201.0)),
        (http::response::BODY, Value::Bytes(vec![1])),
        (http::response::DONE, Value::Bool(true)),
    ]);
    let Ok(Request::Served(request)) =
        Request::read(http::RESPOND, vec![Value::Number(3.0), response])
    else {
        panic!("no request");
    };
    assert_eq!(request.id, 3);
    let ServedEvent::Respond(response) = request.event else {
        panic!("no response");
    };
    assert_eq!((response.status, response.is_done), (Some(201), true));
    assert_eq!(response.body, Value::Bytes(vec![1]));
    for (error, expected) in [(Value::Undefined, true), (Value::text("no"), false)] {
        let Ok(Request::Http(HttpRequest::End { body, is_complete })) =
            Request::read(http::END, vec![Value::Number(7.0), error])
        else {
            panic!("no request");
        };
        assert_eq!((body, is_complete), (7, expected));
    }
}

#[test]
fn wrong_requests_are_type_errors() {
    for name in [http::READ, http::CANCEL, http::WRITE, http::END, http::DONE] {
        let message = refused(name, vec![Value::text("one")]);
        assert!(message.contains("number"), "{message}");
        assert_eq!(message, refused(name, vec![]));
    }
    let message = refused(http::WRITE, vec![Value::Number(1.0), Value::text("text")]);
    assert!(message.contains("only bytes"), "{message}");
    for name in ["acme:rate", "jsvm:keyvalue-", "jsvm:http-handler"] {
        let message = refused(name, vec![]);
        assert!(message.starts_with(&format!("{name} is not available in this file")));
    }
    let message = refused("jsvm:fs#readLater", vec![]);
    assert!(
        message.starts_with("the file system is not available"),
        "{message}"
    );
}

#[test]
fn targets_are_taken_from_urls() {
    let parts = |url| {
        let target = Target::parse(url)?;
        Some((target.is_secure, target.authority.to_owned(), target.path))
    };
    let expected = |is_secure, authority: &str, path: &str| {
        Some((is_secure, authority.to_owned(), path.to_owned()))
    };
    assert_eq!(parts("http://a:81/b?c#d"), expected(false, "a:81", "/b?c"));
    assert_eq!(parts("https://u:p@a"), expected(true, "a", "/"));
    assert_eq!(parts("https://a?b"), expected(true, "a", "/?b"));
    assert_eq!(parts("ftp://a/"), None);
    assert_eq!(parts("http:///a"), None);
}

fn head(method: &str, fields: &[(&str, &str)]) -> IncomingRequestHead {
    let fields = fields.iter();
    IncomingRequestHead {
        method: method.to_owned(),
        is_https: false,
        authority: None,
        path: None,
        fields: fields
            .map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec()))
            .collect(),
    }
}

#[test]
fn heads_of_requests_are_complete() {
    assert!(head("POST", &[]).may_have_body());
    assert!(!head("GET", &[]).may_have_body());
    assert!(!head("POST", &[("Content-Length", "0")]).may_have_body());
    let url = |head: IncomingRequestHead| head.into_value(Value::Undefined).take("url");
    assert_eq!(url(head("GET", &[])), Value::text("http://localhost/"));
    let named = head("GET", &[("Host", "a:80")]);
    assert_eq!(url(named), Value::text("http://a:80/"));
    let mut value = head("GET", &[("X", "1"), ("x", "2")]).into_value(Value::Undefined);
    let pair = |value| Value::List(vec![Value::text("x"), Value::text(value)]);
    let pairs = Value::List(vec![pair("1"), pair("2")]);
    assert_eq!(value.take(http::request::HEADERS), pairs);
}

#[test]
fn a_whole_body_has_a_length() {
    let pair = |name: &str| Value::List(vec![Value::text(name), Value::text("é")]);
    let body = Value::Bytes(vec![0; 3]);
    let fields = header_fields(Value::List(vec![pair("x")]), &body);
    let length = ("content-length".to_owned(), b"3".to_vec());
    assert_eq!(fields, [("x".to_owned(), vec![0xe9]), length]);
    let fields = header_fields(Value::List(vec![pair("Content-Length")]), &body);
    assert_eq!(fields.len(), 1);
    assert!(header_fields(Value::Undefined, &Value::Number(1.0)).is_empty());
}
