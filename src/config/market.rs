//! `[market]` of the configuration: the services outside and the master key, for the server's operator.

use std::path::PathBuf;

use toml::de::DeValue;

use super::{Reader, Value};
use crate::domain::market::Service;

/// Where the master key comes from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum MasterKey {
    /// A key file beside the configuration.
    #[default]
    Usual,
    /// This key file.
    File(PathBuf),
    /// A passphrase from the environment of the server.
    Passphrase,
}

/// What the operator has set about the services outside.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MarketConfig {
    /// Where the master key comes from.
    pub master_key: MasterKey,
    /// Seconds that opened keys stay in memory; `None`: 60.
    pub keys_kept: Option<u32>,
    /// Other addresses of services, in the order of [`Service::ALL`].
    pub addresses: [Option<String>; 3],
    /// Other limits of calls: BrickLink's in 24 hours, BrickOwl's in a minute, Brickognize's in an hour.
    pub calls: [Option<u32>; 3],
    /// Another address of pictures, without a slash at its end.
    pub pictures: Option<String>,
    /// Whole percent below which what a photo shows is doubtful; `None`: 85.
    pub doubt: Option<u8>,
    /// Folder of photos that wait; `None`: `inbox` in the data directory.
    pub inbox: Option<PathBuf>,
    /// Name of the shop whose keys keep the catalogue fresh; `None`: nothing is fetched by itself.
    pub refresh_as: Option<String>,
}

impl MarketConfig {
    /// Another address of a service, without a slash at its end.
    pub fn address(&self, service: Service) -> Option<&str> {
        let at = Service::ALL.iter().position(|one| *one == service)?;
        self.addresses[at].as_deref()
    }
}

const KNOWN: &str = "Known are master_key, keys_kept_seconds, bricklink_url, brickowl_url, \
                     brickognize_url, pictures_url, bricklink_calls, brickowl_calls, brickognize_calls, \
                     identify_doubt, inbox and refresh_as.";

impl Reader<'_> {
    pub(super) fn market(&mut self, value: &Value<'_>) {
        let DeValue::Table(table) = value.get_ref() else {
            self.complain(value.span().start, "[market] is a section.");
            return;
        };
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            let said = match name {
                "master_key" => self.master_key(value),
                "keys_kept_seconds" => number(value, 0..=3_600)
                    .map(|seconds| self.config.market.keys_kept = Some(seconds))
                    .ok_or("`keys_kept_seconds` is a number from 0 to 3600."),
                "bricklink_url" => {
                    address(value).map(|url| self.config.market.addresses[0] = Some(url))
                }
                "brickowl_url" => {
                    address(value).map(|url| self.config.market.addresses[1] = Some(url))
                }
                "brickognize_url" => {
                    address(value).map(|url| self.config.market.addresses[2] = Some(url))
                }
                "pictures_url" => address(value).map(|url| self.config.market.pictures = Some(url)),
                "identify_doubt" => number(value, 0..=100)
                    .and_then(|percent| u8::try_from(percent).ok())
                    .map(|percent| self.config.market.doubt = Some(percent))
                    .ok_or("`identify_doubt` is a number from 0 to 100."),
                "inbox" => match value.get_ref() {
                    DeValue::String(text) if text.starts_with('/') => {
                        self.config.market.inbox = Some(PathBuf::from(text.as_ref()));
                        Ok(())
                    }
                    _ => Err("`inbox` is the whole path of a folder."),
                },
                "refresh_as" => match value.get_ref() {
                    DeValue::String(text) if !text.trim().is_empty() => {
                        self.config.market.refresh_as = Some(text.trim().to_owned());
                        Ok(())
                    }
                    _ => Err("`refresh_as` is the name of a shop."),
                },
                "bricklink_calls" => self.calls(0, value),
                "brickowl_calls" => self.calls(1, value),
                "brickognize_calls" => self.calls(2, value),
                _ => {
                    let message = format!("`{name}` is not known. {KNOWN}");
                    self.complain(key.span().start, &message);
                    Ok(())
                }
            };
            if let Err(message) = said {
                self.complain(value.span().start, message);
            }
        }
    }

    fn master_key(&mut self, value: &Value<'_>) -> Result<(), &'static str> {
        self.config.market.master_key = match value.get_ref() {
            DeValue::String(text) if text.as_ref() == "passphrase" => MasterKey::Passphrase,
            DeValue::String(text) if text.starts_with('/') => {
                MasterKey::File(PathBuf::from(text.as_ref()))
            }
            _ => {
                return Err(
                    "`master_key` is the whole path of a key file, or \"passphrase\" for the one in \
                     BRICKOPS_MASTER_PASSPHRASE.",
                );
            }
        };
        Ok(())
    }

    fn calls(&mut self, at: usize, value: &Value<'_>) -> Result<(), &'static str> {
        let calls = number(value, 10..=1_000_000)
            .ok_or("A limit of calls is a number from 10 to 1000000.")?;
        self.config.market.calls[at] = Some(calls);
        Ok(())
    }
}

/// An address of a service, without a slash at its end.
fn address(value: &Value<'_>) -> Result<String, &'static str> {
    let wrong =
        "An address begins with https://, or with http://127.0.0.1 for a service on this machine.";
    let DeValue::String(text) = value.get_ref() else {
        return Err(wrong);
    };
    let text = text.trim_end_matches('/');
    let local = ["http://127.0.0.1", "http://localhost", "http://[::1]"]
        .iter()
        .any(|begin| {
            text.strip_prefix(begin)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
        });
    let named = |text: &str| !text.contains(|c: char| c.is_whitespace() || c == '@');
    let secure = text
        .strip_prefix("https://")
        .is_some_and(|rest| !rest.is_empty());
    if !(local || secure) || !named(text) || text.contains(['?', '#']) {
        return Err(wrong);
    }
    Ok(text.to_owned())
}

fn number(value: &Value<'_>, range: std::ops::RangeInclusive<u32>) -> Option<u32> {
    match value.get_ref() {
        DeValue::Integer(number) => number
            .to_string()
            .parse()
            .ok()
            .filter(|number| range.contains(number)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn what_the_operator_sets_about_services() {
        let text = "[market]\nmaster_key = \"/etc/brickops/master.key\"\nkeys_kept_seconds = 5\n\
                    bricklink_url = \"http://127.0.0.1:8801/api/store/v1/\"\n\
                    brickowl_url = \"https://owl.example\"\nbricklink_calls = 3000\n\
                    pictures_url = \"http://127.0.0.1:8801/img\"\nidentify_doubt = 75\n\
                    inbox = \"/srv/photos\"\nrefresh_as = \"Brick Corner\"\n";
        let (config, problems) = Config::parse(text);
        assert_eq!(problems, []);
        let market = config.market;
        assert_eq!(
            market.master_key,
            MasterKey::File("/etc/brickops/master.key".into())
        );
        assert_eq!(market.keys_kept, Some(5));
        assert_eq!(
            market.address(Service::BrickLink),
            Some("http://127.0.0.1:8801/api/store/v1")
        );
        assert_eq!(
            market.address(Service::BrickOwl),
            Some("https://owl.example")
        );
        assert_eq!(market.address(Service::Brickognize), None);
        assert_eq!(market.calls, [Some(3_000), None, None]);
        assert_eq!(
            market.pictures.as_deref(),
            Some("http://127.0.0.1:8801/img")
        );
        assert_eq!(market.doubt, Some(75));
        assert_eq!(
            market.inbox.as_deref(),
            Some(std::path::Path::new("/srv/photos"))
        );
        assert_eq!(market.refresh_as.as_deref(), Some("Brick Corner"));
        let (config, _) = Config::parse("[market]\nmaster_key = \"passphrase\"\n");
        assert_eq!(config.market.master_key, MasterKey::Passphrase);
    }

    #[test]
    fn what_the_operator_gets_wrong_about_services() {
        for (line, word) in [
            ("master_key = \"master.key\"", "whole path"),
            ("master_key = 3", "whole path"),
            ("keys_kept_seconds = -1", "0 to 3600"),
            ("bricklink_url = \"http://api.bricklink.com\"", "https://"),
            ("bricklink_url = \"http://127.0.0.1.example\"", "https://"),
            ("bricklink_url = \"https://me:pw@owl.example\"", "https://"),
            ("brickowl_url = 3", "https://"),
            ("brickowl_url = \"https://\"", "https://"),
            ("brickowl_calls = 0", "from 10"),
            ("pictures_url = \"ftp://x\"", "https://"),
            ("identify_doubt = 101", "0 to 100"),
            ("identify_doubt = 0.85", "0 to 100"),
            ("inbox = \"photos\"", "whole path"),
            ("refresh_as = 7", "name of a shop"),
            ("refresh_as = \" \"", "name of a shop"),
            ("password = \"x\"", "Known are"),
        ] {
            let (config, problems) = Config::parse(&format!("[market]\n{line}\n"));
            assert_eq!(problems.len(), 1, "{line}");
            assert_eq!(problems[0].line, 2);
            assert!(
                problems[0].message.contains(word),
                "{}",
                problems[0].message
            );
            assert_eq!(config, Config::default(), "{line}");
        }
    }
}
