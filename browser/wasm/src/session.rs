//! The session: one request in, any number of prints and one event that ends the turn out.
//!
//! What a host sees is what the worker of `monty subprocess` does (`monty_proto::worker`), which cannot be had without
//! its type checker.

use std::{mem, time::Duration};

use monty::{CheckedSource, Dump, MontyRepl, ReplProgress, Session as DumpedSession, SessionRef, dump};
use monty_proto::{
    FrameError, check_protocol_version, decode_frame, ext_result_from_proto, future_results_from_proto,
    named_values_from_proto, pb,
};
use monty_types::{
    AssertMessageAnnotations, CompileOptions, ExtFunctionResult, ModuleStub, MontyException, OsPolicy, PrintWriter,
    ResourceLimits, ResourceTracker, memory_limit_with_headroom,
};
use pb::parent_request::Kind;

use crate::{
    events,
    prints::{DEFAULT_INTERVAL, Prints},
    suspensions::{self, Answer, Step},
    syntax::nesting,
};

/// The event that ends a turn, or how the host broke the protocol; the session is then as it was.
type Outcome = Result<pb::ChildEvent, String>;

enum State {
    /// The REPL is made by the first feed or dump, so that a dump can still be loaded instead.
    New(Option<Box<pb::Configure>>),
    Ready(Box<MontyRepl>),
    /// In a feed that waits for the host; never `ReplProgress::Complete`.
    Suspended(Box<ReplProgress>),
}

impl Default for State {
    fn default() -> Self {
        Self::New(None)
    }
}

pub struct Session {
    state: State,
    script_name: String,
    print_interval: Duration,
    os_policy: OsPolicy,
    /// From a dump and for the next one; nothing here reads them.
    module_stubs: Vec<ModuleStub>,
}

impl Default for Session {
    fn default() -> Self {
        Self {
            state: State::default(),
            script_name: String::new(),
            print_interval: DEFAULT_INTERVAL,
            os_policy: OsPolicy::default(),
            module_stubs: Vec::new(),
        }
    }
}

impl Session {
    /// Handles an encoded `ParentRequest`.
    pub fn turn(&mut self, request: Box<[u8]>) {
        let decoded = decode_frame::<pb::ParentRequest>(&request);
        // The program may need the room.
        drop(request);
        let outcome = match decoded {
            Ok(pb::ParentRequest { kind: Some(kind), .. }) => self.handle(kind),
            Ok(_) => Err("request has no kind".to_owned()),
            Err(FrameError::Decode(error)) => Err(format!("malformed request: {error}")),
            Err(error) => Err(format!("malformed request frame: {error}")),
        };
        self.send(outcome.unwrap_or_else(|message| events::protocol_violation(&message)));
        let budget = memory_limit_with_headroom(self.max_memory(), false);
        // Each turn anew: a dump brings limits, and a reset ends them.
        monty_alloc::set_hard_limit(budget).expect("the allocator of this crate");
    }

    fn handle(&mut self, request: Kind) -> Outcome {
        match request {
            Kind::Configure(configure) => self.configure(configure),
            Kind::Feed(feed) => self.feed(feed),
            Kind::ResumeCall(resume) => self.resume_call(resume),
            Kind::ResumeNameLookup(resume) => self.resume_name_lookup(resume),
            Kind::ResumeFutures(resume) => self.resume_futures(resume),
            Kind::AbortFeed(abort) => self.abort_feed(abort),
            Kind::Dump(_) => self.dump(),
            Kind::Load(load) => self.load(&load),
            Kind::Reset(_) | Kind::Shutdown(_) => {
                *self = Self::default();
                Ok(events::ok())
            }
            Kind::InstallDependencies(_) => {
                Ok(events::runtime_error("dependency installation is only supported by the CPython worker".to_owned()))
            }
        }
    }

    /// Sends the event that ends a turn.
    fn send(&mut self, mut event: pb::ChildEvent) {
        if let Some(tracker) = self.tracker() {
            events::stamp(&mut event, tracker);
        }
        let sent = crate::send(&event);
        let taken_back = match &mut self.state {
            State::Suspended(progress) => suspensions::take_back(progress, &mut event),
            _ => Ok(()),
        };
        let last = match (sent, taken_back) {
            (Ok(()), Ok(())) => return,
            (_, Err(error)) => events::fatal_error(&format!("suspension payload could not be restored: {error}")),
            // The size of a question was checked before, so this is a result or a dump, and the host may go on.
            (Err(FrameError::FrameTooLarge { len, max }), Ok(())) => {
                events::runtime_error(format!("result frame of {len} bytes exceeds the maximum of {max} bytes"))
            }
            (Err(error), Ok(())) => events::fatal_error(&format!("response could not be sent: {error}")),
        };
        self.send(last);
    }

    fn tracker(&self) -> Option<&ResourceTracker> {
        match &self.state {
            State::New(_) => None,
            State::Ready(repl) => Some(repl.tracker()),
            State::Suspended(progress) => Some(progress.tracker()),
        }
    }

    fn max_memory(&self) -> Option<usize> {
        match &self.state {
            State::New(config) => limits(config.as_deref()).max_memory,
            State::Ready(repl) => repl.tracker().max_memory(),
            State::Suspended(progress) => progress.tracker().max_memory(),
        }
    }

    fn configure(&mut self, configure: pb::Configure) -> Outcome {
        if let Err(refusal) = check_protocol_version(configure.protocol_version) {
            return Ok(events::fatal_error(&refusal));
        }
        if !matches!(self.state, State::New(None)) {
            return Err("Configure while a session already exists".to_owned());
        }
        if configure.type_check {
            return Err(NO_TYPE_CHECKER.to_owned());
        }
        let os_policy = configure.os_policy.clone().map(OsPolicy::try_from).transpose();
        self.os_policy = os_policy.map_err(|error| format!("invalid os_policy: {error}"))?.unwrap_or_default();
        let interval = configure.print_flush_interval_ms;
        self.print_interval = interval.map_or(DEFAULT_INTERVAL, |ms| Duration::from_millis(ms.into()));
        self.state = State::New(Some(Box::new(configure)));
        Ok(events::ok())
    }

    /// The REPL, made of the configuration where none was fed or loaded yet.
    fn ensure_repl(&mut self) -> Result<(), String> {
        let State::New(config) = &mut self.state else {
            return Ok(());
        };
        let config = config.take().ok_or("session has not been configured")?;
        let limits = limits(Some(&config));
        self.script_name = config.script_name;
        let options = CompileOptions {
            assert_message_annotations: config
                .assert_message_annotations
                .map_or_else(AssertMessageAnnotations::default, AssertMessageAnnotations::from_max_bytes),
            // A browser's stack holds less than what short sources may nest.
            source_scan_threshold: 0,
        };
        let repl = MontyRepl::new(&self.script_name, ResourceTracker::new(limits), options);
        self.state = State::Ready(Box::new(repl.with_os_policy(self.os_policy.clone())));
        Ok(())
    }

    fn feed(&mut self, feed: pb::Feed) -> Outcome {
        self.ensure_repl()?;
        let State::Ready(repl) = &mut self.state else {
            return Err("Feed without a session ready for input".to_owned());
        };
        let inputs = named_values_from_proto(feed.inputs, feed.values);
        let inputs = inputs.map_err(|error| format!("invalid inputs: {error}"))?;
        let checked = match check_source(repl, &self.script_name, &feed.code) {
            Ok(checked) => checked,
            Err(error) => return Ok(events::raised(&error)),
        };
        if !feed.cwd.is_empty() {
            repl.set_cwd(&feed.cwd);
        }
        let State::Ready(repl) = mem::take(&mut self.state) else {
            unreachable!("checked above");
        };
        Ok(self.run(|print| repl.feed_start_checked(checked, inputs, print)))
    }

    fn resume_call(&mut self, resume: pb::ResumeCall) -> Outcome {
        let asked = match &self.state {
            State::Suspended(progress) => match progress.as_ref() {
                ReplProgress::FunctionCall(call) => Some((call.call_id, None)),
                ReplProgress::OsCall(call) => Some((call.call_id, Some(&call.function_call))),
                _ => None,
            },
            _ => None,
        };
        let (call_id, os_call) = asked.ok_or("ResumeCall without a suspended function/OS call")?;
        if resume.call_id != call_id {
            return Err(format!("ResumeCall call_id {} does not match {call_id}", resume.call_id));
        }
        let result = resume.result.ok_or("ResumeCall has no result")?;
        let result = if matches!(result.kind, Some(pb::ext_function_result::Kind::NotHandled(_))) {
            let os_call = os_call.ok_or("NotHandled is only valid answering a suspended OS call")?;
            ExtFunctionResult::Error(os_call.on_no_handler())
        } else {
            let result = ext_result_from_proto(result, resume.values);
            result.map_err(|error| format!("invalid result: {error}"))?
        };
        Ok(self.resume(Answer::Call(result)))
    }

    fn resume_name_lookup(&mut self, resume: pb::ResumeNameLookup) -> Outcome {
        if !matches!(&self.state, State::Suspended(progress) if matches!(**progress, ReplProgress::NameLookup(_))) {
            return Err("ResumeNameLookup without a suspended name lookup".to_owned());
        }
        let result = resume.try_into().map_err(|error| format!("invalid result: {error}"))?;
        Ok(self.resume(Answer::Name(result)))
    }

    fn resume_futures(&mut self, resume: pb::ResumeFutures) -> Outcome {
        let results = future_results_from_proto(resume.results, resume.values);
        let results = results.map_err(|error| format!("invalid results: {error}"))?;
        let answer = match &self.state {
            State::Suspended(progress) => match progress.as_ref() {
                ReplProgress::FunctionCall(call) if call.allow_eager_await => suspensions::eager(results, call.call_id),
                ReplProgress::OsCall(call) if call.allow_eager_await => suspensions::eager(results, call.call_id),
                ReplProgress::ResolveFutures(_) => Ok(Answer::Futures(results)),
                _ => Err(NO_FUTURES),
            },
            _ => Err(NO_FUTURES),
        };
        Ok(self.resume(answer?))
    }

    fn abort_feed(&mut self, abort: pb::AbortFeed) -> Outcome {
        if !matches!(self.state, State::Suspended(_)) {
            return Err("AbortFeed without a suspended feed".to_owned());
        }
        let exception = abort.exception.ok_or("AbortFeed has no exception")?;
        let exception = MontyException::try_from(exception).map_err(|error| format!("invalid exception: {error}"))?;
        Ok(self.resume(Answer::Abort(exception)))
    }

    /// Goes on with the suspended feed, which the answer fits.
    fn resume(&mut self, answer: Answer) -> pb::ChildEvent {
        let State::Suspended(progress) = mem::take(&mut self.state) else {
            unreachable!("the caller looked");
        };
        self.run(|print| answer.resume(*progress, print))
    }

    /// Runs until the feed ends or asks. What it printed goes out first.
    fn run(&mut self, step: impl FnOnce(PrintWriter<'_>) -> Step) -> pb::ChildEvent {
        let mut prints = Prints::new(self.print_interval);
        let reached = step(PrintWriter::Callback(&mut prints));
        let event = match reached {
            Ok(ReplProgress::Complete { repl, value }) => {
                self.state = State::Ready(Box::new(repl));
                events::complete(value)
            }
            Ok(progress) => match self.suspend(Box::new(progress)) {
                Ok(event) => event,
                Err((progress, message)) => {
                    self.state = State::Ready(Box::new(progress.into_repl()));
                    events::runtime_error(message)
                }
            },
            Err(error) => {
                self.state = State::Ready(Box::new(error.repl));
                events::raised(&error.error)
            }
        };
        match prints.flush() {
            Ok(()) => event,
            Err(error) => events::raised(&error),
        }
    }

    /// Waits for the host; a question that is too large to ask comes back.
    fn suspend(&mut self, mut progress: Box<ReplProgress>) -> Result<pb::ChildEvent, (Box<ReplProgress>, String)> {
        let event = suspensions::announce(&mut progress);
        if let Some(message) = suspensions::too_large(&event) {
            return Err((progress, message));
        }
        self.state = State::Suspended(progress);
        Ok(event)
    }

    fn dump(&mut self) -> Outcome {
        self.ensure_repl()?;
        let session = match &self.state {
            State::Ready(repl) => SessionRef::Idle(repl),
            State::Suspended(progress) => SessionRef::Suspended(progress),
            State::New(_) => unreachable!("the REPL was made above"),
        };
        match dump(&self.script_name, None, &self.module_stubs, session) {
            Ok(state) => Ok(events::dumped(state)),
            Err(error) => Err(format!("dump failed: {error}")),
        }
    }

    /// Restores a dump under the tighter of its limits and the configured ones. A suspended one asks again.
    fn load(&mut self, load: &pb::Load) -> Outcome {
        let State::New(config) = &self.state else {
            return Err("Load requires a session that has not started (a feed has already run)".to_owned());
        };
        let limits = limits(config.as_deref());
        let loaded = Dump::load(&load.state).map_err(|error| format!("failed to load session: {error}"))?;
        if loaded.type_check.is_some() {
            return Err(NO_TYPE_CHECKER.to_owned());
        }
        let mut event = match loaded.state {
            DumpedSession::Idle(mut repl) => {
                repl.tracker_mut().tighten_limits(&limits);
                self.state = State::Ready(repl);
                events::ok()
            }
            DumpedSession::Running(_) => return Err("dump holds a one-shot run, not a repl session".to_owned()),
            DumpedSession::Suspended(mut progress) => {
                progress.tracker_mut().tighten_limits(&limits);
                match *progress {
                    ReplProgress::Complete { repl, value } => {
                        self.state = State::Ready(Box::new(repl));
                        events::complete(value)
                    }
                    progress => self.suspend(Box::new(progress)).map_err(|(_, message)| message)?,
                }
            }
        };
        self.script_name = loaded.script_name;
        self.module_stubs = loaded.module_stubs;
        event.restored_script_name = Some(self.script_name.clone());
        Ok(event)
    }
}

const NO_TYPE_CHECKER: &str = "this build of Monty has no type checker";
const NO_FUTURES: &str = "ResumeFutures without suspended futures";

/// Refuses what nests too deeply for the stack, also where Monty would not look: in short sources, in a session that
/// the native worker dumped.
fn check_source<'a>(
    repl: &MontyRepl,
    script_name: &str,
    code: &'a str,
) -> Result<CheckedSource<'a>, MontyException> {
    let checked = repl.check_source(code)?;
    match nesting::too_deep(code) {
        None => Ok(checked),
        Some(range) => Err(nesting::exception(script_name, code, range)),
    }
}

fn limits(config: Option<&pb::Configure>) -> ResourceLimits {
    config.and_then(|config| config.limits).unwrap_or_default().into()
}
