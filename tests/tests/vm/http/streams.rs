//! Bodies that come in pieces, and clients that leave.

use super::*;

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
