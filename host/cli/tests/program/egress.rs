//! Where `fetch` connects to, and what it sends there.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;

/// A server that keeps its connections and takes the length of a body from its head, as most do.
/// Returns its port, and the heads that it was sent.
fn upstream() -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let heads = Arc::<Mutex<Vec<String>>>::default();
    let seen = heads.clone();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let seen = seen.clone();
            thread::spawn(move || keep(&stream, &seen));
        }
    });
    (port, heads)
}

fn keep(stream: &TcpStream, heads: &Mutex<Vec<String>>) {
    let mut reader = BufReader::new(stream);
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if reader.read_line(&mut head).unwrap_or(0) == 0 {
                return;
            }
        }
        let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
        let length = head.lines().find_map(|line| {
            line.to_lowercase()
                .strip_prefix("content-length: ")?
                .parse()
                .ok()
        });
        heads.lock().unwrap().push(head);
        let mut body = vec![0; length.unwrap_or(0)];
        if reader.read_exact(&mut body).is_err() {
            return;
        }
        let answer = match path.split_once("/to/") {
            Some((_, place)) => {
                format!("HTTP/1.1 302 Found\r\nLocation: {place}\r\nContent-Length: 0\r\n\r\n")
            }
            None => format!(
                "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{path}",
                path.len()
            ),
        };
        let mut stream = stream;
        if stream.write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

/// Runs a program and returns its output.
fn run(flags: &[&str], env: &[(&str, &str)], program: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("main.mjs");
    let tell = "const tell = async (url, init) => {
        try { console.log(await (await fetch(url, init)).text()); } catch (error) { console.log(error.message); }
    };";
    std::fs::write(&file, format!("{tell}{program}")).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_jsvm"))
        .args(["run", "--timeout", "60s"])
        .args(flags)
        .arg(&file)
        .envs(env.iter().copied())
        .output()
        .unwrap();
    let (stdout, stderr) = (output.stdout, output.stderr);
    String::from_utf8([stdout, stderr].concat()).unwrap()
}

#[test]
#[cfg(unix)]
fn a_proxy_cannot_be_put_out_of_step_by_headers_of_its_client() {
    use crate::served::Served;

    let (port, heads) = upstream();
    let folder = tempfile::tempdir().unwrap();
    let program = format!(
        "export default {{ async fetch(request) {{
            const {{ pathname }} = new URL(request.url);
            return fetch('http://127.0.0.1:{port}' + pathname, {{ headers: request.headers }});
        }} }}"
    );
    std::fs::write(folder.path().join("app.mjs"), program).unwrap();
    let flag = format!("--allow-net=127.0.0.1:{port}");
    let served = Served::at(folder.path(), "app.mjs", &[&flag, "--timeout", "20s"]);
    let body = "x".repeat(150);
    for (index, headers) in [
        "Content-Length: 150\r\nX-Kept: 1\r\n",
        "Content-Length: 150\r\nExpect: 100-continue\r\nTE: trailers\r\n",
        "Content-Length: 150\r\nKeep-Alive: timeout=1\r\n",
    ]
    .iter()
    .enumerate()
    {
        let hostile = format!(
            "GET /hostile/{index} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n{headers}\r\n{body}"
        );
        assert_eq!(
            served.send(&hostile).body,
            format!("/hostile/{index}").as_str()
        );
        let path = format!("/innocent/{index}");
        assert_eq!(served.get(&path).body, path);
    }
    let heads = heads.lock().unwrap();
    assert_eq!(heads.len(), 6);
    let all = heads.concat().to_lowercase();
    for name in [
        "content-length",
        "connection",
        "expect",
        "te:",
        "keep-alive",
    ] {
        assert!(!all.contains(&format!("\r\n{name}")), "{all}");
    }
    assert!(
        all.contains("\r\nx-kept: 1\r\n") && !all.contains("host: test"),
        "{all}"
    );
}

#[test]
#[cfg(unix)]
fn a_component_is_within_the_rules_too() {
    use crate::make::jsvm_build;
    use crate::served::Served;

    let (port, heads) = upstream();
    let folder = tempfile::tempdir().unwrap();
    let program = format!(
        "export default {{ async fetch(request) {{
            const {{ pathname }} = new URL(request.url);
            const [, host, path] = pathname.split('/');
            const headers = path === 'framed' ? {{ 'content-length': '150' }} : {{ connection: 'x-hop' }};
            return fetch(`http://${{host}}:{port}/${{path}}`, {{ headers }}).catch((e) => new Response('refused: ' + e.message));
        }} }}"
    );
    std::fs::write(folder.path().join("app.mjs"), program).unwrap();
    let file = folder.path().join("app.wasm");
    let output = jsvm_build(&folder.path().join("app.mjs"), &file, &[]);
    assert!(output.status.success(), "{output:?}");
    let served = Served::at(folder.path(), "app.wasm", &["--allow-net"]);
    for (host, shown) in [
        ("localhost", "localhost"),
        ("127.0.0.1", "127.0.0.1"),
        ("[::ffff:127.0.0.1]", "[::ffff:7f00:1]"),
    ] {
        let denied = format!(
            "refused: cannot reach {shown}:{port}: permission denied. Whoever runs this file must allow \
             this host"
        );
        assert_eq!(served.get(&format!("/{host}/a")).body, denied, "{host}");
    }
    assert!(heads.lock().unwrap().is_empty());
    drop(served);
    let flags = ["--allow-net=localhost,127.0.0.1", "--timeout", "20s"];
    let served = Served::at(folder.path(), "app.wasm", &flags);
    for (host, path) in [
        ("localhost", "/a"),
        ("127.0.0.1", "/b"),
        ("127.0.0.1", "/c"),
    ] {
        // The body is shorter than its length, so the connection ends.
        let framed = served.get(&format!("/{host}/framed")).body;
        assert!(framed.starts_with("refused"), "{framed}");
        assert_eq!(served.get(&format!("/{host}{path}")).body, path);
    }
    let heads = heads.lock().unwrap().concat();
    assert!(!heads.contains("x-hop"), "{heads:?}");
}

#[test]
fn a_script_does_not_frame_its_requests() {
    let (port, heads) = upstream();
    let program = format!(
        "const base = 'http://127.0.0.1:{port}';
         const headers = {{ 'content-length': '3', 'transfer-encoding': 'chunked', host: 'other', upgrade: 'h2c' }};
         await tell(base + '/1', {{ headers }});
         await tell(base + '/2', {{ method: 'POST', body: 'longer', headers }});
         await tell(base + '/3');
         for (const [name, value] of [['a\\r\\nb', '1'], ['a', '1\\r\\nb: 2'], ['a', '1\\0']])
             await tell(base, {{ headers: [[name, value]] }});
         for (const method of ['CONNECT', 'TRACE', 'TRACK']) await tell(base, {{ method }});"
    );
    let found = run(&["--allow-net=127.0.0.1"], &[], &program);
    let lines: Vec<_> = found.lines().collect();
    assert_eq!(lines[..3], ["/1", "/2", "/3"], "{found}");
    assert_eq!(lines.len(), 9, "{found}");
    let heads = heads.lock().unwrap();
    assert_eq!(heads.len(), 3, "{heads:?}");
    assert!(!heads[0].contains("content-length") && !heads[0].contains("upgrade"));
    assert!(heads[1].contains("content-length: 6\r\n"), "{heads:?}");
    assert!(!heads.concat().contains("transfer-encoding"));
    assert!(!heads.concat().contains("other"));
}

#[test]
fn names_that_resolve_to_private_addresses_must_be_named() {
    let (port, heads) = upstream();
    let program = format!(
        "for (const host of ['localhost', '127.0.0.1', '[::ffff:127.0.0.1]', '0', '127.1'])
             await tell(`http://${{host}}:{port}/${{encodeURIComponent(host)}}`);"
    );
    let found = |flags: &[&str]| {
        let found = run(flags, &[], &program);
        found.replace(&port.to_string(), "PORT")
    };
    let refused = found(&["--allow-net"]);
    assert_eq!(
        refused,
        "cannot reach localhost, which is at a loopback address: permission denied. Allow it with --allow-net=localhost\n\
         cannot reach 127.0.0.1:PORT, which is at a loopback address: permission denied. Allow it with --allow-net=127.0.0.1:PORT\n\
         cannot reach [::ffff:7f00:1]:PORT, which is at a loopback address: permission denied. Allow it with --allow-net=[::ffff:7f00:1]:PORT\n\
         cannot reach 0.0.0.0:PORT, which is at the unspecified address: permission denied. Allow it with --allow-net=0.0.0.0:PORT\n\
         cannot reach 127.0.0.1:PORT, which is at a loopback address: permission denied. Allow it with --allow-net=127.0.0.1:PORT\n"
    );
    assert!(heads.lock().unwrap().is_empty());
    let local = found(&["--allow-net", &format!("--allow-net=localhost:{port}")]);
    assert!(
        local.starts_with("/localhost\ncannot reach 127.0.0.1:PORT"),
        "{local}"
    );
    let named = found(&["--allow-net=127.0.0.0/8,localhost"]);
    assert!(named.starts_with("/localhost\n/127.0.0.1\n/%5B"), "{named}");
    let denied = found(&["--allow-net=127.0.0.1,localhost", "--deny-net=127.0.0.1"]);
    assert!(
        denied
            .lines()
            .take(2)
            .all(|line| line.ends_with("permission denied by --deny-net")),
        "{denied}"
    );
}

#[test]
fn a_redirect_is_within_the_rules_too() {
    let (port, heads) = upstream();
    let program = format!(
        "await tell('http://127.0.0.1:{port}/to/http://localhost:{port}/x');
         await tell('http://127.0.0.1:{port}/to/http://169.254.169.254/latest');"
    );
    let flag = format!("--allow-net=127.0.0.1:{port}");
    let found = run(&["--allow-net", &flag], &[], &program);
    assert_eq!(
        found,
        "cannot reach localhost, which is at a loopback address: permission denied. Allow it with --allow-net=localhost\n\
         cannot reach 169.254.169.254, which is at a link-local address: permission denied. Allow it with --allow-net=169.254.169.254\n"
    );
    assert_eq!(heads.lock().unwrap().len(), 2);
}

#[test]
fn a_proxy_of_the_environment_is_not_used() {
    let (proxy, through) = upstream();
    let (port, heads) = upstream();
    let place = format!("http://127.0.0.1:{proxy}");
    let env = ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"].map(|name| (name, &*place));
    let flag = format!("--allow-net=127.0.0.1:{port},internal.invalid");
    let program = format!(
        "await tell('http://127.0.0.1:{port}/direct'); await tell('http://internal.invalid/');"
    );
    let found = run(&[&flag], &env, &program);
    assert!(
        found.starts_with("/direct\nfetch of http://internal.invalid/ failed"),
        "{found}"
    );
    assert!(through.lock().unwrap().is_empty());
    assert_eq!(heads.lock().unwrap().len(), 1);
}
