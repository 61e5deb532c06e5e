//! `fetch` in programs, with a server of this test.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Output};
use std::thread;
use std::time::{Duration, Instant};

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
    reader.read_exact(&mut body).unwrap();
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
        "/garbage" => "this is not HTTP\r\n\r\n".into(),
        path => match path.strip_prefix("/away/") {
            Some(port) => to("302 Found", &format!("http://localhost:{port}/echo")),
            None => text(path),
        },
    };
    let mut stream = stream;
    let _ = stream.write_all(response.as_bytes());
}

fn jsvm(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_jsvm"))
        .args(args)
        .output()
        .unwrap()
}

/// Evaluates the body of an asynchronous function with `base` and `show`, and returns what it
/// printed.
fn run(port: u16, flag: &str, body: &str) -> String {
    let program = format!(
        "const base = 'http://127.0.0.1:{port}';
         const show = (promise) => promise.catch((e) => `${{e.name}}: ${{e.message}}`.replaceAll('{port}', 'PORT'));
         {body}"
    );
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("main.mjs");
    std::fs::write(&file, program).unwrap();
    let output = jsvm(&["run", flag, file.to_str().unwrap()]);
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
        "--allow-net",
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
         await echo({ method: 'POST', body: ReadableStream.from([new Uint8Array([115])]) });
         await echo({ method: 'GET', body: 'x' });
         await echo({ method: 'a b' });
         await echo({ redirect: 'never' });",
    );
    assert_eq!(
        found,
        "GET  type= auth=false\nPOST text € type=text/plain;charset=utf-8 auth=false\nPUT hi type=x/y auth=false\n\
         POST a=1+2 type=application/x-www-form-urlencoded;charset=utf-8 auth=false\nPOST blob type=b/b auth=false\n\
         POST s type= auth=false\nTypeError: a request with the method GET cannot have a body\n\
         TypeError: 'a b' is not a valid HTTP method\nTypeError: 'never' is not a redirect mode: follow, error, manual\n"
    );
}

#[test]
fn redirects() {
    let (port, other) = (serve(), serve());
    let found = run(
        port,
        "--allow-net",
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
        "PermissionDenied: reaching 127.0.0.1:PORT needs --allow-net=127.0.0.1:PORT ERR_ACCESS_DENIED\n"
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
        "PermissionDenied: reaching localhost:OTHER needs --allow-net=localhost:OTHER\nPermissionDenied: reaching 127.0.0.1:OTHER needs --allow-net=127.0.0.1:OTHER\nTypeError: fetch of file:///etc/passwd failed: only http and https are supported\nTypeError: Invalid URL\n"
    );
}

#[test]
fn an_abort_ends_it_at_once() {
    let start = Instant::now();
    let found = run(
        serve(),
        "--allow-net",
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
        "--allow-net",
        &format!(
            "for (const url of [base + '/broken', base + '/garbage', 'http://127.0.0.1:{closed}/'])
                 console.log((await show(fetch(url))).split(' failed: ')[0].split('/').at(-1));
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
        "--allow-net",
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
    let output = jsvm(&["restore", "--allow-net", frozen]);
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "hello € ERR_REQUEST_LOST\n"
    );
    // The rights are those of the new process.
    let output = jsvm(&["restore", frozen]);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("needs --allow-net=127.0.0.1"), "{text}");
}
