//! Requests that are done, go on side by side, or are served by listeners.

use super::*;

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
