//! Programs that serve, driven by a driver of this test: what it was asked for, in order.

mod requests;
mod streams;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jsvm::{Bytes, EventLoop, HostError, Limits, RequestInfo, Source, Value, Vm, VmBuilder};
use jsvm_http::{self as http, Handlers};
use jsvm_tests::{Console, assert_usable, builder};

/// What stands for the network.
#[derive(Clone, Default)]
struct Driver {
    log: Arc<Mutex<Vec<String>>>,
    console: Console,
    /// What incoming bodies have, whatever their number.
    incoming: Arc<Mutex<VecDeque<Result<Bytes, String>>>>,
    /// After so many writes the client is gone.
    patience: Option<usize>,
    /// It is gone before there is a response.
    is_gone: bool,
    writes: Arc<Mutex<usize>>,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Head {
    status: u16,
    status_text: String,
    headers: Vec<(String, String)>,
    body: Option<Body>,
    #[serde(default)]
    done: bool,
}

#[derive(serde::Serialize, serde::Deserialize)]
#[serde(untagged)]
enum Body {
    Number(f64),
    Whole(Bytes),
}

#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Answered {
    status: u16,
    status_text: &'static str,
    headers: Vec<(&'static str, &'static str)>,
    body: Body,
}

#[derive(serde::Serialize)]
struct Given {
    method: &'static str,
    url: String,
    headers: Vec<(&'static str, &'static str)>,
    body: Option<Body>,
}

#[derive(serde::Serialize)]
struct Context {
    env: std::collections::BTreeMap<&'static str, &'static str>,
    remote: Option<&'static str>,
}

fn get(path: &str) -> Given {
    Given {
        method: "GET",
        url: format!("http://example.com/{path}"),
        headers: vec![("accept", "*/*"), ("x-two", "a"), ("x-two", "b")],
        body: None,
    }
}

fn post(body: Body) -> Given {
    Given {
        method: "POST",
        body: Some(body),
        ..get("post")
    }
}

fn text(bytes: &Bytes) -> String {
    String::from_utf8_lossy(&bytes.0).into_owned()
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

impl Driver {
    fn say(&self, line: impl Into<String>) {
        self.log.lock().unwrap().push(line.into());
    }

    /// What happened since the last call.
    fn took_place(&self) -> String {
        std::mem::take(&mut *self.log.lock().unwrap()).join("\n")
    }

    fn add_to(&self, builder: VmBuilder) -> VmBuilder {
        let driver = || self.clone();
        let (one, two, three, four, five, six, seven, eight) = (
            driver(),
            driver(),
            driver(),
            driver(),
            driver(),
            driver(),
            driver(),
            driver(),
        );
        self.console
            .attach(builder)
            .function("log", move |line: String| one.say(line))
            .async_handler(http::RESPOND, move |id: f64, head: Head| {
                let headers: Vec<_> = head
                    .headers
                    .iter()
                    .map(|(n, v)| format!(" {n}={v}"))
                    .collect();
                let body = match &head.body {
                    None => String::new(),
                    Some(Body::Number(number)) => format!(" body {number}"),
                    Some(Body::Whole(bytes)) => format!(" [{}]", text(bytes)),
                };
                two.say(format!(
                    "respond {id}: {} {}{}{body}{}",
                    head.status,
                    head.status_text,
                    headers.concat(),
                    if head.done { ", done" } else { "" },
                ));
                let gone = HostError::new("the client went away");
                let responded = if two.is_gone { Err(gone) } else { Ok(()) };
                async move { responded }
            })
            .async_handler(http::WRITE, move |id: f64, bytes: Bytes| {
                let driver = three.clone();
                async move {
                    tokio::time::sleep(Duration::from_millis(2)).await;
                    *driver.writes.lock().unwrap() += 1;
                    if driver
                        .patience
                        .is_some_and(|most| *driver.writes.lock().unwrap() > most)
                    {
                        return Err(HostError::new("the client went away"));
                    }
                    driver.say(format!("write {id}: {}", text(&bytes)));
                    Ok(())
                }
            })
            .async_handler(http::END, move |id: f64, error: Option<String>| {
                let error = error.map(|error| format!(": {}", first_line(&error)));
                four.say(format!("end {id}{}", error.unwrap_or_default()));
                async {}
            })
            .async_handler(http::DONE, move |id: f64| {
                five.say(format!("done {id}"));
                async {}
            })
            .async_handler(http::FAILED, move |id: f64, error: String| {
                six.say(format!("failed {id}: {}", first_line(&error)));
                async {}
            })
            .async_handler(http::READ, move |_: f64| {
                let next = seven.incoming.lock().unwrap().pop_front();
                async move {
                    tokio::task::yield_now().await;
                    next.transpose().map_err(HostError::new)
                }
            })
            .async_handler(http::CANCEL, move |id: f64| {
                eight.say(format!("cancel {id}"));
                async {}
            })
    }

    /// A VM in which a module was evaluated that serves.
    async fn load(&self, program: &str) -> Vm {
        let vm = self.add_to(builder()).build().unwrap();
        let (_, exports) = evaluate(&vm, program).await;
        assert!(exports, "the program serves");
        vm
    }

    /// Has it serve requests, all at once, until nothing is left to do.
    async fn serve(&self, vm: &Vm, requests: impl IntoIterator<Item = Given>) -> String {
        for (id, given) in (1_u32..).zip(requests) {
            call(vm, id, given);
        }
        EventLoop::new(vm).run().await.unwrap();
        self.took_place()
    }

    async fn run(&self, program: &str, given: Given) -> String {
        let vm = self.load(program).await;
        self.serve(&vm, [given]).await
    }
}

/// A program that answers with what an expression makes of `request`, `env` and `ctx`.
async fn answer(expression: &str) -> String {
    let program =
        format!("export default {{ fetch(request, env, ctx) {{ return {expression} }} }}");
    Driver::default().run(&program, get("x")).await
}

async fn evaluate(vm: &Vm, program: &str) -> (Handlers, bool) {
    let handlers = http::install(vm).unwrap();
    let exports = EventLoop::new(vm)
        .eval(Source::module(program))
        .await
        .unwrap();
    let serves = handlers.register(&exports).unwrap();
    (handlers, serves)
}

fn call(vm: &Vm, id: u32, given: Given) {
    let handler: Value = vm
        .roots()
        .get(http::HANDLER)
        .unwrap()
        .expect("the program serves");
    let context = Context {
        env: [("NAME", "value")].into(),
        remote: Some("10.0.0.1:99"),
    };
    handler.call((f64::from(id), given, context)).unwrap();
}

#[tokio::test]
async fn an_answer_that_is_there_goes_whole() {
    assert_eq!(
        answer("new Response('hello')").await,
        "respond 1: 200  content-type=text/plain;charset=UTF-8 [hello], done"
    );
    assert_eq!(
        answer("Promise.resolve(Response.json({ a: 1 }, { status: 201, statusText: 'Made', headers: [['set-cookie', 'a'], ['set-cookie', 'b']] }))").await,
        "respond 1: 201 Made set-cookie=a set-cookie=b content-type=application/json [{\"a\":1}], done"
    );
    assert_eq!(
        answer("new Response(null, { status: 204 })").await,
        "respond 1: 204 , done"
    );
    assert_eq!(
        answer("Response.redirect('http://a/')").await,
        "respond 1: 302  location=http://a/, done"
    );
}

#[tokio::test]
async fn the_handler_gets_what_was_asked() {
    let program = "export default new (class {
        kind = 'instance';
        async fetch(request, env, ctx) {
            return new Response([
                this.kind, request instanceof Request, request.method, request.url, request.headers.get('x-two'),
                await request.text(), request.bodyUsed, env.NAME, ctx.remote, typeof ctx.passThroughOnException(),
                request.signal.aborted,
            ].join(' '));
        }
    })";
    let found = Driver::default()
        .run(program, post(Body::Whole(Bytes(b"body".into()))))
        .await;
    assert_eq!(
        found,
        "respond 1: 200  content-type=text/plain;charset=UTF-8 [instance true POST http://example.com/post a, b body true value 10.0.0.1:99 undefined false], done"
    );
    for expression in [
        "request.headers.set('a', 'b')",
        "request.clone().headers.set('a', 'b')",
        "(request.headers, request.clone().headers.set('a', 'b'))",
    ] {
        let found = answer(expression).await;
        assert!(found.contains("immutable"), "{expression}: {found}");
    }
}

#[tokio::test]
async fn a_head_has_no_body() {
    let program = "export default { fetch: () => new Response(new ReadableStream({ cancel: () => log('cancelled') })) }";
    let head = Given {
        method: "HEAD",
        ..get("")
    };
    assert_eq!(
        Driver::default().run(program, head).await,
        "cancelled\nrespond 1: 200 , done"
    );
}

#[tokio::test]
async fn a_handler_that_fails_is_told() {
    for (expression, expected) in [
        ("missing()", "ReferenceError: missing is not defined"),
        ("Promise.reject(new RangeError('late'))", "RangeError: late"),
        ("(() => { throw 'text' })()", "'text'"),
        (
            "undefined",
            "TypeError: the handler must return a Response or a promise of one, and returned undefined",
        ),
        (
            "({ status: 200 })",
            "TypeError: the handler must return a Response or a promise of one, and returned { status: 200 }",
        ),
        (
            "'hello'",
            "TypeError: the handler must return a Response or a promise of one, and returned 'hello'",
        ),
        (
            "Response.error()",
            "TypeError: the handler returned Response.error(), which cannot be sent",
        ),
        (
            "(async () => { const r = new Response('x'); await r.text(); return r })()",
            "TypeError: The body of the response was read already, or is locked",
        ),
        (
            "(() => { const r = new Response('x'); r.body.getReader(); return r })()",
            "TypeError: The body of the response was read already, or is locked",
        ),
    ] {
        assert_eq!(
            answer(expression).await,
            format!("failed 1: {expected}\ndone 1"),
            "{expression}"
        );
    }
}
