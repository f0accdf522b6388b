//! Brings alerts to absent people: by a command of the operator, and to a webhook of the shop.
//!
//! The command gets the alert as one JSON object on its standard input, in one line, and nothing else; a webhook
//! gets the same object by POST. Both have ten seconds.

use std::ffi::OsString;
use std::io::Write;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::channel;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use serde::Serialize;

use crate::domain::Alert;
use crate::services::alerts::Outcome;

/// How alerts go out.
#[derive(Debug)]
pub struct Courier {
    ways: Ways,
    /// Made when first needed: reading the machine's certificates takes its time.
    client: OnceLock<std::result::Result<reqwest::Client, String>>,
}

/// What the operator has set.
#[derive(Debug, Clone)]
pub struct Ways {
    /// Program and arguments; empty: none.
    pub command: Vec<String>,
    /// All of the environment that the command gets: `PATH` and `LANG`.
    pub environment: Vec<(String, OsString)>,
    /// Nothing outside this machine is called.
    pub offline: bool,
    /// How long each way may take.
    pub patience: Duration,
}

impl Default for Ways {
    fn default() -> Self {
        Self {
            command: Vec::new(),
            environment: Vec::new(),
            offline: false,
            patience: Duration::from_secs(10),
        }
    }
}

/// What people and programs outside are sent.
#[derive(Serialize)]
struct Told<'a> {
    kind: &'a str,
    shop: &'a str,
    message: &'a str,
    held_back: u32,
}

impl Courier {
    /// A courier by these ways.
    pub fn new(ways: Ways) -> Self {
        Self {
            ways,
            client: OnceLock::new(),
        }
    }

    fn client(&self) -> std::result::Result<&reqwest::Client, String> {
        let made = self.client.get_or_init(|| {
            // Somebody else may have chosen the same a moment ago.
            let _ = rustls::crypto::ring::default_provider().install_default();
            reqwest::Client::builder()
                .timeout(self.ways.patience)
                .redirect(reqwest::redirect::Policy::none())
                .user_agent(concat!("brickops/", env!("CARGO_PKG_VERSION")))
                .no_proxy()
                .pool_max_idle_per_host(0)
                .build()
                .map_err(|e| format!("it cannot be called from this machine ({e})"))
        });
        made.as_ref().map_err(Clone::clone)
    }

    fn post(&self, address: &str, body: &[u8]) -> Outcome {
        let sent = self.client().and_then(|client| {
            // A runtime and connections of its own each time: alerts are rare.
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .map_err(|e| format!("it cannot be called from this machine ({e})"))?;
            let request = client
                .post(address)
                .header("content-type", "application/json")
                .body(body.to_vec());
            // Sending begins with a timer, which needs the runtime around it.
            let answer = runtime.block_on(async { request.send().await });
            // Looking up a name cannot be broken off; it is not waited for.
            runtime.shutdown_background();
            answer.map_err(|e| why(e, self.ways.patience))
        });
        match sent {
            Ok(answer) if answer.status().is_success() => {
                Ok(format!("webhook: {}", answer.status().as_u16()))
            }
            Ok(answer) if answer.status().is_redirection() => Err(format!(
                "webhook: answered {}, which leads elsewhere; enter the address it leads to",
                answer.status().as_u16()
            )),
            Ok(answer) => Err(format!("webhook: answered {}", answer.status().as_u16())),
            Err(why) => Err(format!("webhook: {why}")),
        }
    }
}

/// Why nothing was answered, without the address's path and query: those may hold a key.
fn why(error: reqwest::Error, patience: Duration) -> String {
    let server = error.url().and_then(|url| {
        let host = url.host_str()?;
        Some(match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        })
    });
    let server = server.as_deref().unwrap_or("the server");
    if error.is_timeout() {
        format!("{server} gave no answer within {}", seconds(patience))
    } else if error.is_connect() {
        format!("{server} cannot be reached")
    } else {
        format!("{server} could not be asked ({})", error.without_url())
    }
}

fn seconds(span: Duration) -> String {
    format!("{} s", span.as_secs_f64())
}

impl crate::services::alerts::Courier for Courier {
    fn deliver(&self, alert: &Alert, webhook: Option<&str>) -> Vec<Outcome> {
        let told = Told {
            kind: alert.kind.word(),
            shop: &alert.shop,
            message: &alert.message,
            held_back: alert.held_back,
        };
        let mut body = match serde_json::to_vec(&told) {
            Ok(body) => body,
            Err(e) => return vec![Err(format!("the alert cannot be written as JSON ({e})"))],
        };
        // A line, as scripts like to read it.
        body.push(b'\n');
        let mut outcomes = Vec::new();
        std::thread::scope(|scope| {
            // On a thread of its own, whoever calls: a runtime cannot be started within another.
            let posting = webhook.filter(|_| !self.ways.offline).map(|address| {
                let body = &body;
                scope.spawn(move || self.post(address, body))
            });
            if !self.ways.command.is_empty() {
                outcomes.push(run(&self.ways, &body));
            }
            if webhook.is_some() && self.ways.offline {
                outcomes.push(Err(
                    "webhook: not sent, as calls to the outside are switched off".into(),
                ));
            }
            if let Some(posting) = posting {
                let posted = posting.join();
                outcomes.push(posted.unwrap_or_else(|_| Err("webhook: the program failed".into())));
            }
        });
        for outcome in &outcomes {
            let came = if outcome.is_ok() { "sent" } else { "failed" };
            metrics::counter!("brickops_alerts_total", "kind" => alert.kind.word(), "outcome" => came)
                .increment(1);
        }
        outcomes
    }
}

/// Runs the command and waits for its end.
fn run(ways: &Ways, body: &[u8]) -> Outcome {
    use std::os::unix::process::CommandExt;
    let [program, arguments @ ..] = ways.command.as_slice() else {
        return Err("command: none is set".into());
    };
    let child = Command::new(program)
        .args(arguments)
        .env_clear()
        .envs(ways.environment.iter().map(|(name, value)| (name, value)))
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // So that what it starts can be ended with it.
        .process_group(0)
        .spawn();
    let mut child = match child {
        Ok(child) => child,
        Err(e) => return Err(format!("command: it cannot be started ({e})")),
    };
    let mut input = child.stdin.take();
    let group = Pid::from_child(&child);
    std::thread::scope(|scope| {
        // One that does not read keeps this waiting until it ends.
        scope.spawn(move || {
            if let Some(input) = &mut input {
                // One that needs no message may end without reading it.
                let _ = input.write_all(body);
            }
        });
        match ended(child, group, ways.patience) {
            Some(Ok(status)) if status.success() => Ok("command: ran".into()),
            Some(Ok(status)) => Err(format!("command: {}", said(status))),
            Some(Err(e)) => Err(format!("command: its end was not seen ({e})")),
            None => Err(format!(
                "command: ended by force after {}",
                seconds(ways.patience)
            )),
        }
    })
}

/// How it ended; `None`: it took too long and was killed with all that it had started.
fn ended(mut child: Child, group: Pid, patience: Duration) -> Option<std::io::Result<ExitStatus>> {
    let (sender, waiting) = channel();
    std::thread::scope(|scope| {
        scope.spawn(move || sender.send(child.wait()));
        let status = waiting.recv_timeout(patience).ok();
        if status.is_none()
            && let Err(e) = kill_process_group(group, Signal::KILL)
        {
            tracing::error!("a command could not be ended: {e}");
        }
        status
    })
}

fn said(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("ended with exit code {code}"),
        (None, Some(signal)) => format!("ended by signal {signal}"),
        (None, None) => "ended in an unknown way".into(),
    }
}
