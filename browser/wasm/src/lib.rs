//! Monty's REPL as a WebAssembly reactor.
//!
//! A host writes a request into [`room`] and calls [`turn`] or [`syntax`] with it; what they answer arrives at the
//! two functions that it supplies. README.md has the contract.
#![warn(clippy::pedantic, clippy::undocumented_unsafe_blocks)]

mod events;
mod prints;
mod session;
mod suspensions;
mod syntax;

use std::{cell::RefCell, mem::ManuallyDrop, panic, sync::Once};

use monty_alloc::LimitedAllocator;
use monty_proto::{FrameError, encode_to_capped_vec, pb};

use crate::session::Session;

/// Over the hard limit, the instance ends with `proc_exit(65)`.
#[global_allocator]
static ALLOCATOR: LimitedAllocator = LimitedAllocator;

static PANIC_HOOK: Once = Once::new();

thread_local! {
    static SESSION: RefCell<Session> = RefCell::default();
}

mod host {
    #[link(wasm_import_module = "monty")]
    unsafe extern "C" {
        /// Takes one `ChildEvent`; the bytes are valid during the call only.
        pub fn event(start: *const u8, length: usize);
        /// Takes the answer of [`super::syntax`], JSON in UTF-8; the bytes are valid during the call only.
        pub fn reply(start: *const u8, length: usize);
    }
}

/// Room for a request of `length` bytes, which the next [`turn`] or [`syntax`] frees.
#[unsafe(no_mangle)]
pub extern "C" fn room(length: usize) -> *mut u8 {
    ManuallyDrop::new(vec![0_u8; length].into_boxed_slice()).as_mut_ptr()
}

/// One turn: handles a `ParentRequest` and sends its events.
///
/// # Safety
/// `start` is what [`room`] gave for `length`, and was not passed on yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn turn(start: *mut u8, length: usize) {
    PANIC_HOOK.call_once(|| panic::set_hook(Box::new(report_panic)));
    // SAFETY: the caller's promise.
    let request = unsafe { taken(start, length) };
    SESSION.with_borrow_mut(|session| session.turn(request));
}

/// Replies with the tree of a source, which is UTF-8.
///
/// # Safety
/// As for [`turn`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn syntax(start: *mut u8, length: usize) {
    PANIC_HOOK.call_once(|| panic::set_hook(Box::new(report_panic)));
    // SAFETY: the caller's promise.
    let source = unsafe { taken(start, length) };
    let json = syntax::tree(&String::from_utf8_lossy(&source));
    // SAFETY: the host only reads, and only during the call.
    unsafe { host::reply(json.as_ptr(), json.len()) };
}

/// The request that the host wrote.
///
/// # Safety
/// As for [`turn`].
unsafe fn taken(start: *mut u8, length: usize) -> Box<[u8]> {
    // SAFETY: `room` made this slice as a box, all of it initialized, and let go of it.
    unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(start, length)) }
}

/// Hands an event to the host. An event that is too large for the protocol is refused, and nothing is sent.
fn send(event: &pb::ChildEvent) -> Result<(), FrameError> {
    let bytes = encode_to_capped_vec(event)?;
    // SAFETY: the host only reads, and only during the call.
    unsafe { host::event(bytes.as_ptr(), bytes.len()) };
    Ok(())
}

/// Says in one line why the instance ends: after a panic it traps.
fn report_panic(panic: &panic::PanicHookInfo<'_>) {
    let reason = panic.payload_as_str().unwrap_or("no reason given");
    let place = panic.location().map(|location| format!(" ({location})")).unwrap_or_default();
    // Nothing is left to do where this fails: the host sees the trap.
    let _ = send(&events::fatal_error(&format!("child panicked: {reason}{place}")));
}
