//! Recording commands and flows in the analysis.

use super::Machine;
use super::state::Handle;
use crate::analysis::{Assignment, Command, Destination, Flow, Redirection, Sink, Source, Span};
use crate::value::{Origin, Value};

/// More commands than this are not listed.
const MOST_COMMANDS: usize = 1_500;
const MOST_FLOWS: usize = 512;

/// What stands around the words of a command.
#[derive(Clone, Debug, Default)]
pub(super) struct Around {
    pub(super) assignments: Vec<Assignment>,
    pub(super) redirections: Vec<Redirection>,
    pub(super) span: Span,
}

impl Machine<'_> {
    /// Lists a command; gives its index.
    pub(super) fn emit(&mut self, argv: &[Value], around: &Around) -> usize {
        let index = self.analysis.commands.len();
        let assigned =
            around.assignments.iter().chain(&self.frame.environment).map(|assigned| &assigned.value);
        let size: usize = argv.iter().chain(assigned).map(|value| value.text().len()).sum();
        if index >= MOST_COMMANDS || !self.budget.spend(size / 16 + argv.len() + 6) {
            self.budget.exhaust();
            return index.saturating_sub(1);
        }
        let mut environment = self.exported();
        environment.extend(self.frame.environment.iter().cloned());
        let (stdin, input) = self.described_input();
        self.analysis.commands.push(Command {
            argv: argv.to_vec(),
            assignments: around.assignments.clone(),
            environment,
            redirections: around.redirections.clone(),
            span: self.frame.within.unwrap_or(around.span),
            via: self.frame.via.clone(),
            reach: self.frame.reach,
            repeated: self.frame.repeated,
            background: self.frame.background,
            stdin,
            stdout: self.described_output(),
            input,
            directory: self.shell.folder.clone(),
            wraps: false,
        });
        index
    }

    fn described_input(&mut self) -> (Option<Source>, Option<Value>) {
        match self.shell.descriptors.get(&0) {
            Some(Handle::Data(stream)) => {
                let stream = stream.borrow();
                let rest = stream.rest();
                let size = rest.text().len();
                let source = stream.source.clone();
                drop(stream);
                self.budget.spend(size / 16);
                (Some(source), Some(rest))
            }
            Some(Handle::Network) => {
                let index = self.analysis.commands.len();
                let data = Value::unknown(crate::value::Unknown::Input).with_origin(Origin::Network(index));
                (Some(Source::File(Value::literal("/dev/tcp"))), Some(data))
            }
            _ => (None, None),
        }
    }

    fn described_output(&self) -> Option<Sink> {
        match self.shell.descriptors.get(&1)? {
            Handle::Capture { sink, .. } => Some(sink.clone()),
            Handle::File { path, append } => Some(Sink::File { path: path.clone(), append: *append }),
            Handle::Network => Some(Sink::File { path: Value::literal("/dev/tcp"), append: false }),
            Handle::Data(_) | Handle::Closed => None,
        }
    }

    /// Notes that the data of `value` goes `into` what the command takes it for.
    pub(super) fn flow(&mut self, value: &Value, into: &Destination, command: usize) {
        for origin in value.origins() {
            let flow =
                Flow { origin: origin.clone(), into: into.clone(), command, known: value.known().is_some() };
            // The flows of one command stand together.
            let flows = &mut self.analysis.flows;
            if flows.iter().rev().take_while(|other| other.command == command).any(|other| *other == flow) {
                continue;
            }
            if flows.len() >= MOST_FLOWS {
                self.budget.exhaust();
                return;
            }
            flows.push(flow);
        }
    }

    pub(super) fn mark_wrapper(&mut self, command: usize) {
        if let Some(command) = self.analysis.commands.get_mut(command) {
            command.wraps = true;
        }
    }
}
