//! Printing slips and labels by the command of the operator's configuration, and by no other.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use super::connect::Place;
use crate::error::{Error, Kind, Result};

/// Prints a text.
pub type Print = Arc<dyn Fn(&str) -> Result<()> + Send + Sync>;

/// What prints, if the configuration names a command.
pub fn by(command: &[String]) -> Option<Print> {
    let (program, arguments) = command.split_first()?;
    let (program, arguments) = (program.clone(), arguments.to_vec());
    Some(Arc::new(move |text| {
        print(&program, &arguments, ("slip was", text.as_bytes()))
    }))
}

/// Prints labels, if the configuration names a command for them.
pub fn labels(command: &[String], bytes: &[u8]) -> Result<()> {
    match command.split_first() {
        Some((program, arguments)) => print(program, arguments, ("labels were", bytes)),
        None => Ok(()),
    }
}

/// Brings bytes into a file or onto paper.
pub type Deliver = Arc<dyn Fn(Option<&str>, &[u8]) -> Result<()> + Send + Sync>;

/// What writes files of the person who sits here, and prints labels.
pub fn delivery(place: &Place) -> Deliver {
    let command = place.config.label_command.clone();
    let config_file = place.config_file.clone();
    Arc::new(move |path, bytes| match path {
        Some(path) => whole(&home(path), bytes),
        None if command.is_empty() => Err(Error::invalid(format!(
            "No command prints labels. Name one in {} under [labels], or choose a file.",
            config_file.display()
        ))),
        None => labels(&command, bytes),
    })
}

/// `~/` as a shell understands it.
fn home(path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), std::env::var_os("HOME")) {
        (Some(rest), Some(home)) => Path::new(&home).join(rest),
        _ => PathBuf::from(path),
    }
}

/// Writes a file whole or not at all.
fn whole(path: &Path, bytes: &[u8]) -> Result<()> {
    let failed = |error: &std::io::Error| {
        Error::storage(format!(
            "{} cannot be written ({error}). Choose another place.",
            path.display()
        ))
    };
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty());
    let dir = dir.unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(dir).map_err(|e| failed(&e))?;
    file.write_all(bytes).map_err(|e| failed(&e))?;
    file.as_file().sync_all().map_err(|e| failed(&e))?;
    file.persist(path).map_err(|e| failed(&e.error))?;
    Ok(())
}

fn print(program: &str, arguments: &[String], (what, bytes): (&str, &[u8])) -> Result<()> {
    let failed = |why: &dyn std::fmt::Display| {
        Error::new(
            Kind::Upstream,
            format!("The {what} not printed: {program} {why}. Tell the server's operator."),
        )
    };
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|e| failed(&format!("could not be started ({e})")))?;
    if let Some(mut input) = child.stdin.take() {
        // A printer that wants no more says so by its exit code.
        let _ = input.write_all(bytes);
    }
    let status = child.wait().map_err(|e| failed(&e))?;
    if status.success() {
        Ok(())
    } else {
        Err(failed(&format!("ended with {status}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_configured_command_prints() {
        assert!(by(&[]).is_none());
        let dir = tempfile::tempdir().expect("a directory");
        let paper = dir.path().join("paper");
        let command = ["/bin/sh", "-c", &format!("cat > {}", paper.display())];
        let command: Vec<String> = command.iter().map(|&word| word.to_owned()).collect();
        let print = by(&command).expect("a printer");
        print("ABCD-EFGH").expect("printed");
        assert_eq!(std::fs::read_to_string(paper).expect("paper"), "ABCD-EFGH");
        let broken = by(&["/bin/false".to_owned()]).expect("a printer");
        assert_eq!(broken("x").expect_err("no paper").kind, Kind::Upstream);
        let missing = by(&["/no/such/printer".to_owned()]).expect("a printer");
        assert!(missing("x").is_err());
    }
}
