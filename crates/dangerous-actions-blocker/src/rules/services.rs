//! Containers, clusters and clouds: subcommands that delete, as rows.

use hook_core::Severity;

use crate::arguments::{Arguments, Takes};
use crate::call::Call;
use crate::names::{Names, count, lists};
use crate::rule::{Hit, Instead, Rule};

pub(crate) static RULES: &[&Rule] = &[
    &CONTAINER_DATA,
    &CONTAINER_PROJECT,
    &CONTAINER_ALL,
    &CONTAINER_HOST,
    &CLUSTER_DELETE,
    &CLUSTER_ALL,
    &CLUSTER_DRAIN,
    &INFRASTRUCTURE,
    &INFRASTRUCTURE_APPLY,
    &STATE,
    &CLOUD,
    &CLOUD_STORAGE,
    &REPOSITORY,
];

static CONTAINER_DATA: Rule = Rule {
    id: "container-data",
    severity: Severity::High,
    harm: "would delete volumes, and the data in them",
    instead: Instead::Run("docker compose down", "stops and removes the containers and keeps their volumes"),
};
static CONTAINER_PROJECT: Rule = Rule {
    id: "container-project-data",
    severity: Severity::Low,
    harm: "would delete the volumes of this project's containers",
    instead: Instead::Run("docker compose down", "stops and removes the containers and keeps their volumes"),
};
static CONTAINER_ALL: Rule = Rule {
    id: "container-all",
    severity: Severity::Medium,
    harm: "would delete every container or image of this machine, also of other projects",
    instead: Instead::Run("docker image prune", "removes only images without a name"),
};
static CONTAINER_HOST: Rule = Rule {
    id: "container-host-access",
    severity: Severity::High,
    harm: "would give the container this machine: its root folder, its devices or its processes",
    instead: Instead::Run("docker run --rm -v \"$PWD:/work\" -w /work alpine ls", "mount only the project"),
};
static CLUSTER_DELETE: Rule = Rule {
    id: "cluster-delete",
    severity: Severity::High,
    harm: "would delete resources of the cluster",
    instead: Instead::Run("kubectl get all", "look first; `--dry-run=client` shows what would go"),
};
static CLUSTER_ALL: Rule = Rule {
    id: "cluster-delete-all",
    severity: Severity::Critical,
    harm: "would delete a namespace, a volume or everything of a kind, with the data in it",
    instead: Instead::Run(
        "kubectl get all --all-namespaces",
        "look first; the user deletes namespaces and volumes",
    ),
};
static CLUSTER_DRAIN: Rule = Rule {
    id: "cluster-drain",
    severity: Severity::High,
    harm: "would move every workload off a node",
    instead: Instead::Run("kubectl cordon node-1", "keeps new work off the node and leaves what runs"),
};
static INFRASTRUCTURE: Rule = Rule {
    id: "infrastructure-destroy",
    severity: Severity::High,
    harm: "would destroy infrastructure",
    instead: Instead::Run("terraform plan -destroy", "shows what would be destroyed"),
};
static INFRASTRUCTURE_APPLY: Rule = Rule {
    id: "infrastructure-apply-unseen",
    severity: Severity::Medium,
    harm: "would change infrastructure without showing the plan to anybody",
    instead: Instead::Run("terraform plan -out=tfplan", "lets a person read the plan first"),
};
static STATE: Rule = Rule {
    id: "infrastructure-state",
    severity: Severity::Medium,
    harm: "would make the tool forget or unlock what it manages",
    instead: Instead::Run("terraform state list", "look first; the user changes state"),
};
static CLOUD: Rule = Rule {
    id: "cloud-delete",
    severity: Severity::High,
    harm: "would delete something in the cloud account",
    instead: Instead::Run(
        "aws resourcegroupstaggingapi get-resources",
        "list what is there; the user deletes it",
    ),
};
static CLOUD_STORAGE: Rule = Rule {
    id: "cloud-delete-storage",
    severity: Severity::High,
    harm: "would delete stored objects or buckets with what is in them",
    instead: Instead::Run("aws s3 ls s3://bucket", "`--dryrun` shows what would go"),
};
static REPOSITORY: Rule = Rule {
    id: "hosting-delete",
    severity: Severity::High,
    harm: "would delete a repository, a release or something else others use",
    instead: Instead::Run("gh repo view", "look first; the user deletes it"),
};

/// A subcommand: the words that lead to it in order (`|` between alternatives), the flags of which it needs one.
struct Row {
    programs: &'static [&'static str],
    words: &'static [&'static str],
    needs: &'static [&'static str],
    rule: &'static Rule,
}

const DOCKER: &[&str] = &["docker", "podman", "nerdctl"];
const COMPOSE: &[&str] = &["docker", "podman", "nerdctl", "docker-compose", "podman-compose"];
const KUBECTL: &[&str] = &["kubectl", "oc", "k", "k3s", "microk8s", "minikube"];
const TERRAFORM: &[&str] = &["terraform", "tofu", "terragrunt", "tf"];

const ROWS: &[Row] = &[
    Row { programs: COMPOSE, words: &["down"], needs: &["v", "volumes"], rule: &CONTAINER_PROJECT },
    Row {
        programs: COMPOSE,
        words: &["compose|docker-compose", "rm"],
        needs: &["v"],
        rule: &CONTAINER_PROJECT,
    },
    Row { programs: DOCKER, words: &["system", "prune"], needs: &["volumes"], rule: &CONTAINER_DATA },
    Row { programs: DOCKER, words: &["system", "prune"], needs: &["a", "all"], rule: &CONTAINER_ALL },
    Row { programs: DOCKER, words: &["volume", "prune"], needs: &[], rule: &CONTAINER_DATA },
    Row { programs: DOCKER, words: &["system", "reset"], needs: &[], rule: &CONTAINER_DATA },
    Row { programs: DOCKER, words: &["image", "prune"], needs: &["a", "all"], rule: &CONTAINER_ALL },
    Row { programs: DOCKER, words: &["swarm", "leave"], needs: &["f", "force"], rule: &CONTAINER_ALL },
    Row {
        programs: KUBECTL,
        words: &[
            "delete",
            "namespace|ns|namespaces|pv|pvc|persistentvolume|persistentvolumeclaim|persistentvolumes|persistentvolumeclaims|crd|node|nodes|customresourcedefinition",
        ],
        needs: &[],
        rule: &CLUSTER_ALL,
    },
    Row { programs: KUBECTL, words: &["delete"], needs: &["all", "A", "all-namespaces"], rule: &CLUSTER_ALL },
    Row { programs: KUBECTL, words: &["delete", "all"], needs: &[], rule: &CLUSTER_ALL },
    Row { programs: KUBECTL, words: &["delete"], needs: &[], rule: &CLUSTER_DELETE },
    Row { programs: KUBECTL, words: &["drain"], needs: &[], rule: &CLUSTER_DRAIN },
    Row { programs: &["kubectl", "oc"], words: &["replace"], needs: &["force"], rule: &CLUSTER_DELETE },
    Row { programs: &["helm"], words: &["uninstall|delete|del|un"], needs: &[], rule: &CLUSTER_DELETE },
    Row { programs: &["helmfile"], words: &["destroy|delete"], needs: &[], rule: &CLUSTER_DELETE },
    Row {
        programs: &["kind", "k3d"],
        words: &["delete", "cluster|clusters"],
        needs: &["all", "A", "a"],
        rule: &CLUSTER_DELETE,
    },
    Row { programs: &["eksctl"], words: &["delete"], needs: &[], rule: &CLUSTER_ALL },
    Row {
        programs: &["flux", "argocd"],
        words: &["delete|app", "delete"],
        needs: &[],
        rule: &CLUSTER_DELETE,
    },
    Row { programs: &["etcdctl"], words: &["del"], needs: &["prefix", "from-key"], rule: &CLUSTER_ALL },
    Row { programs: TERRAFORM, words: &["destroy"], needs: &[], rule: &INFRASTRUCTURE },
    Row { programs: TERRAFORM, words: &["run-all", "destroy"], needs: &[], rule: &INFRASTRUCTURE },
    Row { programs: TERRAFORM, words: &["apply"], needs: &["destroy"], rule: &INFRASTRUCTURE },
    Row { programs: TERRAFORM, words: &["apply"], needs: &["auto-approve"], rule: &INFRASTRUCTURE_APPLY },
    Row { programs: TERRAFORM, words: &["state", "rm|push"], needs: &[], rule: &STATE },
    Row { programs: TERRAFORM, words: &["workspace", "delete"], needs: &[], rule: &STATE },
    Row { programs: TERRAFORM, words: &["force-unlock"], needs: &[], rule: &STATE },
    Row { programs: &["pulumi"], words: &["destroy|down"], needs: &[], rule: &INFRASTRUCTURE },
    Row { programs: &["pulumi"], words: &["stack", "rm"], needs: &[], rule: &INFRASTRUCTURE },
    Row {
        programs: &["cdk", "cdktf", "sst", "copilot"],
        words: &["destroy|remove|delete"],
        needs: &[],
        rule: &INFRASTRUCTURE,
    },
    Row {
        programs: &["serverless", "sls", "sam", "amplify", "cdk8s", "eb", "chalice"],
        words: &["remove|delete|terminate"],
        needs: &[],
        rule: &INFRASTRUCTURE,
    },
    Row { programs: &["vagrant"], words: &["destroy"], needs: &["f", "force"], rule: &INFRASTRUCTURE },
    Row { programs: &["aws"], words: &["s3", "rm"], needs: &["recursive"], rule: &CLOUD_STORAGE },
    Row { programs: &["aws"], words: &["s3", "rb"], needs: &[], rule: &CLOUD_STORAGE },
    Row { programs: &["aws"], words: &["s3", "sync"], needs: &["delete"], rule: &CLOUD_STORAGE },
    Row { programs: &["gsutil"], words: &["rm|rb"], needs: &[], rule: &CLOUD_STORAGE },
    Row {
        programs: &["gcloud"],
        words: &["storage", "rm|buckets"],
        needs: &["recursive", "r"],
        rule: &CLOUD_STORAGE,
    },
    Row { programs: &["rclone"], words: &["purge|delete|deletefile"], needs: &[], rule: &CLOUD_STORAGE },
    Row { programs: &["mc"], words: &["rb|rm"], needs: &["recursive", "r", "force"], rule: &CLOUD_STORAGE },
    Row { programs: &["s3cmd", "s5cmd"], words: &["rb|del|rm"], needs: &[], rule: &CLOUD_STORAGE },
    Row {
        programs: &["gh"],
        words: &["repo|release|secret|variable|gist|ruleset|environment", "delete"],
        needs: &[],
        rule: &REPOSITORY,
    },
    Row { programs: &["gh"], words: &["repo", "archive|rename"], needs: &[], rule: &REPOSITORY },
    Row {
        programs: &["glab"],
        words: &["repo|release|project|variable", "delete"],
        needs: &[],
        rule: &REPOSITORY,
    },
    Row {
        programs: &["heroku"],
        words: &["apps:destroy|pg:reset|addons:destroy|pg:drop"],
        needs: &[],
        rule: &CLOUD,
    },
    Row {
        programs: &["fly", "flyctl"],
        words: &["apps|app|volumes|volume|postgres", "destroy|delete"],
        needs: &[],
        rule: &CLOUD,
    },
    Row { programs: &["fly", "flyctl"], words: &["destroy"], needs: &[], rule: &CLOUD },
    Row { programs: &["vercel", "now"], words: &["remove|rm"], needs: &[], rule: &CLOUD },
    Row {
        programs: &["netlify", "firebase", "railway", "render", "scw", "hcloud", "vultr-cli", "civo"],
        words: &[
            "sites:delete|projects:delete|firestore:delete|hosting:disable|database:remove|down|delete|functions:delete",
        ],
        needs: &[],
        rule: &CLOUD,
    },
    Row { programs: &["wrangler"], words: &["delete"], needs: &[], rule: &CLOUD },
    Row {
        programs: &["wrangler"],
        words: &["d1|r2|kv:namespace|queues", "delete|bucket"],
        needs: &["delete"],
        rule: &CLOUD,
    },
];

const TAKES: Takes = Takes {
    short: "nfclpHutoe",
    long: &[
        "namespace",
        "context",
        "kubeconfig",
        "cluster",
        "user",
        "server",
        "token",
        "filename",
        "selector",
        "output",
        "host",
        "config",
        "log-level",
        "file",
        "project-directory",
        "project-name",
        "env-file",
        "profile",
        "region",
        "endpoint-url",
        "query",
        "resource-group",
        "name",
        "subscription",
        "project",
        "zone",
        "account",
        "timeout",
        "grace-period",
        "field-selector",
        "kube-context",
        "repo",
        "cwd",
        "stack",
        "var",
        "var-file",
        "target",
        "chdir",
    ],
};

/// Clouds whose rows are no words in order.
const CLOUDS: &[&str] = &["az", "doctl", "linode-cli", "ibmcloud", "oci", "aliyun"];

const LISTS: &[&[&str]] = &lists!(ROWS, programs);
static PROGRAMS: Names<{ count(&[LISTS, &[CLOUDS]]) }> = Names::of(&[LISTS, &[CLOUDS]]);

pub(crate) fn judge(call: &Call<'_>, hits: &mut Vec<Hit>) {
    if !PROGRAMS.has(call.name) {
        return;
    }
    let arguments = call.arguments(takes_of(call.name));
    let words: Vec<&str> = arguments.words().collect();
    if arguments.is_harmless()
        || words.first().is_some_and(|word| *word == "help")
        || words.last().is_some_and(|word| *word == "help")
    {
        return;
    }
    let row = ROWS.iter().find(|row| row.programs.contains(&call.name) && row.applies(&words, &arguments));
    let rule = row
        .map(|row| row.rule)
        .or_else(|| cloud(call, &words))
        .or_else(|| host_access(call, &arguments, &words));
    if let Some(rule) = rule {
        hits.push(call.hit(rule, call.shown(4)));
    }
}

/// Docker's `-v` is a flag for `down` and takes a value for `run`; terraform's options have one dash.
fn takes_of(program: &str) -> Takes {
    match program {
        "docker" | "podman" | "nerdctl" | "docker-compose" | "podman-compose" => Takes {
            short: "cfHlpuwe",
            long: &[
                "context",
                "config",
                "host",
                "log-level",
                "file",
                "project-directory",
                "project-name",
                "env-file",
                "profile",
                "volume",
                "mount",
                "env",
                "name",
                "network",
                "entrypoint",
                "workdir",
                "user",
                "filter",
                "pid",
                "cap-add",
                "device",
                "security-opt",
                "ipc",
                "userns",
            ],
        },
        "terraform" | "tofu" | "terragrunt" | "tf" => crate::arguments::FLAGS_ONLY,
        "helm" => Takes { short: "n", ..TAKES },
        "aws" => Takes { short: "", ..TAKES },
        _ => TAKES,
    }
}

impl Row {
    /// The row's words are the first operands; one may stand after a group (`docker compose down`).
    fn applies(&self, words: &[&str], arguments: &Arguments<'_>) -> bool {
        let mut rest = words.iter();
        let in_order = self.words.iter().enumerate().all(|(index, wanted)| {
            let one_of = |word: &&&str| wanted.split('|').any(|alternative| alternative == **word);
            if index == 0 {
                rest.by_ref().take(2).any(|word| one_of(&word))
            } else {
                rest.next().is_some_and(|word| one_of(&word))
            }
        });
        let flag = |name: &&str| {
            arguments.has_any(&[*name])
                // Long options with one dash (`-auto-approve`) come apart into letters; look for the whole word.
                || arguments.operands.iter().any(|word| word.text() == *name && self.needs.contains(&"delete"))
        };
        in_order
            && (self.needs.is_empty()
                || self.needs.iter().any(|name| flag(name) || single_dash(arguments, name)))
    }
}

/// Whether the letters of a single-dash long option (`-destroy`) stand in a row among the options.
fn single_dash(arguments: &Arguments<'_>, name: &str) -> bool {
    if name.len() < 4 {
        return false;
    }
    let letters: String =
        arguments.options.iter().filter(|option| !option.long).map(|option| option.name).collect();
    letters.contains(name)
}

/// Cloud tools name what they do in one word of the command path: `ec2 terminate-instances`, `group delete`.
fn cloud(call: &Call<'_>, words: &[&str]) -> Option<&'static Rule> {
    let verb = |word: &str| {
        matches!(word, "delete" | "destroy" | "purge" | "terminate" | "rm" | "remove" | "delete-all")
    };
    match call.name {
        "aws" => {
            let operation = words.get(1)?;
            let deletes = [
                "delete-",
                "terminate-",
                "purge-",
                "destroy-",
                "batch-delete-",
                "schedule-key-deletion",
                "admin-delete-",
                "remove-permission",
                "deregister-",
                "disable-key",
                "empty-",
            ];
            // Tags and alarms' names are not data.
            let harmless =
                ["delete-tags", "deregister-targets", "delete-message", "delete-tag"].contains(operation);
            (!harmless && deletes.iter().any(|prefix| operation.starts_with(prefix))).then_some(&CLOUD)
        }
        "gcloud" => words.iter().skip(1).take(4).any(|word| verb(word)).then_some(&CLOUD),
        "az" | "doctl" | "linode-cli" | "ibmcloud" | "oci" | "aliyun" => {
            words.iter().skip(1).take(4).any(|word| verb(word) || word.ends_with("-delete")).then_some(&CLOUD)
        }
        _ => None,
    }
}

/// A container that gets the whole machine.
fn host_access(call: &Call<'_>, arguments: &Arguments<'_>, words: &[&str]) -> Option<&'static Rule> {
    if !DOCKER.contains(&call.name) || !words.iter().take(2).any(|word| matches!(*word, "run" | "create")) {
        return None;
    }
    // `-v` is not read as taking a value, so its value is among the operands.
    let mounts_root = call.words().iter().any(|word| {
        let text = word.text().trim_start_matches("-v").trim_start_matches("--volume=");
        text.starts_with("/:/") || text.contains("source=/,") || text.contains("src=/,")
    });
    let socket = call.words().iter().any(|word| word.text().contains("/docker.sock:"));
    let root = mounts_root
        || arguments.values("", "pid").iter().any(|value| value.text == "host")
            && arguments.has("", "privileged");
    (root && !socket).then_some(&CONTAINER_HOST)
}
