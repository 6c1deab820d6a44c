//! Who goes first when there are fewer cores than work.

/// Lets the calling thread, and the threads that it starts, stand back for the window's: a frame is short, and a pass over
/// the data gets all that is left. Does nothing where the system has no such thing for threads.
#[cfg(all(feature = "gui", target_os = "linux"))]
pub fn stand_back() {
    // A system that refuses gives all the same priority, which is no harm.
    let _ = rustix::process::setpriority_process(Some(rustix::thread::gettid()), 10);
}

/// See above.
#[cfg(not(all(feature = "gui", target_os = "linux")))]
pub fn stand_back() {}
