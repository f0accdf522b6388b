//! The shop's rule for places: as it is, another one tried out, another one set.

use clap::Subcommand;

use super::super::caller::unexpected;
use super::super::{Ending, json};
use super::Desk;
use super::deed::lots;
use crate::api::{Reply, StockRequest};
use crate::domain::place_rule::PLACE_RULES;
use crate::domain::{PlaceRule, PlaceRuleFit};
use crate::error::{Error, Result};

/// `brickops inventory place-rule`
#[derive(Debug, Subcommand)]
pub enum PlaceRuleCommand {
    /// The rule, and how many lots it understands.
    Show,
    /// What another rule would read; nothing is changed.
    Try {
        /// remarks, own, before |, after loc:, or between [ ].
        #[arg(required = true, value_name = "RULE")]
        rule: Vec<String>,
    },
    /// Read every place by another rule from now on.
    Set {
        /// remarks, own, before |, after loc:, or between [ ].
        #[arg(required = true, value_name = "RULE")]
        rule: Vec<String>,
    },
}

fn parsed(words: &[String]) -> Result<PlaceRule> {
    let text = words.join(" ");
    PlaceRule::parse(&text)
        .ok_or_else(|| Error::invalid(format!("{text} is no rule for places. {PLACE_RULES}")))
}

impl Desk<'_> {
    pub(super) fn place_rule(&self, command: &PlaceRuleCommand) -> Result<Ending> {
        match command {
            PlaceRuleCommand::Show => self.show_rule(None),
            PlaceRuleCommand::Try { rule } => self.show_rule(Some(parsed(rule)?)),
            PlaceRuleCommand::Set { rule } => {
                let rule = parsed(rule)?;
                let report = self.long(|op| StockRequest::SetPlaceRule { rule, op })?;
                Ok(self.did(&report))
            }
        }
    }

    fn show_rule(&self, rule: Option<PlaceRule>) -> Result<Ending> {
        let Reply::PlaceRule(fit) = self.ask(StockRequest::PlaceRule { rule })? else {
            return Err(unexpected());
        };
        if self.out.json() {
            self.out.document(&json::PlaceRule::from(&*fit));
        } else {
            self.rule_lines(&fit);
        }
        Ok(Ending::Done)
    }

    fn rule_lines(&self, fit: &PlaceRuleFit) {
        self.out.line(format!(
            "{}: a place is read of {} of {}; {} have no remarks, {} are not understood",
            fit.rule,
            fit.understood,
            lots(fit.lots),
            fit.empty,
            fit.not_understood()
        ));
        for (remarks, place) in &fit.examples {
            self.out.line(format!("  {place:<16} from {remarks}"));
        }
        for remarks in &fit.odd {
            self.out
                .line(format!("  {:<16} from {remarks}", "not understood"));
        }
    }
}
