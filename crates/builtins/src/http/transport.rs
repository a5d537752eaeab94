//! Connections: TCP or a Unix socket, with TLS where the address asks for it.
//!
//! The client's own TLS panics where a client's key does not fit its certificate, and takes the name that it verifies
//! from the address. Here the configuration is made before, and the name may be another one.

use std::{
    fmt,
    io::{self, Read, Write},
    sync::Arc,
};

use rustls::{ClientConfig, ClientConnection, StreamOwned, pki_types::ServerName};
use ureq::{
    Error,
    unversioned::transport::{
        Buffers, ConnectionDetails, Connector, LazyBuffers, NextTimeout, TcpConnector, Transport,
        TransportAdapter,
    },
};

/// Connects one request.
#[derive(Debug)]
pub(super) struct Dialer {
    /// Nothing where no address of the request needs it.
    pub(super) tls: Option<Arc<ClientConfig>>,
    /// The name that the server's certificate must have, where that is not the host's.
    pub(super) server_name: Option<String>,
    /// The Unix socket to use in place of a connection to the host.
    pub(super) socket: Option<String>,
}

impl Connector for Dialer {
    type Out = Box<dyn Transport>;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        _: Option<()>,
    ) -> Result<Option<Self::Out>, Error> {
        let buffers = || {
            let config = details.config;
            LazyBuffers::new(config.input_buffer_size(), config.output_buffer_size())
        };
        let plain: Box<dyn Transport> = match &self.socket {
            Some(path) => unix(path, buffers())?,
            None => match TcpConnector::default().connect(details, None::<()>)? {
                Some(transport) => Box::new(transport),
                None => return Ok(None),
            },
        };
        if !details.needs_tls() {
            return Ok(Some(plain));
        }
        let Some(tls) = &self.tls else {
            return Err(Error::TlsRequired);
        };
        let host = details.uri.host().unwrap_or_default();
        let name = self.server_name.as_deref().unwrap_or(host);
        let name = name.trim_start_matches('[').trim_end_matches(']');
        let name = ServerName::try_from(name.to_owned()).map_err(other)?;
        let mut connection = ClientConnection::new(Arc::clone(tls), name).map_err(other)?;
        let mut adapter = TransportAdapter::new(plain, Arc::clone(&details.current_time));
        adapter.set_timeout(details.timeout);
        connection.complete_io(&mut adapter)?;
        Ok(Some(Box::new(Connection {
            buffers: buffers(),
            is_tls: true,
            stream: StreamOwned::new(connection, adapter),
        })))
    }
}

fn other(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::Other(Box::new(error))
}

/// A stream of bytes that waits no longer than it is told.
trait Stream: Read + Write + Send + Sync + 'static {
    fn set_timeout(&mut self, timeout: NextTimeout) -> io::Result<()>;
    fn is_open(&mut self) -> bool;
}

impl Stream for StreamOwned<ClientConnection, TransportAdapter> {
    fn set_timeout(&mut self, timeout: NextTimeout) -> io::Result<()> {
        self.sock.set_timeout(timeout);
        Ok(())
    }

    fn is_open(&mut self) -> bool {
        self.sock.get_mut().is_open()
    }
}

#[cfg(unix)]
impl Stream for std::os::unix::net::UnixStream {
    fn set_timeout(&mut self, timeout: NextTimeout) -> io::Result<()> {
        let limit = timeout.not_zero().map(|limit| *limit);
        self.set_read_timeout(limit)?;
        self.set_write_timeout(limit)
    }

    fn is_open(&mut self) -> bool {
        // Connections are not used again.
        false
    }
}

#[cfg(unix)]
fn unix(path: &str, buffers: LazyBuffers) -> Result<Box<dyn Transport>, Error> {
    let stream = std::os::unix::net::UnixStream::connect(path)?;
    Ok(Box::new(Connection {
        buffers,
        is_tls: false,
        stream,
    }))
}

#[cfg(not(unix))]
fn unix(_: &str, _: LazyBuffers) -> Result<Box<dyn Transport>, Error> {
    Err(io::Error::from(io::ErrorKind::Unsupported).into())
}

struct Connection<S> {
    buffers: LazyBuffers,
    is_tls: bool,
    stream: S,
}

impl<S> fmt::Debug for Connection<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").finish_non_exhaustive()
    }
}

impl<S: Stream> Transport for Connection<S> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.stream.set_timeout(timeout)?;
        let output = self.buffers.output().get(..amount).unwrap_or_default();
        self.stream
            .write_all(output)
            .and_then(|()| self.stream.flush())
            .map_err(|e| in_time(e, timeout))
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.stream.set_timeout(timeout)?;
        let input = self.buffers.input_append_buf();
        let amount = self.stream.read(input).map_err(|e| in_time(e, timeout))?;
        self.buffers.input_appended(amount);
        Ok(amount > 0)
    }

    fn is_open(&mut self) -> bool {
        self.stream.is_open()
    }

    fn is_tls(&self) -> bool {
        self.is_tls
    }
}

/// A wait that took too long, as the client knows it.
fn in_time(error: io::Error, timeout: NextTimeout) -> Error {
    match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => Error::Timeout(timeout.reason),
        // The end of a stream that says nothing about its end.
        _ => error.into(),
    }
}
