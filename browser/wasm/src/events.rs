//! The events that end a turn, but for suspensions.

use std::time::Duration;

use monty_proto::{BudgetVec, pb};
use monty_types::{ExcType, MontyException, MontyObject, ResourceTracker};
use pb::child_event::Kind;

pub fn event(kind: Kind) -> pb::ChildEvent {
    pb::ChildEvent { kind: Some(kind), ..Default::default() }
}

pub fn ok() -> pb::ChildEvent {
    event(Kind::Ok(pb::Ok {}))
}

pub fn complete(value: MontyObject) -> pb::ChildEvent {
    event(Kind::Complete(value.into()))
}

pub fn dumped(state: Vec<u8>) -> pb::ChildEvent {
    event(Kind::DumpResult(pb::DumpResult { state: state.into() }))
}

/// What the host did wrong; the session is as it was.
pub fn protocol_violation(message: &str) -> pb::ChildEvent {
    runtime_error(format!("protocol violation: {message}"))
}

/// A failure that no line of the program caused.
pub fn runtime_error(message: String) -> pb::ChildEvent {
    event(Kind::Error(pb::Error {
        exception: Some(pb::RaisedException {
            exc_type: ExcType::RuntimeError.to_string(),
            message: Some(message),
            traceback: BudgetVec::new(),
            data: None,
        }),
    }))
}

pub fn raised(exception: &MontyException) -> pb::ChildEvent {
    event(Kind::Error(pb::Error { exception: Some(exception.into()) }))
}

/// The instance is of no use after this.
pub fn fatal_error(message: &str) -> pb::ChildEvent {
    event(Kind::FatalError(pb::FatalError { message: message.to_owned() }))
}

/// Writes the session's clocks, and the limits that the host enforces, onto an event.
pub fn stamp(event: &mut pb::ChildEvent, tracker: &ResourceTracker) {
    event.total_execution_micros = micros(tracker.elapsed());
    event.feed_execution_micros = micros(tracker.feed_elapsed());
    event.max_feed_duration_micros = tracker.max_feed_duration().map(micros);
    event.max_turn_duration_micros = tracker.max_turn_duration().map(micros);
    event.max_total_sleep_micros = tracker.max_total_sleep().map(micros);
    event.max_suspensions = Some(tracker.max_suspensions() as u64);
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
