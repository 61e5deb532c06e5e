//! Tries to reach what is outside of it: what `jsvm run --link` allows is tested with it.

mod bindings;

use std::fmt::Debug;

use bindings::exports::demo::reach::outside::Guest;
use wasi::cli::stdout::get_stdout;
use wasi::filesystem::preopens::get_directories;
use wasi::filesystem::types::{Descriptor, DescriptorFlags, ErrorCode, OpenFlags, PathFlags};
use wasi::sockets::instance_network::instance_network;
use wasi::sockets::network::{IpAddressFamily, IpSocketAddress, Ipv4SocketAddress};
use wasi::sockets::tcp::ErrorCode as SocketError;
use wasi::sockets::tcp_create_socket::create_tcp_socket;

struct Reach;

/// What the outside calls.
#[expect(unsafe_code, reason = "symbols are exported")]
mod exports {
    use super::{Reach, bindings};
    bindings::export!(Reach with_types_in bindings);
}

/// More than any file here has.
const MOST: u64 = 1 << 16;

/// An error by its name, which is all that a script needs to know of it.
fn name(error: impl Debug) -> String {
    format!("{error:?}")
}

fn open(path: &str, create: OpenFlags, access: DescriptorFlags) -> Result<Descriptor, ErrorCode> {
    let (folder, _) = get_directories()
        .into_iter()
        .next()
        .ok_or(ErrorCode::Access)?;
    folder.open_at(PathFlags::SYMLINK_FOLLOW, path, create, access)
}

fn read(path: &str) -> Result<Vec<u8>, ErrorCode> {
    let file = open(path, OpenFlags::empty(), DescriptorFlags::READ)?;
    Ok(file.read(MOST, 0)?.0)
}

fn write(path: &str, text: &str) -> Result<(), ErrorCode> {
    let create = OpenFlags::CREATE | OpenFlags::TRUNCATE;
    let file = open(path, create, DescriptorFlags::WRITE)?;
    file.write(text.as_bytes(), 0).map(drop)
}

fn connect(port: u16) -> Result<(), SocketError> {
    let network = instance_network();
    let socket = create_tcp_socket(IpAddressFamily::Ipv4)?;
    let address = IpSocketAddress::Ipv4(Ipv4SocketAddress {
        port,
        address: (127, 0, 0, 1),
    });
    socket.start_connect(&network, address)?;
    loop {
        socket.subscribe().block();
        match socket.finish_connect() {
            Ok(_streams) => return Ok(()),
            Err(SocketError::WouldBlock) => {}
            Err(error) => return Err(error),
        }
    }
}

impl Guest for Reach {
    fn folders() -> Vec<String> {
        let folders = get_directories().into_iter();
        folders.map(|(_, name)| name).collect()
    }

    fn read(path: String) -> Result<String, String> {
        let bytes = read(&path).map_err(|error| error.name().to_owned())?;
        String::from_utf8(bytes).map_err(name)
    }

    fn write(path: String, text: String) -> Result<(), String> {
        write(&path, &text).map_err(|error| error.name().to_owned())
    }

    fn connect(port: u16) -> Result<(), String> {
        connect(port).map_err(|error| error.name().to_owned())
    }

    fn print(text: String) -> Result<(), String> {
        let written = get_stdout().blocking_write_and_flush(text.as_bytes());
        written.map_err(name)
    }
}
