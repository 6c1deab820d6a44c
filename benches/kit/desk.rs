//! A session without a window, and its person's patience.

use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use scumble::workbench::EngineChoice;
use scumble::workbench::session::{Event, FrameStatus, Generation, OpenData, Session, Wake};
use scumble::workbench::sources::Sources;

/// A session and what rings when it has something to tell.
pub struct Desk {
    pub session: Session,
    bell: Arc<(Mutex<bool>, Condvar)>,
}

impl Desk {
    pub fn new() -> Self {
        let bell: Arc<(Mutex<bool>, Condvar)> = Arc::default();
        let its = Arc::clone(&bell);
        let wake: Wake = Arc::new(move || {
            *its.0.lock().unwrap() = true;
            its.1.notify_all();
        });
        Self { session: Session::new(EngineChoice::Cpu, None, wake).unwrap(), bell }
    }

    /// What has happened, if anything does in some time.
    pub fn events(&mut self, patience: Duration) -> Vec<Event> {
        let rung = self.bell.0.lock().unwrap();
        let (mut rung, _) = self.bell.1.wait_timeout_while(rung, patience, |rung| !*rung).unwrap();
        *rung = false;
        drop(rung);
        self.session.poll()
    }

    pub fn open(&mut self, sources: Sources) -> Arc<OpenData> {
        self.session.open(sources);
        loop {
            for event in self.events(Duration::from_secs(1)) {
                match event {
                    Event::Opened(data) => return data,
                    Event::OpenFailed(_, refusal) => panic!("{refusal:?}"),
                    _ => {}
                }
            }
        }
    }

    /// The newest exact frame among what has happened.
    pub fn shown(&mut self, patience: Duration) -> Option<Generation> {
        let mut newest = None;
        for event in self.events(patience) {
            match event {
                Event::Painted(painted) if painted.shown.status == FrameStatus::Exact => {
                    newest = newest.max(Some(painted.shown.generation));
                }
                Event::Failed(_, error) => panic!("{error}"),
                _ => {}
            }
        }
        newest
    }
}
