//! Clients that send what shapes say.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use super::random::Random;
use super::shape::{Client, Step};

/// How long a client waits for the server to take bytes.
const WRITE_TIME: Duration = Duration::from_millis(500);

/// Opens all connections of a client and does its steps, side by side.
pub fn attack(client: &Client, address: SocketAddr, seed: u64) {
    thread::scope(|scope| {
        for number in 0..client.connections {
            let mut random = Random::of_case(seed, number as u64);
            scope.spawn(move || {
                // A server may refuse or close a connection at any time.
                let _ = connection(client, address, &mut random);
            });
        }
    });
}

fn connection(client: &Client, address: SocketAddr, random: &mut Random) -> std::io::Result<()> {
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1))?;
    stream.set_write_timeout(Some(WRITE_TIME))?;
    for step in &client.steps {
        match step {
            Step::Send(text) => stream.write_all(&latin1(text))?,
            Step::Repeat(count, text) => {
                let bytes = latin1(text);
                // One call per some KB.
                let together = (4096 / bytes.len().max(1)).max(1);
                let many = bytes.repeat(together);
                for _ in 0..count.div_ceil(together) {
                    stream.write_all(&many)?;
                }
            }
            Step::Frames(count) => {
                for _ in 0..*count {
                    stream.write_all(&frame(random))?;
                }
            }
            Step::Wait(milliseconds) => thread::sleep(Duration::from_millis(*milliseconds)),
            Step::Read(milliseconds) => read(&mut stream, Duration::from_millis(*milliseconds))?,
        }
    }
    Ok(())
}

/// Reads until nothing comes for so long, or ten times as long in all.
fn read(stream: &mut TcpStream, patience: Duration) -> std::io::Result<()> {
    stream.set_read_timeout(Some(patience))?;
    let started = Instant::now();
    let mut buffer = vec![0; 16 << 10];
    while started.elapsed() < 10 * patience {
        match stream.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(_) => {}
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                return Ok(());
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn latin1(text: &str) -> Vec<u8> {
    text.chars().map(|c| c as u32 as u8).collect()
}

/// A random frame of HTTP/2. Half of them have a likely type, stream and size.
fn frame(random: &mut Random) -> Vec<u8> {
    let len = match random.below(4) {
        0 => 0,
        1 => random.below(10),
        2 => [4, 5, 6, 8][random.below(4)],
        _ => random.below(300),
    };
    let mut said = len;
    if random.percent(5) {
        said = random.below(1 << 24);
    }
    let mut frame = (said as u32).to_be_bytes()[1..].to_vec();
    frame.push(random.below(12) as u8);
    frame.push(match random.percent(50) {
        true => [0, 1, 4, 5][random.below(4)],
        false => random.next() as u8,
    });
    let stream = match random.percent(80) {
        true => random.below(10) as u32,
        false => random.next() as u32,
    };
    frame.extend(stream.to_be_bytes());
    frame.extend((0..len).map(|_| match random.percent(50) {
        true => [0x82, 0x84, 0x86, 0x41, 0, 1][random.below(6)],
        false => random.next() as u8,
    }));
    frame
}

/// Sends a good request, and returns whether the answer is right.
pub fn good_request(address: SocketAddr, patience: Duration) -> bool {
    let request = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect_timeout(&address, patience)?;
        stream.set_read_timeout(Some(patience))?;
        stream.write_all(b"GET /ok HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    request().is_ok_and(|answer| answer.starts_with("HTTP/1.1 200") && answer.ends_with("fine"))
}
