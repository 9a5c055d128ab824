//! How an emulator is to run.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::time::Duration;

use fedlens_issuers::Cloud;
use fedlens_trust::Wording;
use jiff::{SignedDuration, Timestamp};

use crate::{Clock, DirectoryDocument, Fault};

/// How an emulator is to run.
#[derive(Clone)]
pub struct Settings {
    /// The address that both servers bind to.
    pub bind: IpAddr,
    /// The port for HTTPS; 0 for any that is free.
    pub port: u16,
    /// The port for managed identity over plain HTTP; 0 for any that is free.
    pub identity_port: u16,
    /// Host names that the certificate carries beside the local ones.
    pub hostnames: Vec<String>,
    /// What the emulator holds.
    pub directory: DirectoryDocument,
    /// Where the authority and the signing keys are kept; in memory only where `None`.
    pub keys: Option<PathBuf>,
    /// Where the state is kept; in memory only where `None`.
    pub data: Option<PathBuf>,
    /// The time.
    pub clock: Clock,
    /// The machine's own time at the start, which the server's certificate is dated by.
    pub started: Timestamp,
    /// The cloud whose endpoints are played: tenants of others are refused. Each tenant's own where `None`.
    pub cloud: Option<Cloud>,
    /// Which generation of "no matching record" codes to answer with.
    pub wording: Wording,
    /// How long a new credential stays unseen by the token service.
    pub propagation: SignedDuration,
    /// Faults to inject.
    pub faults: Vec<Fault>,
    /// How long a client may take for its handshake, for the headers of a request, and for each part of a body.
    pub patience: Duration,
    /// How many exchanges are remembered.
    pub remembered: usize,
    /// Whether the keys of issuers at private addresses are fetched.
    pub private_issuers: bool,
    /// Further certificate authorities, in PEM, that issuers are fetched with.
    pub issuer_authorities: Option<String>,
    /// Where the key files of the Azure Arc flavour are written.
    pub arc_keys: PathBuf,
}

impl Settings {
    /// The default: loopback, port 8443, nothing kept.
    pub fn new(directory: DirectoryDocument, clock: Clock) -> Self {
        Self {
            bind: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: 8443,
            identity_port: 8444,
            hostnames: Vec::new(),
            directory,
            keys: None,
            data: None,
            started: clock.now(),
            clock,
            cloud: None,
            wording: Wording::Current,
            propagation: SignedDuration::ZERO,
            faults: Vec::new(),
            patience: Duration::from_secs(10),
            remembered: 1_000,
            private_issuers: false,
            issuer_authorities: None,
            arc_keys: PathBuf::from("/var/opt/azcmagent/tokens"),
        }
    }
}
