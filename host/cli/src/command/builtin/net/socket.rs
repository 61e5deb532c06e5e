//! Sockets that are not connected yet.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use socket2::{Domain, Protocol, SockRef, Socket, TcpKeepalive, Type};

/// Creates a socket that does not block.
fn create(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

/// Creates a socket that is bound to an address.
pub fn bind(address: SocketAddr, only_ipv6: bool) -> io::Result<Socket> {
    let socket = create(address)?;
    // A server can be started again while connections of the last one end. Elsewhere, the option
    // would let two programs share the port.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    if address.is_ipv6() {
        socket.set_only_v6(only_ipv6)?;
    }
    socket.bind(&address.into())?;
    Ok(socket)
}

/// Begins to listen.
pub fn listen(socket: &Socket, backlog: i32) -> io::Result<std::net::TcpListener> {
    socket.listen(backlog)?;
    Ok(socket.try_clone()?.into())
}

/// Begins to connect, with a socket that is bound or a new one.
pub fn connect(bound: Option<Socket>, address: SocketAddr) -> io::Result<std::net::TcpStream> {
    let socket = match bound {
        Some(socket) => socket,
        None => create(address)?,
    };
    match socket.connect(&address.into()) {
        Ok(()) => {}
        Err(error) if is_in_progress(&error) => {}
        Err(error) => return Err(error),
    }
    Ok(socket.into())
}

fn is_in_progress(error: &io::Error) -> bool {
    #[cfg(unix)]
    if error.raw_os_error() == Some(rustix::io::Errno::INPROGRESS.raw_os_error()) {
        return true;
    }
    error.kind() == io::ErrorKind::WouldBlock
}

/// The address that a socket is bound to.
pub fn local(socket: &Socket) -> io::Result<SocketAddr> {
    let address = socket.local_addr()?.as_socket();
    address.ok_or_else(|| io::ErrorKind::Unsupported.into())
}

/// Lets the system ask a silent connection whether it is still there, after some seconds. 0 ends this, and
/// less than 0 keeps the time of the system.
pub fn set_keep_alive(socket: &SockRef<'_>, seconds: f64) -> io::Result<()> {
    if seconds > 0.0 {
        let time = Duration::from_secs(seconds as u64);
        return socket.set_tcp_keepalive(&TcpKeepalive::new().with_time(time));
    }
    socket.set_keepalive(seconds < 0.0)
}
