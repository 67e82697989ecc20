//! Suspensions: what the host is asked, and how its answer goes on with the program.

use std::mem;

use monty::{ReplProgress, ReplStartError};
use monty_proto::{
    MAX_FRAME_LEN, ProtoConvertError, WireFunctionCall, exceeds_max_frame_len, os_call_from_proto, os_call_to_proto, pb,
};
use monty_types::{ExtFunctionResult, MontyException, MontyObject, OsFunctionCall, PrintWriter};
use pb::child_event::Kind;

use crate::events;

/// How far the program came.
pub type Step = Result<ReplProgress, Box<ReplStartError>>;

/// What goes on with a suspended program.
pub enum Answer {
    Call(ExtFunctionResult),
    /// One settled coroutine, for a call that allowed it.
    Eager(Result<MontyObject, MontyException>),
    Futures(Vec<(u32, ExtFunctionResult)>),
    Name(monty_types::NameLookupResult),
    /// Raised where the program waits, and it cannot catch it.
    Abort(MontyException),
}

impl Answer {
    /// Goes on. The caller has checked that the answer fits the suspension.
    pub fn resume(self, progress: ReplProgress, print: PrintWriter<'_>) -> Step {
        match (progress, self) {
            (ReplProgress::FunctionCall(call), Self::Call(result)) => call.resume(result, print),
            (ReplProgress::FunctionCall(call), Self::Eager(result)) => call.resume_eager(result, print),
            (ReplProgress::FunctionCall(call), Self::Abort(exception)) => call.abort(exception, print),
            (ReplProgress::OsCall(call), Self::Call(result)) => call.resume(result, print),
            (ReplProgress::OsCall(call), Self::Eager(result)) => call.resume_eager(result, print),
            (ReplProgress::OsCall(call), Self::Abort(exception)) => call.abort(exception, print),
            (ReplProgress::NameLookup(lookup), Self::Name(result)) => lookup.resume(result, print),
            (ReplProgress::NameLookup(lookup), Self::Abort(exception)) => lookup.abort(exception, print),
            (ReplProgress::ResolveFutures(waiting), Self::Futures(results)) => waiting.resume(results, print),
            (ReplProgress::ResolveFutures(waiting), Self::Abort(exception)) => waiting.abort(exception, print),
            _ => unreachable!("an answer that does not fit its suspension"),
        }
    }
}

/// The event that asks the host.
///
/// The arguments of a call are *moved* into it, since they may be as large as all that the session may hold; once the
/// event is sent, [`take_back`] returns them.
pub fn announce(progress: &mut ReplProgress) -> pb::ChildEvent {
    let mut event = events::event(match progress {
        ReplProgress::FunctionCall(call) => Kind::FunctionCall(WireFunctionCall::new(
            call.function_name.clone(),
            mem::take(&mut call.args),
            call.call_id,
            call.object_id,
            call.allow_eager_await,
            call.position.clone(),
        )),
        ReplProgress::OsCall(call) => Kind::OsCall(os_call_to_proto(
            call.call_id,
            // A variant without content stands in its place meanwhile.
            mem::replace(&mut call.function_call, OsFunctionCall::GetEnviron),
            call.allow_eager_await,
            &call.position,
        )),
        ReplProgress::NameLookup(lookup) => Kind::NameLookup(pb::NameLookup {
            name: lookup.name.clone(),
            object_id: lookup.object_id().map(|id| pb::Uuid { data: id.as_bytes().to_vec().into() }),
            position: Some((&lookup.position).into()),
        }),
        ReplProgress::ResolveFutures(waiting) => Kind::ResolveFutures(pb::ResolveFutures {
            pending_call_ids: waiting.pending_call_ids().to_vec().into(),
            position: Some(waiting.position().into()),
        }),
        ReplProgress::Complete { .. } => unreachable!("a completed feed is no suspension"),
    });
    // The size that is checked is the size with the stamps.
    events::stamp(&mut event, progress.tracker());
    event
}

/// Why the event cannot be sent: the host could never answer a question that did not reach it.
pub fn too_large(event: &pb::ChildEvent) -> Option<String> {
    exceeds_max_frame_len(event)
        .map(|length| format!("argument frame of {length} bytes exceeds the maximum of {MAX_FRAME_LEN} bytes"))
}

/// Returns what [`announce`] moved into the event; a dump and a traceback need it.
pub fn take_back(progress: &mut ReplProgress, event: &mut pb::ChildEvent) -> Result<(), ProtoConvertError> {
    match (progress, &mut event.kind) {
        (ReplProgress::FunctionCall(call), Some(Kind::FunctionCall(asked))) => {
            call.args = mem::take(asked).into_call_args()?;
        }
        (ReplProgress::OsCall(call), Some(Kind::OsCall(asked))) if asked.call.is_some() => {
            call.function_call = os_call_from_proto(mem::take(asked))?.1;
        }
        _ => {}
    }
    Ok(())
}

/// The one settled coroutine in an eager reply to the call `call_id`.
pub fn eager(results: Vec<(u32, ExtFunctionResult)>, call_id: u32) -> Result<Answer, &'static str> {
    match <[_; 1]>::try_from(results) {
        Ok([(id, ExtFunctionResult::Return(value))]) if id == call_id => Ok(Answer::Eager(Ok(value))),
        Ok([(id, ExtFunctionResult::Error(exception))]) if id == call_id => Ok(Answer::Eager(Err(exception))),
        Ok([(id, _)]) if id == call_id => Err("eager coroutine must resolve to a value or exception"),
        _ => Err("eager ResumeFutures must contain exactly the suspended call id"),
    }
}
