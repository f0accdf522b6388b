//! Signs of the screens, for terminals that know Unicode and for those that do not.

/// Signs that exist twice: once for terminals that know Unicode, once for the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signs {
    /// Before the selected row.
    pub cursor: &'static str,
    /// Before a marked row.
    pub mark: &'static str,
    /// At the end of what was cut.
    pub ellipsis: &'static str,
    /// One column of a rule.
    pub rule: &'static str,
    /// Between the parts of a path.
    pub step: &'static str,
    /// Something went right.
    pub right: &'static str,
    /// Something went wrong.
    pub wrong: &'static str,
    /// Times.
    pub times: &'static str,
    /// No value.
    pub none: &'static str,
    /// In step.
    pub full: &'static str,
    /// Waiting.
    pub ring: &'static str,
    /// Before what is the shop's own.
    pub own: &'static str,
    /// A node that can be opened.
    pub closed: &'static str,
    /// A node that is open.
    pub open: &'static str,
    /// Behind a column that rows are sorted by, and by which the other way round.
    pub rising: &'static str,
    /// See `rising`.
    pub falling: &'static str,
    /// Part of a bar that is done, and one that is not.
    pub bar: (&'static str, &'static str),
    /// Bars of a small chart, from the lowest to the highest.
    pub chart: [&'static str; 8],
    /// Corners and edges of what lies on top: `┌ ┐ └ ┘ ─ │`.
    pub frame: [&'static str; 6],
}

/// For terminals that know Unicode.
pub const UNICODE: Signs = Signs {
    cursor: "▸",
    mark: "✓",
    ellipsis: "…",
    rule: "─",
    step: "▸",
    right: "✓",
    wrong: "✗",
    times: "×",
    none: "–",
    full: "●",
    ring: "○",
    own: "•",
    closed: "▸",
    open: "▾",
    rising: "▴",
    falling: "▾",
    bar: ("▓", "░"),
    chart: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
    frame: ["┌", "┐", "└", "┘", "─", "│"],
};

/// For the others.
pub const ASCII: Signs = Signs {
    cursor: ">",
    mark: "*",
    ellipsis: "...",
    rule: "-",
    step: ">",
    right: "OK",
    wrong: "NO",
    times: "x",
    none: "-",
    full: "*",
    ring: "o",
    own: "'",
    closed: "+",
    open: "-",
    rising: "^",
    falling: "v",
    bar: ("#", "."),
    chart: [".", ".", ":", ":", "|", "|", "#", "#"],
    frame: ["+", "+", "+", "+", "-", "|"],
};
