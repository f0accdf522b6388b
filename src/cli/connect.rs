//! Finding the data, and somebody who answers: a running server, or this process itself.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::args::Args;
use crate::api::client::socket::Socket;
use crate::api::client::{Blocking, Client, Handler, InProcess, Sink};
use crate::api::server::Desk;
use crate::api::socket;
use crate::clock::{Clock, SystemClock};
use crate::config::{Config, ConfigProblem};
use crate::domain::Windows;
use crate::error::{Error, Result};
use crate::services::{App, Setup};
use crate::store::Store;

/// The server's own file for where the data lies.
const SYSTEM_CONFIG: &str = "/etc/brickops.toml";

/// Where data and configuration are.
#[derive(Debug)]
pub struct Place {
    /// The data directory, absolute.
    pub data_dir: PathBuf,
    /// The configuration.
    pub config: Config,
    /// Lines of the configuration file that could not be used.
    pub problems: Vec<ConfigProblem>,
    /// The configuration file, whether it is there or not.
    pub config_file: PathBuf,
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
        let (config, problems) = read_config(&config_file, args.config.is_some())?;
        Ok(Self {
            data_dir,
            config,
            problems,
            config_file,
        })
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
pub fn open(data_dir: &Path, windows: Windows, wait: bool) -> Result<Arc<Desk>> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let started = clock.now();
    let store = Store::open_dir(data_dir)?;
    let setup = Setup {
        data_dir: data_dir.to_owned(),
        windows,
    };
    let app = Arc::new(App::new(store, clock, setup)?);
    // Everything that is stored belongs to a shop that is there.
    app.shop_record(&app.solo())?;
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

/// A client of the running server, or of this process when there is none.
pub fn client(place: &Place, sink: &Sink, wait: bool) -> Result<Client> {
    if let Some(server) = Socket::connect(&socket::path(&place.data_dir), Arc::clone(sink))? {
        return Ok(Client::new(server));
    }
    let desk = open(&place.data_dir, place.config.freshness, wait)?;
    Ok(in_process(desk, sink))
}

/// A client of a desk in this process.
pub fn in_process(desk: Arc<Desk>, sink: &Sink) -> Client {
    let handler: Arc<dyn Handler> = desk;
    Client::new(InProcess::start(&handler, sink))
}

/// A client for scripts.
pub fn blocking(place: &Place) -> Result<Blocking> {
    let (sink, incoming) = Blocking::channel();
    let client = client(place, &sink, true)?;
    Ok(Blocking::new(client, incoming))
}

/// A client for scripts, of a running server only.
pub fn server(place: &Place) -> Result<Option<Blocking>> {
    let (sink, incoming) = Blocking::channel();
    let found = Socket::connect(&socket::path(&place.data_dir), sink)?;
    Ok(found.map(|server| Blocking::new(Client::new(server), incoming)))
}
