//! What the server calls the services outside with, put together from configuration and environment.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::connect::Place;
use crate::clock::SystemClock;
use crate::config::MasterKey;
use crate::domain::Secret;
use crate::domain::market::Service;
use crate::domain::market::picture::HOST;
use crate::entropy::SystemEntropy;
use crate::market::retry::ThreadSleeper;
use crate::market::{Answer, Broke, Call, Transport, Wire};
use crate::services::Outside;
use crate::services::gates::CallLimits;
use crate::services::identify::{DOUBT, Sight};
use crate::services::keys::{Clients, Connector, KEPT, MasterSource, Means};

/// Name of the systemd credential.
const CREDENTIAL: &str = "brickops-master-key";
/// Where a passphrase is.
const PASSPHRASE: &str = "BRICKOPS_MASTER_PASSPHRASE";

/// As the operator has set it up.
pub fn of(place: &Place) -> Outside {
    let config = &place.config.market;
    let line: Arc<dyn Transport> = Arc::new(Wire::new(place.config.offline, None));
    let [bricklink, brickowl, brickognize] = config.calls;
    Outside {
        master: master(place),
        kept: config
            .keys_kept
            .map_or(KEPT, |seconds| Duration::from_secs(u64::from(seconds))),
        connector: Some(connector(place, Arc::clone(&line))),
        offline: place.config.offline,
        practice: config.addresses.iter().flatten().any(|url| is_here(url)),
        limits: CallLimits {
            bricklink,
            brickowl,
            brickognize,
        },
        pictures: config.pictures.clone(),
        sight: sight(place, line),
        ..Outside::default()
    }
}

/// Pictures of a sandbox in place of real ones, where the services are played.
#[derive(Debug)]
struct PlayedPictures {
    wire: Wire,
    base: String,
}

impl Transport for PlayedPictures {
    fn send(&self, call: &Call) -> std::result::Result<Answer, Broke> {
        let mut call = call.clone();
        if let Some(rest) = call.url.strip_prefix(HOST) {
            call.url = format!("{}/img{rest}", self.base);
        }
        self.wire.send(&call)
    }
}

/// Who fetches pictures of a practice shop; `None` where the services are real.
fn played_pictures(place: &Place) -> Option<Arc<dyn Transport>> {
    let base = place.config.market.address(Service::Brickognize)?;
    is_here(base).then(|| -> Arc<dyn Transport> {
        Arc::new(PlayedPictures {
            wire: Wire::new(place.config.offline, None),
            base: base.to_owned(),
        })
    })
}

/// Whether an address is on this machine: real services are not.
fn is_here(url: &str) -> bool {
    let host = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = host.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    if host.starts_with("[::1]") {
        return true;
    }
    let host = host.split(':').next().unwrap_or_default();
    let address: Option<std::net::Ipv4Addr> = host.parse().ok();
    host.eq_ignore_ascii_case("localhost") || address.is_some_and(|address| address.is_loopback())
}

/// Who fetches pictures; nobody where nothing outside is called.
pub fn pictures(place: &Place) -> Option<Arc<dyn Transport>> {
    if place.config.offline {
        return None;
    }
    played_pictures(place).or_else(|| Some(Arc::new(Wire::new(false, None))))
}

/// What photos are identified with.
fn sight(place: &Place, line: Arc<dyn Transport>) -> Sight {
    let config = &place.config.market;
    let offline = place.config.offline;
    Sight {
        transport: (!offline).then_some(line),
        web: (!offline).then(|| Arc::new(Wire::public(false)) as Arc<dyn Transport>),
        address: config.address(Service::Brickognize).map(str::to_owned),
        doubt: config.doubt.unwrap_or(DOUBT),
        inbox: config.inbox.clone(),
        home: directories::BaseDirs::new().map(|dirs| dirs.home_dir().to_owned()),
        ..Sight::default()
    }
}

/// The real clients, over the network.
fn connector(place: &Place, transport: Arc<dyn Transport>) -> Arc<dyn Connector> {
    let config = &place.config.market;
    let address = |service| config.address(service).map(str::to_owned);
    Arc::new(Clients::new(Means {
        transport,
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
        sleeper: Arc::new(ThreadSleeper),
        bricklink: address(Service::BrickLink),
        brickowl: address(Service::BrickOwl),
    }))
}

/// A credential of the service manager, else what the configuration says, else a file beside it.
fn master(place: &Place) -> MasterSource {
    if let Some(folder) = std::env::var_os("CREDENTIALS_DIRECTORY") {
        let folder = PathBuf::from(folder);
        let path = folder.join(CREDENTIAL);
        if path.exists() {
            let before = folder.join(format!("{CREDENTIAL}-before"));
            return MasterSource::Credential(path, before.exists().then_some(before));
        }
    }
    match &place.config.market.master_key {
        MasterKey::File(path) => MasterSource::File(path.clone()),
        MasterKey::Passphrase => match secret(PASSPHRASE) {
            Some(now) => MasterSource::Passphrase(now, secret("BRICKOPS_MASTER_PASSPHRASE_BEFORE")),
            None => MasterSource::NoPassphrase,
        },
        MasterKey::Usual => directories::ProjectDirs::from("", "", "brickops")
            .map_or(MasterSource::Nowhere, |dirs| {
                MasterSource::File(dirs.config_dir().join(usual(&place.data_dir)))
            }),
    }
}

/// Data directories do not share a key: another one in one of them would lock the others.
fn usual(data_dir: &Path) -> String {
    let print = Sha256::digest(data_dir.as_os_str().as_bytes());
    format!("master-{}.key", HEXLOWER.encode(&print[..4]))
}

fn secret(variable: &str) -> Option<Secret> {
    let text = std::env::var(variable).ok()?;
    (!text.is_empty()).then(|| Secret::new(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_practice() {
        for here in [
            "http://127.0.0.1:8801/api/store/v1",
            "http://LOCALHOST/v1",
            "http://[::1]:9/v1",
            "https://127.1.2.3",
        ] {
            assert!(is_here(here), "{here}");
        }
        for elsewhere in [
            "https://api.bricklink.com/api/store/v1",
            "https://localhost.example.org/v1",
            "https://127.0.0.1.example.org",
            "http://10.0.0.7:8801",
            "https://example.org/127.0.0.1",
        ] {
            assert!(!is_here(elsewhere), "{elsewhere}");
        }
    }
}
