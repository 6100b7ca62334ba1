//! `govern completions`: what a shell offers after `govern`, for bash, zsh and fish.

use std::fmt::Write;

use super::{COMMANDS, Command, pages};
use crate::{Exit, Failure, Io};

pub(super) const COMMAND: Command = Command {
    name: "completions",
    about: "print what a shell needs to complete govern's command lines",
    usage: "usage: govern completions bash|zsh|fish\n\n\
            bash   source <(govern completions bash)\n\
            zsh    govern completions zsh > ~/.zfunc/_govern   (a folder of your fpath)\n\
            fish   govern completions fish > ~/.config/fish/completions/govern.fish",
    run,
};

fn run(arguments: &[&str], io: &mut Io<'_>) -> Result<Exit, Failure> {
    let text = match arguments {
        ["bash"] => bash(),
        ["zsh"] => zsh(),
        ["fish"] => fish(),
        _ => return Err(Failure::Usage(COMMAND.usage.into())),
    };
    let text = text.map_err(|error| Failure::Unreadable(error.to_string()))?;
    write!(io.out, "{text}")?;
    Ok(Exit::Clean)
}

fn bash() -> Result<String, std::fmt::Error> {
    let names: Vec<&str> = pages::commands().map(|(name, _)| name).collect();
    let mut text = format!(
        "_govern() {{\n  local current=\"${{COMP_WORDS[COMP_CWORD]}}\" choices=\"\"\n  \
         if [ \"$COMP_CWORD\" -eq 1 ]; then\n    COMPREPLY=($(compgen -W \"help {}\" -- \"$current\"))\n    return\n  fi\n  \
         case \"${{COMP_WORDS[1]}}\" in\n",
        names.join(" ")
    );
    for command in COMMANDS {
        writeln!(text, "    {}) choices=\"{}\" ;;", command.name, pages::words(command).join(" "))?;
    }
    text.push_str(
        "  esac\n  COMPREPLY=($(compgen -W \"$choices\" -- \"$current\") $(compgen -f -- \"$current\"))\n}\n\
         complete -o filenames -F _govern govern\n",
    );
    Ok(text)
}

fn zsh() -> Result<String, std::fmt::Error> {
    let mut text = String::from(
        "#compdef govern\n_govern() {\n  local -a commands choices\n  if (( CURRENT == 2 )); then\n    commands=(\n",
    );
    for (name, about) in pages::commands() {
        writeln!(text, "      '{name}:{}'", quoted(about).replace(':', "\\:"))?;
    }
    text.push_str("    )\n    _describe command commands\n    return\n  fi\n  case $words[2] in\n");
    for command in COMMANDS {
        writeln!(text, "    {}) choices=({}) ;;", command.name, pages::words(command).join(" "))?;
    }
    text.push_str("  esac\n  compadd -- $choices\n  _files\n}\n_govern \"$@\"\n");
    Ok(text)
}

fn fish() -> Result<String, std::fmt::Error> {
    let mut text = String::new();
    for (name, about) in pages::commands() {
        writeln!(
            text,
            "complete -c govern -n __fish_use_subcommand -f -a {name} -d '{}'",
            about.replace('\\', "\\\\").replace('\'', "\\'")
        )?;
    }
    for command in COMMANDS {
        for word in pages::words(command) {
            let word =
                word.strip_prefix("--").map_or_else(|| format!("-a {word}"), |name| format!("-l {name}"));
            writeln!(text, "complete -c govern -n '__fish_seen_subcommand_from {}' {word}", command.name)?;
        }
    }
    Ok(text)
}

/// A text between single quotes of a shell.
fn quoted(text: &str) -> String {
    text.replace('\'', "'\\''")
}
