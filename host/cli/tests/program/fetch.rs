//! `fetch` in programs, with a server of this test.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Output};
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use jsvm::{Engine, EventLoop, Source};
use jsvm_http::{self as http, Client, EgressRules};

/// Serves for as long as the test's process lives; returns the port.
fn serve() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || answer(&stream));
        }
    });
    port
}

/// Answers one request; what is asked for says how.
fn answer(stream: &TcpStream) {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    let mut words = line.split_whitespace();
    let (method, path) = (
        words.next().unwrap_or_default(),
        words.next().unwrap_or_default(),
    );
    let mut headers = Vec::new();
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let line = line.trim().to_owned();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        headers.push(line);
    }
    let mut body = vec![0; length];
    if headers
        .iter()
        .any(|line: &String| line.eq_ignore_ascii_case("transfer-encoding: chunked"))
    {
        body = chunked(&mut reader, path);
    } else {
        reader.read_exact(&mut body).unwrap();
    }
    let body = String::from_utf8_lossy(&body);
    let has = |name: &str| {
        headers
            .iter()
            .any(|line| line.to_lowercase().starts_with(name))
    };
    let text = |text: &str| {
        format!(
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX-Two: a\r\nX-Two: b\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{text}",
            text.len()
        )
    };
    let to = |status: &str, place: &str| {
        format!(
            "HTTP/1.1 {status}\r\nLocation: {place}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        )
    };
    let response = match path {
        "/hello" => text("hello €"),
        "/json" => text("{\"list\": [1, 2]}"),
        "/echo" => text(&format!(
            "{method} {body} type={} auth={}",
            headers
                .iter()
                .find_map(|h| h
                    .to_lowercase()
                    .strip_prefix("content-type: ")
                    .map(str::to_owned))
                .unwrap_or_default(),
            has("authorization:")
        )),
        "/moved" => to("302 Found", "/echo"),
        "/kept" => to("307 Temporary Redirect", "/echo"),
        "/loop" => to("302 Found", "/loop"),
        "/missing" => {
            "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno".into()
        }
        "/slow" => {
            thread::sleep(Duration::from_secs(20));
            return;
        }
        "/broken" => "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort".into(),
        "/pieces" => {
            // The second piece comes when the first was acknowledged by another request.
            let mut stream = stream;
            let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n";
            stream.write_all(head.as_bytes()).unwrap();
            while LARGE.load(Ordering::SeqCst) == 0 {
                thread::sleep(Duration::from_millis(5));
            }
            stream.write_all(b"6\r\nsecond\r\n0\r\n\r\n").unwrap();
            return;
        }
        "/stalls" => {
            let mut stream = stream;
            let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n";
            stream.write_all(head.as_bytes()).unwrap();
            thread::sleep(Duration::from_secs(20));
            return;
        }
        "/got-it" => {
            LARGE.store(1, Ordering::SeqCst);
            text("ok")
        }
        "/count" => text(&body),
        "/large" => {
            let mut stream = stream;
            let head =
                format!("HTTP/1.1 200 OK\r\nContent-Length: {SIZE}\r\nConnection: close\r\n\r\n");
            stream.write_all(head.as_bytes()).unwrap();
            let piece = vec![b'a'; 1 << 20];
            for _ in 0..SIZE / piece.len() {
                if stream.write_all(&piece).is_err() {
                    return;
                }
            }
            return;
        }
        "/garbage" => "this is not HTTP\r\n\r\n".into(),
        path => match path.strip_prefix("/away/") {
            Some(port) => to("302 Found", &format!("http://localhost:{port}/echo")),
            None => text(path),
        },
    };
    let mut stream = stream;
    let _ = stream.write_all(response.as_bytes());
}

/// A body in chunks. It may break off.
fn chunked(reader: &mut impl BufRead, path: &str) -> Vec<u8> {
    let mut body = Vec::new();
    loop {
        let mut size = String::new();
        let read = reader.read_line(&mut size);
        let (Ok(_), Ok(size)) = (read, usize::from_str_radix(size.trim(), 16)) else {
            return b"broken off".into();
        };
        let mut chunk = vec![0; size + 2];
        if reader.read_exact(&mut chunk).is_err() {
            return b"broken off".into();
        }
        match path {
            // Of a large body only its size matters.
            "/count" if size == 0 => {
                return LARGE.load(Ordering::SeqCst).to_string().into();
            }
            "/count" => drop(LARGE.fetch_add(size, Ordering::SeqCst)),
            _ => body.extend_from_slice(&chunk[..size]),
        }
        if size == 0 {
            return body;
        }
    }
}

/// Bytes of the large body that have come.
static LARGE: AtomicUsize = AtomicUsize::new(0);

/// Tests that look at it come one after the other.
static ALONE: std::sync::Mutex<()> = std::sync::Mutex::new(());

/// How large a large body is.
const SIZE: usize = 200 << 20;

fn jsvm(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_jsvm"))
        .args(args)
        .output()
        .unwrap()
}

/// Evaluates the body of an asynchronous function with `base` and `show`, and returns what it
/// printed.
fn run(port: u16, flags: &str, body: &str) -> String {
    let program = format!(
        "const base = 'http://127.0.0.1:{port}';
         const show = (promise) => promise.catch((e) => `${{e.name}}: ${{e.message}}`.replaceAll('{port}', 'PORT'));
         {body}"
    );
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("main.mjs");
    std::fs::write(&file, program).unwrap();
    let mut args = vec!["run"];
    args.extend(flags.split_whitespace());
    args.push(file.to_str().unwrap());
    let output = jsvm(&args);
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

#[test]
fn what_a_server_answers() {
    let found = run(
        serve(),
        "--allow-net=127.0.0.1",
        "const r = await fetch(base + '/hello');
         console.log(r.status, r.statusText, r.ok, r.redirected, r.url === base + '/hello', r.bodyUsed);
         console.log(r.headers.get('x-two'), r.headers instanceof Headers, Object.prototype.toString.call(r));
         const copy = r.clone();
         console.log(await r.text(), r.bodyUsed, await show(r.text()));
         console.log((await copy.arrayBuffer()).byteLength);
         console.log((await (await fetch(base + '/json')).json()).list);
         let parts = '';
         for await (const part of (await fetch(base + '/hello')).body.pipeThrough(new TextDecoderStream())) parts += part;
         console.log(parts, (await (await fetch(new URL('/hello', base))).blob()).type);
         const missing = await fetch(base + '/missing');
         console.log(missing.ok, missing.status, await missing.text());",
    );
    assert_eq!(
        found,
        "200 OK true false true false\na, b true [object Response]\nhello € true TypeError: Body is unusable: it was read already\n9\n[ 1, 2 ]\nhello € text/plain\nfalse 404 no\n"
    );
}

#[test]
fn what_is_sent() {
    let found = run(
        serve(),
        "--allow-net=127.0.0.1",
        "const echo = async (init) => console.log(await show(fetch(base + '/echo', init).then((r) => r.text())));
         await echo();
         await echo({ method: 'post', body: 'text €' });
         await echo({ method: 'PUT', body: new Uint8Array([104, 105]), headers: { 'content-type': 'x/y' } });
         await echo({ method: 'POST', body: new URLSearchParams({ a: '1 2' }) });
         await echo({ method: 'POST', body: new Blob(['blob'], { type: 'b/b' }) });
         const stream = () => ReadableStream.from([new Uint8Array([115]), new Uint8Array([116])]);
         await echo({ method: 'POST', body: stream(), duplex: 'half' });
         await echo({ method: 'POST', body: stream() });
         await echo(new Request(base, { method: 'POST', body: 'of a request', headers: { 'content-type': 'r/r' } }));
         const form = new FormData();
         form.append('a', '1');
         await echo({ method: 'POST', body: form });
         await echo({ method: 'GET', body: 'x' });
         await echo({ method: 'a b' });
         await echo({ redirect: 'never' });",
    );
    assert_eq!(
        found,
        "GET  type= auth=false\nPOST text € type=text/plain;charset=utf-8 auth=false\nPUT hi type=x/y auth=false\n\
         POST a=1+2 type=application/x-www-form-urlencoded;charset=utf-8 auth=false\nPOST blob type=b/b auth=false\n\
         POST st type= auth=false\nPOST st type= auth=false\n\
         POST of a request type=r/r auth=false\n\
         POST ------jsvm-form-0000000000000000\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n------jsvm-form-0000000000000000--\r\n type=multipart/form-data; boundary=----jsvm-form-0000000000000000 auth=false\nTypeError: a request with the method GET cannot have a body\n\
         TypeError: 'a b' is not a valid HTTP method\nTypeError: 'never' is not a redirect mode: follow, error, manual\n"
    );
}

#[test]
fn redirects() {
    let (port, other) = (serve(), serve());
    let found = run(
        port,
        "--allow-net=127.0.0.1,localhost",
        &format!(
            "const go = async (path, init) => {{
                 const r = await fetch(base + path, {{ method: 'POST', body: 'b', headers: {{ authorization: 'x' }}, ...init }});
                 return [r.status, r.redirected, await r.text()].join(' | ');
             }};
             console.log(await go('/moved'));
             console.log(await go('/kept'));
             console.log(await go('/away/{other}'));
             console.log(await go('/moved', {{ redirect: 'manual' }}));
             console.log(await show(go('/moved', {{ redirect: 'error' }})));
             console.log(await show(go('/loop')));"
        ),
    );
    assert_eq!(
        found,
        "200 | true | GET  type= auth=true\n200 | true | POST b type=text/plain;charset=utf-8 auth=true\n200 | true | GET  type= auth=false\n302 | false | \nTypeError: fetch of http://127.0.0.1:PORT/moved failed: it redirects\nTypeError: fetch of http://127.0.0.1:PORT/loop failed: it redirects too often\n"
    );
}

#[test]
fn without_the_right_nothing_is_reached() {
    let (port, other) = (serve(), serve());
    let found = run(
        port,
        "--timeout=60s",
        "console.log(await show(fetch(base)), (await fetch(base).catch((e) => e)).code)",
    );
    assert_eq!(
        found,
        "PermissionDenied: cannot reach 127.0.0.1:PORT: permission denied. Allow it with --allow-net=127.0.0.1:PORT ERR_ACCESS_DENIED\n"
    );
    // A redirect does not get around it, and one port is not another.
    let flag = format!("--allow-net=127.0.0.1:{port}");
    let program = format!(
        "console.log(await show(fetch(base + '/away/{other}')));
         console.log(await show(fetch('http://127.0.0.1:{other}/hello')));
         console.log(await show(fetch('file:///etc/passwd')));
         console.log(await show(fetch('/relative')));"
    );
    let found = run(port, &flag, &program).replace(&other.to_string(), "OTHER");
    assert_eq!(
        found,
        "PermissionDenied: cannot reach localhost:OTHER: permission denied. Allow it with --allow-net=localhost:OTHER\nPermissionDenied: cannot reach 127.0.0.1:OTHER: permission denied. Allow it with --allow-net=127.0.0.1:OTHER\nTypeError: fetch of file:///etc/passwd failed: only http and https are supported\nTypeError: Invalid URL\n"
    );
}

#[test]
fn an_abort_ends_it_at_once() {
    let start = Instant::now();
    let found = run(
        serve(),
        "--allow-net=127.0.0.1",
        "console.log(await show(fetch(base + '/slow', { signal: AbortSignal.timeout(50) })));
         const controller = new AbortController();
         setTimeout(() => controller.abort(new Error('enough')), 20);
         console.log(await show(fetch(base + '/slow', { signal: controller.signal })));
         console.log(await show(fetch(base + '/slow', { signal: AbortSignal.abort() })).then((e) => e.split(':')[0]));",
    );
    let lines: Vec<&str> = found.lines().collect();
    assert!(lines[0].starts_with("TimeoutError"), "{found}");
    assert_eq!(lines[1..], ["Error: enough", "AbortError"]);
    assert!(start.elapsed() < Duration::from_secs(15));
}

#[test]
fn what_goes_wrong_rejects() {
    let port = serve();
    let closed = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let found = run(
        port,
        "--allow-net=127.0.0.1",
        &format!(
            "for (const url of [base + '/broken', base + '/garbage', 'http://127.0.0.1:{closed}/'])
                 console.log((await show(fetch(url).then((r) => r.text()))).split(' failed: ')[0].split('/').at(-1));
             fetch('http://127.0.0.1:{closed}/')"
        ),
    );
    assert!(found.starts_with("broken\ngarbage\n\n"), "{found}");
    assert!(
        found.contains("Uncaught (in promise) TypeError: fetch of http://127.0.0.1:"),
        "{found}"
    );
}

#[test]
fn a_frozen_fetch_goes_on_after_the_thaw() {
    let port = serve();
    let folder = tempfile::tempdir().unwrap();
    let (file, frozen) = (folder.path().join("main.mjs"), folder.path().join("a.snap"));
    let program = format!(
        "const post = fetch('http://127.0.0.1:{port}/slow', {{ method: 'POST' }}).catch((e) => e.code);
         const get = fetch('http://127.0.0.1:{port}/hello').then((r) => r.text());
         console.log(await get, await post)"
    );
    std::fs::write(&file, program).unwrap();
    let frozen = frozen.to_str().unwrap();
    let output = jsvm(&[
        "snapshot",
        "--allow-net=127.0.0.1",
        "--on-pending",
        file.to_str().unwrap(),
        "-o",
        frozen,
    ]);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let output = jsvm(&["restore", "--allow-net=127.0.0.1", frozen]);
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "hello € ERR_REQUEST_LOST\n"
    );
    // The rights are those of the new process.
    let output = jsvm(&["restore", frozen]);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(
        text.contains("Allow it with --allow-net=127.0.0.1"),
        "{text}"
    );
}

#[test]
fn a_response_is_there_before_its_body_is() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    LARGE.store(0, Ordering::SeqCst);
    let found = run(
        serve(),
        "--allow-net=127.0.0.1",
        "const response = await fetch(base + '/pieces');
         const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
         console.log((await reader.read()).value);
         await (await fetch(base + '/got-it')).text();
         console.log((await reader.read()).value, (await reader.read()).done);",
    );
    assert_eq!(found, "first\nsecond true\n");
}

#[test]
fn a_large_body_passes_in_little_memory() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    LARGE.store(0, Ordering::SeqCst);
    let found = run(
        serve(),
        "--allow-net=127.0.0.1 --memory=32MiB",
        &format!(
            "const through = new TransformStream({{ transform(chunk, controller) {{ chunk.fill(98); controller.enqueue(chunk) }} }});
             const {{ body }} = await fetch(base + '/large');
             const answer = await fetch(base + '/count', {{ method: 'POST', body: body.pipeThrough(through), duplex: 'half' }});
             console.log(await answer.text() === '{SIZE}')"
        ),
    );
    assert_eq!(found, "true\n");
}

#[test]
fn a_body_can_break_off() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let found = run(
        serve(),
        "--allow-net=127.0.0.1",
        "const abort = new AbortController();
         const { body } = await fetch(base + '/large', { signal: abort.signal });
         const reader = body.getReader();
         await reader.read();
         abort.abort(new Error('enough'));
         const rest = async () => { while (!(await reader.read()).done); };
         console.log(await show(rest()));
         const large = await fetch(base + '/large');
         await large.body.cancel();
         console.log(large.bodyUsed, await show(large.text()));
         // A body that is sent.
         let n = 0;
         const failing = new ReadableStream({ pull(c) { if (++n > 2) throw new Error('no more'); c.enqueue(new Uint8Array(3)) } });
         console.log(await show(fetch(base + '/echo', { method: 'POST', body: failing, duplex: 'half' })));
         const endless = new ReadableStream({ pull() { return new Promise(() => {}) }, cancel(reason) { console.log('cancelled: ' + reason.name) } });
         console.log(await show(fetch(base + '/echo', { method: 'POST', body: endless, duplex: 'half', signal: AbortSignal.timeout(50) })).then((e) => e.split(':')[0]));
         console.log(await show(fetch(base + '/kept', { method: 'POST', body: ReadableStream.from([new Uint8Array(1)]), duplex: 'half' })));",
    );
    assert_eq!(
        found,
        "Error: enough\ntrue TypeError: Body is unusable: it was read already\nError: no more\ncancelled: TimeoutError\nTimeoutError\n\
         TypeError: fetch of http://127.0.0.1:PORT/kept failed: it redirects, and the body was a stream, which cannot be sent again\n"
    );
}

#[test]
fn a_url_can_hold_its_data() {
    let found = run(
        1,
        "--timeout=60s",
        "const r = await fetch('data:text/plain;charset=utf-8;base64,aGkg4oKs#f');
         console.log(r.status, r.headers.get('content-type'), r.url.length, await r.text());
         console.log(await show(fetch('data:nothing')));",
    );
    assert_eq!(
        found,
        "200 text/plain;charset=utf-8 45 hi €\nTypeError: fetch of the data: URL failed: it is malformed\n"
    );
}

#[tokio::test]
async fn a_body_of_another_process_is_lost() {
    let rules = EgressRules::none().allow("127.0.0.1".parse().unwrap());
    let client = || Client::new(|_| Ok(())).egress(rules.clone());
    let vm = client()
        .add_to(Engine::global().unwrap().vm())
        .build()
        .unwrap();
    http::install_fetch(&vm).unwrap();
    let program = format!(
        "const {{ body }} = await fetch('http://127.0.0.1:{}/stalls');
         const reader = body.getReader();
         globalThis.first = new TextDecoder().decode((await reader.read()).value);
         globalThis.waiting = reader.read();
         globalThis.other = fetch('http://127.0.0.1:{}/stalls').then((r) => r.text());",
        serve(),
        serve()
    );
    let mut events = EventLoop::new(&vm);
    events.eval(Source::module(&program)).await.unwrap();
    assert_eq!(vm.eval("first").unwrap().to::<String>().unwrap(), "first");
    // Both wait for bytes now.
    while vm
        .unsettled_requests()
        .unwrap()
        .iter()
        .any(|request| request.name == http::FETCH)
    {
        events.run_until_waiting().await.unwrap();
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let snapshot = vm.snapshot().unwrap();
    let vm = client()
        .add_to(Engine::global().unwrap().vm())
        .restore(&snapshot)
        .unwrap();
    let codes =
        "Promise.all([waiting, other].map((promise) => promise.catch((error) => error.code)))";
    let codes = EventLoop::new(&vm).eval(codes).await.unwrap();
    assert_eq!(
        codes.to::<Vec<String>>().unwrap(),
        ["ERR_REQUEST_LOST", "ERR_REQUEST_LOST"]
    );
}
