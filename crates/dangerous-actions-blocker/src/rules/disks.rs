//! Disks, partitions, volumes and file systems.

use hook_core::Severity;

use crate::arguments::{FLAGS_ONLY, Takes};
use crate::call::Call;
use crate::effects::{Act, Effect};
use crate::place::{Place, Target};
use crate::rule::{Hit, Instead, Rule};

pub(crate) static RULES: &[&Rule] = &[&WRITE, &FORMAT, &VOLUME, &SYSRQ];

static WRITE: Rule = Rule {
    id: "disk-write",
    severity: Severity::Critical,
    harm: "would write over a disk and lose every file on it",
    instead: Instead::Run("lsblk", "look at the disks; a person writes to them"),
};
static FORMAT: Rule = Rule {
    id: "disk-format",
    severity: Severity::Critical,
    harm: "would format or repartition a disk and lose every file on it",
    instead: Instead::Run("lsblk -f", "look at the disks; a person formats them"),
};
static VOLUME: Rule = Rule {
    id: "volume-destroy",
    severity: Severity::Critical,
    harm: "would destroy a volume, pool or array with the data on it",
    instead: Instead::Run("lsblk", "look at the volumes; a person removes them"),
};
static SYSRQ: Rule = Rule {
    id: "kernel-trigger",
    severity: Severity::Critical,
    harm: "would make the kernel reboot, crash or kill at once, without saving anything",
    instead: Instead::Person("Ask the user to restart the machine"),
};

pub(crate) fn judge_effects(call: &Call<'_>, effects: &[Effect<'_>], hits: &mut Vec<Hit>) {
    for effect in effects.iter().filter(|effect| effect.act.changes()) {
        if effect.target.text.contains("sysrq-trigger") {
            hits.push(call.hit(&SYSRQ, format!("{} {}", call.shown(0), effect.target.text)));
        }
        let writes = matches!(effect.act, Act::Write | Act::Append | Act::Delete | Act::Move);
        if writes && call.locate(effect.target).place == Place::Device {
            hits.push(call.hit(&WRITE, format!("{} {}", call.shown(0), effect.target.text)));
        }
    }
}

pub(crate) fn judge(call: &Call<'_>, hits: &mut Vec<Hit>) {
    if let Some(rule) = tool(call) {
        hits.push(call.hit(rule, call.shown(3)));
    }
}

fn tool(call: &Call<'_>) -> Option<&'static Rule> {
    let name = call.name;
    if name.starts_with("mkfs") || FORMATTERS.contains(&name) {
        return formats(call).then_some(&FORMAT);
    }
    if name != "lvm" && !VOLUMES.iter().any(|(program, _)| *program == name) {
        return None;
    }
    let arguments = call.arguments(FLAGS_ONLY);
    if arguments.is_harmless() {
        return None;
    }
    let first = arguments.word(0);
    let destroys = VOLUMES.iter().any(|(program, words)| {
        *program == name
            && (words.is_empty()
                || words.contains(&first)
                || words
                    .iter()
                    .any(|word| arguments.has_any(&[word.trim_start_matches('-')]) && word.starts_with('-')))
    });
    if destroys
        || (name == "lvm" && VOLUMES.iter().any(|(program, words)| words.is_empty() && *program == first))
    {
        return Some(&VOLUME);
    }
    None
}

/// A file given as the disk (an image) is fine; a device, and what is not known, is not.
fn formats(call: &Call<'_>) -> bool {
    let arguments = call.arguments(Takes {
        short: "tLTUbIimNEOGrc",
        long: &["label", "type", "uuid", "lock", "types", "backup"],
    });
    if arguments.is_harmless()
        || arguments.has_any(&["l", "list", "s", "print", "p", "d", "dump", "n", "no-act", "V", "h"])
    {
        return false;
    }
    // A `diskutil` or `parted` that only shows.
    if matches!(call.name, "parted" | "sfdisk" | "wipefs")
        && arguments.words().any(|word| matches!(word, "print" | "unit"))
    {
        return false;
    }
    if call.name == "wipefs" && !arguments.has("a", "all") && !arguments.has("o", "offset") {
        return false;
    }
    arguments.operands.iter().any(|operand| {
        let place = call.locate(Target::of(operand)).place;
        let windows_drive = operand.text().len() == 2 && operand.text().ends_with(':');
        place == Place::Device || windows_drive || operand.text().starts_with("/dev/")
    })
}

const FORMATTERS: &[&str] = &[
    "mke2fs",
    "mkswap",
    "wipefs",
    "fdisk",
    "sfdisk",
    "cfdisk",
    "gdisk",
    "sgdisk",
    "parted",
    "blkdiscard",
    "newfs",
    "format",
    "newfs_apfs",
    "newfs_hfs",
    "mkdosfs",
    "mkntfs",
    "badblocks",
];

/// Programs, and the words or flags by which they destroy; no words: always.
const VOLUMES: &[(&str, &[&str])] = &[
    ("lvremove", &[]),
    ("vgremove", &[]),
    ("pvremove", &[]),
    ("zpool", &["destroy", "labelclear"]),
    ("zfs", &["destroy", "rollback"]),
    ("mdadm", &["--zero-superblock", "--stop"]),
    ("cryptsetup", &["luksFormat", "erase", "luksErase", "reencrypt", "luksKillSlot"]),
    (
        "diskutil",
        &["eraseDisk", "eraseVolume", "partitionDisk", "zeroDisk", "secureErase", "reformat", "randomDisk"],
    ),
    ("hdparm", &["--security-erase", "--security-erase-enhanced", "--trim-sector-ranges"]),
    ("nvme", &["format", "sanitize", "write-zeroes"]),
    ("dmsetup", &["remove_all", "wipe_table"]),
    ("btrfs-convert", &[]),
];
