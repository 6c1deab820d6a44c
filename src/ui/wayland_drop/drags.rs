//! The seats, the drags over this program's windows, and what the compositor says about them.

use std::io::PipeReader;
use std::os::fd::AsFd as _;
use std::path::PathBuf;
use std::sync::mpsc::Sender;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use wayland_client::protocol::wl_data_device::{self, WlDataDevice};
use wayland_client::protocol::wl_data_device_manager::{DndAction, WlDataDeviceManager};
use wayland_client::protocol::wl_data_offer::{self, WlDataOffer};
use wayland_client::protocol::wl_registry::{self, WlRegistry};
use wayland_client::protocol::wl_seat::WlSeat;
use wayland_client::{Connection, Dispatch, Proxy, QueueHandle, WEnum, delegate_noop, event_created_child};

use super::super::uri_list;
use super::transfer::{Progress, Transfer};
use super::{DropEvent, Wake};

/// Formats that may name files, the best first.
const FORMATS: [&str; 3] = ["text/uri-list", "text/plain;charset=utf-8", "text/plain"];
const URI_LIST: usize = 0;

/// What the compositor told about an offer.
#[derive(Debug, Default)]
pub struct OfferFacts {
    /// Best format on offer, an index of [`FORMATS`].
    format: Option<usize>,
    /// Whether both sides agreed to copy; without an action, an offer must not be finished.
    is_copy: bool,
}

type Facts = Mutex<OfferFacts>;

struct Seat {
    name: u32,
    seat: WlSeat,
    /// One, then two.
    devices: Vec<WlDataDevice>,
}

/// Whose a data device is: the global name of its seat, and which of that seat's devices it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeviceKey {
    seat: u32,
    place: usize,
}

/// One drag, from when it enters until its files have arrived.
struct Drag {
    /// The device that told of it first.
    device: DeviceKey,
    /// Of the event that it entered with.
    serial: u32,
    offer: WlDataOffer,
    /// The same drag as another device was told of it. Kept as long as the drag: giving an offer back may end its drag.
    twin: Option<WlDataOffer>,
    /// Format asked for; none when there is nothing for us in it.
    format: Option<usize>,
    transfer: Option<Transfer>,
    paths: Vec<PathBuf>,
    /// Whether the person was told of it.
    is_shown: bool,
    is_dropped: bool,
}

/// All state of the listening thread.
pub struct Drags {
    events: Sender<DropEvent>,
    wake: Wake,
    /// This machine's name, which some programs put into URIs.
    host: String,
    manager: Option<WlDataDeviceManager>,
    seats: Vec<Seat>,
    /// How many devices each seat is to have.
    devices: usize,
    drags: Vec<Drag>,
    is_over: bool,
}

impl Drags {
    pub fn new(events: Sender<DropEvent>, wake: Wake) -> Self {
        let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
        Self { events, wake, host, manager: None, seats: Vec::new(), devices: 1, drags: Vec::new(), is_over: false }
    }

    /// Whether nobody listens any more.
    pub fn is_over(&self) -> bool {
        self.is_over
    }

    /// The pipes of all transfers.
    pub fn pipes(&self) -> impl Iterator<Item = &PipeReader> {
        self.drags.iter().filter_map(|drag| drag.transfer.as_ref()).map(Transfer::pipe)
    }

    /// When the first transfer runs out of time.
    pub fn deadline(&self) -> Option<Instant> {
        self.drags.iter().filter_map(|drag| drag.transfer.as_ref()).map(Transfer::deadline).min()
    }

    /// Reads from those transfers, in the order of [`Drags::pipes`], that are ready.
    pub fn receive(&mut self, ready: &[bool]) {
        let going: Vec<usize> = (0..self.drags.len()).filter(|&i| self.drags[i].transfer.is_some()).collect();
        for (i, _) in going.into_iter().zip(ready).filter(|(_, is_ready)| **is_ready) {
            match self.drags[i].transfer.as_mut().map(Transfer::receive) {
                None | Some(Progress::Going) => {}
                Some(Progress::Whole(bytes)) => self.arrived(i, &bytes),
                Some(Progress::Failed) => self.arrived(i, &[]),
            }
        }
        self.clear();
    }

    /// Ends the transfers that took too long.
    pub fn give_up(&mut self, now: Instant) {
        for i in 0..self.drags.len() {
            if self.drags[i].transfer.as_ref().is_some_and(|transfer| transfer.deadline() <= now) {
                self.arrived(i, &[]);
            }
        }
        self.clear();
    }

    /// Gives everything back to the compositor.
    pub fn release(&mut self) {
        self.drags.drain(..).for_each(Drag::destroy);
        for seat in self.seats.drain(..) {
            seat.release();
        }
    }

    fn send(&mut self, event: DropEvent) {
        self.is_over |= self.events.send(event).is_err();
        (self.wake)();
    }

    /// The list of drag `i` is here, or will never be (then it is empty).
    fn arrived(&mut self, i: usize, bytes: &[u8]) {
        let drag = &mut self.drags[i];
        drag.transfer = None;
        drag.paths = match drag.format {
            Some(URI_LIST) => uri_list::paths_of_uris(bytes, &self.host),
            _ => uri_list::paths_of_text(bytes, &self.host),
        };
        if drag.is_dropped {
            self.finish(i);
        } else if !drag.paths.is_empty() {
            drag.is_shown = true;
            let count = Some(drag.paths.len());
            self.send(DropEvent::Hover { count });
        } else if drag.format != Some(URI_LIST) {
            // Text that names no file. (A list of URIs may come when it is dropped, though it did not come yet.)
            drag.format = None;
            drag.offer.accept(drag.serial, None);
        }
    }

    /// Reports the drop of drag `i` and ends it; [`Drags::clear`] then forgets it.
    fn finish(&mut self, i: usize) {
        let drag = &mut self.drags[i];
        let is_agreed = drag.format.is_some() && facts(&drag.offer).is_copy;
        if is_agreed && drag.offer.version() >= wl_data_offer::REQ_FINISH_SINCE {
            drag.offer.finish();
        }
        drag.format = None;
        let paths = std::mem::take(&mut drag.paths);
        self.send(DropEvent::Drop(paths));
    }

    /// Forgets drags that are dropped and done.
    fn clear(&mut self) {
        let done = |drag: &mut Drag| drag.is_dropped && drag.transfer.is_none();
        self.drags.extract_if(.., done).for_each(Drag::destroy);
    }

    /// The drag that hovers with this seat.
    fn hovering(&self, seat: u32) -> Option<usize> {
        self.drags.iter().position(|drag| drag.device.seat == seat && !drag.is_dropped)
    }

    fn enter(&mut self, device: DeviceKey, serial: u32, offer: WlDataOffer) {
        if let Some(drag) = self.hovering(device.seat).map(|i| &mut self.drags[i])
            && drag.device != device
            && drag.twin.is_none()
        {
            drag.twin = Some(offer);
            return;
        }
        self.leave(device.seat);
        let format = facts(&offer).format;
        offer.accept(serial, format.map(|format| FORMATS[format].to_owned()));
        if offer.version() >= wl_data_offer::REQ_SET_ACTIONS_SINCE {
            // Never "move": its source would delete the files.
            let action = if format.is_some() { DndAction::Copy } else { DndAction::None };
            offer.set_actions(action, action);
        }
        let is_shown = format == Some(URI_LIST);
        // Read ahead, so that the number of files is known while they hover.
        let transfer = format.and_then(|format| ask(&offer, format));
        let paths = Vec::new();
        self.drags.push(Drag {
            device,
            serial,
            offer,
            twin: None,
            format,
            transfer,
            paths,
            is_shown,
            is_dropped: false,
        });
        if is_shown {
            self.send(DropEvent::Hover { count: None });
        }
    }

    fn leave(&mut self, seat: u32) {
        if let Some(i) = self.hovering(seat) {
            let drag = self.drags.remove(i);
            let is_shown = drag.is_shown;
            drag.destroy();
            if is_shown {
                self.send(DropEvent::Leave);
            }
        }
    }

    fn dropped(&mut self, seat: u32) {
        let Some(i) = self.hovering(seat) else {
            return;
        };
        let drag = &mut self.drags[i];
        let Some(format) = drag.format else {
            return self.leave(seat);
        };
        drag.is_dropped = true;
        match &mut drag.transfer {
            Some(transfer) => transfer.prolong(Instant::now()),
            // Some programs deliver only what is dropped.
            None if drag.paths.is_empty() => drag.transfer = ask(&drag.offer, format),
            None => {}
        }
        if drag.transfer.is_none() {
            self.finish(i);
        }
        self.clear();
    }

    fn add_devices(&mut self, queue: &QueueHandle<Self>) {
        let Some(manager) = &self.manager else {
            return;
        };
        for seat in &mut self.seats {
            for place in seat.devices.len()..self.devices {
                let key = DeviceKey { seat: seat.name, place };
                seat.devices.push(manager.get_data_device(&seat.seat, queue, key));
            }
        }
    }

    /// Gives each seat its last device.
    pub fn bind_last(&mut self, queue: &QueueHandle<Self>) {
        self.devices = 2;
        self.add_devices(queue);
    }

    /// Whether the drag that hovers is another device's, which tells of its end, too.
    fn is_twins(&self, device: DeviceKey) -> bool {
        self.hovering(device.seat).is_some_and(|i| self.drags[i].device != device)
    }
}

impl Drag {
    /// Gives it back to the compositor.
    fn destroy(self) {
        self.offer.destroy();
        if let Some(twin) = self.twin {
            twin.destroy();
        }
    }
}

impl Seat {
    fn release(self) {
        for device in self.devices {
            if device.version() >= wl_data_device::REQ_RELEASE_SINCE {
                device.release();
            }
        }
        if self.seat.version() >= wayland_client::protocol::wl_seat::REQ_RELEASE_SINCE {
            self.seat.release();
        }
    }
}

/// Asks the other program for the list; none when there is no pipe to be had.
fn ask(offer: &WlDataOffer, format: usize) -> Option<Transfer> {
    let (transfer, writer) = Transfer::new(Instant::now()).ok()?;
    // The request keeps a duplicate of `writer` until it is sent.
    offer.receive(FORMATS[format].to_owned(), writer.as_fd());
    Some(transfer)
}

fn facts(offer: &WlDataOffer) -> OfferFacts {
    let known = offer.data::<Facts>().map(locked);
    known.map_or_else(OfferFacts::default, |facts| OfferFacts { ..*facts })
}

fn locked(facts: &Facts) -> MutexGuard<'_, OfferFacts> {
    facts.lock().unwrap_or_else(PoisonError::into_inner)
}

delegate_noop!(Drags: ignore WlSeat);
delegate_noop!(Drags: ignore WlDataDeviceManager);

impl Dispatch<WlRegistry, ()> for Drags {
    fn event(
        state: &mut Self,
        registry: &WlRegistry,
        event: wl_registry::Event,
        (): &(),
        _: &Connection,
        queue: &QueueHandle<Self>,
    ) {
        match event {
            wl_registry::Event::Global { name, interface, version } => {
                if interface == WlSeat::interface().name {
                    let seat = registry.bind(name, version.min(5), queue, ());
                    state.seats.push(Seat { name, seat, devices: Vec::new() });
                } else if interface == WlDataDeviceManager::interface().name && state.manager.is_none() {
                    state.manager = Some(registry.bind(name, version.min(3), queue, ()));
                }
                state.add_devices(queue);
            }
            wl_registry::Event::GlobalRemove { name } => {
                if let Some(i) = state.seats.iter().position(|seat| seat.name == name) {
                    state.leave(name);
                    state.seats.remove(i).release();
                }
            }
            _ => {}
        }
    }
}

impl Dispatch<WlDataDevice, DeviceKey> for Drags {
    fn event(
        state: &mut Self,
        _: &WlDataDevice,
        event: wl_data_device::Event,
        device: &DeviceKey,
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
        match event {
            wl_data_device::Event::Enter { serial, id: Some(offer), .. } => state.enter(*device, serial, offer),
            // The device that told of the drag first tells of its end, too.
            wl_data_device::Event::Leave | wl_data_device::Event::Drop if state.is_twins(*device) => {}
            wl_data_device::Event::Leave => state.leave(device.seat),
            wl_data_device::Event::Drop => state.dropped(device.seat),
            // The clipboard, which is none of our business.
            wl_data_device::Event::Selection { id: Some(offer) } => offer.destroy(),
            _ => {}
        }
    }

    event_created_child!(Drags, WlDataDevice, [
        wl_data_device::EVT_DATA_OFFER_OPCODE => (WlDataOffer, Facts::default())
    ]);
}

impl Dispatch<WlDataOffer, Facts> for Drags {
    fn event(
        _: &mut Self,
        _: &WlDataOffer,
        event: wl_data_offer::Event,
        facts: &Facts,
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
        match event {
            wl_data_offer::Event::Offer { mime_type } => {
                let mut facts = locked(facts);
                let found = FORMATS.iter().position(|format| mime_type == **format);
                facts.format = match (facts.format, found) {
                    (Some(known), Some(found)) => Some(known.min(found)),
                    (known, found) => known.or(found),
                };
            }
            wl_data_offer::Event::Action { dnd_action } => {
                locked(facts).is_copy = matches!(dnd_action, WEnum::Value(action) if action == DndAction::Copy);
            }
            _ => {}
        }
    }
}
