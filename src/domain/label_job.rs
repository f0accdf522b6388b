//! What labels are asked for.

use serde::{Deserialize, Serialize};

use super::{OrderId, Which};

/// What the labels are for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum LabelsOf {
    /// Every place of the lots that match, in natural order.
    Bins(Which),
    /// The lots that match.
    Lots(Which),
    /// Totes from the first number to the last.
    Totes(u32, u32),
    /// These places.
    Places(Vec<String>),
    /// These orders.
    Orders(Vec<OrderId>),
}

/// What the labels are drawn on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum LabelPaper {
    /// A sheet by its name or its maker's number, and the first label of it that is used, from 1.
    Sheet(String, u16),
    /// A size such as `62x29`, in millimetres.
    Size(String),
}

/// How the labels are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LabelFormat {
    /// Pages.
    Pdf,
    /// For label printers that speak it; dots an inch.
    Zpl(u16),
    /// One picture; dots an inch.
    Png(u16),
}

/// Labels that are asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelJob {
    /// What they are for.
    pub of: LabelsOf,
    /// What they are drawn on.
    pub paper: LabelPaper,
    /// How they are written.
    pub format: LabelFormat,
    /// A `DataMatrix` instead of a QR code.
    pub data_matrix: bool,
}
