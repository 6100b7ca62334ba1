//! Where a path leads: the root, the system, the home folder, the project, temp, or somewhere else.

#![expect(clippy::match_same_arms, reason = "the arms are questions in an order; joined, the order is lost")]

use std::path::Path;

use hook_core::path::normalised;

use crate::scene::{self, Scene};
use crate::wildcard::{self, Pattern};

/// The kinds of place a path can lead to, as far as rules tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    /// Nothing is known of it.
    Unknown,
    /// Below the project.
    Project,
    /// The temporary folder or below it, or a folder the policy allows.
    Temporary,
    /// A pseudo file such as `/dev/null`.
    Sink,
    /// Outside the project, temp and the system.
    Outside,
    /// Everything in the project.
    ProjectRoot,
    /// The home folder as a whole, or a folder that holds the project.
    Home,
    /// A part of the operating system.
    System,
    /// A disk.
    Device,
    /// The root of the file system.
    Root,
}

/// A path as a command names it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target<'a> {
    /// The known text, holes read as empty.
    pub text: &'a str,
    /// The text begins with something unknown.
    pub starts_unknown: bool,
    /// Something in it is unknown.
    pub has_holes: bool,
    /// Some of its characters are file patterns.
    pub glob: bool,
}

/// A path made absolute, and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Located {
    /// Absolute and without `..`; a pattern's characters stand as they are. Empty where nothing is known.
    pub path: String,
    pub place: Place,
}

impl<'a> Target<'a> {
    pub(crate) fn of(value: &'a shell::Value) -> Self {
        Self::tail(value, 0)
    }

    /// The part of `value` from byte `from` on: the path in `of=/dev/sda`.
    pub(crate) fn tail(value: &'a shell::Value, from: usize) -> Self {
        let text = value.text().get(from..).unwrap_or("");
        Self {
            text,
            starts_unknown: value.holes().iter().any(|hole| hole.at == from),
            has_holes: value.holes().iter().any(|hole| hole.at >= from),
            glob: value.globs().iter().any(|at| *at >= from),
        }
    }

    pub(crate) fn literal(text: &'a str) -> Self {
        Self { text, starts_unknown: false, has_holes: false, glob: wildcard::is_pattern(text) }
    }
}

/// Makes `target` absolute as a command in `directory` would, and says where that is.
pub(crate) fn locate(target: Target<'_>, directory: Option<&str>, scene: &Scene) -> Located {
    let unknown = Located { path: String::new(), place: Place::Unknown };
    if target.text.is_empty() {
        return unknown;
    }
    let Some(path) = absolute(target, directory, scene) else {
        return unknown;
    };
    let place = place_of(&path, target.glob, scene);
    // A part of the path is unknown: it is only certain that it leads somewhere bad if the known text already does.
    let place = match place {
        Place::Outside | Place::Project if target.has_holes && target.starts_unknown => Place::Unknown,
        other => other,
    };
    Located { path, place }
}

/// The absolute text of a target, or `None` where its start is unknown and what follows is relative.
pub(crate) fn absolute(target: Target<'_>, directory: Option<&str>, scene: &Scene) -> Option<String> {
    let text = target.text;
    let joined = if text.starts_with('/') {
        text.to_owned()
    } else if let Some(rest) = text.strip_prefix('~') {
        match rest.split_once('/') {
            None if rest.is_empty() => scene.home.clone(),
            Some(("", below)) => below_folder(&scene.home, below),
            // `~name` is another person's home, or one's own by name.
            _ => format!("/home/{rest}"),
        }
    } else if target.starts_unknown {
        return None;
    } else {
        below_folder(directory?, text)
    };
    // Nearly every path is written without detours; taking it apart would cost each command of a long line.
    let is_direct = !joined.ends_with('/') && !joined.contains("//") && !joined.contains("/.");
    Some(if is_direct { joined } else { scene::text(&normalised(Path::new(&joined))) })
}

fn below_folder(folder: &str, path: &str) -> String {
    let mut whole = String::with_capacity(folder.len() + 1 + path.len());
    whole.push_str(folder);
    whole.push('/');
    whole.push_str(path);
    whole
}

/// The place of an absolute path. `glob`: its pattern characters are live.
pub(crate) fn place_of(path: &str, glob: bool, scene: &Scene) -> Place {
    if !glob || !wildcard::is_pattern(path) {
        return place_of_plain(path, scene);
    }
    let (folder, pattern) = split_pattern(path);
    let (first, rest) = pattern.split_once('/').unwrap_or((pattern, ""));
    if rest.is_empty() && is_everything(first) {
        return place_of_plain(folder, scene);
    }
    if folder == "/" {
        let pattern = Pattern::new(first);
        let named = SYSTEM_FOLDERS.iter().any(|name| pattern.matches(name));
        return if named { Place::System } else { Place::Outside };
    }
    // The pattern names some of what is in the folder: the place of a child of that folder.
    let child = place_of_plain(&format!("{folder}/{}", first.replace(['*', '?', '[', ']'], "x")), scene);
    if rest.is_empty() { child } else { child.min(Place::Outside).max(Place::Project) }
}

/// The folder before the first component with a pattern, and the pattern from there on.
pub(crate) fn split_pattern(path: &str) -> (&str, &str) {
    let at = path.find(['*', '?', '[']).unwrap_or(path.len());
    let slash = path.get(..at).and_then(|before| before.rfind('/')).unwrap_or(0);
    let folder = if slash == 0 { "/" } else { path.get(..slash).unwrap_or("/") };
    (folder, path.get(slash + 1..).unwrap_or(""))
}

/// The pattern names all, or all hidden, entries of a folder.
pub(crate) fn is_everything(pattern: &str) -> bool {
    matches!(pattern, "*" | ".*" | "**" | "?*" | ".[!.]*" | ".??*" | "*.*")
}

fn place_of_plain(path: &str, scene: &Scene) -> Place {
    if path == "/" || is_drive(path) {
        return Place::Root;
    }
    if SINKS.contains(&path) || path.starts_with("/dev/fd/") || path.starts_with("/proc/self/fd") {
        return Place::Sink;
    }
    if let Some(device) = path.strip_prefix("/dev/") {
        return if is_below(path, "/dev/shm") { Place::Temporary } else { device_place(device) };
    }
    if path == scene.home {
        return Place::Home;
    }
    if scene.project != path && is_below(&scene.project, path) {
        return if is_system(path) { Place::System } else { Place::Home };
    }
    let project_counts = scene.project != "/" && scene.project != scene.home;
    if project_counts && path == scene.project {
        return Place::ProjectRoot;
    }
    if project_counts && is_below(path, &scene.project) {
        return Place::Project;
    }
    // A home that itself lies in a temporary folder is still a home.
    let in_home = is_below(path, &scene.home) && scene.home != "/";
    if (!in_home && TEMPORARY.iter().any(|folder| is_below(path, folder)))
        || scene.allowed.iter().any(|folder| is_below(path, folder))
    {
        return Place::Temporary;
    }
    if is_system(path) { Place::System } else { Place::Outside }
}

/// `path` is `folder` or below it.
pub(crate) fn is_below(path: &str, folder: &str) -> bool {
    folder == "/" || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The last component of a path.
pub(crate) fn base_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

fn device_place(device: &str) -> Place {
    if device.starts_with("tcp/") || device.starts_with("udp/") {
        return Place::Outside;
    }
    let disk = DISKS.iter().any(|prefix| device.starts_with(prefix));
    if disk { Place::Device } else { Place::Sink }
}

fn is_drive(path: &str) -> bool {
    let trimmed = path.trim_start_matches('/').trim_end_matches(['/', '\\']);
    matches!(trimmed.as_bytes(), [letter, b':'] if letter.is_ascii_alphabetic())
}

/// A folder of the operating system itself: one of the root's, or one level down where that still breaks the machine.
fn is_system(path: &str) -> bool {
    let mut parts = path.trim_start_matches('/').split('/');
    let first = parts.next().unwrap_or("");
    if !SYSTEM_FOLDERS.contains(&first) {
        return false;
    }
    match (first, parts.next(), parts.next()) {
        (_, None, _) => true,
        ("bin" | "sbin" | "boot" | "lib" | "lib32" | "lib64" | "proc" | "sys" | "System", Some(_), _) => true,
        ("usr", Some("local"), None) => true,
        ("usr", Some("local" | "src"), Some(_)) => false,
        ("usr", Some(_), _) => true,
        ("etc", Some(name), _) => ETC.contains(&name),
        ("var", Some(name), None) => !matches!(name, "tmp" | "cache"),
        ("home" | "Users", Some(_), None) => true,
        ("Library" | "Windows", Some(_), None) => true,
        _ => false,
    }
}

/// What `path` is once symbolic links are followed, where that changes its place.
pub(crate) fn follow_links(located: Located, scene: &Scene) -> Located {
    let settled =
        matches!(located.place, Place::Root | Place::System | Place::Device | Place::Sink | Place::Home);
    if settled || located.path.is_empty() || wildcard::is_pattern(&located.path) {
        return located;
    }
    let resolved = scene.real(&located.path);
    if resolved == located.path {
        return located;
    }
    // The project's own path may go through a link (`/tmp` on macOS); then the text's place stands.
    let project = scene.real(&scene.project);
    if is_below(&resolved, &project) {
        return located;
    }
    let place = place_of(&resolved, false, scene);
    Located { path: resolved, place: place.max(located.place) }
}

const SINKS: &[&str] = &[
    "/dev/null",
    "/dev/zero",
    "/dev/stdout",
    "/dev/stderr",
    "/dev/stdin",
    "/dev/tty",
    "/dev/full",
    "/dev/random",
    "/dev/urandom",
    "/dev/ptmx",
    "/dev/console",
];

const TEMPORARY: &[&str] =
    &["/tmp", "/var/tmp", "/private/tmp", "/private/var/tmp", "/var/folders", "/private/var/folders"];

/// Block devices by the prefixes their drivers give them (Linux devices.txt, FreeBSD and macOS disks).
const DISKS: &[&str] = &[
    "sd", "hd", "vd", "xvd", "nvme", "mmcblk", "md", "dm-", "mapper/", "disk", "rdisk", "loop", "nbd",
    "pmem", "ada", "da", "vtbd", "zd", "zvol/", "sr", "ram", "mem", "kmem", "port", "bcache", "drbd", "rbd",
    "mtd", "nvd", "ubi", "vg",
];

const SYSTEM_FOLDERS: &[&str] = &[
    "bin",
    "boot",
    "dev",
    "etc",
    "home",
    "lib",
    "lib32",
    "lib64",
    "libx32",
    "lost+found",
    "media",
    "mnt",
    "opt",
    "proc",
    "root",
    "run",
    "sbin",
    "snap",
    "srv",
    "sys",
    "usr",
    "var",
    "System",
    "Library",
    "Applications",
    "Users",
    "Volumes",
    "private",
    "cores",
    "nix",
    "Windows",
    "c",
    "tmp",
];

/// What in `/etc` decides who may log in, what starts and how names resolve.
const ETC: &[&str] = &[
    "passwd",
    "shadow",
    "group",
    "gshadow",
    "sudoers",
    "sudoers.d",
    "ssh",
    "pam.d",
    "fstab",
    "crypttab",
    "hosts",
    "ld.so.preload",
    "ld.so.conf",
    "profile",
    "profile.d",
    "bash.bashrc",
    "environment",
    "systemd",
    "init.d",
    "crontab",
    "cron.d",
    "cron.daily",
    "cron.hourly",
    "cron.weekly",
    "cron.monthly",
    "resolv.conf",
    "ssl",
    "apt",
    "security",
    "kubernetes",
    "rc.local",
    "inittab",
    "claude-code",
    "nsswitch.conf",
    "doas.conf",
    "polkit-1",
    "securetty",
];

#[cfg(test)]
mod tests {
    use super::*;
    use hook_core::Tier;

    fn place(text: &str) -> Place {
        let scene = Scene::new(
            Path::new("/home/u"),
            Path::new("/home/u/work/app"),
            Path::new("/home/u/work/app"),
            Tier::Standard,
        );
        locate(Target::literal(text), Some("/home/u/work/app"), &scene).place
    }

    #[test]
    fn paths_lead_where_the_kernel_would_go() {
        for (text, expected) in [
            ("/", Place::Root),
            ("/..", Place::Root),
            ("/*", Place::Root),
            ("/et[c]", Place::System),
            ("/etc", Place::System),
            ("/etc/nginx", Place::Outside),
            ("/usr/bin", Place::System),
            ("/usr/local/lib/x", Place::Outside),
            ("/home", Place::System),
            ("/home/alice", Place::System),
            ("~", Place::Home),
            ("~/*", Place::Home),
            ("~/old", Place::Outside),
            ("..", Place::Home),
            (".", Place::ProjectRoot),
            ("*", Place::ProjectRoot),
            ("./build", Place::Project),
            ("target/*", Place::Project),
            ("../../../../etc/passwd", Place::System),
            ("../app-evil/x", Place::Outside),
            ("/tmp/x", Place::Temporary),
            ("/tmp-evil/x", Place::Outside),
            ("/dev/null", Place::Sink),
            ("/dev/sda1", Place::Device),
        ] {
            assert_eq!(place(text), expected, "{text}");
        }
    }
}
