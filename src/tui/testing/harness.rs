//! Presses keys, passes answers on, and looks at the screen: the real program on one thread.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui_image::picker::ProtocolType;

use super::shop::{NOW, Shop};
use super::{plain, styled};
use crate::api::Request;
use crate::api::client::{Client, Incoming, Transport};
use crate::api::framing::Ticket;
use crate::clock::ManualClock;
use crate::error::Result;
use crate::tui::effect::Destination;
use crate::tui::input::Input;
use crate::tui::key::Key;
use crate::tui::theme::{Depth, Theme};
use crate::tui::widgets::picture::Show;
use crate::tui::{App, AppEvent, Deliverer, Options};

#[derive(Debug, Default)]
struct Asked(Mutex<VecDeque<(Ticket, Request)>>);

impl Transport for Asked {
    fn send(&self, ticket: Ticket, request: Request) -> Result<()> {
        if let Ok(mut queue) = self.0.lock() {
            queue.push_back((ticket, request));
        }
        Ok(())
    }
}

/// Files by path, and what was printed.
pub type Delivered = Arc<Mutex<Vec<(Option<String>, Vec<u8>)>>>;

/// The program, its shop, and a screen that is only a buffer.
#[derive(Debug)]
pub struct Harness {
    pub app: App,
    pub terminal: Terminal<TestBackend>,
    theme: Theme,
    pub shop: Shop,
    asked: Arc<Asked>,
    elapsed: Duration,
    /// What was written into files (by path) and printed.
    pub delivered: Delivered,
    /// Answers are passed on at once, unless a test wants to see what happens before they come.
    pub answering: bool,
}

impl Harness {
    /// A shop at work on a terminal of this size.
    pub fn new(width: u16, height: u16) -> Self {
        Self::with(
            Shop::new(),
            Theme::new(Depth::Rgb),
            Destination::Home,
            width,
            height,
        )
    }

    /// Everything chosen.
    pub fn with(shop: Shop, theme: Theme, start: Destination, width: u16, height: u16) -> Self {
        Self::set_up(
            shop,
            theme,
            |options| options.start = start,
            (width, height),
        )
    }

    fn set_up(
        shop: Shop,
        theme: Theme,
        adjust: impl FnOnce(&mut Options),
        (width, height): (u16, u16),
    ) -> Self {
        let asked = Arc::new(Asked::default());
        let client = Client::new(Arc::clone(&asked) as Arc<dyn Transport>);
        let mut options = Options::new(theme, ManualClock::at(NOW));
        let delivered = Delivered::default();
        let sink = Arc::clone(&delivered);
        options.deliver = Some(Deliverer(Arc::new(move |path, bytes| {
            if let Ok(mut kept) = sink.lock() {
                kept.push((path.map(str::to_owned), bytes.to_vec()));
            }
            Ok(())
        })));
        adjust(&mut options);
        let app = App::new(client, shop.greeted(), options, width, height);
        let terminal = Terminal::new(TestBackend::new(width, height)).expect("a buffer");
        let mut harness = Self {
            app,
            terminal,
            theme,
            shop,
            asked,
            elapsed: Duration::ZERO,
            delivered,
            answering: true,
        };
        harness.settle();
        harness
    }

    /// A shop whose terminal shows pictures as half blocks.
    pub fn illustrated(start: Destination, width: u16, height: u16) -> Self {
        Self::set_up(
            Shop::new(),
            Theme::new(Depth::Rgb),
            |options| {
                options.start = start;
                options.pictures = Some(Show {
                    kind: ProtocolType::Halfblocks,
                    cell: (10, 20),
                });
            },
            (width, height),
        )
    }

    /// What has been asked and not answered.
    pub fn open_requests(&self) -> Vec<Request> {
        let queue = self.asked.0.lock().expect("not poisoned");
        queue.iter().map(|(_, request)| request.clone()).collect()
    }

    /// Answers the oldest request; `false` when there is none.
    pub fn answer_one(&mut self) -> bool {
        let next = self.asked.0.lock().expect("not poisoned").pop_front();
        let Some((ticket, request)) = next else {
            return false;
        };
        let answer = self.shop.answer(request);
        self.app
            .feed(AppEvent::Incoming(Incoming::Answer(ticket, answer)));
        true
    }

    /// Loses what was asked, as a server that dies.
    pub fn lose_requests(&mut self) {
        self.asked.0.lock().expect("not poisoned").clear();
    }

    /// Answers everything.
    pub fn answer_all(&mut self) -> &mut Self {
        while self.answer_one() {}
        self
    }

    /// Answers everything and lets panes and counts come.
    pub fn settle(&mut self) -> &mut Self {
        for _ in 0..4 {
            self.answer_all();
            self.wait(110);
        }
        self.answer_all()
    }

    /// Lets time pass.
    pub fn wait(&mut self, millis: u64) -> &mut Self {
        self.elapsed += Duration::from_millis(millis);
        self.app.elapse(self.elapsed);
        self
    }

    /// Presses keys, written as in the keymap: `g i`, `Ctrl+F`, `Enter`.
    pub fn press(&mut self, keys: &str) -> &mut Self {
        for key in keys.split_whitespace() {
            let key = Key::parse(key).expect(key);
            self.app.feed(AppEvent::Input(Input::Key(key)));
            self.draw();
            if self.answering {
                self.answer_all();
            }
        }
        self
    }

    /// Types a text.
    pub fn type_in(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            self.app.feed(AppEvent::Input(Input::Key(Key::char(c))));
            self.draw();
            if self.answering {
                self.answer_all();
            }
        }
        self
    }

    /// Another size.
    pub fn resize(&mut self, width: u16, height: u16) -> &mut Self {
        self.terminal.backend_mut().resize(width, height);
        self.app.feed(AppEvent::Input(Input::Resize(width, height)));
        self.answer_all();
        self
    }

    /// Draws as the program does: only if something asks for it.
    fn draw(&mut self) {
        self.app.draw_to(&mut self.terminal).expect("draws");
    }

    /// Draws, and answers what is on the screen. Drawing all of it anew must show the same: a change
    /// that does not ask to be drawn would be seen only by accident.
    pub fn buffer(&mut self) -> &Buffer {
        self.draw();
        let seen = plain(self.terminal.backend().buffer());
        self.app.redraw();
        self.draw();
        let there = plain(self.terminal.backend().buffer());
        assert!(seen == there, "not drawn:\n{seen}\nbut there is:\n{there}");
        self.terminal.backend().buffer()
    }

    /// The screen as text.
    pub fn screen(&mut self) -> String {
        plain(self.buffer())
    }

    /// The screen as text with its roles.
    pub fn styled(&mut self) -> String {
        let theme = self.theme;
        styled(self.buffer(), theme)
    }

    /// The screen shows this.
    #[track_caller]
    pub fn shows(&mut self, text: &str) -> &mut Self {
        let screen = self.screen();
        assert!(screen.contains(text), "`{text}` is not on:\n{screen}");
        self
    }

    /// The screen does not show this.
    #[track_caller]
    pub fn hides(&mut self, text: &str) -> &mut Self {
        let screen = self.screen();
        assert!(!screen.contains(text), "`{text}` is on:\n{screen}");
        self
    }
}
