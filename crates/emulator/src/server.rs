//! Sockets, TLS and limits.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::DefaultBodyLimit;
use axum::http::{Response, StatusCode, Uri};
use axum_server::Handle;
use axum_server::accept::NoDelayAcceptor;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use thiserror::Error;
use tower_http::timeout::{RequestBodyTimeoutLayer, TimeoutLayer};

use crate::crypto::{Authority, AuthorityError};
use crate::directory::{DocumentError, ResourceDocument};
use crate::emulator::{Addresses, ChangeError};
use crate::store::StoreError;
use crate::{Emulator, Settings, arm, graph, http, issuers, journal, managed_identity, sts};

/// How long a request may take, its body included. Longer than any page waits by itself.
const REQUEST_TIME: Duration = Duration::from_secs(75);

/// The largest head of a request, in bytes.
const MAX_HEAD: usize = 64 << 10;

/// An emulator that could not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// An address is in use, or not this machine's.
    #[error("cannot listen on {address}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The directory does not fit together.
    #[error("the directory cannot be used")]
    Directory(#[from] DocumentError),
    /// The directory cannot be kept, or does not fit to what is kept.
    #[error(transparent)]
    Change(#[from] ChangeError),
    /// The kept state cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The certificate authority cannot be used.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
}

/// An emulator that serves until this is dropped.
pub struct Running {
    /// What it knows and has done.
    pub emulator: Arc<Emulator>,
    /// Where it serves HTTPS.
    pub address: SocketAddr,
    /// Where it serves managed identity over plain HTTP.
    pub identity_address: SocketAddr,
    /// The authority's certificate, in PEM.
    pub authority_pem: String,
    handles: [Handle<SocketAddr>; 2],
    tasks: Vec<tokio::task::JoinHandle<io::Result<()>>>,
}

impl Running {
    /// `https://localhost:8443`
    pub fn origin(&self) -> String {
        self.emulator.addresses.origin.clone()
    }

    /// `http://127.0.0.1:8444`
    pub fn identity_origin(&self) -> String {
        self.emulator.addresses.identity_origin.clone()
    }

    /// Stops serving; requests that are being answered get a moment.
    pub async fn shut_down(self) {
        for handle in &self.handles {
            handle.graceful_shutdown(Some(Duration::from_millis(500)));
        }
        for task in self.tasks {
            let stopped = task.await;
            tracing::debug!(?stopped, "A listener has stopped.");
        }
    }
}

pub(crate) async fn start(settings: Settings) -> Result<Running, StartError> {
    allow_many_sockets();
    let listener = bind(SocketAddr::new(settings.bind, settings.port))?;
    let identity_listener = bind(SocketAddr::new(settings.bind, settings.identity_port))?;
    let address = local_address(&listener)?;
    let identity_address = local_address(&identity_listener)?;
    let own = own_resource(&settings, address.port());
    let authority = Authority::open(settings.keys.as_deref())?;
    let (tls, thumbprint) = authority.server(&settings.hostnames, settings.started)?;
    let authority_pem = authority.pem().to_owned();
    let addresses = Addresses {
        origin: format!("https://localhost:{}", address.port()),
        identity_origin: format!("http://127.0.0.1:{}", identity_address.port()),
        thumbprint,
    };
    let emulator = Arc::new(Emulator::new(settings, own, authority_pem.clone(), addresses)?);
    let handles = [Handle::new(), Handle::new()];
    let patience = emulator.settings.patience;
    let tls = RustlsAcceptor::new(RustlsConfig::from_config(tls)).handshake_timeout(patience);
    let [secure, plain] = handles.clone();
    let mut tasks = Vec::new();
    let routes = limited(secure_routes(), &emulator);
    let mut server = from_tcp(listener, address)?.acceptor(tls.acceptor(NoDelayAcceptor)).handle(secure).http1_only();
    limit_heads(server.http_builder(), patience);
    tasks.push(tokio::spawn(async move { server.serve(routes.into_make_service()).await }));
    let routes = limited(plain_routes(), &emulator);
    let mut server = from_tcp(identity_listener, identity_address)?.handle(plain).http1_only();
    limit_heads(server.http_builder(), patience);
    tasks.push(tokio::spawn(async move { server.serve(routes.into_make_service()).await }));
    Ok(Running { emulator, address, identity_address, authority_pem, handles, tasks })
}

fn secure_routes() -> Router<Arc<Emulator>> {
    Router::new()
        .merge(sts::routes())
        .merge(journal::routes())
        .merge(issuers::routes())
        .merge(graph::routes())
        .merge(arm::routes())
        .merge(managed_identity::secure_routes())
}

fn plain_routes() -> Router<Arc<Emulator>> {
    managed_identity::routes()
}

fn limited(routes: Router<Arc<Emulator>>, emulator: &Arc<Emulator>) -> Router {
    routes
        .fallback(unknown_path)
        .layer(DefaultBodyLimit::max(http::MAX_BODY))
        .layer(RequestBodyTimeoutLayer::new(emulator.settings.patience))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, REQUEST_TIME))
        .with_state(Arc::clone(emulator))
}

async fn unknown_path(uri: Uri, _body: Bytes) -> Response<Body> {
    http::json(
        404,
        &serde_json::json!({"error": {"code": "NotFound",
        "message": format!("The emulator serves nothing at {}.", uri.path())}}),
    )
}

fn limit_heads(builder: &mut Builder<TokioExecutor>, patience: Duration) {
    builder.http1().timer(TokioTimer::new()).header_read_timeout(patience).max_buf_size(MAX_HEAD);
}

/// Many systems start processes with room for a thousand open files, which idle clients use up.
#[cfg(unix)]
fn allow_many_sockets() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        tracing::debug!(%error, "The limit of open files stays as it is.");
    }
}

#[cfg(not(unix))]
fn allow_many_sockets() {}

fn bind(address: SocketAddr) -> Result<TcpListener, StartError> {
    let failed = |source| StartError::Bind { address, source };
    let listener = TcpListener::bind(address).map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    Ok(listener)
}

fn local_address(listener: &TcpListener) -> Result<SocketAddr, StartError> {
    let unknown = SocketAddr::from(([0, 0, 0, 0], 0));
    listener.local_addr().map_err(|source| StartError::Bind { address: unknown, source })
}

fn from_tcp(listener: TcpListener, address: SocketAddr) -> Result<axum_server::Server<SocketAddr>, StartError> {
    axum_server::from_tcp(listener).map_err(|source| StartError::Bind { address, source })
}

/// The emulator is itself the Graph and ARM that clients are pointed at, so its own addresses are a resource.
fn own_resource(settings: &Settings, port: u16) -> ResourceDocument {
    let names = ["localhost", "127.0.0.1", "[::1]", "host.docker.internal"].into_iter();
    let names = names.chain(settings.hostnames.iter().map(String::as_str));
    let identifier_uris =
        names.flat_map(|name| [format!("https://{name}:{port}"), format!("https://{name}")]).collect();
    ResourceDocument {
        app_id: "00000003-0000-0000-c000-000000000000".to_owned(),
        display_name: Some("Microsoft Graph and Azure Resource Manager, emulated".to_owned()),
        identifier_uris,
        ..ResourceDocument::default()
    }
}
