//! Finding the data, and somebody who answers: a running server, or this process itself.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use data_encoding::BASE32_NOPAD;

use super::args::Args;
use super::outside;
use super::remembered;
use super::start::Starter;
use crate::api::client::socket::{Revive, Socket};
use crate::api::client::{Blocking, Client, InProcess, Sink};
use crate::api::server::Desk;
use crate::api::{Greeted, Greeting, socket};
use crate::clock::{Clock, SystemClock};
use crate::config::{Config, ConfigProblem};
use crate::domain::Secret;
use crate::entropy::{Entropy, SystemEntropy};
use crate::error::{Error, Result};
use crate::services::{App, Setup};
use crate::store::Store;
use crate::web::courier::{Courier, Ways};

/// The server's own file for where the data lies.
const SYSTEM_CONFIG: &str = "/etc/brickops.toml";

/// Where data and configuration are.
#[derive(Debug, Clone)]
pub struct Place {
    /// The data directory, absolute.
    pub data_dir: PathBuf,
    /// The configuration.
    pub config: Config,
    /// Lines of the configuration file that could not be used.
    pub problems: Vec<ConfigProblem>,
    /// The configuration file, whether it is there or not.
    pub config_file: PathBuf,
    /// The shop that is meant, where there are several.
    pub shop: Option<String>,
    /// Whether an earlier sign-in or a token speaks for this process.
    pub known: bool,
    /// A shared station without a shell.
    pub station: bool,
    /// Start no server.
    pub alone: bool,
    /// The configuration file, if it was named.
    pub named_config: Option<PathBuf>,
    /// What is written to the log, if that was said.
    pub log_level: Option<String>,
    /// Seconds without a client after which a server that is started ends, if that was said.
    pub idle_end: Option<u64>,
}

impl Place {
    /// Flag, environment, `/etc/brickops.toml`, XDG directory, in this order.
    pub fn find(args: &Args) -> Result<Self> {
        let dirs = directories::ProjectDirs::from("", "", "brickops");
        let config_file = args
            .config
            .clone()
            .or_else(|| {
                dirs.as_ref()
                    .map(|dirs| dirs.config_dir().join("config.toml"))
            })
            .unwrap_or_else(|| PathBuf::from("config.toml"));
        let data_dir = args
            .data_dir
            .clone()
            .or_else(system_data_dir)
            .or_else(|| dirs.as_ref().map(|dirs| dirs.data_dir().to_owned()))
            .ok_or_else(|| {
                Error::storage(
                    "There is no home directory to keep data in. Name a place with --data-dir.",
                )
            })?;
        let data_dir = std::path::absolute(&data_dir).unwrap_or(data_dir);
        let (mut config, problems) = read_config(&config_file, args.config.is_some())?;
        config.offline |= args.offline;
        Ok(Self {
            data_dir,
            config,
            problems,
            config_file,
            shop: args.shop.clone(),
            known: !args.station,
            station: args.station,
            alone: args.alone,
            named_config: args
                .config
                .as_deref()
                .map(|path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned())),
            log_level: args.log_level.clone(),
            idle_end: std::env::var("BRICKOPS_IDLE_END")
                .ok()
                .and_then(|text| text.parse().ok()),
        })
    }

    /// The same place for somebody who is about to say who they are.
    pub fn nobody(&self) -> Self {
        Self {
            known: false,
            ..self.clone()
        }
    }
}

fn system_data_dir() -> Option<PathBuf> {
    let text = std::fs::read_to_string(SYSTEM_CONFIG).ok()?;
    let table: toml::Table = text.parse().ok()?;
    Some(PathBuf::from(table.get("data_dir")?.as_str()?))
}

fn read_config(path: &Path, named: bool) -> Result<(Config, Vec<ConfigProblem>)> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Config::parse(&text)),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound && !named => Ok(Config::parse("")),
        Err(e) => Err(Error::invalid(format!(
            "The configuration file {} cannot be read ({e}).",
            path.display()
        ))),
    }
}

/// Opens the data in this process. The search index is opened in the background unless `wait`.
pub fn open(place: &Place, wait: bool) -> Result<Arc<Desk>> {
    let data_dir = &place.data_dir;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let started = clock.now();
    let store = Store::open_dir(data_dir)?;
    let setup = Setup {
        data_dir: data_dir.to_owned(),
        windows: place.config.freshness,
        courier: Some(Arc::new(Courier::new(ways(&place.config)))),
        pictures: outside::pictures(place),
        outside: outside::of(place),
        ..Setup::default()
    };
    let app = Arc::new(App::new(store, clock, setup)?);
    crate::services::freshen::add_jobs(&app, place.config.market.refresh_as.as_deref());
    app.plant_starter()?;
    if wait {
        app.open_index()?;
    } else {
        let behind = Arc::clone(&app);
        std::thread::Builder::new()
            .name("index".into())
            .spawn(move || {
                if let Err(e) = behind.open_index() {
                    tracing::error!("the search index: {e}");
                }
            })
            .map_err(|e| Error::internal(format!("The search index cannot be opened: {e}.")))?;
    }
    Ok(Arc::new(Desk::new(app, data_dir, started)))
}

/// How alerts go out.
fn ways(config: &Config) -> Ways {
    let kept = ["PATH", "LANG"];
    let environment = kept.iter().filter_map(|name| {
        let value = std::env::var_os(name)?;
        Some(((*name).to_owned(), value))
    });
    Ways {
        command: config.alert_command.clone(),
        environment: environment.collect(),
        offline: config.offline,
        ..Ways::default()
    }
}

/// A client of the running server. Where there is none one is started, or this process works on the data
/// itself if that is wanted.
pub fn client(place: &Place, sink: &Sink, wait: bool) -> Result<(Client, Greeted)> {
    let greeting = greeting(place);
    if place.alone {
        if let Some(found) = running(place, &greeting, sink)? {
            return Ok(found);
        }
        let desk = open(place, wait)?;
        return in_process(&desk, greeting, sink);
    }
    let starter = Starter::passing(place);
    // A server that is just ending may be in between; it is gone within a few seconds.
    for _ in 0..ATTEMPTS {
        if let Some(found) = running(place, &greeting, sink)? {
            return Ok(found);
        }
        starter.start(&|| Ok(listens(place)))?;
    }
    Err(Error::storage(format!(
        "The server at {} ends again and again. Its log is in {}.",
        socket::path(&place.data_dir).display(),
        place.data_dir.join("logs").display()
    )))
}

/// How long a command waits for a server that went away in the middle.
const PATIENCE: Duration = Duration::from_secs(15);
/// How often a server is started for one client.
const ATTEMPTS: usize = 20;

fn running(place: &Place, greeting: &Greeting, sink: &Sink) -> Result<Option<(Client, Greeted)>> {
    let path = socket::path(&place.data_dir);
    let starter = Starter::passing(place);
    let there = place.clone();
    let revive: Option<Revive> = (!place.alone).then(|| -> Revive {
        Arc::new(move || {
            if let Err(e) = starter.start(&|| Ok(listens(&there))) {
                tracing::warn!("{e}");
            }
        })
    });
    let found = Socket::connect(&path, greeting.clone(), revive, Arc::clone(sink))?;
    Ok(found.map(|(server, greeted)| (Client::new(server), greeted)))
}

/// Whether somebody takes connections.
fn listens(place: &Place) -> bool {
    let path = socket::path(&place.data_dir);
    std::os::unix::net::UnixStream::connect(path).is_ok()
}

/// What this process says of itself.
pub fn greeting(place: &Place) -> Greeting {
    let mut random = [0; 40];
    if let Err(e) = SystemEntropy.fill(&mut random) {
        // Without a key of its own a station has no PINs and badges.
        tracing::error!("{e}");
        random = [0; 40];
    }
    let (client, key) = random.split_at(8);
    let known = key.iter().any(|byte| *byte != 0);
    Greeting {
        client: client
            .iter()
            .fold(0, |all, byte| (all << 8) | u64::from(*byte)),
        station: place.station,
        key: Secret::new(if known {
            BASE32_NOPAD.encode(key)
        } else {
            String::new()
        }),
        place: here(),
        shop: place.shop.clone(),
        pass: place.known.then(|| pass(place)).flatten(),
    }
}

/// The address that somebody connects from, else the terminal.
fn here() -> String {
    let address = std::env::var("SSH_CONNECTION").ok();
    let address = address.and_then(|text| text.split_whitespace().next().map(str::to_owned));
    address
        .or_else(|| {
            let name = rustix::termios::ttyname(std::io::stdin(), Vec::new()).ok()?;
            let name = name.to_string_lossy().into_owned();
            Some(name.trim_start_matches("/dev/").to_owned())
        })
        .unwrap_or_else(|| "local".to_owned())
}

/// A token that was given, else the sign-in that is remembered.
fn pass(place: &Place) -> Option<Secret> {
    std::env::var("BRICKOPS_TOKEN")
        .ok()
        .filter(|token| !token.is_empty())
        .map(Secret::new)
        .or_else(|| remembered::pass(place, place.shop.as_deref()))
}

/// A client of a desk in this process.
pub fn in_process(desk: &Desk, greeting: Greeting, sink: &Sink) -> Result<(Client, Greeted)> {
    let (transport, greeted) = InProcess::start(desk, greeting, sink)?;
    Ok((Client::new(transport), greeted))
}

/// A client for scripts.
pub fn blocking(place: &Place) -> Result<Blocking> {
    Ok(blocking_greeted(place)?.0)
}

/// The same, with how the connection stands.
pub fn blocking_greeted(place: &Place) -> Result<(Blocking, Greeted)> {
    let (sink, incoming) = Blocking::channel();
    let (client, greeted) = client(place, &sink, true)?;
    let client = Blocking::new(client, incoming);
    // Where a server can be started again, an answer is worth waiting for.
    let client = if place.alone {
        client
    } else {
        client.patient(PATIENCE)
    };
    Ok((client, greeted))
}

/// A client for scripts, of a running server only.
pub fn server(place: &Place) -> Result<Option<Blocking>> {
    let (sink, incoming) = Blocking::channel();
    let path = socket::path(&place.data_dir);
    let found = Socket::connect(&path, greeting(place), None, sink)?;
    Ok(found.map(|(server, _)| Blocking::new(Client::new(server), incoming)))
}
