//! What the price guide says of the articles on a shelf: read when a filter or an order first asks for it,
//! and read anew when prices were fetched.

use super::columns::Columns;
use super::goods::Goods;
use crate::domain::filter::{Expr, Field, NumberField, Test};
use crate::domain::market::percent_of_guide;
use crate::domain::{Condition, LotColumn, LotSort, Money};
use crate::error::Result;
use crate::store::Tx;

/// Colour, used, and the mean price of the pieces sold.
type Known = (u16, bool, Money);

/// Prices of articles, by item.
#[derive(Debug)]
pub(super) struct Guides(Vec<Vec<Known>>);

impl Guides {
    /// All that is known of the items on a shelf, in this currency.
    pub(super) fn read(goods: &Goods, tx: &Tx<'_>, currency: &str) -> Result<Self> {
        let mut of = vec![Vec::new(); goods.all.len()];
        tx.each_price_sold(currency, |price| {
            let used = price.key.condition == Condition::Used;
            let known = price.guide.known.filter(|(guide, _)| !guide.is_empty());
            if let Some((guide, _)) = known
                && let Some(item) = goods.number(&price.key.item)
                && let Some(row) = of.get_mut(item as usize)
            {
                row.push((price.key.color.0, used, guide.quantity_average));
            }
            Ok(())
        })?;
        Ok(Self(of))
    }

    /// Whether there are no more items than when it was read.
    pub(super) fn is_of(&self, goods: &Goods) -> bool {
        self.0.len() == goods.all.len()
    }

    fn of(&self, columns: &Columns, at: usize) -> Option<Money> {
        let (color, used) = (columns.color[at], columns.is_used(at));
        let row = self.0.get(columns.item[at] as usize)?;
        let known = row.iter().find(|(c, u, _)| (*c, *u) == (color, used))?;
        Some(known.2).filter(|price| *price > Money::ZERO)
    }
}

impl Columns {
    /// The price of a lot in percent of the guide.
    pub(super) fn guide_percent(&self, at: usize) -> Option<u32> {
        let guide = self.guides.as_ref()?.of(self, at)?;
        percent_of_guide(Money::from_raw(self.price[at]), guide)
    }
}

/// Whether a filter or an order asks for the guide.
pub(super) fn asked(filter: &Expr, sort: &[LotSort]) -> bool {
    sort.iter().any(|key| key.column == LotColumn::Guide) || in_filter(filter)
}

fn in_filter(filter: &Expr) -> bool {
    match filter {
        Expr::All => false,
        Expr::And(parts) | Expr::Or(parts) => parts.iter().any(in_filter),
        Expr::Not(inner) => in_filter(inner),
        Expr::Test(test) => matches!(
            test,
            Test::Number {
                field: NumberField::Guide,
                ..
            } | Test::Missing(Field::Guide)
                | Test::Has(Field::Guide)
        ),
    }
}
