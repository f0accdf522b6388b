//! The names of the inventory's columns, as people write them in views and scripts.

use super::{LotColumn, LotSort};

/// Names, the first of which is shown.
const NAMES: [(LotColumn, &str, &[&str]); 26] = [
    (LotColumn::Place, "Place", &["loc", "place", "location"]),
    (LotColumn::No, "Part", &["no", "part", "number"]),
    (LotColumn::Name, "Name", &["name"]),
    (LotColumn::Color, "Colour", &["color", "colour"]),
    (LotColumn::Condition, "Cond", &["cond", "condition"]),
    (LotColumn::Quantity, "Qty", &["qty", "quantity"]),
    (LotColumn::Reserved, "Res", &["reserved"]),
    (LotColumn::Sold, "Sold", &["sold"]),
    (LotColumn::Price, "Price", &["price"]),
    (LotColumn::Cost, "Cost", &["cost"]),
    (LotColumn::Value, "Value", &["value"]),
    (LotColumn::Weight, "Weight", &["weight"]),
    (LotColumn::Age, "Age", &["age", "added"]),
    (LotColumn::Changed, "Changed", &["changed"]),
    (LotColumn::By, "By", &["by"]),
    (LotColumn::Remarks, "Remarks", &["remarks"]),
    (LotColumn::Comments, "Comments", &["comments"]),
    (LotColumn::Tags, "Tags", &["tags", "tag"]),
    (LotColumn::Category, "Category", &["cat", "category"]),
    (LotColumn::Sale, "Sale", &["sale"]),
    (LotColumn::Bulk, "Bulk", &["bulk"]),
    (LotColumn::Stockroom, "Room", &["room", "stockroom"]),
    (LotColumn::Lot, "Lot", &["lot"]),
    (LotColumn::BrickLink, "BL", &["bl", "bricklink"]),
    (LotColumn::BrickOwl, "BO", &["owl", "brickowl"]),
    (LotColumn::Guide, "Guide", &["guide"]),
];

impl LotColumn {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        NAMES.iter().map(|(column, ..)| *column)
    }

    /// The word above the column.
    pub fn title(self) -> &'static str {
        NAMES
            .iter()
            .find(|(column, ..)| *column == self)
            .map_or("", |(_, title, _)| title)
    }

    /// The name in views and scripts.
    pub fn word(self) -> &'static str {
        NAMES
            .iter()
            .find(|(column, ..)| *column == self)
            .and_then(|(.., names)| names.first())
            .copied()
            .unwrap_or("")
    }

    /// From one of its names, in any letter case.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        NAMES
            .iter()
            .find(|(.., names)| names.iter().any(|name| name.eq_ignore_ascii_case(text)))
            .map(|(column, ..)| *column)
    }
}

impl LotSort {
    /// Keys such as `price:down, loc`; the error names what is no column.
    pub fn parse_all(text: &str) -> Result<Vec<Self>, String> {
        text.split([',', ' '])
            .map(str::trim)
            .filter(|key| !key.is_empty())
            .map(|key| {
                let (name, way) = key.split_once(':').unwrap_or((key, "up"));
                let down = match way.to_ascii_lowercase().as_str() {
                    "up" | "asc" => false,
                    "down" | "desc" => true,
                    _ => return Err(format!("“{way}” is neither up nor down")),
                };
                LotColumn::parse(name)
                    .map(|column| Self { column, down })
                    .ok_or_else(|| format!("there is no column “{name}”"))
            })
            .collect()
    }
}

impl std::fmt::Display for LotSort {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.column.word())?;
        f.write_str(if self.down { ":down" } else { "" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_has_a_name_of_its_own() {
        for column in LotColumn::all() {
            assert_eq!(LotColumn::parse(column.word()), Some(column));
            assert!(!column.title().is_empty());
        }
        let keys = LotSort::parse_all("price:down, LOC").expect("two keys");
        let shown: Vec<String> = keys.iter().map(ToString::to_string).collect();
        assert_eq!(shown, ["price:down", "loc"]);
        assert_eq!(
            LotSort::parse_all("prise"),
            Err("there is no column “prise”".into())
        );
    }
}
