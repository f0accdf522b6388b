//! Saved views of the inventory, each person's own.

use clap::Subcommand;

use super::super::caller::unexpected;
use super::super::stock_args::sort;
use super::super::{Ending, json};
use super::Desk;
use crate::api::{Reply, StockRequest};
use crate::domain::{LotColumn, LotQuery, LotShelf, LotSort, LotView};
use crate::error::{Error, Result};

/// `brickops inventory views`
#[derive(Debug, Subcommand)]
pub enum ViewsCommand {
    /// Your views with what they show.
    List,
    /// Save a view, in place of one of the same name; the screens show it too.
    Save {
        /// Its name.
        name: String,
        /// Which lots, as on the screen.
        #[arg(
            long,
            value_name = "FILTER",
            default_value = "",
            hide_default_value = true
        )]
        #[arg(allow_hyphen_values = true)]
        filter: String,
        /// In which order, such as price:down,loc [default: by place].
        #[arg(long, value_name = "FIELDS", value_delimiter = ',', value_parser = sort)]
        sort: Vec<LotSort>,
        /// Which columns, from the left [default: the usual ones].
        #[arg(long, value_name = "FIELDS", value_delimiter = ',', value_parser = column)]
        columns: Vec<LotColumn>,
        /// Among which lots: live, deleted, or the name of a file.
        #[arg(long, value_name = "SHELF", default_value = "live")]
        shelf: String,
    },
    /// Give a view another name.
    Rename {
        /// The view.
        name: String,
        /// Its new name.
        to: String,
    },
    /// Forget a view; the lots stay as they are.
    Forget {
        /// The view.
        name: String,
    },
}

fn column(text: &str) -> std::result::Result<LotColumn, String> {
    LotColumn::parse(text).ok_or_else(|| {
        let words: Vec<&str> = LotColumn::all().map(LotColumn::word).collect();
        format!("the columns are {}", words.join(", "))
    })
}

impl Desk<'_> {
    pub(super) fn views(&self, command: &ViewsCommand) -> Result<Ending> {
        match command {
            ViewsCommand::List => self.all_views(),
            ViewsCommand::Save {
                name,
                filter,
                sort,
                columns,
                shelf,
            } => {
                self.understood(filter)?;
                let view = LotView {
                    name: name.clone(),
                    query: LotQuery {
                        text: filter.clone(),
                        sort: sort.clone(),
                        shelf: self.shelf(shelf)?,
                    },
                    columns: columns.clone(),
                };
                let request = StockRequest::SaveView {
                    view: Box::new(view),
                };
                self.ask(request)?;
                self.one_view(name)
            }
            ViewsCommand::Rename { name, to } => {
                let (name, to) = (name.clone(), to.clone());
                self.ask(StockRequest::RenameView {
                    name,
                    to: to.clone(),
                })?;
                self.one_view(&to)
            }
            ViewsCommand::Forget { name } => {
                let view = self.view(name)?;
                let name = view.name.clone();
                self.ask(StockRequest::DropView { name })?;
                if self.out.json() {
                    self.out.document(&self.document(&view)?);
                } else {
                    self.out.line(format!("{} is forgotten.", view.name));
                }
                Ok(Ending::Done)
            }
        }
    }

    fn every_view(&self) -> Result<Vec<LotView>> {
        match self.ask(StockRequest::Views)? {
            Reply::LotViews(views) => Ok(views),
            _ => Err(unexpected()),
        }
    }

    /// A view by its name, in any letter case.
    pub(super) fn view(&self, name: &str) -> Result<LotView> {
        let wanted = name.trim().to_lowercase();
        let mut views = self.every_view()?.into_iter();
        let found = views.find(|view| view.name.to_lowercase() == wanted);
        found.ok_or_else(|| {
            Error::not_found(format!(
                "You have no view {name}. See `brickops inventory views list`."
            ))
        })
    }

    fn document(&self, view: &LotView) -> Result<json::View> {
        let shelf = match view.query.shelf {
            LotShelf::Live => "live".to_owned(),
            LotShelf::Gone => "deleted".to_owned(),
            LotShelf::File(id) => {
                let mut files = self.all_files()?.into_iter();
                let file = files.find(|row| row.file.id == id);
                file.map_or_else(|| format!("file {id}"), |row| row.file.name)
            }
        };
        Ok(json::View::of(view, shelf))
    }

    fn all_views(&self) -> Result<Ending> {
        let views = self.every_view()?;
        if self.out.json() {
            let all: Result<Vec<json::View>> =
                views.iter().map(|view| self.document(view)).collect();
            self.out.document(&all?);
        } else if views.is_empty() {
            self.out.note(
                "You have no views. Save one with: brickops inventory views save NAME --filter FILTER",
            );
        } else {
            for view in &views {
                self.view_line(view);
            }
        }
        Ok(Ending::Done)
    }

    fn one_view(&self, name: &str) -> Result<Ending> {
        let view = self.view(name)?;
        if self.out.json() {
            self.out.document(&self.document(&view)?);
        } else {
            self.view_line(&view);
        }
        Ok(Ending::Done)
    }

    fn view_line(&self, view: &LotView) {
        let sort: Vec<String> = view.query.sort.iter().map(ToString::to_string).collect();
        let words: Vec<&str> = view.columns.iter().map(|column| column.word()).collect();
        let or = |text: String, none: &str| {
            if text.is_empty() {
                none.to_owned()
            } else {
                text
            }
        };
        self.out.line(format!(
            "{:<24} {:<30} by {:<16} {}",
            view.name,
            or(view.query.text.clone(), "every lot"),
            or(sort.join(","), "place"),
            or(words.join(" "), "the usual columns")
        ));
    }
}
