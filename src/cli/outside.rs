//! What the server calls the services outside with, put together from configuration and environment.

use std::path::PathBuf;
use std::time::Duration;

use super::connect::Place;
use crate::config::MasterKey;
use crate::domain::Secret;
use crate::services::Outside;
use crate::services::gates::CallLimits;
use crate::services::keys::{KEPT, MasterSource};

/// Name of the systemd credential.
const CREDENTIAL: &str = "brickops-master-key";
/// Where a passphrase is.
const PASSPHRASE: &str = "BRICKOPS_MASTER_PASSPHRASE";

/// As the operator has set it up.
pub fn of(place: &Place) -> Outside {
    let config = &place.config.market;
    let [bricklink, brickowl, brickognize] = config.calls;
    Outside {
        master: master(place),
        kept: config
            .keys_kept
            .map_or(KEPT, |seconds| Duration::from_secs(u64::from(seconds))),
        offline: place.config.offline,
        limits: CallLimits {
            bricklink,
            brickowl,
            brickognize,
        },
        ..Outside::default()
    }
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
                MasterSource::File(dirs.config_dir().join("master.key"))
            }),
    }
}

fn secret(variable: &str) -> Option<Secret> {
    let text = std::env::var(variable).ok()?;
    (!text.is_empty()).then(|| Secret::new(text))
}
