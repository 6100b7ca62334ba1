//! Programs that turn text into text: computed where their input is known, a taint where it is not.

mod awk;
mod codec;
mod digest;
mod print;
mod sed;
mod text;

pub(crate) use codec::{decode_base64, decode_base64_bytes, decode_hexadecimal};
pub(crate) use print::printf;

use super::{Machine, Status};
use crate::analysis::{Destination, Limit};
use crate::edit::shared;
use crate::value::{Origin, Unknown, Value};

/// What a filter makes of its input.
pub(super) enum Made {
    Output(Value),
    /// The options ask for something that is not followed.
    Unfollowed,
}

/// Programs that decompress or decrypt with these first arguments, or always where there are none.
const UNPACKERS: &[(&str, &[&str])] = &[
    ("gunzip", &[]),
    ("zcat", &[]),
    ("gzcat", &[]),
    ("bunzip2", &[]),
    ("bzcat", &[]),
    ("unxz", &[]),
    ("xzcat", &[]),
    ("unlzma", &[]),
    ("lzcat", &[]),
    ("zstdcat", &[]),
    ("unzstd", &[]),
    ("uncompress", &[]),
    ("uudecode", &[]),
    ("gzip", &["-d", "-dc", "-cd", "--decompress", "--uncompress"]),
    ("bzip2", &["-d", "-dc", "-cd", "--decompress"]),
    ("xz", &["-d", "-dc", "-cd", "--decompress"]),
    ("lzma", &["-d", "-dc", "-cd"]),
    ("zstd", &["-d", "-dc", "-cd"]),
    ("lz4", &["-d", "-dc", "-cd"]),
    ("brotli", &["-d", "-dc", "-cd", "--decompress"]),
    ("pigz", &["-d", "-dc", "-cd"]),
    ("gpg", &["-d", "--decrypt"]),
    ("openssl", &["-d", "-decrypt"]),
    ("tar", &["-xO", "-xOf", "xOf", "-xzO", "-xzOf", "xzOf", "--to-stdout", "-O"]),
    ("unzip", &["-p"]),
    ("7z", &["-so"]),
    ("xxd", &["-r"]),
];

impl Machine<'_> {
    /// Evaluates a filter; `None` where `name` is none.
    pub(super) fn filter(&mut self, name: &str, arguments: &[Value], index: usize) -> Option<Status> {
        let made = match name {
            "echo" => print::echo(arguments),
            "printf" => return Some(self.printf(arguments, index)),
            "tee" => return Some(self.tee(arguments, index)),
            "cat" | "bat" | "tac" | "rev" | "nl" | "sponge" | "pv" | "unbuffer" | "shuf" => {
                self.whole(name, arguments)
            }
            "tr" => self.piped(arguments, |input| text::tr(input, arguments)),
            "cut" => self.filed(arguments, &["-b", "-c", "-d", "-f"], |input| text::cut(input, arguments)),
            "head" | "tail" => {
                self.filed(arguments, &["-n", "-c"], |input| text::head(input, arguments, name == "tail"))
            }
            "sort" | "uniq" => {
                self.filed(arguments, &["-k", "-t", "-o"], |input| text::sort(input, arguments, name))
            }
            "fold" => self.filed(arguments, &["-w"], |input| text::fold(input, arguments)),
            "fmt" => self.filed(arguments, &["-w"], |input| Made::Output(input.clone())),
            "paste" => self.pasted(arguments),
            "grep" | "egrep" | "fgrep" => self.grep(name, arguments),
            "sed" => self.sed(arguments),
            "seq" => text::seq(arguments),
            "basename" | "dirname" => text::path_part(name, arguments),
            "base64" | "base32" | "gbase64" => {
                self.filed(arguments, &["-w", "--wrap"], |input| codec::base(name, input, arguments))
            }
            "basenc" => self.filed(arguments, &["-w"], |input| codec::base("base64", input, arguments)),
            "xxd" => {
                self.filed(arguments, &["-l", "-s", "-c", "-g", "-o"], |input| codec::xxd(input, arguments))
            }
            "openssl" => self.openssl(arguments),
            "awk" | "gawk" | "mawk" | "nawk" => self.awk(arguments),
            "md5sum" | "md5" | "sha1sum" | "sha256sum" | "shasum" => {
                self.filed(arguments, &["-a"], |input| digest::sum(name, input))
            }
            _ => Made::Unfollowed,
        };
        let output = match made {
            Made::Output(output) => output,
            Made::Unfollowed if unpacks(name, arguments) => self.unpacked(name, arguments, index),
            Made::Unfollowed => return None,
        };
        self.write(&output, index);
        Some(Some(0))
    }

    /// The input of a program that reads standard input only.
    fn piped(&mut self, arguments: &[Value], change: impl FnOnce(&Value) -> Made) -> Made {
        let input = self.standard_input();
        if !self.budget.spend(work(&input, arguments)) {
            return Made::Unfollowed;
        }
        change(&input)
    }

    /// The input of a program that reads the files it is given, or standard input. `valued` options take a value.
    fn filed(&mut self, arguments: &[Value], valued: &[&str], change: impl FnOnce(&Value) -> Made) -> Made {
        let mut files = Vec::new();
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            let text = argument.text();
            if valued.contains(&text) {
                rest.next();
            } else if !text.starts_with('-') || text == "-" {
                files.push(argument.clone());
            }
        }
        let input = self.read_all(&files);
        if !self.budget.spend(work(&input, arguments)) {
            return Made::Unfollowed;
        }
        change(&input)
    }

    /// `paste` of standard input; of files it is not followed.
    fn pasted(&mut self, arguments: &[Value]) -> Made {
        let reads_files = arguments.iter().any(|argument| argument.text().contains(['/', '.']));
        if reads_files {
            return Made::Unfollowed;
        }
        self.piped(arguments, |input| text::paste(input, arguments))
    }

    /// The content of files one after the other; of standard input where there is none.
    fn read_all(&mut self, files: &[Value]) -> Value {
        if files.is_empty() {
            return self.standard_input();
        }
        let mut content = Value::default();
        for file in files {
            if !self.budget.spend(2 + file.text().len() / 16) {
                break;
            }
            let one = if file.text() == "-" { self.standard_input() } else { self.read_file(file) };
            content.append(&one);
        }
        content
    }

    fn whole(&mut self, name: &str, arguments: &[Value]) -> Made {
        let files: Vec<Value> = arguments
            .iter()
            .filter(|argument| !argument.text().starts_with('-') || argument.text() == "-")
            .cloned()
            .collect();
        let input = self.read_all(&files);
        Made::Output(match name {
            "tac" => text::reversed_lines(&input),
            "rev" => text::reversed(&input),
            _ => input,
        })
    }

    #[expect(clippy::unnecessary_wraps, reason = "every builtin and filter gives a status, known or not")]
    fn printf(&mut self, arguments: &[Value], index: usize) -> Status {
        let (variable, arguments) = match arguments {
            [option, name, rest @ ..] if option.text() == "-v" => (Some(name), rest),
            [option, rest @ ..] if option.text() == "--" => (None, rest),
            [option, rest @ ..] if option.text().starts_with("-v") => (None, rest),
            rest => (None, rest),
        };
        let output = print::printf(arguments);
        self.budget.spend(output.text().len() / 16);
        if output.text().len() > print::MOST_OUTPUT {
            self.budget.reach(Limit::Steps);
        }
        match variable {
            Some(name) => match name.text().split_once('[') {
                Some((array, key)) => {
                    let key = Value::literal(key.trim_end_matches(']'));
                    self.assign_element(array, &key, output);
                }
                None => self.assign(name.text(), output),
            },
            None => self.write(&output, index),
        }
        Some(0)
    }

    #[expect(clippy::unnecessary_wraps, reason = "every builtin and filter gives a status, known or not")]
    fn tee(&mut self, arguments: &[Value], index: usize) -> Status {
        let input = self.standard_input();
        let append = arguments.iter().any(|argument| matches!(argument.text(), "-a" | "--append"));
        for path in arguments.iter().filter(|argument| !argument.text().starts_with('-')) {
            if !self.budget.spend(2 + input.text().len() / 16) {
                break;
            }
            self.flow(&input, &Destination::File(path.clone()), index);
            self.write_file(path, &input, append);
        }
        self.write(&input, index);
        Some(0)
    }

    /// What a decompressor prints is not computed, but where it came from is known.
    fn unpacked(&mut self, name: &str, arguments: &[Value], index: usize) -> Value {
        let files: Vec<Value> =
            arguments.iter().filter(|argument| !argument.text().starts_with('-')).cloned().collect();
        let input = if files.is_empty() { self.standard_input() } else { self.read_all(&files) };
        let _ = index;
        Value::unknown(Unknown::Decoded).with_origins_of(&input).with_origin(Origin::Decoded(shared(name)))
    }

    fn openssl(&mut self, arguments: &[Value]) -> Made {
        let has = |wanted: &[&str]| arguments.iter().any(|argument| wanted.contains(&argument.text()));
        if has(&["base64", "-base64", "-a"])
            && !arguments.iter().any(|argument| argument.text().starts_with("-aes"))
        {
            let input = self.standard_input();
            return codec::base("base64", &input, arguments);
        }
        Made::Unfollowed
    }

    fn grep(&mut self, name: &str, arguments: &[Value]) -> Made {
        let plain = arguments.iter().all(|argument| {
            !argument.text().starts_with('-')
                || matches!(argument.text(), "-v" | "-i" | "-E" | "-F" | "-e" | "-o" | "-a")
        });
        let mut operands = arguments.iter().filter(|argument| !argument.text().starts_with('-'));
        let (Some(pattern), true) = (operands.next(), plain) else { return Made::Unfollowed };
        let files: Vec<Value> = operands.cloned().collect();
        let input = self.read_all(&files);
        self.budget.spend(input.text().len() / 4);
        text::grep(name, &input, pattern, arguments, &self.budget.effort)
    }

    fn awk(&mut self, arguments: &[Value]) -> Made {
        let separator = text::option(arguments, "-F", "--field-separator");
        let rest = super::wrapper::behind_options(arguments, &["-F"], 0);
        let Some((program, files)) = rest.split_first() else { return Made::Unfollowed };
        let Some(text) = program.known() else { return Made::Unfollowed };
        // Only a program that prints is followed here, so nothing is read for one that is not.
        if !text.contains("print") || text.contains(['|', '>', '(']) && !text.contains("printf(") {
            return Made::Unfollowed;
        }
        let input =
            if text.trim_start().starts_with("BEGIN") { Value::default() } else { self.read_all(files) };
        if !self.budget.spend(input.text().len() / 4 + work(&input, arguments)) {
            return Made::Unfollowed;
        }
        awk::printed(text, separator, &input).map_or(Made::Unfollowed, Made::Output)
    }

    fn sed(&mut self, arguments: &[Value]) -> Made {
        let Some(job) = sed::Job::new(arguments) else { return Made::Unfollowed };
        if job.in_place {
            return Made::Unfollowed;
        }
        let input = self.read_all(&job.files);
        if !self.budget.spend(input.text().len() * job.commands.len() / 2 + 20) {
            return Made::Unfollowed;
        }
        Made::Output(job.run(&input, &self.budget.effort))
    }
}

/// The steps that a program takes which holds each character against what it is told to do.
fn work(input: &Value, arguments: &[Value]) -> usize {
    let told: usize = arguments.iter().map(|argument| argument.text().len()).sum();
    input.text().len() / 16 * (1 + told / 32)
}

fn unpacks(name: &str, arguments: &[Value]) -> bool {
    let row = UNPACKERS.iter().find(|(unpacker, _)| *unpacker == name);
    row.is_some_and(|(_, options)| {
        options.is_empty() || arguments.iter().any(|argument| options.contains(&argument.text()))
    })
}
