//! The master key: where it comes from, what may be trusted, and how it is known again.
//!
//! It never lies in the store. A key file beside the configuration is made when the account is opened; an
//! operator may hand it over as a systemd credential, or as a passphrase instead.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use argon2::{Algorithm, Argon2, Params, Version};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, Zeroizing};

use crate::domain::Secret;
use crate::entropy::Entropy;
use crate::error::{Error, Result};
use crate::services::Hashing;
use crate::store::market_keys::MasterHead;

/// Where the master key comes from.
#[derive(Debug, Clone, Default)]
pub enum MasterSource {
    /// From nowhere: keys cannot be kept.
    #[default]
    Nowhere,
    /// The operator wants a passphrase, and none was given to the server.
    NoPassphrase,
    /// A key file of the server's own, made when there is none and nothing is sealed yet.
    File(PathBuf),
    /// Key files that somebody else looks after: the key, and in a rotation the one before.
    Credential(PathBuf, Option<PathBuf>),
    /// A passphrase; in a rotation also the one before.
    Passphrase(Secret, Option<Secret>),
}

const NOWHERE: &str = "There is no master key: name a key file with `master_key` under [market] in the \
     configuration.";
const NO_PASSPHRASE: &str = "The master key is a passphrase, and the server was given none. Start it with \
     BRICKOPS_MASTER_PASSPHRASE in its environment.";

/// A master key in memory.
pub(super) struct Master {
    key: Zeroizing<[u8; 32]>,
    /// Its fingerprint.
    pub(super) id: [u8; 8],
}

impl std::fmt::Debug for Master {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Master(…)")
    }
}

impl Master {
    fn of(key: Zeroizing<[u8; 32]>) -> Self {
        let print = Sha256::new()
            .chain_update(b"brickops master key")
            .chain_update(*key)
            .finalize();
        let mut id = [0; 8];
        id.copy_from_slice(&print[..8]);
        Self { key, id }
    }

    fn random(entropy: &dyn Entropy) -> Result<Self> {
        let mut key = Zeroizing::new([0; 32]);
        entropy.fill(&mut *key)?;
        Ok(Self::of(key))
    }

    fn stretched(passphrase: &Secret, head: &MasterHead) -> Result<Self> {
        let defect = |e: &dyn std::fmt::Display| {
            Error::internal(format!("The passphrase could not be used: {e}."))
        };
        let (memory, passes, lanes) = head.costs.unwrap_or_else(costs);
        let params = Params::new(memory, passes, lanes, Some(32)).map_err(|e| defect(&e))?;
        let mut key = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(passphrase.reveal().as_bytes(), &head.salt, &mut *key)
            .map_err(|e| defect(&e))?;
        Ok(Self::of(key))
    }

    /// The key itself, for the cipher.
    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.key
    }
}

/// What making a key of a passphrase costs.
fn costs() -> (u32, u32, u32) {
    let Hashing {
        memory,
        passes,
        lanes,
    } = Hashing::default();
    (memory * 2, passes + 1, lanes)
}

/// The end of a file that is about to take the place of the one before.
fn coming(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    PathBuf::from(name)
}

impl MasterSource {
    /// How it is called in sentences.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Nowhere | Self::NoPassphrase => "no master key".into(),
            Self::File(path) => format!("the key file {}", path.display()),
            Self::Credential(path, _) => format!("the credential {}", path.display()),
            Self::Passphrase(..) => "the passphrase".into(),
        }
    }

    /// The key that fits what is sealed.
    ///
    /// # Errors
    /// A sentence that says what to do; nothing that is sealed is lost by it.
    pub(super) fn open(&self, head: &MasterHead) -> Result<Master> {
        let lost = "Nothing is lost: the keys of the marketplaces stay sealed until it is there again, or \
                    are entered anew after `brickops market forget-master-key`.";
        let found = match (self, head.costs) {
            (Self::Nowhere, _) => return Err(Error::storage(format!("{NOWHERE} {lost}"))),
            (Self::NoPassphrase, _) => {
                return Err(Error::storage(format!("{NO_PASSPHRASE} {lost}")));
            }
            (Self::File(path), None) => match read(path)? {
                Some(master) if master.id == head.key => Some(master),
                other => beside(path, head)?.or(other),
            },
            (Self::Credential(path, before), None) => match read(path)? {
                Some(master) if master.id == head.key => Some(master),
                other => match before.as_deref().map(read).transpose()?.flatten() {
                    Some(master) if master.id == head.key => Some(master),
                    _ => other,
                },
            },
            (Self::Passphrase(now, before), Some(_)) => {
                let master = Master::stretched(now, head)?;
                match before {
                    Some(before) if master.id != head.key => Some(Master::stretched(before, head)?),
                    _ => Some(master),
                }
            }
            (_, costs) => {
                let was = if costs.is_some() {
                    "a passphrase"
                } else {
                    "a key file or credential"
                };
                return Err(Error::storage(format!(
                    "The marketplaces' keys are sealed with {was}, and {} is set up now. Set it up as it \
                     was before. {lost}",
                    self.words()
                )));
            }
        };
        match found {
            Some(master) if master.id == head.key => Ok(master),
            Some(_) => Err(Error::storage(format!(
                "{} is not the one that the marketplaces' keys are sealed with. Put the right one there. \
                 {lost}",
                capital(&self.words())
            ))),
            None => Err(Error::storage(format!(
                "{} is missing. Put it back from where you keep a copy. {lost}",
                capital(&self.words())
            ))),
        }
    }

    /// The first key, while nothing is sealed: a key file is made, what others look after is read.
    pub(super) fn first(
        &self,
        entropy: &dyn Entropy,
        now: crate::domain::Timestamp,
    ) -> Result<(Master, MasterHead)> {
        let mut head = MasterHead {
            key: [0; 8],
            salt: [0; 16],
            costs: matches!(self, Self::Passphrase(..)).then(costs),
            since: now,
        };
        entropy.fill(&mut head.salt)?;
        let master = match self {
            Self::Nowhere => return Err(Error::storage(NOWHERE)),
            Self::NoPassphrase => return Err(Error::storage(NO_PASSPHRASE)),
            Self::File(path) => {
                if let Some(master) = read(path)? {
                    master
                } else {
                    let master = Master::random(entropy)?;
                    write(path, &master)?;
                    master
                }
            }
            Self::Credential(path, _) => read(path)?.ok_or_else(|| {
                Error::storage(format!(
                    "The credential {} is missing. Make one with `openssl rand -hex 32` and name it in the \
                     service's unit as LoadCredential=brickops-master-key:FILE.",
                    path.display()
                ))
            })?,
            Self::Passphrase(now, _) => Master::stretched(now, &head)?,
        };
        head.key = master.id;
        Ok((master, head))
    }

    /// The next key, for sealing everything anew, while `now` is the one that counts. A key file's next one
    /// lies beside it until [`MasterSource::settle`].
    pub(super) fn next(
        &self,
        entropy: &dyn Entropy,
        now: &Master,
        at: crate::domain::Timestamp,
    ) -> Result<(Master, MasterHead)> {
        let (next, head) = match self {
            Self::File(path) => {
                let next = Master::random(entropy)?;
                let beside = coming(path);
                // What an earlier attempt left there was never used.
                if let Err(e) = fs::remove_file(&beside)
                    && e.kind() != std::io::ErrorKind::NotFound
                {
                    return Err(unreadable(&beside, &e));
                }
                write(&beside, &next)?;
                let mut salt = [0; 16];
                entropy.fill(&mut salt)?;
                let head = MasterHead {
                    key: next.id,
                    salt,
                    costs: None,
                    since: at,
                };
                (next, head)
            }
            _ => self.first(entropy, at)?,
        };
        let same_passphrase = matches!(self, Self::Passphrase(_, None));
        if next.id == now.id || same_passphrase {
            return Err(Error::invalid(format!(
                "{} is still the same. Set up the new one, and the one before as \
                 brickops-master-key-before or BRICKOPS_MASTER_PASSPHRASE_BEFORE; then try again.",
                capital(&self.words())
            )));
        }
        Ok((next, head))
    }

    /// Everything is sealed with the next key and on disk: the one before goes.
    pub(super) fn settle(&self) -> Result<()> {
        if let Self::File(path) = self {
            fs::rename(coming(path), path).map_err(|e| unreadable(path, &e))?;
            sync_folder(path);
        }
        Ok(())
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(chars).collect()
    })
}

fn unreadable(path: &Path, e: &dyn std::fmt::Display) -> Error {
    Error::storage(format!(
        "The master key {} cannot be read or written ({e}).",
        path.display()
    ))
}

/// A key file, if it is there and nobody else can read it.
fn read(path: &Path) -> Result<Option<Master>> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(unreadable(path, &e)),
    };
    let meta = file.metadata().map_err(|e| unreadable(path, &e))?;
    let own = rustix::process::geteuid().as_raw();
    if !meta.is_file() || (meta.uid() != own && meta.uid() != 0) {
        return Err(Error::storage(format!(
            "The master key {} does not belong to the Unix user that runs the server. Give it to that user \
             and to nobody else.",
            path.display()
        )));
    }
    if meta.permissions().mode() & 0o077 != 0 {
        return Err(Error::storage(format!(
            "Others on this machine can read the master key {0}. Run: chmod 600 {0}",
            path.display()
        )));
    }
    let mut text = Zeroizing::new(Vec::with_capacity(256));
    (&mut file)
        .take(200)
        .read_to_end(&mut text)
        .map_err(|e| unreadable(path, &e))?;
    let digits: Zeroizing<Vec<u8>> = Zeroizing::new(
        text.iter()
            .filter(|byte| !byte.is_ascii_whitespace())
            .map(u8::to_ascii_lowercase)
            .collect(),
    );
    let mut key = Zeroizing::new([0; 32]);
    if digits.len() != 64 || HEXLOWER.decode_mut(&digits, &mut *key).is_err() {
        key.zeroize();
        return Err(Error::storage(format!(
            "The master key {} is damaged: it holds 64 hexadecimal digits and nothing else. Put it back \
             from where you keep a copy.",
            path.display()
        )));
    }
    Ok(Some(Master::of(key)))
}

/// The key that is meant, where it is not in its own file: a rotation died between its commit and the
/// renaming, or the data were moved and the file bears the name of where they were.
fn beside(path: &Path, head: &MasterHead) -> Result<Option<Master>> {
    let next = coming(path);
    if let Some(master) = read(&next)?
        && master.id == head.key
    {
        fs::rename(&next, path).map_err(|e| unreadable(path, &e))?;
        return Ok(Some(master));
    }
    let others = path.parent().and_then(|folder| fs::read_dir(folder).ok());
    let found = others
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|other| other.extension().is_some_and(|ext| ext == "key"))
        .take(64)
        // Somebody else's keys are none of ours, whatever is wrong with them.
        .filter_map(|other| read(&other).ok().flatten())
        .find(|master| master.id == head.key);
    Ok(found)
}

/// Writes a key file that only this user can read; one that is there stays.
fn write(path: &Path, master: &Master) -> Result<()> {
    let failed = |e: &dyn std::fmt::Display| unreadable(path, e);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|e| failed(&e))?;
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(|e| failed(&e))?;
    let mut text = Zeroizing::new([0; 65]);
    HEXLOWER.encode_mut(master.bytes(), &mut text[..64]);
    text[64] = b'\n';
    file.write_all(&*text)
        .and_then(|()| file.sync_all())
        .map_err(|e| failed(&e))?;
    sync_folder(path);
    Ok(())
}

/// A new name is on disk only once its folder is.
fn sync_folder(path: &Path) {
    let synced = path.parent().map(|dir| File::open(dir)?.sync_all());
    if let Some(Err(e)) = synced {
        tracing::warn!("the folder of the master key could not be synced: {e}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;
    use crate::entropy::CountingEntropy;

    const NOW: Timestamp = Timestamp::from_seconds(1_763_600_000);

    #[test]
    fn a_key_file_is_made_once_and_only_its_owner_reads_it() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("deep").join("master.key");
        let source = MasterSource::File(path.clone());
        let entropy = CountingEntropy::default();
        let (master, head) = source.first(&entropy, NOW).expect("a key");
        let mode = fs::metadata(&path).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(
            source.open(&head).expect("the same").bytes(),
            master.bytes()
        );
        let (again, _) = source.first(&entropy, NOW).expect("the same");
        assert_eq!(again.id, master.id, "one that is there stays");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("set");
        let e = source.open(&head).expect_err("others read it");
        assert!(e.message.contains("chmod 600"), "{e}");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("set");
        fs::write(&path, "nonsense").expect("written");
        let e = source.open(&head).expect_err("damaged");
        assert!(e.message.contains("damaged"), "{e}");
        fs::remove_file(&path).expect("removed");
        let e = source.open(&head).expect_err("missing");
        assert!(e.message.contains("is missing"), "{e}");
        let other = Master::random(&entropy).expect("a key");
        write(&path, &other).expect("written");
        let e = source.open(&head).expect_err("another one");
        assert!(e.message.contains("is not the one"), "{e}");
    }

    #[test]
    fn a_rotation_that_died_after_its_commit_is_completed() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("master.key");
        let source = MasterSource::File(path.clone());
        let entropy = CountingEntropy::default();
        let (before, head) = source.first(&entropy, NOW).expect("a key");
        let (next, next_head) = source.next(&entropy, &before, NOW).expect("the next");
        assert_ne!(before.id, next.id);
        assert_eq!(source.open(&head).expect("still good").id, before.id);
        assert_eq!(source.open(&next_head).expect("completed").id, next.id);
        assert!(!coming(&path).exists());
        assert_eq!(source.open(&next_head).expect("for good").id, next.id);
    }

    #[test]
    fn data_that_were_moved_find_their_key_by_itself() {
        let dir = tempfile::tempdir().expect("a folder");
        let (here, there) = (dir.path().join("a.key"), dir.path().join("b.key"));
        let entropy = CountingEntropy::default();
        let source = MasterSource::File(here.clone());
        let (master, head) = source.first(&entropy, NOW).expect("a key");
        let moved = MasterSource::File(there.clone());
        assert_eq!(moved.open(&head).expect("found").id, master.id);
        let (next, next_head) = moved.next(&entropy, &master, NOW).expect("the next");
        moved.settle().expect("in its place");
        assert_eq!(moved.open(&next_head).expect("its own now").id, next.id);
        assert_eq!(
            source.open(&head).expect("another's key stays").id,
            master.id
        );
    }

    #[test]
    fn a_passphrase_is_known_again_and_a_wrong_one_is_told() {
        let source = MasterSource::Passphrase(Secret::new("bricks and plates"), None);
        let entropy = CountingEntropy::default();
        let (master, head) = source.first(&entropy, NOW).expect("a key");
        assert_eq!(source.open(&head).expect("again").bytes(), master.bytes());
        let wrong = MasterSource::Passphrase(Secret::new("bricks"), None);
        let e = wrong.open(&head).expect_err("wrong");
        assert!(e.message.contains("is not the one"), "{e}");
        let file = MasterSource::File("/nowhere/master.key".into());
        let e = file.open(&head).expect_err("another kind");
        assert!(e.message.contains("a passphrase"), "{e}");
        let e = source.next(&entropy, &master, NOW).expect_err("the same");
        assert!(e.message.contains("still the same"), "{e}");
        let both = MasterSource::Passphrase(
            Secret::new("studs and tiles"),
            Some(Secret::new("bricks and plates")),
        );
        assert_eq!(both.open(&head).expect("the one before").id, master.id);
        assert!(both.next(&entropy, &master, NOW).is_ok());
    }
}
