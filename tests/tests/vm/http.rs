//! Programs that serve, driven by a driver of this test: what it was asked for, in order.

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
async fn a_stream_goes_piece_by_piece() {
    let program = "export default { fetch() {
        let n = 0;
        return new Response(new ReadableStream({
            pull(controller) {
                if (++n > 3) { log('closed'); return controller.close(); }
                log('made ' + n);
                controller.enqueue(new TextEncoder().encode('piece ' + n));
            },
        }, { highWaterMark: 0 }));
    } }";
    assert_eq!(
        Driver::default().run(program, get("")).await,
        "respond 1: 200  body 1\nmade 1\nwrite 1: piece 1\nmade 2\nwrite 1: piece 2\nmade 3\nwrite 1: piece 3\nclosed\nend 1\ndone 1"
    );
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

#[tokio::test]
async fn a_stream_that_fails_breaks_the_answer_off() {
    let program = "export default { fetch() {
        let n = 0;
        return new Response(new ReadableStream({
            pull(controller) {
                if (++n > 1) throw new Error('no more');
                controller.enqueue(new Uint8Array([65]));
            },
        }));
    } }";
    assert_eq!(
        Driver::default().run(program, get("")).await,
        "respond 1: 200  body 1\nwrite 1: A\nend 1: Error: no more\nfailed 1: Error: no more\ndone 1"
    );
    let found = answer("new Response(ReadableStream.from(['text']))").await;
    assert!(
        found.contains(
            "\nend 1: TypeError: The stream of a body had a chunk that is not a Uint8Array\nfailed 1: TypeError"
        ),
        "{found}"
    );
}

#[tokio::test]
async fn a_client_that_goes_away_ends_what_goes_on_for_it() {
    let program = "export default { fetch(request, env, ctx) {
        const aborted = new Promise((resolve) => request.signal.addEventListener('abort', () => {
            log('aborted: ' + request.signal.reason.message);
            resolve();
        }));
        ctx.waitUntil(aborted.then(() => log('waited')));
        let n = 0;
        return new Response(new ReadableStream({
            pull(controller) { controller.enqueue(new TextEncoder().encode(String(++n))); },
            cancel(reason) { log('cancelled: ' + reason.message); },
        }, { highWaterMark: 0 }));
    } }";
    let driver = Driver {
        patience: Some(2),
        ..Driver::default()
    };
    let vm = driver.load(program).await;
    assert_eq!(
        driver.serve(&vm, [get("")]).await,
        "respond 1: 200  body 1\nwrite 1: 1\nwrite 1: 2\ncancelled: the client went away\naborted: the client went away\nwaited\ndone 1"
    );
    // A signal that nobody asked for before tells it as well.
    let program = "export default { fetch(request, env, ctx) {
        let cancelled;
        ctx.waitUntil(new Promise((resolve) => { cancelled = () => setTimeout(resolve) }).then(() => log(String(request.signal.aborted))));
        return new Response(new ReadableStream({ pull: (c) => c.enqueue(new Uint8Array(1)), cancel: () => cancelled() }));
    } }";
    let driver = Driver {
        patience: Some(0),
        ..Driver::default()
    };
    assert_eq!(
        driver.run(program, get("")).await,
        "respond 1: 200  body 1\ntrue\ndone 1"
    );
}

#[tokio::test]
async fn a_request_is_done_when_all_is_that_it_waits_for() {
    let program = "export default { fetch(request, env, ctx) {
            const sleep = (time) => new Promise((resolve) => setTimeout(resolve, time));
            ctx.waitUntil(sleep(10).then(() => {
                log('first');
                ctx.waitUntil(sleep(5).then(() => log('second')));
            }));
            ctx.waitUntil(Promise.reject(new Error('in vain')));
            globalThis.late = () => { try { ctx.waitUntil(1) } catch (error) { log(error.name) } };
            return new Response();
        } }";
    let driver = Driver::default();
    let vm = driver.load(program).await;
    let found = driver.serve(&vm, [get("")]).await;
    assert!(found.contains("respond 1: 200 "), "{found}");
    assert!(found.ends_with("first\nsecond\ndone 1"), "{found}");
    vm.eval("late()").unwrap();
    assert_eq!(driver.took_place(), "InvalidStateError");
    let lines = driver.console.take();
    assert!(
        lines[0]
            .1
            .starts_with("Uncaught (in waitUntil) Error: in vain"),
        "{lines:?}"
    );
    // It is so for one that failed, too.
    let found = answer(
        "(ctx.waitUntil(new Promise((r) => setTimeout(r, 5)).then(() => log('waited'))), missing)",
    )
    .await;
    assert_eq!(
        found,
        "failed 1: ReferenceError: missing is not defined\nwaited\ndone 1"
    );
}

#[tokio::test]
async fn a_response_says_whether_more_comes_of_the_request() {
    for (body, expected) in [
        ("return new Response()", "respond 1: 200 , done"),
        (
            "return Promise.resolve(new Response())",
            "respond 1: 200 , done",
        ),
        (
            "ctx.waitUntil(1); return new Response()",
            "respond 1: 200 \ndone 1",
        ),
        // What the handler has begun goes on before its response is taken.
        (
            "(async () => { await 1; ctx.waitUntil(1) })(); return new Response()",
            "respond 1: 200 \ndone 1",
        ),
        (
            "const r = new Response(); queueMicrotask(() => r.headers.set('a', 'b')); return r",
            "respond 1: 200  a=b, done",
        ),
        (
            "setTimeout(() => { try { ctx.waitUntil(1) } catch (error) { log(error.name) } }, 20); return new Response()",
            "respond 1: 200 , done\nInvalidStateError",
        ),
        (
            "return new Response(ReadableStream.from([new Uint8Array([98])]))",
            "respond 1: 200  body 1\nwrite 1: b\nend 1\ndone 1",
        ),
    ] {
        let program = format!("export default {{ fetch(request, env, ctx) {{ {body} }} }}");
        let found = Driver::default().run(&program, get("x")).await;
        assert_eq!(found, expected, "{body}");
    }
}

#[tokio::test]
async fn a_client_that_is_gone_before_the_response_is_told() {
    for (what, expected) in [
        ("", "respond 1: 200 , done\naborted: the client went away"),
        (
            "ctx.waitUntil(1);",
            "respond 1: 200 \naborted: the client went away\ndone 1",
        ),
    ] {
        let program = format!(
            "export default {{ fetch(request, env, ctx) {{
                request.signal.addEventListener('abort', () => log('aborted: ' + request.signal.reason.message));
                {what}
                return new Response();
            }} }}"
        );
        let driver = Driver {
            is_gone: true,
            ..Driver::default()
        };
        assert_eq!(driver.run(&program, get("x")).await, expected, "{what}");
    }
}

#[tokio::test]
async fn listeners_answer_too() {
    for (listeners, expected) in [
        (
            "addEventListener('fetch', (event) => event.respondWith(new Response(event.request.url + event.env.NAME + event.type)))",
            "respond 1: 200  content-type=text/plain;charset=UTF-8 [http://example.com/valuefetch], done",
        ),
        (
            "addEventListener('fetch', { handleEvent(event) { event.respondWith(Promise.resolve(new Response('object'))) } })",
            "respond 1: 200  content-type=text/plain;charset=UTF-8 [object], done",
        ),
        (
            "addEventListener('other', () => log('never'));
             addEventListener('fetch', () => log('first'));
             const removed = () => log('removed');
             addEventListener('fetch', removed); removeEventListener('fetch', removed);
             addEventListener('fetch', (event) => { event.waitUntil(Promise.resolve().then(() => log('waited'))); event.respondWith(new Response()); });
             addEventListener('fetch', () => log('not called'));",
            "first\nwaited\nrespond 1: 200 \ndone 1",
        ),
        (
            "addEventListener('fetch', (event) => {
                event.respondWith(new Response('once'));
                try { event.respondWith(new Response('twice')) } catch (error) { log(error.name + ': ' + error.message) }
             })",
            "InvalidStateError: respondWith was called already\nrespond 1: 200  content-type=text/plain;charset=UTF-8 [once], done",
        ),
        (
            "addEventListener('fetch', () => {})",
            "failed 1: TypeError: no listener for \"fetch\" called event.respondWith(response)\ndone 1",
        ),
        (
            "addEventListener('fetch', async (event) => {
                await 1;
                try { event.respondWith(new Response()) } catch (error) { log(error.name) }
             })",
            "failed 1: TypeError: no listener for \"fetch\" called event.respondWith(response)\nInvalidStateError\ndone 1",
        ),
        (
            "addEventListener('fetch', () => { throw new Error('in listener') })",
            "failed 1: Error: in listener\ndone 1",
        ),
        (
            "addEventListener('fetch', (event) => event.respondWith('text'))",
            "failed 1: TypeError: the handler must return a Response or a promise of one, and returned 'text'\ndone 1",
        ),
        (
            "addEventListener('fetch', (event) => event.respondWith(new Response([event instanceof FetchEvent, event instanceof Event, String(event)])))",
            "respond 1: 200  content-type=text/plain;charset=UTF-8 [true,true,[object FetchEvent]], done",
        ),
    ] {
        let found = Driver::default().run(listeners, get("")).await;
        assert_eq!(found, expected, "{listeners}");
    }
}

#[tokio::test]
async fn what_does_not_serve_is_told_apart() {
    for program in [
        "export default 1",
        "export default { fetch: 1 }",
        "export default function () {}",
        "export const fetch = () => {}",
        "addEventListener('message', () => {})",
        "",
    ] {
        let vm = builder().build().unwrap();
        let (_, serves) = evaluate(&vm, program).await;
        assert!(!serves, "{program}");
        assert!(vm.roots().get(http::HANDLER).unwrap().is_none());
    }
}

#[tokio::test]
async fn a_body_arrives_piece_by_piece() {
    let driver = Driver::default();
    let pieces = |pieces: &[&str]| {
        let pieces = pieces
            .iter()
            .map(|piece| Ok(Bytes(piece.as_bytes().into())));
        *driver.incoming.lock().unwrap() = pieces.collect();
    };
    let echo =
        "export default { async fetch(request) { return new Response(await request.text()) } }";
    pieces(&["one ", "two"]);
    assert_eq!(
        driver.run(echo, post(Body::Number(7.0))).await,
        "respond 1: 200  content-type=text/plain;charset=UTF-8 [one two], done"
    );
    for program in [
        // Handed on as it is, through a transform, and read by a script.
        "export default { fetch: (request) => new Response(request.body) }",
        "export default { fetch: (request) => new Response(request.body.pipeThrough(new TransformStream())) }",
        "export default { fetch: (request) => new Response(ReadableStream.from((async function* () { yield* request.body })())) }",
    ] {
        pieces(&["one ", "two"]);
        assert_eq!(
            driver.run(program, post(Body::Number(7.0))).await,
            "respond 1: 200  body 1\nwrite 1: one \nwrite 1: two\nend 1\ndone 1",
            "{program}"
        );
    }
    // It breaks off.
    driver
        .incoming
        .lock()
        .unwrap()
        .push_back(Ok(Bytes(b"a".into())));
    driver
        .incoming
        .lock()
        .unwrap()
        .push_back(Err("broken".into()));
    assert_eq!(
        driver.run(echo, post(Body::Number(7.0))).await,
        "failed 1: [Error: broken]\ndone 1"
    );
    // It is given up.
    let program = "export default { async fetch(request) { await request.body.cancel(); return new Response() } }";
    assert_eq!(
        driver.run(program, post(Body::Number(7.0))).await,
        "cancel 7\nrespond 1: 200 , done"
    );
}

#[tokio::test]
async fn a_body_that_nobody_reads_is_given_up_in_the_end() {
    let driver = Driver::default();
    let vm = driver
        .load("export default { fetch: () => new Response() }")
        .await;
    let served = driver.serve(&vm, [post(Body::Number(3.0))]).await;
    vm.heap().collect_garbage().unwrap();
    EventLoop::new(&vm).run().await.unwrap();
    let all = served + "\n" + &driver.took_place();
    assert!(all.contains("cancel 3"), "{all}");
}

#[tokio::test]
async fn requests_go_on_side_by_side() {
    let program = "let waiting = [];
        export default { async fetch(request) {
            const path = new URL(request.url).pathname;
            await new Promise((resolve) => { waiting.push(resolve); if (waiting.length === 3) waiting.reverse().forEach((r) => r()) });
            return new Response(path);
        } }";
    let driver = Driver::default();
    let vm = driver.load(program).await;
    let found = driver.serve(&vm, [get("a"), get("b"), get("c")]).await;
    let heads: Vec<_> = found
        .lines()
        .filter(|line| line.starts_with("respond"))
        .map(|line| line.split('[').nth(1).unwrap())
        .collect();
    assert_eq!(heads, ["/b], done", "/a], done", "/c], done"]);
    assert_eq!(found.matches("done").count(), 3);
}

#[tokio::test]
async fn a_frozen_program_serves_on() {
    let driver = Driver::default();
    let vm = driver
        .load("let n = 0; export default { fetch: () => new Response(`visit ${++n}`) }")
        .await;
    driver.serve(&vm, [get("")]).await;
    let image = vm.snapshot().unwrap().to_bytes().unwrap();
    for _ in 0..2 {
        let snapshot = jsvm::Snapshot::from_bytes(&image).unwrap();
        let vm = driver.add_to(builder()).restore(&snapshot).unwrap();
        assert_eq!(
            driver.serve(&vm, [get("")]).await,
            "respond 1: 200  content-type=text/plain;charset=UTF-8 [visit 2], done"
        );
    }
    // In the middle of an answer.
    let program = "export default { fetch() {
        let n = 0;
        return new Response(new ReadableStream({ pull(c) { ++n > 2 ? c.close() : c.enqueue(new Uint8Array([64 + n])) } }));
    } }";
    let vm = driver.load(program).await;
    call(&vm, 1, get(""));
    let mut events = EventLoop::new(&vm);
    while driver.log.lock().unwrap().is_empty() {
        assert!(events.run_until_waiting().await.unwrap());
    }
    driver.took_place();
    let snapshot = vm.snapshot().unwrap();
    drop(events);
    let vm = driver.add_to(builder()).restore(&snapshot).unwrap();
    EventLoop::new(&vm).run().await.unwrap();
    let found = driver.took_place();
    assert!(
        found.ends_with("write 1: A\nwrite 1: B\nend 1\ndone 1"),
        "{found}"
    );
}

#[tokio::test]
async fn a_large_body_passes_in_little_memory() {
    const PIECE: usize = 64 << 10;
    const PIECES: usize = (200 << 20) / PIECE;
    let (given, taken) = (Arc::new(Mutex::new(0)), Arc::new(Mutex::new(0)));
    let limits = Limits::default().memory(32 << 20);
    let driver = Driver::default();
    let vm = driver
        .add_to(builder())
        .limits(limits)
        .async_handler(http::READ, {
            let given = given.clone();
            move |_: f64| {
                let mut given = given.lock().unwrap();
                *given += 1;
                let piece = (*given <= PIECES).then(|| Bytes(vec![b'a'; PIECE]));
                async move { piece }
            }
        })
        .async_handler(http::WRITE, {
            let taken = taken.clone();
            move |_: f64, bytes: Bytes| {
                assert!(bytes.0.iter().all(|byte| *byte == b'b'));
                *taken.lock().unwrap() += bytes.0.len();
                async {}
            }
        })
        .build()
        .unwrap();
    let program = "export default { fetch: (request) => new Response(request.body.pipeThrough(new TransformStream({
        transform(chunk, controller) { chunk.fill(98); controller.enqueue(chunk) },
    }))) }";
    assert!(evaluate(&vm, program).await.1);
    let found = driver.serve(&vm, [post(Body::Number(1.0))]).await;
    assert_eq!(found, "respond 1: 200  body 1\nend 1\ndone 1");
    assert_eq!(*taken.lock().unwrap(), PIECES * PIECE);
    let used = vm.heap().usage().unwrap().used;
    assert!(used < 8 << 20, "{used} bytes are in use");
    assert_usable(&vm);
}

#[tokio::test]
async fn an_answer_can_be_that_of_another_server() {
    let driver = Driver::default();
    let vm = driver
        .add_to(builder())
        .async_handler(http::FETCH, {
            let driver = driver.clone();
            move |request: RequestInfo, asked: jsvm::Data, _: jsvm::Data| {
                let asked = asked.root().unwrap();
                let url: String = asked.get("url").unwrap().to().unwrap();
                driver.say(format!("fetch {url}"));
                assert!(!request.repeated);
                async move {
                    Ok::<_, HostError>(Answered {
                        status: 200,
                        status_text: "OK",
                        headers: vec![("x-from", "there")],
                        body: Body::Number(5.0),
                    })
                }
            }
        })
        .build()
        .unwrap();
    let program = "export default { async fetch(request) {
        const response = await fetch('http://there/' + new URL(request.url).pathname);
        return new Response(response.body, response);
    } }";
    assert!(evaluate(&vm, program).await.1);
    *driver.incoming.lock().unwrap() = ["a", "b"].map(|piece| Ok(Bytes(piece.into()))).into();
    assert_eq!(
        driver.serve(&vm, [get("path")]).await,
        "fetch http://there//path\nrespond 1: 200 OK x-from=there body 1\nwrite 1: a\nwrite 1: b\nend 1\ndone 1"
    );
}
