//! What every process of the program sees to before anything else: no passwords in core dumps, panics in
//! the log.

use rustix::process::{
    DumpableBehavior, Resource, Rlimit, getrlimit, set_dumpable_behavior, setrlimit,
};

/// No core dumps. Failing is no reason not to work.
pub fn keep_secrets() {
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    let limited = setrlimit(Resource::Core, none);
    let hidden = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    if limited.is_err() || hidden.is_err() {
        tracing::warn!("core dumps could not be switched off");
    }
}

/// As many connections as the system allows.
pub fn open_many_files() {
    let now = getrlimit(Resource::Nofile);
    let all = Rlimit {
        current: now.maximum,
        maximum: now.maximum,
    };
    if setrlimit(Resource::Nofile, all).is_err() {
        tracing::warn!("the limit of open files could not be raised");
    }
}

/// Panics go to the log. Those of the database are not printed: it panics at damaged pages, and whoever
/// met one says so in a sentence.
pub fn report_panics() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        tracing::error!("{panic}");
        let of_database = panic
            .location()
            .is_some_and(|at| at.file().contains("/redb-"));
        if !of_database {
            before(panic);
        }
    }));
}
